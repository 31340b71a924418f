// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bodies of the HTTP interface.

use serde::{Deserialize, Serialize};

use crate::{ErrorCode, MeetingId, Mode};

/// Body of `POST /api/meetings`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateMeeting {
    /// Fixed for the meeting's life.
    pub mode: Mode,
    /// The host's Ed25519 public key, 32 bytes in base64url. A meeting made without one has no host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_key: Option<String>,
    /// Ed25519 public key derived from the link secret, 32 bytes in base64url. With it, the server refuses clients that
    /// do not have the secret before they can be the first in an empty meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admission_key: Option<String>,
}

/// Answer to `POST /api/meetings` and to `GET /api/meetings/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MeetingInfo {
    /// The public part of the link; the client adds the secret.
    pub id: MeetingId,
    /// Fixed for the meeting's life.
    pub mode: Mode,
    /// Whether a host has ended it.
    pub is_ended: bool,
}

/// Body of every refused HTTP request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Problem {
    /// What clients match on.
    pub code: ErrorCode,
    /// One sentence for a person who reads logs.
    pub message: String,
}
