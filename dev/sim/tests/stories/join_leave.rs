// SPDX-License-Identifier: MIT OR Apache-2.0
//! People come, hear each other, and go.

use std::time::Duration;

use session::{LeftReason, LocalReason, State};

use crate::meeting_of;

#[test]
fn three_people_come_and_one_goes() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    for (to, from) in [(hana, bob), (bob, carol), (carol, hana)] {
        let hears = world.hears(to, from);
        world.check(hears, "everybody hears everybody");
    }
    world.leave(bob);
    world.converge();
    assert_eq!(world.view(hana).participants.len(), 2);
    assert_eq!(world.view(bob).state, State::Left);
    assert_eq!(
        world.view(bob).left_because,
        Some(LeftReason::Local(LocalReason::Left))
    );
}

#[test]
fn the_meeting_outlives_everybody_and_takes_in_newcomers() {
    let (mut world, [hana, bob]) = meeting_of(2, ["hana", "bob"]);
    world.leave(bob);
    world.leave(hana);
    world.run_for(Duration::from_secs(60));
    world.join("carol");
    world.join("dave");
    world.converge();
}

#[test]
fn a_leaver_is_gone_from_the_picture_at_once_and_without_alarm() {
    let (mut world, [hana, bob, _carol]) = meeting_of(3, ["hana", "bob", "carol"]);
    let gone = world.me(bob);
    world.leave(bob);
    let is_gone = world.run_until(Duration::from_secs(1), |world| {
        world
            .view(hana)
            .participants
            .iter()
            .all(|shown| Some(shown.participant) != gone && shown.alarm.is_none())
    });
    world.check(is_gone, "the leaver's tile goes within a second");
    let flashed = world.run_until(Duration::from_secs(20), |world| {
        world
            .view(hana)
            .participants
            .iter()
            .any(|shown| shown.alarm.is_some())
    });
    world.check(!flashed, "an ordinary leave raises no alarm");
    assert!(world.view(hana).notices.is_empty());
}

#[test]
fn five_join_at_once() {
    let (mut world, _) = meeting_of(4, ["hana"]);
    for name in ["bob", "carol", "dave", "erin", "frank"] {
        world.join(name);
    }
    world.converge();
}
