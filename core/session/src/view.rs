// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the interface shows: one value, whole, replaced whenever something in it changes. Holds no key.

use protocol::{
    ErrorCode, Mode, ParticipantId, TrackKind,
    acts::{Permissions, Role},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::breakouts::BreakoutsView;
use crate::recording::{MyRecordingView, RecordingView};
use crate::room::{
    CaptionView, ChatReply, KeptOutView, PollView, ReactionView, SettingsView, TimerView, WaitingView,
    WhisperView,
};

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
    /// Why the keys last changed; absent in standard meetings, where only the server knows, and before joining.
    pub key_change: Option<KeyChangeView>,
    /// The chat since joining, oldest first.
    pub chat: Vec<ChatMessage>,
    /// Who speaks, loudest first.
    pub speakers: Vec<ParticipantId>,
    /// The own tracks that are on.
    pub active: Vec<TrackKind>,
    /// Whether sending stopped because a removed member may still hold the keys.
    pub is_sending_paused: bool,
    /// What this participant is.
    pub my_role: Role,
    /// What this participant may do at present.
    pub i_may: Permissions,
    /// What the hosts decided, by what they signed.
    pub settings: SettingsView,
    /// The reactions of the last seconds, oldest first.
    pub reactions: Vec<ReactionView>,
    /// The polls, oldest first; closed ones stay a while.
    pub polls: Vec<PollView>,
    /// The timer, if one runs or has just run out.
    pub timer: Option<TimerView>,
    /// What was said in the last seconds, in words, oldest first.
    pub captions: Vec<CaptionView>,
    /// Who records on its device.
    pub recordings: Vec<RecordingView>,
    /// Who is in the own recording, while it runs.
    pub my_recording: Option<MyRecordingView>,
    /// Who waits in the lobby, first come first; for hosts and co-hosts.
    pub waiting: Vec<WaitingView>,
    /// What the hosts last said to those in the lobby, for somebody who is in it.
    pub lobby_message: Option<String>,
    /// Whom the hosts keep out; for hosts and co-hosts.
    pub kept_out: Vec<KeptOutView>,
    /// Path and fragment of the invitation that a host put in the place of the one that the stay began with.
    pub new_link: Option<String>,
    /// The breakout rooms.
    pub breakouts: BreakoutsView,
    /// What went wrong or was fended off, oldest first.
    pub notices: Vec<Notice>,
}

/// Where a stay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// On the way in.
    Joining,
    /// In the lobby, until a host decides.
    Lobby,
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
    /// The server put this participant out, but no host signed that.
    UnsignedRemoval,
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
    /// What it is in the meeting, by what hosts signed; in standard meetings hosts are so by the server's word.
    pub role: Role,
    /// The breakout room where it is: [`crate::BreakoutRoomView::id`].
    pub room: Option<String>,
    /// Its place in the line of raised hands, from 1.
    pub hand_raised: Option<u32>,
    /// The tracks that a host stopped and that were not switched on since.
    pub held_by_host: Vec<TrackKind>,
    /// The tracks that it says it sends and the server stopped, though no host signed that.
    pub stopped_by_server: Vec<TrackKind>,
    /// Whether it has a connection to the server.
    pub is_connected: bool,
    /// The tracks that are on.
    pub tracks: Vec<TrackKind>,
    /// Whether its frames can be opened.
    pub key: KeyState,
    /// What is wrong about it.
    pub alarm: Option<Alarm>,
    /// Who it is, by the server's word; in end-to-end meetings bound to the leaf.
    pub identity: IdentityView,
    /// Whose name its own can be taken for, where that one is better known or was there first.
    pub looks_like: Option<ParticipantId>,
    /// The key of its stay in hexadecimal digits, the same over reloads: nobody else can wear it. Absent in standard meetings.
    pub stay: Option<String>,
}

/// How well the server knows a participant. A name of one's own choosing says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct IdentityView {
    /// In one word.
    pub level: IdentityLevelView,
    /// The organisation or provider that answers for a verified participant.
    pub by: Option<String>,
    /// The account's name; absent for guests.
    pub account_name: Option<String>,
}

/// How well the server knows somebody, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum IdentityLevelView {
    /// Not at all.
    Guest,
    /// It has an account.
    SignedIn,
    /// An organisation or a provider answers for it.
    Verified,
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
    /// Its leaf shows a forged statement about who it is, or another one's.
    FalseIdentity,
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

/// The last change of the group's keys, and with them of the safety code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyChangeView {
    /// Counts up within the session.
    pub id: u32,
    /// What brought it about.
    pub why: KeyChangeReason,
    /// Who did.
    pub participants: Vec<ParticipantId>,
    /// How many changes of this session nobody's coming or going explains: each is a reason to compare the code again.
    pub unexplained: u32,
}

/// What brought a change of keys about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyChangeReason {
    /// This participant came in.
    Entered,
    /// This participant had lost its place in the group and took another.
    EnteredAgain,
    /// Somebody came in.
    Joined,
    /// Somebody left or was removed.
    Left,
    /// Somebody came back with other keys, as after a reload.
    CameBack,
    /// Nobody came or went: a member made new keys.
    Renewed,
    /// The members refused a change and took it back.
    RolledBack,
    /// The group was lost and begun anew.
    Recreated,
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
    /// What it answers.
    pub reply_to: Option<ChatReply>,
    /// Between whom, if it was written to one person alone.
    pub whisper: Option<WhisperView>,
    /// Whether it reached nobody: its only receiver was gone.
    pub is_undelivered: bool,
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
    /// Somebody shows a forged statement about who it is, or another one's.
    FalseIdentity,
    /// More was said while the connection was away than the server keeps.
    MessagesMissed,
    /// The server withholds changes of keys: what the others send cannot be opened.
    CommitsWithheld,
    /// A host stopped tracks of this participant's.
    MutedByHost,
    /// A host asks this participant to switch the microphone on.
    AskedToUnmute,
    /// The hosts do not let participants do that at present.
    NotAllowed,
    /// The server showed an act that no host signed, or an old one again.
    ActForged,
    /// A host removed somebody.
    RemovedByHost,
    /// Somebody is gone without a word, and no host signed that: the connection was lost, or the server put it out.
    Vanished,
    /// A host made somebody host or co-host, or took that away.
    RoleChanged,
    /// A host replaced the meeting's link.
    LinkReplaced,
}
