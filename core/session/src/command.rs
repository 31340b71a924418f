// SPDX-License-Identifier: MIT OR Apache-2.0
//! What goes into a session from the person and the media side, and what comes out of it.

use protocol::{
    MeetingLink, ParticipantId, ResumeToken, TrackKind, TrackSource,
    acts::{Permissions, Role},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{breakouts::RoomWish, view::View};

/// What a session is started with. Has no `Debug`: the link is secret.
#[derive(Clone)]
pub struct SessionConfig {
    /// Where to, and with which secret; a host link makes this participant a host.
    pub link: MeetingLink,
    /// What others shall call this participant.
    pub name: String,
    /// From an earlier session in the same meeting, to continue as the same participant.
    pub resume: Option<ResumeToken>,
    /// The tracks that are on from the beginning.
    pub active: Vec<TrackKind>,
}

/// What the person or the media side wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Command {
    /// An SDP offer for the transport that [`Directive::NewTransport`] asked for, or a renegotiation of it.
    Offer {
        /// The number from the directive.
        transport: u32,
        /// The SDP.
        sdp: String,
        /// What each publishing m-line carries.
        publish: Vec<PublishedLine>,
    },
    /// The peer connection failed; a new one is wanted. Ignored unless `transport` is the latest.
    TransportFailed {
        /// The number of the failed one.
        transport: u32,
    },
    /// Which of the own tracks are being sent; the others are off.
    SetTracks {
        /// The kinds that are on.
        active: Vec<TrackKind>,
    },
    /// Which videos are shown, most wanted first.
    Subscribe {
        /// The others cost no bandwidth.
        videos: Vec<VideoWish>,
    },
    /// A frame could not be decoded for want of a keyframe.
    RequestKeyframe {
        /// Whose, and which.
        source: TrackSource,
    },
    /// The frame side has got frames of a later epoch for some seconds: their keys do not come.
    KeysMissing,
    /// Sends a chat message to everybody.
    Chat {
        /// At most [`protocol::limits::CHAT_BYTES`].
        text: String,
        /// The [`crate::ChatMessage::id`] of the message that it answers.
        #[serde(default, rename = "replyTo")]
        reply_to: Option<u32>,
    },
    /// Sends a chat message to one person.
    Whisper {
        /// To whom.
        to: ParticipantId,
        /// At most [`protocol::limits::CHAT_BYTES`].
        text: String,
        /// As in [`Command::Chat`].
        #[serde(default, rename = "replyTo")]
        reply_to: Option<u32>,
    },
    /// Opens a poll (hosts and co-hosts).
    OpenPoll {
        /// What is asked.
        question: String,
        /// Two to ten.
        answers: Vec<String>,
    },
    /// Votes.
    Vote {
        /// The [`crate::PollView::id`].
        poll: u32,
        /// Which answer, from 0; `None` takes the vote back.
        answer: Option<u8>,
    },
    /// Closes a poll (its opener, hosts and co-hosts).
    ClosePoll {
        /// The [`crate::PollView::id`].
        poll: u32,
    },
    /// Starts a timer for everybody, in the place of any other (hosts and co-hosts).
    StartTimer {
        /// How long.
        seconds: u32,
        /// What for; may be empty.
        label: String,
    },
    /// Stops the timer (hosts and co-hosts).
    StopTimer,
    /// What this device heard its person say.
    Caption {
        /// Counts up; a line said again replaces what it was.
        line: u32,
        /// In words.
        text: String,
        /// Whether the line is done.
        #[serde(rename = "isFinal")]
        is_final: bool,
        /// The language, as BCP 47 names it.
        lang: String,
    },
    /// Shows a reaction to everybody.
    React {
        /// One of a fixed list.
        emoji: String,
    },
    /// Raises or lowers the own hand.
    Hand {
        /// Whether it is up.
        raised: bool,
    },
    /// Changes the own name.
    Rename {
        /// At most [`protocol::limits::NAME_BYTES`].
        name: String,
    },
    /// Begins or ends a recording on this device; everybody is told and asked.
    Record {
        /// Whether it runs.
        on: bool,
    },
    /// Says whether this participant is in somebody's recording; can be said again.
    AnswerRecording {
        /// Whose.
        recorder: ParticipantId,
        /// Whether it agrees.
        agrees: bool,
    },
    /// Lets nobody new in, or again everybody. This and what follows is for hosts and co-hosts.
    Lock {
        /// Whether the meeting is locked.
        on: bool,
    },
    /// Has newcomers wait until somebody admits them.
    SetLobby {
        /// Whether they wait.
        on: bool,
    },
    /// Stops everything but the hosts' media, closes the chat, locks the meeting and switches the lobby on.
    Suspend {
        /// Whether everything stops. Lock and lobby stay when it ends.
        on: bool,
    },
    /// Says what participants may do.
    SetPermissions {
        /// From here on.
        permissions: Permissions,
    },
    /// Stops tracks at the server.
    Mute {
        /// Whose; `None`: everybody's who is no host and no co-host.
        participant: Option<ParticipantId>,
        /// Which.
        kinds: Vec<TrackKind>,
    },
    /// Asks somebody to switch the microphone on.
    AskToUnmute {
        /// Whom.
        participant: ParticipantId,
    },
    /// Has everybody see somebody large.
    Spotlight {
        /// `None`: nobody in particular.
        participant: Option<ParticipantId>,
    },
    /// Makes somebody host or co-host, or takes that away (hosts only).
    SetRole {
        /// Whom.
        participant: ParticipantId,
        /// What it is from here on.
        role: Role,
    },
    /// Gives somebody another name.
    RenameParticipant {
        /// Whom.
        participant: ParticipantId,
        /// At most [`protocol::limits::NAME_BYTES`].
        name: String,
    },
    /// Lets people in from the lobby.
    Admit {
        /// Whom; empty: everybody who waits.
        participants: Vec<ParticipantId>,
    },
    /// Sends somebody away from the lobby.
    TurnAway {
        /// Whom.
        participant: ParticipantId,
    },
    /// Says something to everybody who waits.
    MessageLobby {
        /// A few sentences.
        text: String,
    },
    /// Replaces the meeting's link by another one (hosts only).
    NewLink,
    /// Removes somebody from the meeting and keeps it out.
    KeepOut {
        /// Whom.
        participant: ParticipantId,
    },
    /// Lets somebody in again who was kept out.
    LetBack {
        /// [`crate::KeptOutView::participant`].
        participant: ParticipantId,
    },
    /// Removes somebody from the meeting (hosts only).
    Remove {
        /// Whom.
        participant: ParticipantId,
    },
    /// Opens breakout rooms or changes all of them at once. This and the next three are for hosts and co-hosts.
    SetBreakouts {
        /// None: closes them.
        rooms: Vec<RoomWish>,
        /// After how many seconds everybody is called back, if ever.
        #[serde(rename = "closesIn")]
        closes_in: Option<u32>,
    },
    /// Moves somebody to a breakout room.
    AssignToRoom {
        /// Whom.
        participant: ParticipantId,
        /// [`crate::BreakoutRoomView::id`]; `None`: to the meeting itself.
        room: Option<String>,
    },
    /// Calls everybody back from the breakout rooms.
    CallBack {
        /// After how many seconds.
        within: u32,
    },
    /// Says something to everybody in every room.
    Broadcast {
        /// At most [`protocol::limits::CHAT_BYTES`].
        text: String,
    },
    /// Tells the others in which breakout room this participant is.
    EnterRoom {
        /// [`crate::BreakoutRoomView::id`]; `None`: in the meeting itself.
        room: Option<String>,
    },
    /// In a breakout room: what the session in the meeting that it is of says about it by now.
    RenewPass {
        /// [`crate::BreakoutRoomView::pass`].
        pass: String,
    },
    /// Ends the meeting for everybody (hosts only).
    EndMeeting,
    /// Leaves the meeting.
    Leave,
}

