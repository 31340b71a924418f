// SPDX-License-Identifier: MIT OR Apache-2.0
//! The signalling messages, one CBOR value per binary WebSocket frame.
//!
//! A connection begins with the server's [`ServerMessage::Challenge`] and the client's [`ClientMessage::Hello`]; the
//! server answers [`ServerMessage::Welcome`] or [`ServerMessage::Refused`] and closes.

use serde::{Deserialize, Serialize};

use crate::{
    ErrorCode, MeetingId, Mode, ParticipantId, Redacted, ResumeToken, TrackKind, TrackSource,
    acts::{SignedAct, StayProof},
    identity::{IdentityClaim, SignedStatement},
};

/// From a client to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientMessage {
    /// First on every connection.
    Hello {
        /// [`crate::PROTOCOL_VERSION`].
        version: u16,
        /// Which meeting.
        meeting: MeetingId,
        /// What the link says; refused with [`ErrorCode::WrongMode`] if the meeting is of the other mode.
        mode: Mode,
        /// To continue as the same participant.
        #[serde(default)]
        resume: Option<ResumeToken>,
        /// Whether the client still has its MLS group (a lost connection), or begins anew (a reload).
        #[serde(default)]
        epoch: Option<u64>,
        /// Signature by the host key over [`crate::mls::host_challenge_message`].
        #[serde(default)]
        host_proof: Option<HostProof>,
        /// Signature over [`crate::mls::admission_challenge_message`] by the key derived from the link secret; empty in
        /// standard meetings.
        #[serde(default, with = "serde_bytes")]
        admission: Vec<u8>,
        /// Display name; sent in standard meetings only. In end-to-end meetings names are MLS application messages.
        #[serde(default)]
        name: Option<Redacted<String>>,
        /// The Ed25519 public key of the leaf that the client will make, for [`ServerMessage::Welcome`] to name; empty in
        /// standard meetings.
        #[serde(default, with = "serde_bytes")]
        leaf_key: Vec<u8>,
        /// The number of the last application message that came, from a client that goes on where it stopped: those after
        /// it are sent again.
        #[serde(default)]
        heard: Option<u64>,
        /// Whose stay it is, over the challenge.
        #[serde(default)]
        stay: Option<StayProof>,
    },
    /// The client will make a leaf with another key than its hello said; answered by [`ServerMessage::Identity`].
    RenewLeaf {
        /// The leaf's Ed25519 public key, 32 bytes.
        #[serde(with = "serde_bytes")]
        leaf_key: Vec<u8>,
    },
    /// The person leaves.
    Leave,
    /// A host ends the meeting for everyone. `signature` covers [`crate::mls::end_meeting_message`].
    EndMeeting {
        /// By the host's leaf key (end-to-end) or the host key (standard).
        #[serde(with = "serde_bytes")]
        signature: Vec<u8>,
    },
    /// A host removes somebody from a standard meeting; in end-to-end meetings the host commits the Remove.
    RemoveParticipant {
        /// Whom.
        participant: ParticipantId,
    },
    /// A host announces a removal that its commit will carry, so that forwarding stops at once.
    AnnounceRemoval {
        /// Whom.
        participant: ParticipantId,
    },
    /// An SDP offer; answered by [`ServerMessage::Answer`] with the same number.
    Offer {
        /// Which peer connection: a new number replaces the transport, the same number renegotiates it.
        transport: u32,
        /// The SDP.
        sdp: Redacted<String>,
        /// Which kind each publishing m-line carries.
        publish: Vec<PublishedMid>,
    },
    /// Which of the client's tracks are being sent.
    SetTracks {
        /// The kinds that are on; the others are off.
        active: Vec<TrackKind>,
    },
    /// Which videos the client shows, most wanted first; the others cost no bandwidth.
    Subscribe {
        /// At most [`crate::limits::VIDEO_SLOTS`].
        videos: Vec<VideoRequest>,
    },
    /// A frame could not be decoded for want of a keyframe.
    RequestKeyframe {
        /// Whose.
        source: TrackSource,
    },
    /// Creates the meeting's MLS group: the first member, or the first after all state was lost.
    CreateGroup {
        /// MLS GroupInfo message with the ratchet tree extension.
        #[serde(with = "serde_bytes")]
        group_info: Vec<u8>,
    },
    /// A commit, external ones included.
    Commit {
        /// The epoch that it was made in.
        epoch: u64,
        /// MLS PublicMessage.
        #[serde(with = "serde_bytes")]
        commit: Vec<u8>,
        /// GroupInfo of the epoch that it leads to, without the ratchet tree.
        #[serde(with = "serde_bytes")]
        group_info: Vec<u8>,
    },
    /// The client merged the commit that led to `epoch`.
    CommitAccepted {
        /// The epoch that it led to.
        epoch: u64,
    },
    /// The client refuses the commit made in `epoch`.
    CommitRefused {
        /// The epoch that the commit was made in.
        epoch: u64,
        /// SHA-256 of the commit.
        #[serde(with = "serde_bytes")]
        commit_hash: Vec<u8>,
        /// By the client's leaf key over [`crate::mls::commit_refusal_message`].
        #[serde(with = "serde_bytes")]
        signature: Vec<u8>,
    },
    /// An MLS application message for everyone (PrivateMessage); in standard meetings sealed with the server's key.
    Application {
        /// The ciphertext.
        #[serde(with = "serde_bytes")]
        message: Vec<u8>,
    },
    /// Something that only hosts do.
    Act {
        /// With everything that others need to check it.
        act: SignedAct,
    },
    /// Says who waits in the lobby.
    Knock {
        /// The name, sealed under the link secret; in standard meetings UTF-8.
        #[serde(with = "serde_bytes")]
        name: Vec<u8>,
    },
    /// Changes the own name in a standard meeting; in end-to-end meetings names are MLS application messages.
    Rename {
        /// The name from here on.
        name: Redacted<String>,
    },
    /// The client has lost or never had the group and wants [`ServerMessage::Group`].
    WantGroup,
    /// Asks for [`ServerMessage::Pong`]: a browser's script sees no WebSocket pings, and so no dead connection.
    Ping,
}

