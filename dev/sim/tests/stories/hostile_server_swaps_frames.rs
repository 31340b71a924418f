// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server sends one person's frames as another's, or one track's as another.

use e2ee::OpenDrop;
use protocol::{TrackKind, TrackSource};
use session::Command;

use crate::{meeting_of, microphone};

#[test]
fn frames_of_one_person_do_not_open_as_anothers() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    let bobs_slot = microphone(&world, bob);
    let sealed = world
        .seal(hana, TrackKind::Microphone, b"hana's voice")
        .expect("hana has a key");
    assert_eq!(
        world.deliver(carol, bobs_slot, &sealed),
        Err(OpenDrop::WrongSender)
    );
}

#[test]
fn frames_of_one_track_do_not_open_as_another() {
    let (mut world, [hana, bob]) = meeting_of(2, ["hana", "bob"]);
    let active = vec![TrackKind::Microphone, TrackKind::ScreenAudio];
    world.command(hana, Command::SetTracks { active });
    world.run_for(std::time::Duration::from_secs(1));
    let participant = world.me(hana).expect("hana is in");
    let screen = TrackSource {
        participant,
        kind: TrackKind::ScreenAudio,
    };
    let sealed = world
        .seal(hana, TrackKind::Microphone, b"a voice")
        .expect("hana has a key");
    assert_eq!(world.deliver(bob, screen, &sealed), Err(OpenDrop::WrongTrack));
}