/// One m-line on which the own peer connection sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PublishedLine {
    /// The m-line's `mid`.
    pub mid: String,
    /// What it carries.
    pub kind: TrackKind,
}

/// One video that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VideoWish {
    /// Whose, and which.
    pub source: TrackSource,
    /// Height of the tile in device pixels.
    pub height: u16,
}

/// What the media side has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Directive {
    /// Close the old peer connection if there is one, make a new one and offer it with [`Command::Offer`].
    NewTransport {
        /// Its number.
        transport: u32,
    },
    /// The server's answer to an offer.
    Answer {
        /// The number of the offer.
        transport: u32,
        /// The SDP.
        sdp: String,
    },
    /// What a receiving m-line carries from here on.
    Slot {
        /// The transport whose m-line it is.
        transport: u32,
        /// The m-line's `mid`.
        mid: String,
        /// Nobody, or whose track.
        source: Option<TrackSource>,
    },
    /// Offer the same transport again with this many receiving m-lines.
    MoreSlots {
        /// For audio, in total.
        audio: u16,
        /// For video, in total.
        video: u16,
    },
    /// Make the encoder of this track produce a keyframe on every layer.
    Keyframe {
        /// Which track.
        kind: TrackKind,
    },
    /// Close the peer connection.
    CloseTransport,
}

/// What a session wants done. Has no `Debug`: it carries keys and plaintext.
pub enum Output {
    /// Open the WebSocket, then call `handle_connected` or `handle_disconnected`.
    Connect,
    /// Close the WebSocket after what was sent; `handle_disconnected` need not be called.
    Disconnect,
    /// One binary WebSocket message.
    Send(Vec<u8>),
    /// For the media side.
    Media(Directive),
    /// An encoded `e2ee` key update, for every frame worker.
    Keys(Vec<u8>),
    /// What to show from here on.
    View(Box<View>),
    /// To be kept for [`SessionConfig::resume`]; replaces the one before.
    Resume(ResumeToken),
}
