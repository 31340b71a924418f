// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who speaks is known from the audio level in the header, not from the sound.

use std::time::Duration;

use incamera_sfu::SfuEvent;
use protocol::{ParticipantId, TrackKind};

use crate::world::{MEETING, World};

#[test]
fn speakers_are_found_and_forgotten() {
    let mut world = World::new(100);
    for id in 1..=3 {
        world.join(id);
        world.client(id).voice = Some(-100);
    }
    world.run_for(Duration::from_secs(1));
    assert_eq!(speakers(&world), None, "silence makes no speaker");
    world.client(2).voice = Some(-20);
    world.run_for(Duration::from_secs(1));
    assert_eq!(speakers(&world), Some(vec![2]));
    world.client(3).voice = Some(-22);
    world.run_for(Duration::from_secs(3));
    assert_eq!(speakers(&world), Some(vec![2, 3]), "an equal does not overtake");
    world.set_tracks(2, &[TrackKind::Camera]);
    assert_eq!(speakers(&world), Some(vec![3]), "muted at once");
    world.client(3).voice = Some(-100);
    world.run_for(Duration::from_secs(3));
    assert_eq!(speakers(&world), Some(vec![]));
    let changes = world
        .events
        .iter()
        .filter(|event| matches!(event, SfuEvent::Speakers { .. }))
        .count();
    assert_eq!(changes, 4, "one report per change");
}

#[test]
fn muted_one_cannot_speak() {
    let mut world = World::new(101);
    world.join(1);
    world.join(2);
    world.set_tracks(1, &[]);
    world.client(1).voice = Some(-5);
    world.run_for(Duration::from_secs(2));
    assert_eq!(speakers(&world), None);
}

fn speakers(world: &World) -> Option<Vec<u32>> {
    world.events.iter().rev().find_map(|event| {
        let SfuEvent::Speakers {
            meeting: MEETING,
            participants,
        } = event
        else {
            return None;
        };
        Some(participants.iter().map(|ParticipantId(id)| *id).collect())
    })
}