/// From the server to a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerMessage {
    /// First on every connection.
    Challenge {
        /// 32 random bytes.
        #[serde(with = "serde_bytes")]
        nonce: Vec<u8>,
    },
    /// The client is in.
    Welcome {
        /// Who the client is from here on.
        participant: ParticipantId,
        /// For the next connection.
        resume: ResumeToken,
        /// Everybody, the client included.
        roster: Vec<RosterEntry>,
        /// Where the MLS group stands (end-to-end only).
        group: Option<GroupState>,
        /// The media secret (standard only).
        standard_key: Option<StandardKey>,
        /// The public key under which the server's external proposals are signed, raw Ed25519 (end-to-end only).
        #[serde(default, with = "serde_bytes")]
        external_sender: Vec<u8>,
        /// Who the client is, for the leaf that its hello named; `None` for guests and in standard meetings.
        #[serde(default)]
        identity: Option<SignedStatement>,
        /// The Ed25519 public key under which the installation signs identities, 32 bytes; empty if it signs none.
        #[serde(default, with = "serde_bytes")]
        identity_key: Vec<u8>,
        /// The installation's clock, in seconds since 1970.
        #[serde(default)]
        unix_time: u64,
        /// The number of the application message from which the client goes on.
        #[serde(default)]
        heard: u64,
        /// Whether messages after it are lost: more was said than the server keeps for those who are away.
        #[serde(default)]
        has_missed_messages: bool,
        /// The hosts' acts that are in force.
        #[serde(default)]
        acts: Vec<SignedAct>,
    },
    /// The client waits until a host admits it; [`ServerMessage::Welcome`] or [`ServerMessage::Refused`] follows.
    InLobby {
        /// Who the client is from here on.
        participant: ParticipantId,
    },
    /// Who waits in the lobby, first come first; for hosts and co-hosts.
    Waiting {
        /// Everybody.
        waiting: Vec<WaitingEntry>,
    },
    /// A host did something.
    Act {
        /// Who, says the server; the signature is what counts.
        by: ParticipantId,
        /// What.
        act: SignedAct,
    },
    /// Answers [`ClientMessage::RenewLeaf`].
    Identity {
        /// Who the client is, for the leaf that it named; `None` for guests.
        identity: Option<SignedStatement>,
    },
    /// The client is not in, or no longer. The connection closes after it.
    Refused {
        /// Why.
        code: ErrorCode,
    },
    /// One message was refused; the connection goes on.
    Rejected {
        /// Why.
        code: ErrorCode,
    },
    /// Somebody came, or something about somebody changed.
    RosterChanged {
        /// The whole entry.
        entry: RosterEntry,
    },
    /// Somebody is gone.
    RosterLeft {
        /// Who.
        participant: ParticipantId,
    },
    /// A host ended the meeting; the connection closes after it.
    Ended {
        /// Who says so, and the signature of [`ClientMessage::EndMeeting`], for clients to check.
        by: ParticipantId,
        /// See [`ClientMessage::EndMeeting`].
        #[serde(with = "serde_bytes")]
        signature: Vec<u8>,
    },
    /// Answers [`ClientMessage::Offer`].
    Answer {
        /// The number of the offer.
        transport: u32,
        /// The SDP.
        sdp: Redacted<String>,
    },
    /// What a receiving m-line carries from here on.
    SlotChanged {
        /// The transport whose m-line it is.
        transport: u32,
        /// The m-line's `mid`.
        mid: String,
        /// Nobody, or whose track. Clients accept only frames sealed by that sender for that track.
        source: Option<TrackSource>,
    },
    /// More sources than receiving m-lines: offer again with this many for each medium.
    MoreSlots {
        /// Receiving audio m-lines wanted.
        audio: u16,
        /// Receiving video m-lines wanted.
        video: u16,
    },
    /// Who speaks, loudest first; empty when nobody does.
    Speakers {
        /// At most three.
        participants: Vec<ParticipantId>,
    },
    /// A new epoch needs a keyframe on every layer of every track, or a subscriber asks for one.
    KeyframeWanted {
        /// Which of the client's tracks.
        kind: TrackKind,
    },
    /// The group as it stands; answers [`ClientMessage::WantGroup`]. `None`: create it.
    Group {
        /// Its state.
        group: Option<GroupState>,
    },
    /// A commit in its order, the client's own included.
    Commit {
        /// The epoch that it was made in.
        epoch: u64,
        /// Who committed.
        by: ParticipantId,
        /// MLS PublicMessage.
        #[serde(with = "serde_bytes")]
        commit: Vec<u8>,
    },
    /// The client's commit lost, or failed the public checks.
    CommitRejected {
        /// [`ErrorCode::StaleEpoch`] or [`ErrorCode::InvalidCommit`].
        code: ErrorCode,
        /// The epoch that the group is in.
        epoch: u64,
    },
    /// The commit made in `epoch` is taken back: its members refused it. Its committer is evicted.
    Rollback {
        /// The epoch that the group is in again.
        epoch: u64,
    },
    /// The server's external Remove proposal, to be committed by `committer`.
    Proposal {
        /// The epoch that it is for.
        epoch: u64,
        /// Who commits it; the others only note it.
        committer: ParticipantId,
        /// MLS PublicMessage from an external sender.
        #[serde(with = "serde_bytes")]
        proposal: Vec<u8>,
    },
    /// Somebody is to be removed: refuse its key ids at once, and stop sending if no commit comes for 10 s.
    RemovalAnnounced {
        /// Whom.
        participant: ParticipantId,
    },
    /// An application message in its order.
    Application {
        /// Who sent it, says the server; the MLS sender is what counts.
        from: ParticipantId,
        /// The ciphertext.
        #[serde(with = "serde_bytes")]
        message: Vec<u8>,
        /// Counts the meeting's application messages, from 1.
        #[serde(default)]
        number: u64,
    },
    /// A new media secret (standard only).
    StandardKey {
        /// The secret.
        key: StandardKey,
    },
    /// Answers [`ClientMessage::Ping`] at once.
    Pong,
}

