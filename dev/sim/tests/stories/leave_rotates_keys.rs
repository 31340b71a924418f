// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whoever is out can open nothing that was sent after, and nobody opens anything of theirs.

use std::time::Duration;

use protocol::TrackKind;

use crate::{meeting_of, microphone};

#[test]
fn a_leaver_cannot_open_later_frames() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    let (slot, before) = (microphone(&world, hana), world.view(hana).epoch);
    let earlier = world
        .seal(hana, TrackKind::Microphone, b"still here")
        .expect("hana has a key");
    assert!(
        world.deliver(bob, slot, &earlier).is_ok(),
        "a member opens what is sent to it"
    );
    let keyframes = world.keyframes(hana);
    world.leave(bob);
    world.converge();
    assert!(world.view(hana).epoch > before, "the keys changed");
    assert_eq!(
        world.keyframes(hana),
        keyframes,
        "no video is on, so no keyframe is asked for"
    );
    let later = world
        .seal(hana, TrackKind::Microphone, b"after")
        .expect("hana has a key");
    assert!(
        world.deliver(bob, slot, &later).is_err(),
        "the leaver opens nothing more"
    );
    assert!(world.deliver(carol, slot, &later).is_ok());
}

#[test]
fn a_removed_member_is_deaf_and_mute_at_once() {
    let (mut world, [hana, bob, carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    let (hanas, bobs) = (microphone(&world, hana), microphone(&world, bob));
    world.remove(hana, bob);
    let of_bob = world
        .seal(bob, TrackKind::Microphone, b"let me speak")
        .expect("bob knows nothing yet");
    assert!(
        world.deliver(hana, bobs, &of_bob).is_err(),
        "the host refuses from the click on"
    );
    world.run_for(Duration::from_secs(1));
    assert!(world.deliver(carol, bobs, &of_bob).is_err());
    let of_hana = world
        .seal(hana, TrackKind::Microphone, b"without bob")
        .expect("hana has a key");
    assert!(world.deliver(bob, hanas, &of_hana).is_err());
    assert!(world.deliver(carol, hanas, &of_hana).is_ok());
}

#[test]
fn frames_of_the_old_epoch_open_for_ten_seconds_and_no_longer() {
    let (mut world, [hana, bob]) = meeting_of(3, ["hana", "bob"]);
    let slot = microphone(&world, hana);
    let (first, second) = (
        world
            .seal(hana, TrackKind::Microphone, b"under way")
            .expect("hana has a key"),
        world
            .seal(hana, TrackKind::Microphone, b"too late")
            .expect("hana has a key"),
    );
    world.join("carol");
    world.converge();
    assert!(world.deliver(bob, slot, &first).is_ok());
    world.run_for(Duration::from_secs(11));
    assert!(world.deliver(bob, slot, &second).is_err());
}
