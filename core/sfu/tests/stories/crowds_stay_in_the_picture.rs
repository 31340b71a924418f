// SPDX-License-Identifier: MIT OR Apache-2.0
//! However many publish, everybody is seen: soon after joining, and again after the link or the machine was busy.

use std::time::Duration;

use protocol::TrackKind;

use crate::{
    client::{Vp9, vp9_payload},
    network::Conditions,
    world::World,
};

// Those with an open microphone, which is what takes most of a narrow link.
const SPEAKERS: u32 = 4;

const CROWD: std::ops::RangeInclusive<u32> = 2..=13;

const NOBODY: [u32; 0] = [];

#[test]
fn everybody_sees_a_crowd_that_joins_at_once() {
    let mut world = World::new(70);
    for id in 1..=13 {
        world.offer(id, 12, 12);
        world.set_tracks(id, &[TrackKind::Microphone, TrackKind::Camera]);
    }
    for id in 1..=13 {
        start(&mut world, id);
    }
    for id in 1..=13 {
        subscribe_to_all(&mut world, id);
    }
    world.run_for(Duration::from_secs(3));
    for subscriber in 1..=13 {
        assert_eq!(dark(&world, subscriber, Duration::from_millis(500)), NOBODY);
    }
}

#[test]
fn crowd_is_back_soon_after_the_link_was_narrow() {
    let mut world = crowd();
    let address = world.clients[&1].address;
    world.network.set(
        address,
        Conditions {
            rate: Some(100_000),
            ..Conditions::default()
        },
    );
    world.run_for(Duration::from_secs(5));
    world.network.set(address, Conditions::default());
    world.run_for(Duration::from_secs(4));
    assert_eq!(dark(&world, 1, Duration::from_secs(1)), NOBODY);
}

#[test]
fn crowd_is_back_after_a_long_time_on_a_narrow_link() {
    let mut world = crowd();
    let address = world.clients[&1].address;
    world.network.set(
        address,
        Conditions {
            rate: Some(450_000),
            ..Conditions::default()
        },
    );
    world.run_for(Duration::from_secs(30));
    assert!(
        dark(&world, 1, Duration::from_secs(1)).len() > 4,
        "not all of it fits"
    );
    let (lost_before, sent_before) = (world.network.lost, sent(&world));
    world.run_for(Duration::from_secs(60));
    let (lost, sent) = (world.network.lost - lost_before, sent(&world) - sent_before);
    assert!(
        lost * 5 < sent,
        "the link carries what is sent, but lost {lost} of {sent}"
    );

    world.network.set(address, Conditions::default());
    world.run_for(Duration::from_secs(22));
    assert_eq!(dark(&world, 1, Duration::from_secs(1)), NOBODY);
}

#[test]
fn crowd_stays_when_the_receiver_is_out_of_breath_for_a_moment() {
    let mut world = crowd();
    let address = world.clients[&1].address;
    for _ in 0..5 {
        // What comes in the meantime waits, and is read in one go.
        world
            .network
            .stall(address, world.now + Duration::from_millis(400));
        world.run_for(Duration::from_secs(1));
        assert_eq!(dark(&world, 1, Duration::from_secs(1)), NOBODY);
    }
}

#[test]
fn what_comes_in_one_go_leaves_in_one_go() {
    let mut world = World::new(72);
    world.join(1);
    world.join(2);
    world.subscribe(2, &[(1, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(1));
    let now = world.now;
    for number in 0..40 {
        let payload = vp9_payload(&Vp9 {
            is_keyframe: number == 0,
            is_start: true,
            is_end: true,
            temporal: 0,
            height: 180,
            picture: number,
            bytes: 100,
            fill: 0,
            layer: 0,
        });
        let numbers = (1 + u64::from(number), number * 3000, true);
        let stream = (TrackKind::Camera, Some("q".into()));
        world.client(1).send_video(now, stream, numbers, payload);
        world.client(1).step(now);
    }
    world.run_for(Duration::from_millis(30));
    assert_eq!(world.received(2, 1, TrackKind::Camera).len(), 40);
}

/// Twelve people who show themselves, some of whom speak, and one who watches them.
fn crowd() -> World {
    let mut world = World::new(71);
    for id in 1..=13 {
        world.offer(id, 12, 12);
        world.set_tracks(id, &[TrackKind::Microphone, TrackKind::Camera]);
        start(&mut world, id);
    }
    subscribe_to_all(&mut world, 1);
    world.run_for(Duration::from_secs(10));
    assert_eq!(dark(&world, 1, Duration::from_secs(1)), NOBODY);
    world
}

fn start(world: &mut World, id: u32) {
    let now = world.now;
    let client = world.client(id);
    client.voice = (id <= SPEAKERS).then_some(-30);
    let video = client.start_video(now, TrackKind::Camera, &[45_000, 90_000, 150_000]);
    video.frames_per_second = 10;
    video.has_temporal_layers = true;
}

fn subscribe_to_all(world: &mut World, subscriber: u32) {
    let videos: Vec<_> = (1..=13)
        .filter(|&id| id != subscriber)
        .map(|id| (id, TrackKind::Camera, 180))
        .collect();
    world.subscribe(subscriber, &videos);
}

/// How many datagrams the first one was sent.
fn sent(world: &World) -> u64 {
    let address = world.clients[&1].address;
    let sent = world
        .sent
        .iter()
        .filter(|(destination, _)| *destination == address);
    sent.count() as u64
}

/// Those of whom nothing was received lately.
fn dark(world: &World, subscriber: u32, lately: Duration) -> Vec<u32> {
    let is_dark = |&publisher: &u32| {
        publisher != subscriber
            && world
                .received(subscriber, publisher, TrackKind::Camera)
                .last()
                .is_none_or(|packet| world.now - packet.at > lately)
    };
    (1..=13)
        .filter(|publisher| CROWD.contains(publisher) || subscriber != 1)
        .filter(is_dark)
        .collect()
}
