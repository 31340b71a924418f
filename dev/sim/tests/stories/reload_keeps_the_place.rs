// SPDX-License-Identifier: MIT OR Apache-2.0
//! A reloaded page is the same participant with new keys.

use crate::{meeting_of, microphone};
use protocol::TrackKind;

#[test]
fn a_reload_keeps_the_participant_and_replaces_the_leaf() {
    let (mut world, [hana, bob]) = meeting_of(1, ["hana", "bob"]);
    let (me, slot) = (world.me(bob), microphone(&world, bob));
    let before = world
        .seal(bob, TrackKind::Microphone, b"old keys")
        .expect("bob has a key");
    world.reload(bob);
    world.converge();
    assert_eq!(world.me(bob), me);
    assert!(
        world.deliver(hana, slot, &before).is_err(),
        "the old leaf's frames are refused"
    );
}

#[test]
fn the_only_participant_reloads() {
    let (mut world, [hana]) = meeting_of(2, ["hana"]);
    world.reload(hana);
    world.converge();
    world.join("bob");
    world.converge();
}

#[test]
fn everybody_reloads_at_once() {
    let (mut world, people) = meeting_of(3, ["hana", "bob", "carol"]);
    for id in people {
        world.reload(id);
    }
    world.converge();
}
