// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everybody gets the largest layer that tile and link allow: down at once, up at a keyframe.

use std::time::Duration;

use protocol::TrackKind;

use crate::{client::Packet, network::Conditions, world::World};

#[test]
fn layer_falls_when_the_link_narrows_and_rises_when_it_widens() {
    let mut world = call(720);
    world.run_for(Duration::from_secs(10));
    assert_eq!(last_layer(&world), 2, "{:?}", world.sfu.stats());

    let address = world.clients[&2].address;
    world.network.set(
        address,
        Conditions {
            rate: Some(700_000),
            ..Conditions::default()
        },
    );
    world.run_for(Duration::from_secs(6));
    assert!(last_layer(&world) < 2, "{:?}", world.sfu.stats());
    let before = world.network.lost;
    world.run_for(Duration::from_secs(5));
    let lost = world.network.lost - before;
    assert!(lost < 40, "the link carries what is sent, but lost {lost}");

    world.network.set(address, Conditions::default());
    world.run_for(Duration::from_secs(25));
    assert_eq!(last_layer(&world), 2, "{:?}", world.sfu.stats());
    assert_stream_is_whole(&video(&world));
}

#[test]
fn narrow_link_never_sees_the_large_layer() {
    let mut world = World::new(41);
    world.join(1);
    world.join(2);
    let address = world.clients[&2].address;
    world.network.set(
        address,
        Conditions {
            rate: Some(400_000),
            ..Conditions::default()
        },
    );
    let now = world.now;
    world
        .client(1)
        .start_video(now, TrackKind::Camera, &[150_000, 500_000, 1_500_000]);
    world.subscribe(2, &[(1, TrackKind::Camera, 720)]);
    world.run_for(Duration::from_secs(15));
    let late = video(&world)
        .into_iter()
        .filter(|packet| world.now - packet.at < Duration::from_secs(5));
    let layers: Vec<_> = late.map(|packet| packet.layer()).collect();
    assert!(layers.len() > 50, "something comes");
    assert!(layers.iter().all(|&layer| layer == 0), "{layers:?}");
}

#[test]
fn layer_follows_the_height_of_the_tile() {
    let mut world = call(180);
    world.run_for(Duration::from_secs(3));
    for (height, layer) in [(360, 1), (720, 2), (360, 1), (100, 0)] {
        world.subscribe(2, &[(1, TrackKind::Camera, height)]);
        world.run_for(Duration::from_secs(8));
        assert_eq!(last_layer(&world), layer, "at {height}");
    }
    assert_stream_is_whole(&video(&world));
}

#[test]
fn layer_that_the_publisher_stops_is_left() {
    let mut world = call(720);
    world.run_for(Duration::from_secs(10));
    assert_eq!(last_layer(&world), 2);
    world.client(1).videos[0].bitrates[2] = 0;
    world.run_for(Duration::from_secs(6));
    assert_eq!(last_layer(&world), 1);
    assert_stream_is_whole(&video(&world));
}

/// Every change of layer is at a keyframe, no number is given out twice, and time goes on as it does outside.
fn assert_stream_is_whole(packets: &[Packet]) {
    let mut packets = packets.to_vec();
    packets.sort_by_key(|packet| packet.seq_no);
    packets.dedup_by_key(|packet| packet.seq_no);
    for pair in packets.windows(2) {
        if pair[1].layer() != pair[0].layer() && pair[1].seq_no == pair[0].seq_no + 1 {
            assert!(
                pair[1].is_keyframe(),
                "{} -> {} without a keyframe",
                pair[0].layer(),
                pair[1].layer()
            );
        }
        assert!(
            pair[1].time.wrapping_sub(pair[0].time) < 90_000 * 4,
            "{} then {}",
            pair[0].time,
            pair[1].time
        );
    }
    let (first, last) = (&packets[0], &packets[packets.len() - 1]);
    let by_stream = f64::from(last.time.wrapping_sub(first.time)) / 90_000.0;
    let by_clock = (last.at - first.at).as_secs_f64();
    assert!(
        (by_stream - by_clock).abs() < 0.5,
        "{by_stream} s in the stream, {by_clock} s on the clock"
    );
}

fn last_layer(world: &World) -> u8 {
    let packets = video(world);
    let last = packets.last().expect("something came");
    assert!(world.now - last.at < Duration::from_millis(500), "still coming");
    last.layer()
}

fn video(world: &World) -> Vec<Packet> {
    world.received(2, 1, TrackKind::Camera)
}

fn call(height: u16) -> World {
    let mut world = World::new(40);
    world.join(1);
    world.join(2);
    let now = world.now;
    world
        .client(1)
        .start_video(now, TrackKind::Camera, &[150_000, 500_000, 1_500_000]);
    world.subscribe(2, &[(1, TrackKind::Camera, height)]);
    world
}
