// SPDX-License-Identifier: MIT OR Apache-2.0
//! A negotiation on the same transport adds slots. Those that are there stay what they are, used or not.

use std::time::Duration;

use incamera_sfu::{LostReason, OfferRefusal, SfuCommand, SfuEvent};
use protocol::{Redacted, TrackKind};

use crate::world::{World, key};

#[test]
fn streams_of_slots_stay_the_same_whether_they_carried_anything_or_not() {
    let mut world = call();
    let first = answers(&world)[0].clone();
    renegotiate(&mut world, |sdp| sdp);
    let second = answers(&world)[1].clone();
    let (before, after) = (streams(&first), streams(&second));
    // Two lines per stream, and video slots have another stream for resends.
    assert_eq!(before.len(), 2 * (2 + 2 * 2));
    assert!(
        before.iter().all(|stream| after.contains(stream)),
        "{before:?} {after:?}"
    );
    assert_eq!(after.len(), 2 * (3 + 2 * 3));
    world.subscribe(1, &[(2, TrackKind::Camera, 180), (3, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(2));
    for publisher in [2, 3] {
        assert!(
            world.received(1, publisher, TrackKind::Camera).len() > 30,
            "{publisher} is seen"
        );
    }
}

#[test]
fn slot_cannot_be_taken_away() {
    let mut world = call();
    renegotiate(&mut world, |sdp| sdp.replacen("a=recvonly", "a=inactive", 1));
    let refused = SfuEvent::OfferRefused {
        peer: key(1),
        transport: 1,
        reason: OfferRefusal::Malformed,
    };
    let lost = SfuEvent::PeerLost {
        peer: key(1),
        transport: 1,
        reason: LostReason::Violation,
    };
    assert!(world.events.contains(&refused));
    assert!(world.events.contains(&lost));
}

#[test]
fn muted_people_ask_for_no_slots() {
    let mut world = World::new(131);
    world.join_with(1, 1, 1);
    for id in [2, 3] {
        world.join(id);
        world.set_tracks(id, &[]);
    }
    world.events.clear();
    let asks = |world: &World| world.events.iter().any(is_ask);
    world.set_tracks(2, &[TrackKind::Microphone]);
    assert!(!asks(&world), "one voice fits");
    world.set_tracks(3, &[TrackKind::Microphone]);
    assert!(asks(&world));
}

fn is_ask(event: &SfuEvent) -> bool {
    matches!(event, SfuEvent::MoreSlots { peer, .. } if *peer == key(1))
}

fn renegotiate(world: &mut World, change: impl Fn(String) -> String) {
    let sdp = Redacted(change(world.client(1).offer_more(1, 1)));
    let publish = world.clients[&1].published();
    world.command(SfuCommand::Offer {
        peer: key(1),
        transport: 1,
        sdp,
        publish,
    });
}

fn answers(world: &World) -> Vec<String> {
    let answers = world.events.iter().filter_map(|event| match event {
        SfuEvent::Answer { peer, sdp, .. } if *peer == key(1) => Some(sdp.0.clone()),
        SfuEvent::Answer { .. }
        | SfuEvent::SlotChanged { .. }
        | SfuEvent::OfferRefused { .. }
        | SfuEvent::PeerConnected { .. }
        | SfuEvent::PeerLost { .. }
        | SfuEvent::MoreSlots { .. }
        | SfuEvent::Speakers { .. }
        | SfuEvent::KeyframeWanted { .. }
        | SfuEvent::MeetingFailed { .. } => None,
    });
    answers.collect()
}

/// The m-line and the number of each stream that an answer tells of.
fn streams(answer: &str) -> Vec<(String, String)> {
    let mut mid = String::new();
    let mut streams = Vec::new();
    for line in answer.lines() {
        if let Some(value) = line.strip_prefix("a=mid:") {
            value.clone_into(&mut mid);
        } else if let Some((ssrc, _)) = line
            .strip_prefix("a=ssrc:")
            .and_then(|value| value.split_once(' '))
        {
            streams.push((mid.clone(), ssrc.to_owned()));
        }
    }
    streams
}

/// Two show themselves to the first, who has two slots of each medium and watches one of them.
fn call() -> World {
    let mut world = World::new(130);
    world.join_with(1, 2, 2);
    for id in [2, 3] {
        world.join(id);
        let now = world.now;
        world.client(id).start_video(now, TrackKind::Camera, &[150_000]);
    }
    world.subscribe(1, &[(2, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(1));
    world
}
