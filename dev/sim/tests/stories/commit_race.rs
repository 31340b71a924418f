// SPDX-License-Identifier: MIT OR Apache-2.0
//! Several commit at once: one wins each epoch, the others catch up and try again.

use std::time::Duration;

use incamera_sim::World;

use crate::meeting_of;

#[test]
fn two_create_the_group_at_once() {
    let mut world = World::new(1);
    world.join("alice");
    world.join("bob");
    world.converge();
}

#[test]
fn the_host_removes_one_while_others_join() {
    let (mut world, [hana, bob, _carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    world.remove(hana, bob);
    world.join("dave");
    world.join("erin");
    world.converge();
    assert!(world.view(hana).notices.is_empty(), "{}", world.timeline());
}

#[test]
fn two_leave_while_one_joins() {
    let (mut world, [_hana, bob, carol, _dave]) = meeting_of(3, ["hana", "bob", "carol", "dave"]);
    world.leave(bob);
    world.run_for(Duration::from_millis(10));
    world.join("erin");
    world.leave(carol);
    world.converge();
}

#[test]
fn races_of_many_seeds_all_end() {
    for seed in 10..30 {
        let (mut world, [hana, bob, _carol]) = meeting_of(seed, ["hana", "bob", "carol"]);
        world.join("dave");
        world.run_for(Duration::from_millis(seed));
        world.remove(hana, bob);
        world.join("erin");
        world.converge();
    }
}
