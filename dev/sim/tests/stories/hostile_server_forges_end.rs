// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server says that a host ended the meeting. Without the host's signature nobody believes it.

use std::time::Duration;

use protocol::{ErrorCode, ServerMessage};
use session::{Command, LeftReason, LocalReason, NoticeCode, State};

use crate::meeting_of;

#[test]
fn a_forged_end_is_noticed_and_the_stay_goes_on() {
    let (mut world, [hana, bob]) = meeting_of(1, ["hana", "bob"]);
    let by = world.me(hana).expect("hana is in");
    world.inject(
        bob,
        &ServerMessage::Ended {
            by,
            signature: vec![1; 64],
        },
    );
    world.run_for(Duration::from_secs(1));
    assert!(
        world
            .view(bob)
            .notices
            .iter()
            .any(|notice| notice.code == NoticeCode::UnsignedEnd)
    );
    world.converge();
}

#[test]
fn a_server_that_insists_is_not_quoted_as_the_host() {
    let (mut world, [_hana, bob]) = meeting_of(2, ["hana", "bob"]);
    world.tamper_from_server(Box::new(move |id, message| {
        let is_welcome = matches!(message, ServerMessage::Welcome { .. });
        if id == bob && is_welcome {
            vec![ServerMessage::Refused {
                code: ErrorCode::MeetingEnded,
            }]
        } else {
            vec![message]
        }
    }));
    world.cut(bob);
    world.run_for(Duration::from_secs(3));
    assert_eq!(
        world.view(bob).left_because,
        Some(LeftReason::Local(LocalReason::UnsignedEnd))
    );
}

#[test]
fn a_host_ends_the_meeting_for_everybody() {
    let (mut world, [hana, bob]) = meeting_of(3, ["hana", "bob"]);
    world.command(hana, Command::EndMeeting);
    world.run_for(Duration::from_secs(1));
    assert_eq!(
        world.view(hana).left_because,
        Some(LeftReason::Local(LocalReason::EndedByYou))
    );
    assert_eq!(
        world.view(bob).left_because,
        Some(LeftReason::Server(ErrorCode::MeetingEnded))
    );
    let carol = world.join("carol");
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.view(carol).state, State::Left);
    assert_eq!(
        world.view(carol).left_because,
        Some(LeftReason::Server(ErrorCode::MeetingEnded))
    );
}
