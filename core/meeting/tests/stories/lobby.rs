// SPDX-License-Identifier: MIT OR Apache-2.0
//! A meeting that was made with a lobby has one from the beginning, before any host came.

use protocol::{Mode, ServerMessage};

use crate::support::{HelloWith, World, host_key};

#[test]
fn nobody_but_a_host_walks_into_a_meeting_that_was_made_with_a_lobby() {
    for mode in [Mode::Standard, Mode::E2ee] {
        let mut world = World::with(mode, |config| config.has_lobby = true);
        let guest = world.hello(HelloWith::default());
        let received = world.received(guest);
        assert!(
            matches!(received[..], [ServerMessage::InLobby { .. }]),
            "{mode:?}: {received:?}"
        );
        assert_eq!(world.meeting.participant_count(), 0);
        let host = world.join(HelloWith {
            host: Some(host_key()),
            ..HelloWith::default()
        });
        assert_eq!(host.roster.len(), 1, "{mode:?}: the guest still waits");
    }
}

#[test]
fn without_a_lobby_everybody_walks_in() {
    let mut world = World::new(Mode::Standard);
    assert_eq!(world.join(HelloWith::default()).roster.len(), 1);
}
