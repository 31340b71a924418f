// SPDX-License-Identifier: MIT OR Apache-2.0
//! Somebody new gets the leaf of somebody who left, while a third is away.

use std::time::Duration;

use crate::meeting_of;

#[test]
fn whoever_comes_back_hears_the_new_one_on_the_old_leaf() {
    let (mut world, [_hana, _bob, carol, dave]) = meeting_of(1, ["hana", "bob", "carol", "dave"]);
    world.leave(dave);
    // The removal is announced to carol, but the commit does not reach her.
    world.run_for(Duration::from_millis(45));
    world.cut(carol);
    world.run_for(Duration::from_millis(100));
    let erin = world.join("erin");
    world.converge();
    let hears = world.hears(carol, erin);
    world.check(hears, "the leaf is erin's");
}
