// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server sends a frame twice, or alters one.

use e2ee::OpenDrop;
use protocol::TrackKind;

use crate::{meeting_of, microphone};

#[test]
fn a_replayed_frame_opens_once() {
    let (mut world, [hana, bob]) = meeting_of(1, ["hana", "bob"]);
    let slot = microphone(&world, hana);
    let sealed = world
        .seal(hana, TrackKind::Microphone, b"once")
        .expect("hana has a key");
    assert_eq!(world.deliver(bob, slot, &sealed), Ok(b"once".to_vec()));
    assert_eq!(world.deliver(bob, slot, &sealed), Err(OpenDrop::Replayed));
}

#[test]
fn an_altered_frame_does_not_open() {
    let (mut world, [hana, bob]) = meeting_of(2, ["hana", "bob"]);
    let slot = microphone(&world, hana);
    let sealed = world
        .seal(hana, TrackKind::Microphone, b"as it was")
        .expect("hana has a key");
    for position in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[position] ^= 1;
        assert!(world.deliver(bob, slot, &altered).is_err(), "byte {position}");
    }
    assert!(world.deliver(bob, slot, &sealed).is_ok());
}
