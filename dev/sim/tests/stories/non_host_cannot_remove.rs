// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whoever is no host removes nobody, and ends nothing.

use std::time::Duration;

use protocol::ClientMessage;
use session::{Command, NoticeCode};

use crate::meeting_of;

#[test]
fn the_own_session_refuses() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    let participant = world.me(carol).expect("carol is in");
    world.command(bob, Command::Remove { participant });
    world.command(bob, Command::EndMeeting);
    world.converge();
    assert!(
        world
            .view(bob)
            .notices
            .iter()
            .all(|notice| notice.code == NoticeCode::ActRefused)
    );
    assert_eq!(world.view(bob).notices.len(), 2);
    assert_eq!(world.view(hana).participants.len(), 3);
}

#[test]
fn the_server_refuses_a_client_that_does_not() {
    let (mut world, [hana, bob, carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    let participant = world.me(carol).expect("carol is in");
    let mut is_done = false;
    world.tamper_to_server(Box::new(move |id, message| {
        if id != bob || std::mem::replace(&mut is_done, true) {
            return vec![message];
        }
        let forged = ClientMessage::EndMeeting {
            signature: vec![7; 64],
        };
        vec![message, ClientMessage::AnnounceRemoval { participant }, forged]
    }));
    world.command(
        bob,
        Command::Chat {
            text: "nothing to see here".to_owned(),
            reply_to: None,
        },
    );
    world.run_for(Duration::from_secs(1));
    world.converge();
    assert_eq!(world.view(hana).participants.len(), 3);
}
