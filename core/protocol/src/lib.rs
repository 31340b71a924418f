// SPDX-License-Identifier: MIT OR Apache-2.0
//! What client and server say to each other: ids, links, signalling messages, HTTP bodies, limits.
//!
//! Nothing here knows a key, a socket or a clock. Client crates and server crates meet only in this crate, and only
//! these types cross the wire.

pub mod acts;
mod codec;
pub mod error;
pub mod http;
pub mod id;
pub mod identity;
pub mod limits;
pub mod link;
pub mod message;
pub mod mls;
mod redacted;
mod time;
mod track;

pub use codec::{DecodeError, decode, encode};
pub use error::ErrorCode;
pub use id::{AccountId, ConnectionId, MeetingId, ParticipantId, ResumeToken};
pub use link::{LinkError, MeetingLink, Mode};
pub use message::{ClientMessage, ServerMessage};
pub use redacted::Redacted;
pub use time::Timestamp;
pub use track::{TrackKind, TrackSource};

/// The version of the signalling protocol, sent in [`ClientMessage::Hello`].
///
/// It also pins the MLS ciphersuite code point, which is provisional (draft-ietf-mls-pq-ciphersuites).
pub const PROTOCOL_VERSION: u16 = 1;
