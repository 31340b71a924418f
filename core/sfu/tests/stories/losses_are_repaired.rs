// SPDX-License-Identifier: MIT OR Apache-2.0
//! Lost video comes again: the publisher resends to the server, the server to the subscriber.

use std::{collections::BTreeSet, time::Duration};

use protocol::TrackKind;

use crate::{
    network::Conditions,
    world::{World, server},
};

#[test]
fn lost_video_is_resent_in_both_directions() {
    let mut world = World::new(50);
    world.join(1);
    world.join(2);
    let poor = Conditions {
        loss: 30,
        jitter: Duration::from_millis(15),
        ..Conditions::default()
    };
    let address = world.clients[&2].address;
    world.network.set(address, poor);
    world.network.set(server(), poor);
    let now = world.now;
    world.client(1).start_video(now, TrackKind::Camera, &[400_000]);
    world.subscribe(2, &[(1, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(10));

    assert!(world.network.lost > 20, "the network does lose");
    let received: BTreeSet<u64> = world
        .received(2, 1, TrackKind::Camera)
        .iter()
        .map(|packet| packet.seq_no)
        .collect();
    let (Some(&first), Some(&last)) = (received.first(), received.last()) else {
        panic!("nothing came")
    };
    // The last half second may still be on its way again.
    let settled = last - 25;
    let missing: Vec<_> = (first..settled)
        .filter(|seq_no| !received.contains(seq_no))
        .collect();
    assert!(
        received.len() > 350 && missing.is_empty(),
        "{} came, missing {missing:?}",
        received.len()
    );
}

#[test]
fn reordered_packets_keep_their_numbers() {
    let mut world = World::new(51);
    world.join(1);
    world.join(2);
    world.network.set(
        server(),
        Conditions {
            jitter: Duration::from_millis(30),
            ..Conditions::default()
        },
    );
    let now = world.now;
    let video = world.client(1).start_video(now, TrackKind::Camera, &[600_000]);
    video.fill = 9;
    world.subscribe(2, &[(1, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(3));
    let mut packets = world.received(2, 1, TrackKind::Camera);
    assert!(
        packets.windows(2).any(|pair| pair[1].seq_no < pair[0].seq_no),
        "the network does reorder"
    );
    packets.sort_by_key(|packet| packet.seq_no);
    assert!(
        packets
            .windows(2)
            .all(|pair| pair[1].seq_no == pair[0].seq_no + 1)
    );
    // The picture id of the descriptor counts frames: sorted by number, they are in order again.
    let picture = |payload: &[u8]| u16::from_be_bytes([payload[1] & 0x7f, payload[2]]);
    assert!(
        packets
            .windows(2)
            .all(|pair| picture(&pair[1].payload) >= picture(&pair[0].payload))
    );
}