/// Proof to the server that the client holds the host key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostProof {
    /// Ed25519 public key, 32 bytes.
    #[serde(with = "serde_bytes")]
    pub host_key: Vec<u8>,
    /// Over [`crate::mls::host_challenge_message`] with the connection's challenge.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

/// One m-line on which the client sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedMid {
    /// The m-line's `mid`.
    pub mid: String,
    /// What it carries.
    pub kind: TrackKind,
}

/// One video that a client wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoRequest {
    /// Whose, and which.
    pub source: TrackSource,
    /// Height of the tile in device pixels.
    pub height: u16,
}

/// One participant as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterEntry {
    /// Who.
    pub participant: ParticipantId,
    /// Display name; standard meetings only.
    #[serde(default)]
    pub name: Option<Redacted<String>>,
    /// Whether it proved the host key to the server. In end-to-end meetings clients look at the leaf instead.
    #[serde(default)]
    pub is_host: bool,
    /// Whether it has a connection.
    pub is_connected: bool,
    /// The tracks that are on.
    #[serde(default)]
    pub tracks: Vec<TrackKind>,
    /// Who it is, by the server's word; standard meetings only, `None` for guests. In end-to-end meetings clients look at
    /// the leaf instead.
    #[serde(default)]
    pub identity: Option<IdentityClaim>,
    /// The key of its stay, 32 bytes or empty. In end-to-end meetings clients look at the leaf instead.
    #[serde(default, with = "serde_bytes")]
    pub stay_key: Vec<u8>,
    /// The tracks that a host stopped and that were not switched on since.
    #[serde(default)]
    pub held: Vec<TrackKind>,
}

