// SPDX-License-Identifier: MIT OR Apache-2.0
//! The standard mode: the server's key, the same frames, and never called end-to-end.

use std::time::Duration;

use incamera_sim::World;
use protocol::{Mode, TrackKind};
use session::Command;

use crate::microphone;

#[test]
fn people_hear_each_other_and_a_leaver_nobody() {
    let mut world = World::with_mode(1, Mode::Standard);
    let hana = world.join_as_host("hana");
    let bob = world.join("bob");
    let carol = world.join("carol");
    world.converge();
    assert_eq!(world.view(bob).mode, Mode::Standard);
    assert!(world.view(bob).safety_code.is_none());
    let slot = microphone(&world, hana);
    world.leave(bob);
    world.converge();
    let later = world
        .seal(hana, TrackKind::Microphone, b"after")
        .expect("hana has a key");
    assert!(world.deliver(bob, slot, &later).is_err());
    assert!(world.deliver(carol, slot, &later).is_ok());
}

#[test]
fn chat_names_removal_and_reconnect_work() {
    let mut world = World::with_mode(2, Mode::Standard);
    let hana = world.join_as_host("hana");
    let bob = world.join("bob");
    let carol = world.join("carol");
    world.converge();
    world.command(
        bob,
        Command::Chat {
            text: "hello".to_owned(),
            reply_to: None,
        },
    );
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.view(carol).chat[0].text, "hello");
    assert_eq!(world.view(carol).chat[0].name, "bob");
    world.cut(carol);
    world.converge();
    world.remove(hana, bob);
    world.converge();
    world.stop_server();
    world.run_for(Duration::from_secs(1));
    world.start_server();
    world.converge();
}

#[test]
fn no_nonce_is_used_twice_over_a_reload() {
    let mut world = World::with_mode(3, Mode::Standard);
    let hana = world.join_as_host("hana");
    world.join("bob");
    world.converge();
    let first = world
        .seal(hana, TrackKind::Microphone, b"0123456789")
        .expect("hana has a key");
    world.reload(hana);
    world.converge();
    let mut sealed = Vec::new();
    for _ in 0..50 {
        sealed.push(
            world
                .seal(hana, TrackKind::Microphone, b"0123456789")
                .expect("hana has a key"),
        );
    }
    assert!(
        !sealed.contains(&first),
        "the same frame came out the same: key and counter were used again"
    );
}
