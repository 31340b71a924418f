// SPDX-License-Identifier: MIT OR Apache-2.0
//! The lobby from both sides: waiting in it, and seeing who waits.

use protocol::{ClientMessage, ParticipantId, Timestamp, limits, message::WaitingEntry};

use crate::{app_message::truncated, room::WaitingView, session::Session};

/// What this client knows of the lobby.
#[derive(Default)]
pub(crate) struct LobbySide {
    /// Whether this client is in it.
    pub(crate) is_waiting: bool,
    /// What the hosts last said to those in it.
    pub(crate) message: Option<String>,
    /// Who is in it, for hosts.
    pub(super) waiting: Vec<WaitingEntry>,
}

impl Session {
    /// The server has this client wait: it says its name, which only those who have the link can read.
    pub(crate) fn handle_in_lobby(&mut self, now: Timestamp, participant: ParticipantId) {
        self.connection.handle_welcomed(now);
        self.acts.lobby.is_waiting = true;
        self.me = Some(participant);
        let name = e2ee::seal_for_link(&self.link, &mut self.rng, &self.acts.stay.public(), &self.name);
        self.send(&ClientMessage::Knock { name });
    }

    /// This client waits no more, for whatever reason.
    pub(crate) fn leave_lobby(&mut self) {
        self.acts.lobby.is_waiting = false;
        self.acts.lobby.message = None;
    }

    /// The server says who waits.
    pub(crate) fn handle_waiting(&mut self, mut waiting: Vec<WaitingEntry>) {
        waiting.truncate(limits::PARTICIPANTS);
        self.acts.lobby.waiting = waiting;
    }

    /// Returns who waits.
    pub(crate) fn waiting(&self) -> Vec<WaitingView> {
        if self.own_role() == protocol::acts::Role::Participant {
            return Vec::new();
        }
        let waiting = self.acts.lobby.waiting.iter();
        waiting
            .map(|waiting| WaitingView {
                id: waiting.participant,
                name: self
                    .open_sealed(&waiting.stay_key, &waiting.name)
                    .map(|name| truncated(&name, limits::NAME_BYTES))
                    .unwrap_or_default(),
            })
            .collect()
    }

    /// Returns whether a message may go out while waiting: the server takes nothing else.
    pub(crate) fn may_send_waiting(&self, message: &ClientMessage) -> bool {
        !self.acts.lobby.is_waiting
            || matches!(
                message,
                ClientMessage::Knock { .. } | ClientMessage::Ping | ClientMessage::Leave
            )
    }
}
