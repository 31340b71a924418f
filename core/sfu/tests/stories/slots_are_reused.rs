// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sources come and go in the slots that there are; only when there are too few is there a negotiation.

use std::time::Duration;

use incamera_sfu::{SfuCommand, SfuEvent};
use protocol::{Redacted, TrackKind, TrackSource};

use crate::world::{World, key, source};

#[test]
fn slot_goes_to_the_next_source_without_negotiation() {
    let mut world = call(1, 1);
    world.subscribe(1, &[(2, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(2));
    assert!(!world.received(1, 2, TrackKind::Camera).is_empty());
    let slot = slot_of(&world, source(2, TrackKind::Camera));
    world.events.clear();

    world.subscribe(1, &[(3, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(2));
    let packets = world.received(1, 3, TrackKind::Camera);
    assert!(packets[0].is_keyframe() && packets.len() > 40);
    assert_eq!(slot_of(&world, source(3, TrackKind::Camera)), slot);
    assert!(
        !world
            .events
            .iter()
            .any(|event| matches!(event, SfuEvent::MoreSlots { .. } | SfuEvent::Answer { .. }))
    );
    // One stream to the receiver: numbers go on where the other source stopped.
    let all: Vec<_> = world.clients[&1]
        .received
        .iter()
        .filter(|(_, packet)| packet.mid == packets[0].mid)
        .collect();
    assert!(
        all.windows(2)
            .all(|pair| pair[1].1.seq_no == pair[0].1.seq_no + 1 && pair[1].1.ssrc == pair[0].1.ssrc)
    );
}

#[test]
fn video_that_goes_off_frees_its_slot_and_comes_back() {
    let mut world = call(1, 1);
    world.subscribe(1, &[(2, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(1));
    world.set_tracks(2, &[TrackKind::Microphone]);
    assert!(
        !world.clients[&1]
            .slots
            .values()
            .any(|slot| *slot == Some(source(2, TrackKind::Camera)))
    );
    world.run_for(Duration::from_millis(100));
    let before = world.received(1, 2, TrackKind::Camera).len();
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.received(1, 2, TrackKind::Camera).len(), before);
    world.set_tracks(2, &[TrackKind::Microphone, TrackKind::Camera]);
    world.run_for(Duration::from_secs(1));
    assert!(world.received(1, 2, TrackKind::Camera).len() > before + 15);
}

#[test]
fn too_few_slots_lead_to_a_negotiation_on_the_same_transport() {
    let mut world = call(1, 1);
    world.subscribe(1, &[(2, TrackKind::Camera, 180), (3, TrackKind::Camera, 180)]);
    let more = SfuEvent::MoreSlots {
        peer: key(1),
        audio: 4,
        video: 4,
    };
    assert_eq!(world.events.iter().filter(|event| **event == more).count(), 1);
    world.run_for(Duration::from_secs(1));
    assert!(!world.received(1, 2, TrackKind::Camera).is_empty());
    assert!(world.received(1, 3, TrackKind::Camera).is_empty());

    let sdp = Redacted(world.client(1).offer_more(1, 1));
    let publish = world.clients[&1].published();
    world.command(SfuCommand::Offer {
        peer: key(1),
        transport: 1,
        sdp,
        publish,
    });
    let before = world.received(1, 2, TrackKind::Camera).len();
    world.run_for(Duration::from_secs(2));
    assert!(
        world.received(1, 2, TrackKind::Camera).len() > before + 40,
        "the first goes on"
    );
    assert!(
        world.received(1, 3, TrackKind::Camera).len() > 30,
        "the second comes"
    );
    assert!(!world.received(1, 3, TrackKind::Microphone).is_empty());
    assert!(!world.received(1, 2, TrackKind::Microphone).is_empty());
    assert_eq!(
        world.events.iter().filter(|event| **event == more).count(),
        1,
        "asked once"
    );
}

#[test]
fn speaker_takes_an_audio_slot_from_a_silent_one() {
    let mut world = call(1, 1);
    world.client(2).voice = Some(-90);
    world.client(3).voice = Some(-90);
    world.run_for(Duration::from_secs(3));
    let holder = if slots(&world).contains(&source(2, TrackKind::Microphone)) {
        2
    } else {
        3
    };
    let other = 5 - holder;
    world.run_for(Duration::from_secs(5));
    assert!(
        slots(&world).contains(&source(holder, TrackKind::Microphone)),
        "silence alone takes nothing away"
    );
    world.client(other).voice = Some(-20);
    world.run_for(Duration::from_secs(1));
    assert!(slots(&world).contains(&source(other, TrackKind::Microphone)));
    assert!(!world.received(1, other, TrackKind::Microphone).is_empty());
}

#[test]
fn nobody_receives_what_is_their_own() {
    let mut world = call(4, 4);
    world.subscribe(1, &[(1, TrackKind::Camera, 180), (2, TrackKind::Camera, 180)]);
    world.run_for(Duration::from_secs(1));
    assert!(slots(&world).iter().all(|source| source.participant.0 != 1));
}

fn slots(world: &World) -> Vec<TrackSource> {
    world.clients[&1].slots.values().copied().flatten().collect()
}

fn slot_of(world: &World, source: TrackSource) -> String {
    let slot = world.clients[&1]
        .slots
        .iter()
        .find(|(_, slot)| **slot == Some(source));
    slot.map(|(mid, _)| mid.clone()).expect("has a slot")
}

/// The first has the slots given, the other two talk and show themselves.
fn call(audio_slots: usize, video_slots: usize) -> World {
    let mut world = World::new(90);
    world.join_with(1, audio_slots, video_slots);
    for id in [2, 3] {
        world.join(id);
        let now = world.now;
        world.client(id).voice = Some(-90);
        world.client(id).start_video(now, TrackKind::Camera, &[150_000]);
    }
    world.client(2).voice = Some(-30);
    world.client(3).voice = Some(-30);
    world.run_for(Duration::from_secs(1));
    world
}
