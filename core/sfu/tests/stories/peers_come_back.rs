// SPDX-License-Identifier: MIT OR Apache-2.0
//! Transports come and go; what a participant publishes and wants stays.

use std::time::Duration;

use incamera_sfu::{LostReason, OfferRefusal, SfuCommand, SfuEvent};
use protocol::{Redacted, TrackKind};

use crate::{
    network::Conditions,
    world::{World, key, server, source},
};

#[test]
fn new_transport_takes_over_with_the_same_tracks_and_wishes() {
    let mut world = call();
    let first = world.clients[&1].address;
    world.offer(1, 2, 2);
    world.run_until(Duration::from_secs(3), |world| world.is_connected(1));
    assert_eq!(world.sfu.census(), (1, 2));
    let now = world.now;
    world.client(1).voice = Some(-30);
    world.client(1).start_video(now, TrackKind::Camera, &[150_000]);
    let before = world.received(2, 1, TrackKind::Camera).len();
    world.sent.clear();
    world.run_for(Duration::from_secs(2));
    assert!(
        world.received(2, 1, TrackKind::Camera).len() > before + 40,
        "the subscriber still wants it"
    );
    assert!(
        world.received(1, 2, TrackKind::Microphone).len() > 80,
        "and the one who came back hears"
    );
    assert!(
        !world.sent.iter().any(|(to, _)| *to == first),
        "nothing goes to the old address"
    );
}

#[test]
fn older_transport_does_not_take_over() {
    let mut world = call();
    world.offer(1, 2, 2);
    world.run_until(Duration::from_secs(3), |world| world.is_connected(1));
    let (_, sdp) = crate::client::Client::new(world.now, 1, 1, 1, 1);
    world.command(SfuCommand::Offer {
        peer: key(1),
        transport: 1,
        sdp: Redacted(sdp),
        publish: vec![],
    });
    let stale = SfuEvent::OfferRefused {
        peer: key(1),
        transport: 1,
        reason: OfferRefusal::Stale,
    };
    assert_eq!(world.events.last(), Some(&stale));
}

#[test]
fn silent_peer_is_lost_and_its_slots_are_freed() {
    let mut world = call();
    world.network.set(
        server(),
        Conditions {
            loss: 1000,
            ..Conditions::default()
        },
    );
    world.run_for(Duration::from_secs(25));
    let lost = SfuEvent::PeerLost {
        peer: key(1),
        transport: 1,
        reason: LostReason::TimedOut,
    };
    assert!(world.events.contains(&lost), "{:?}", world.events);
    assert_eq!(world.sfu.census().1, 0);
    world.network.set(server(), Conditions::default());
    world.join(1);
    world.join(2);
    let now = world.now;
    world.client(1).start_video(now, TrackKind::Camera, &[150_000]);
    world.run_for(Duration::from_secs(1));
    assert!(
        !world.received(2, 1, TrackKind::Camera).is_empty(),
        "the wish of before still holds"
    );
}

#[test]
fn offer_that_nobody_follows_up_is_dropped() {
    let mut world = World::new(80);
    world.network.set(
        server(),
        Conditions {
            loss: 1000,
            ..Conditions::default()
        },
    );
    world.offer(1, 1, 1);
    world.run_for(Duration::from_secs(16));
    let lost = SfuEvent::PeerLost {
        peer: key(1),
        transport: 1,
        reason: LostReason::TimedOut,
    };
    assert!(world.events.contains(&lost));
}

#[test]
fn short_break_of_the_network_needs_nothing() {
    let mut world = call();
    world.network.set(
        server(),
        Conditions {
            loss: 1000,
            ..Conditions::default()
        },
    );
    world.run_for(Duration::from_secs(8));
    world.network.set(server(), Conditions::default());
    let before = world.received(2, 1, TrackKind::Microphone).len();
    world.run_for(Duration::from_secs(1));
    assert!(world.received(2, 1, TrackKind::Microphone).len() > before + 40);
}

#[test]
fn last_one_to_leave_takes_the_meeting_along() {
    let mut world = call();
    world.command(SfuCommand::RemovePeer { peer: key(1) });
    assert!(
        !world.clients[&2]
            .slots
            .values()
            .any(|slot| *slot == Some(source(1, TrackKind::Camera)))
    );
    world.command(SfuCommand::RemovePeer { peer: key(2) });
    assert_eq!(world.sfu.census(), (0, 0));
    assert_eq!(world.sfu.poll_timeout(), None);
}

fn call() -> World {
    let mut world = World::new(81);
    for id in [1, 2] {
        world.join(id);
        let now = world.now;
        world.client(id).voice = Some(-30);
        world.client(id).start_video(now, TrackKind::Camera, &[150_000]);
    }
    world.subscribe(1, &[(2, TrackKind::Camera, 180)]);
    world.subscribe(2, &[(1, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(1));
    world
}
