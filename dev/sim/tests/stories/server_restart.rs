// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server restarts; people in a call come back by themselves.

use std::time::Duration;

use session::State;

use crate::meeting_of;

#[test]
fn everybody_is_back_soon_with_the_same_keys() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    let code = world.view(hana).safety_code.clone();
    world.stop_server();
    world.run_for(Duration::from_secs(3));
    assert_eq!(world.view(hana).state, State::Reconnecting);
    world.start_server();
    let is_back = world.run_until(Duration::from_secs(3), |world| {
        [hana, bob, carol]
            .iter()
            .all(|id| world.view(*id).state == State::Active)
    });
    world.check(is_back, "back within three seconds");
    world.converge();
    assert_eq!(world.view(hana).safety_code, code, "nobody had to join anew");
}

#[test]
fn whoever_does_not_come_back_is_removed() {
    let (mut world, [hana, bob, _carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    world.stop_server();
    world.vanish(bob);
    world.run_for(Duration::from_secs(1));
    world.start_server();
    world.converge();
    assert_eq!(world.view(hana).participants.len(), 2);
}

#[test]
fn a_join_that_the_restart_interrupts_goes_on() {
    for delay in 0..12 {
        let (mut world, _) = meeting_of(100 + delay, ["hana", "bob"]);
        world.join("carol");
        world.run_for(Duration::from_millis(20 * delay));
        world.stop_server();
        world.run_for(Duration::from_millis(300));
        world.start_server();
        world.converge();
    }
}
