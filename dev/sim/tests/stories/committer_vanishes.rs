// SPDX-License-Identifier: MIT OR Apache-2.0
//! The member who is to commit a removal does not; the next one does.

use std::time::Duration;

use crate::meeting_of;

#[test]
fn the_next_member_commits_when_the_first_is_offline() {
    let (mut world, [hana, bob, carol, dave]) = meeting_of(1, ["hana", "bob", "carol", "dave"]);
    world.set_online(hana, false);
    let gone = world.me(dave);
    world.leave(dave);
    let is_removed = world.run_until(Duration::from_secs(10), |world| {
        [bob, carol].iter().all(|id| {
            let view = world.view(*id);
            view.epoch > 3
                && view
                    .participants
                    .iter()
                    .all(|shown| Some(shown.participant) != gone)
        })
    });
    world.check(is_removed, "the removal takes one more committer's time");
    assert!(!world.view(bob).is_sending_paused);
    world.set_online(hana, true);
    world.converge();
}

#[test]
fn the_committer_vanishes_for_good() {
    let (mut world, [hana, bob, _carol, _dave]) = meeting_of(2, ["hana", "bob", "carol", "dave"]);
    world.vanish(hana);
    world.leave(bob);
    world.converge();
}

#[test]
fn all_but_one_vanish() {
    let (mut world, [hana, bob, carol, dave]) = meeting_of(3, ["hana", "bob", "carol", "dave"]);
    for id in [hana, bob, carol] {
        world.vanish(id);
    }
    world.converge();
    assert_eq!(world.view(dave).participants.len(), 1);
}
