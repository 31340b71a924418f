// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the interface shows: one value, whole, replaced whenever something in it changes. Holds no key.

use protocol::{ErrorCode, Mode, ParticipantId, TrackKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything that the interface shows about the stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Where the stay stands.
    pub state: State,
    /// Set when `state` is left.
    pub left_because: Option<LeftReason>,
    /// From the link, never from the server.
    pub mode: Mode,
    /// The own id, once known.
    pub me: Option<ParticipantId>,
    /// Everybody, by id, oneself included.
    pub participants: Vec<ParticipantView>,
    /// Whether the own link makes this participant a host.
    pub i_am_host: bool,
    /// The same for everybody in the epoch; absent in standard meetings and before joining.
    pub safety_code: Option<SafetyCodeView>,
    /// The key epoch.
    #[ts(type = "number")]
    pub epoch: u64,
    /// The chat since joining, oldest first.
    pub chat: Vec<ChatMessage>,
    /// Who speaks, loudest first.
    pub speakers: Vec<ParticipantId>,
    /// The own tracks that are on.
    pub active: Vec<TrackKind>,
    /// Whether sending stopped because a removed member may still hold the keys.
    pub is_sending_paused: bool,
    /// What went wrong or was fended off, oldest first.
    pub notices: Vec<Notice>,
}

/// Where a stay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// On the way in.
    Joining,
    /// In the meeting, with keys.
    Active,
    /// Was in the meeting; the connection is lost or not yet whole again.
    Reconnecting,
    /// Over.
    Left,
}

/// Why a stay is over: the server's code, or what the client found itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum LeftReason {
    /// The server said so. `meeting_ended` during a stay is shown only with a host's valid signature.
    Server(ErrorCode),
    /// The client found it, or the person wanted it.
    Local(LocalReason),
}

/// Reasons that no server code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LocalReason {
    /// The person left.
    Left,
    /// The person ended the meeting.
    EndedByYou,
    /// The link's secret is not this meeting's.
    WrongSecret,
    /// No connection for too long.
    ConnectionLost,
    /// The group that the server presents is not this meeting's, or cannot be joined.
    GroupRefused,
    /// The server says that the meeting has ended, but no host signed that.
    UnsignedEnd,
}

/// One participant as the interface shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ParticipantView {
    /// Who.
    pub participant: ParticipantId,
    /// Empty until known.
    pub name: String,
    /// Whether it is this participant.
    pub is_me: bool,
    /// By the leaf in the MLS tree; in standard meetings by the server's word.
    pub is_host: bool,
    /// Whether it has a connection to the server.
    pub is_connected: bool,
    /// The tracks that are on.
    pub tracks: Vec<TrackKind>,
    /// Whether its frames can be opened.
    pub key: KeyState,
    /// What is wrong about it.
    pub alarm: Option<Alarm>,
}

/// Whether a participant's frames can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Yes.
    Ready,
    /// Not yet, or no longer.
    Waiting,
}

/// Where the server's list and the MLS tree differ for longer than joining and leaving take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// The server lists it, the group does not hold it: it can neither be heard nor hear.
    NotInGroup,
    /// The group holds it, the server does not list it: it may be listening unseen.
    NotInRoster,
    /// It tried to enter the group without the right to, and was refused.
    Ghost,
}

/// The safety code in its two forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SafetyCodeView {
    /// Seven emoji.
    pub emoji: Vec<String>,
    /// Their English names, for those who hear them.
    pub names: Vec<String>,
    /// Thirty digits.
    pub digits: String,
}

/// One chat message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    /// Counts up within the session.
    pub id: u32,
    /// Who wrote it: the MLS sender.
    pub from: ParticipantId,
    /// The name at the time.
    pub name: String,
    /// Plain text.
    pub text: String,
    /// Whether this participant wrote it.
    pub is_mine: bool,
}

/// Something that the person should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Notice {
    /// Counts up within the session.
    pub id: u32,
    /// What happened.
    pub code: NoticeCode,
    /// Whom it is about, where it is about somebody.
    pub participant: Option<ParticipantId>,
}

/// What a [`Notice`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NoticeCode {
    /// Somebody's change to the group was refused.
    CommitRefused,
    /// Somebody tried to enter the group without the link's secret.
    GhostRefused,
    /// The members refused a change and the group went back to where it stood.
    RolledBack,
    /// Somebody who was to be removed still holds the keys; sending stopped.
    RemovalStalled,
    /// The removal went through; sending goes on.
    SendingResumed,
    /// The server showed something that its members did not say: forged, out of order or for another meeting.
    ServerForged,
    /// The server says that the meeting has ended, but no host signed that.
    UnsignedEnd,
    /// The group was lost and begun anew: compare the safety code again.
    GroupRecreated,
    /// The server refused the own media connection.
    MediaRefused,
    /// The server refused an own act, such as ending the meeting.
    ActRefused,
}
