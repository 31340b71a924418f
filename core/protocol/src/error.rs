// SPDX-License-Identifier: MIT OR Apache-2.0
//! The stable codes by which clients tell refusals apart.

use serde::{Deserialize, Serialize};

/// Why the server refused. Clients match on this, never on text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The bytes were no message of this protocol.
    #[error("malformed message")]
    Malformed,
    /// A message or body over its limit.
    #[error("message too large")]
    TooLarge,
    /// More messages than a client may send in the time.
    #[error("too many messages")]
    RateLimited,
    /// A message that makes no sense in this state.
    #[error("message out of order")]
    OutOfOrder,
    /// The client's protocol version is not spoken here.
    #[error("protocol version not supported")]
    UnsupportedVersion,
    /// No meeting has this id.
    #[error("no such meeting")]
    UnknownMeeting,
    /// The meeting was ended by a host.
    #[error("the meeting has ended")]
    MeetingEnded,
    /// As many people as the meeting holds are in it.
    #[error("the meeting is full")]
    MeetingFull,
    /// The link's mode is not the meeting's mode.
    #[error("the link is for another mode of encryption")]
    WrongMode,
    /// The link's secret is not this meeting's.
    #[error("the link's secret is not this meeting's")]
    WrongSecret,
    /// The resume token belongs to another meeting, another server or nobody.
    #[error("resume token not accepted")]
    ForeignToken,
    /// The participant was removed by a host.
    #[error("removed by a host")]
    Removed,
    /// Another connection of the same participant took over.
    #[error("continued on another connection")]
    Superseded,
    /// Only a host may do this.
    #[error("only a host may do this")]
    NotHost,
    /// Lost the race for this epoch: catch up, then commit again.
    #[error("commit is for another epoch")]
    StaleEpoch,
    /// The commit failed the server's public checks.
    #[error("commit not valid")]
    InvalidCommit,
    /// Members refused what this participant committed.
    #[error("commit refused by the members")]
    CommitRefused,
    /// The SDP or the transport was refused.
    #[error("media not accepted")]
    MediaRefused,
    /// A web page of another origin tried to open the WebSocket.
    #[error("request from another origin")]
    ForeignOrigin,
    /// No such HTTP resource.
    #[error("not found")]
    NotFound,
    /// The policy refuses it.
    #[error("not allowed")]
    NotAllowed,
    /// The sign-in failed, whatever was wrong with it.
    #[error("wrong credentials")]
    WrongCredentials,
    /// Only somebody who signed in minutes ago may do this.
    #[error("sign in again to do this")]
    FreshSignInNeeded,
    /// Something else stands in the way: the same thing exists, or changed in the meantime.
    #[error("conflicts with what is there")]
    Conflict,
    /// The meeting is as long as its owner's plan allows.
    #[error("the meeting has reached its time limit")]
    TimeLimit,
    /// The operator suspended the account: the own one, or the one that the meeting belongs to.
    #[error("the account is suspended")]
    AccountSuspended,
    /// The hosts have locked the meeting.
    #[error("the meeting is locked")]
    MeetingLocked,
    /// A host turned the person away from the lobby.
    #[error("turned away by a host")]
    TurnedAway,
    /// A host removed the person and keeps it out.
    #[error("kept out by a host")]
    KeptOut,
    /// A host has replaced the meeting's link.
    #[error("the link was replaced")]
    LinkReplaced,
    /// The server is shutting down or overloaded.
    #[error("server unavailable")]
    Unavailable,
    /// Our fault. The cause is in the server's log.
    #[error("internal error")]
    Internal,
}

impl ErrorCode {
    /// Returns the code as it stands in JSON and CBOR.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::OutOfOrder => "out_of_order",
            Self::UnsupportedVersion => "unsupported_version",
            Self::UnknownMeeting => "unknown_meeting",
            Self::MeetingEnded => "meeting_ended",
            Self::MeetingFull => "meeting_full",
            Self::WrongMode => "wrong_mode",
            Self::WrongSecret => "wrong_secret",
            Self::ForeignToken => "foreign_token",
            Self::Removed => "removed",
            Self::Superseded => "superseded",
            Self::NotHost => "not_host",
            Self::StaleEpoch => "stale_epoch",
            Self::InvalidCommit => "invalid_commit",
            Self::CommitRefused => "commit_refused",
            Self::MediaRefused => "media_refused",
            Self::ForeignOrigin => "foreign_origin",
            Self::NotFound => "not_found",
            Self::NotAllowed => "not_allowed",
            Self::WrongCredentials => "wrong_credentials",
            Self::FreshSignInNeeded => "fresh_sign_in_needed",
            Self::Conflict => "conflict",
            Self::TimeLimit => "time_limit",
            Self::AccountSuspended => "account_suspended",
            Self::MeetingLocked => "meeting_locked",
            Self::TurnedAway => "turned_away",
            Self::KeptOut => "kept_out",
            Self::LinkReplaced => "link_replaced",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}
