// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server says that an end-to-end meeting is a standard one. Nobody follows.

use std::time::Duration;

use incamera_sim::World;
use protocol::{ErrorCode, Mode, ServerMessage, message::StandardKey};
use session::{LeftReason, State};

use crate::meeting_of;

#[test]
fn a_welcome_with_a_server_key_is_refused() {
    let mut world = World::new(1);
    world.tamper_from_server(Box::new(|_, message| {
        vec![match message {
            ServerMessage::Welcome {
                participant,
                resume,
                roster,
                external_sender,
                identity,
                identity_key,
                unix_time,
                heard,
                has_missed_messages,
                acts,
                ..
            } => ServerMessage::Welcome {
                participant,
                resume,
                roster,
                group: None,
                standard_key: Some(StandardKey {
                    epoch: 1,
                    secret: vec![1; 32],
                }),
                external_sender,
                identity,
                identity_key,
                unix_time,
                heard,
                has_missed_messages,
                acts,
            },
            message => message,
        }]
    }));
    let alice = world.join("alice");
    world.run_for(Duration::from_secs(3));
    let view = world.view(alice);
    assert_eq!(
        (view.state, view.left_because),
        (State::Left, Some(LeftReason::Server(ErrorCode::WrongMode)))
    );
    assert_eq!(view.mode, Mode::E2ee, "the badge is the link's");
}

#[test]
fn a_server_key_in_the_middle_of_a_call_ends_the_stay() {
    let (mut world, [hana, bob]) = meeting_of(2, ["hana", "bob"]);
    world.inject(
        bob,
        &ServerMessage::StandardKey {
            key: StandardKey {
                epoch: 9,
                secret: vec![1; 32],
            },
        },
    );
    world.run_for(Duration::from_secs(1));
    assert_eq!(
        world.view(bob).left_because,
        Some(LeftReason::Server(ErrorCode::WrongMode))
    );
    assert_eq!(world.view(hana).state, State::Active);
}

#[test]
fn a_standard_meeting_without_a_key_is_refused_too() {
    let mut world = World::with_mode(3, Mode::Standard);
    world.tamper_from_server(Box::new(|_, message| {
        vec![match message {
            ServerMessage::Welcome {
                participant,
                resume,
                roster,
                group,
                external_sender,
                identity,
                identity_key,
                unix_time,
                heard,
                has_missed_messages,
                acts,
                ..
            } => ServerMessage::Welcome {
                participant,
                resume,
                roster,
                group,
                standard_key: None,
                external_sender,
                identity,
                identity_key,
                unix_time,
                heard,
                has_missed_messages,
                acts,
            },
            message => message,
        }]
    }));
    let alice = world.join("alice");
    world.run_for(Duration::from_secs(3));
    assert_eq!(world.view(alice).state, State::Left);
}
