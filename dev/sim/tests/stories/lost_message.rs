// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any message may be lost, and its connection with it; the meeting is whole again soon.

use std::time::Duration;

use incamera_sim::World;
use session::Command;

#[test]
fn whichever_message_is_lost_the_meeting_becomes_whole() {
    let all = tell(u64::MAX);
    assert!(all > 60, "the story has many messages: {all}");
    for lost in 1..=all {
        tell(lost);
    }
}

/// Tells the story with message `lost` missing; returns how many messages it took.
fn tell(lost: u64) -> u64 {
    let mut world = World::new(7);
    world.lose_message(lost);
    let hana = world.join_as_host("hana");
    world.join("bob");
    let carol = world.join("carol");
    world.run_for(Duration::from_secs(2));
    world.command(
        hana,
        Command::Chat {
            text: "hello".to_owned(),
            reply_to: None,
        },
    );
    world.remove(hana, carol);
    world.run_for(Duration::from_secs(1));
    let messages = world.messages();
    // A removal that did not reach anybody is the host's to repeat; the others must agree either way.
    if world.me(carol).is_none_or(|me| {
        world
            .view(hana)
            .participants
            .iter()
            .any(|shown| shown.participant == me)
    }) {
        world.remove(hana, carol);
        if world.me(carol).is_none() {
            world.leave(carol);
        }
    }
    world.converge();
    messages
}