/// Somebody who waits in the lobby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingEntry {
    /// Who.
    pub participant: ParticipantId,
    /// The key of its stay, 32 bytes or empty.
    #[serde(with = "serde_bytes")]
    pub stay_key: Vec<u8>,
    /// See [`ClientMessage::Knock`]; empty until it came.
    #[serde(with = "serde_bytes")]
    pub name: Vec<u8>,
}

/// Where an MLS group stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupState {
    /// The epoch of the GroupInfo.
    pub epoch: u64,
    /// MLS GroupInfo message without the tree.
    #[serde(with = "serde_bytes")]
    pub group_info: Vec<u8>,
    /// The ratchet tree, TLS-serialised; empty if the client said that it is in this epoch.
    #[serde(default, with = "serde_bytes")]
    pub ratchet_tree: Vec<u8>,
    /// Commits that the client missed since the epoch of its hello, oldest first; empty if it must join anew.
    #[serde(default)]
    pub missed: Vec<MissedCommit>,
}

/// A commit that a reconnecting client did not see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedCommit {
    /// The epoch that it was made in.
    pub epoch: u64,
    /// Who committed.
    pub by: ParticipantId,
    /// Any of the server's proposals that the commit refers to.
    #[serde(default)]
    pub proposals: Vec<serde_bytes::ByteBuf>,
    /// MLS PublicMessage.
    #[serde(with = "serde_bytes")]
    pub commit: Vec<u8>,
    /// The application messages that came before it, in their order: after it their keys may be gone.
    #[serde(default)]
    pub messages: Vec<MissedMessage>,
}

/// An application message that a reconnecting client did not see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedMessage {
    /// Its number: see [`ServerMessage::Application`].
    pub number: u64,
    /// The ciphertext.
    #[serde(with = "serde_bytes")]
    pub message: Vec<u8>,
}

/// The secret of a standard meeting's key epoch.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandardKey {
    /// Counts up whenever somebody leaves.
    pub epoch: u64,
    /// 32 random bytes.
    #[serde(with = "serde_bytes")]
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for StandardKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StandardKey {{ epoch: {} }}", self.epoch)
    }
}
