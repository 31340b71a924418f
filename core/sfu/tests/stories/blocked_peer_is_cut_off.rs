// SPDX-License-Identifier: MIT OR Apache-2.0
//! Somebody is removed: from that moment nothing goes from or to them.

use std::time::Duration;

use incamera_sfu::{OfferRefusal, SfuCommand, SfuEvent};
use protocol::TrackKind;

use crate::world::{World, key, source};

#[test]
fn blocked_peer_gets_and_sends_nothing() {
    let mut world = call_of_three();
    let (heard_by_1, heard_by_2) = (
        world.received(1, 2, TrackKind::Microphone).len(),
        world.clients[&2].received.len(),
    );
    assert!(heard_by_1 > 0 && heard_by_2 > 0);

    let address = world.clients[&2].address;
    world.sent.clear();
    world.command(SfuCommand::Block { peer: key(2) });
    let media = |world: &World| {
        world
            .sent
            .iter()
            .filter(|(to, bytes)| *to == address && *bytes > 100)
            .count()
    };
    assert_eq!(media(&world), 0, "goodbyes are short");
    world.sent.clear();
    world.run_for(Duration::from_secs(2));
    assert_eq!(
        world.sent.iter().filter(|(to, _)| *to == address).count(),
        0,
        "not even an answer to STUN"
    );
    // What was under way when the block came may still arrive.
    assert!(world.received(1, 2, TrackKind::Microphone).len() <= heard_by_1 + 1);
    assert!(world.clients[&2].received.len() <= heard_by_2 + 4);
    let before = world.received(1, 3, TrackKind::Microphone).len();
    world.run_for(Duration::from_secs(1));
    assert!(
        world.received(1, 3, TrackKind::Microphone).len() > before + 40,
        "the others go on"
    );
}

#[test]
fn slots_of_a_blocked_peer_are_free_again() {
    let mut world = call_of_three();
    world.events.clear();
    world.command(SfuCommand::Block { peer: key(2) });
    let freed = world
        .events
        .iter()
        .filter(|event| matches!(event, SfuEvent::SlotChanged { source: None, .. }))
        .count();
    assert_eq!(
        freed, 4,
        "a microphone and a camera, at two others: {:?}",
        world.events
    );
    assert!(
        !world.clients[&1]
            .slots
            .values()
            .any(|slot| *slot == Some(source(2, TrackKind::Camera)))
    );
}

#[test]
fn blocked_peer_cannot_come_back_until_it_is_removed() {
    let mut world = call_of_three();
    world.command(SfuCommand::Block { peer: key(2) });
    world.offer(2, 1, 1);
    let refused = SfuEvent::OfferRefused {
        peer: key(2),
        transport: 2,
        reason: OfferRefusal::Blocked,
    };
    assert_eq!(world.events.last(), Some(&refused));
    world.command(SfuCommand::RemovePeer { peer: key(2) });
    world.join(2);
}

fn call_of_three() -> World {
    let mut world = World::new(20);
    for id in 1..=3 {
        world.join(id);
        let now = world.now;
        world.client(id).voice = Some(-30);
        world.client(id).start_video(now, TrackKind::Camera, &[150_000]);
    }
    for (id, others) in [(1, [2, 3]), (2, [1, 3]), (3, [1, 2])] {
        world.subscribe(id, &others.map(|other| (other, TrackKind::Camera, 180)));
    }
    world.run_for(Duration::from_secs(1));
    world
}
