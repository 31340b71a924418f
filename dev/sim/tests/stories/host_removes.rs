// SPDX-License-Identifier: MIT OR Apache-2.0
//! A host removes somebody: gone for everybody, and not let back in by the same token.

use std::time::Duration;

use protocol::ErrorCode;
use session::{LeftReason, NoticeCode, State};

use crate::meeting_of;

#[test]
fn the_removed_one_is_told_and_the_others_go_on() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    assert!(world.view(hana).i_am_host && !world.view(bob).i_am_host);
    assert!(
        world.view(bob).participants[0].is_host,
        "everybody sees who is host"
    );
    world.remove(hana, bob);
    world.converge();
    assert_eq!(world.view(bob).state, State::Left);
    assert_eq!(
        world.view(bob).left_because,
        Some(LeftReason::Server(ErrorCode::Removed))
    );
    assert_eq!(world.view(carol).participants.len(), 2);
    let notices = world.view(carol).notices.iter();
    let codes: Vec<NoticeCode> = notices.map(|notice| notice.code).collect();
    assert_eq!(codes, [NoticeCode::RemovedByHost]);
    world.reload(bob);
    world.run_for(Duration::from_secs(5));
    assert_eq!(
        world.view(bob).left_because,
        Some(LeftReason::Server(ErrorCode::Removed))
    );
}

#[test]
fn a_host_removes_somebody_whose_connection_is_gone() {
    let (mut world, [hana, bob, _carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    world.set_online(bob, false);
    world.remove(hana, bob);
    world.converge();
}

#[test]
fn the_host_vanishes_right_after_removing() {
    let (mut world, [hana, bob, carol, _dave]) = meeting_of(3, ["hana", "bob", "carol", "dave"]);
    world.remove(hana, bob);
    world.run_for(Duration::from_millis(5));
    world.vanish(hana);
    world.converge();
    assert_eq!(world.view(carol).participants.len(), 2);
}
