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

/// Between whom a chat message is, if not between all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WhisperView {
    /// The other one: its receiver, or who wrote it to this participant.
    pub with: ParticipantId,
    /// That one's name at the time.
    pub name: String,
}

/// A poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PollView {
    /// Counts up within the session.
    pub id: u32,
    /// Who opened it.
    pub opener: ParticipantId,
    /// What is asked.
    pub question: String,
    /// What can be answered, with the votes so far.
    pub answers: Vec<PollAnswerView>,
    /// The own vote: which of the answers, from 0.
    pub my_vote: Option<u8>,
    /// Whether votes still count.
    pub is_open: bool,
    /// Whether this participant may close it.
    pub i_may_close: bool,
}

/// One answer of a poll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PollAnswerView {
    /// In words.
    pub text: String,
    /// How many voted for it.
    pub votes: u32,
}

/// The timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimerView {
    /// Counts up within the session.
    pub id: u32,
    /// Who started it.
    pub of: ParticipantId,
    /// What for; may be empty.
    pub label: String,
    /// How long it runs, in milliseconds.
    #[ts(type = "number")]
    pub length_ms: u64,
    /// What was left of that when a view first had this id and this number, in milliseconds.
    #[ts(type = "number")]
    pub left_ms: u64,
    /// Whether it has run out.
    pub is_over: bool,
    /// Whether this participant may stop it.
    pub i_may_stop: bool,
}

/// What somebody said, as its own device heard it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CaptionView {
    /// Counts up within the session; stays while a line grows.
    pub id: u32,
    /// Who said it.
    pub participant: ParticipantId,
    /// In words.
    pub text: String,
    /// Whether the line is done.
    pub is_final: bool,
    /// The language, as BCP 47 names it.
    pub lang: String,
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

/// Somebody whom the hosts keep out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeptOutView {
    /// Who it was in the meeting.
    pub participant: ParticipantId,
    /// Empty if it cannot be read.
    pub name: String,
}

/// Somebody who waits in the lobby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WaitingView {
    /// Who.
    pub id: ParticipantId,
    /// Empty until it came.
    pub name: String,
}
