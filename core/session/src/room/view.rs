// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the interface shows of the room, its hosts and its lobby.

use protocol::{
    ParticipantId,
    acts::{Permissions, Settings},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a chat message answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChatReply {
    /// The answered message, if it is still in the log.
    pub id: Option<u32>,
    /// Who wrote that one, by the name at the time.
    pub name: String,
    /// Its beginning.
    pub text: String,
}

/// One reaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReactionView {
    /// Counts up within the session.
    pub id: u32,
    /// Whose.
    pub participant: ParticipantId,
    /// One of a fixed list.
    pub emoji: String,
}

/// What the hosts decided about the meeting as a whole, by what they signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// Whether nobody new comes in.
    pub is_locked: bool,
    /// Whether newcomers wait in the lobby.
    pub has_lobby: bool,
    /// Whether everything is stopped.
    pub is_suspended: bool,
    /// What participants may do.
    pub permissions: Permissions,
    /// Whom everybody sees large.
    pub spotlight: Option<ParticipantId>,
}

impl From<Settings> for SettingsView {
    fn from(settings: Settings) -> Self {
        let Settings {
            is_locked,
            has_lobby,
            is_suspended,
            permissions,
            spotlight,
        } = settings;
        Self {
            is_locked,
            has_lobby,
            is_suspended,
            permissions,
            spotlight,
        }
    }
}

/// Somebody who waits in the lobby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitingView {
    /// Who.
    pub id: ParticipantId,
    /// Empty until it came.
    pub name: String,
}
