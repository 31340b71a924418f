// SPDX-License-Identifier: MIT OR Apache-2.0
//! Meetings: made, listed, changed, ended. The link secret is in none of these.

use serde::{Deserialize, Serialize};

use crate::{MeetingId, Mode, Redacted};

/// Body of `POST /api/meetings`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct CreateMeeting {
    /// Fixed for the meeting's life.
    pub mode: Mode,
    /// The host's Ed25519 public key, 32 bytes in base64url. A meeting made without one has no host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub host_key: Option<String>,
    /// Ed25519 public key derived from the link secret, 32 bytes in base64url. With it, the server refuses clients that
    /// do not have the secret before they can be the first in an empty meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub admission_key: Option<String>,
    /// What its owner calls it. Not shown to anybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<String>")]
    pub title: Option<Redacted<String>>,
    /// When it is planned to start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub starts_at: Option<i64>,
    /// How long it is planned to last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub minutes: Option<u32>,
    /// Whether a host lets everybody in.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub has_lobby: bool,
    /// How many people it is for, at most; none for as many as the plan holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub people: Option<u32>,
}

/// Answer to `POST /api/meetings` and to `GET /api/meetings/{id}`: what anybody with the link may know.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct MeetingInfo {
    /// The public part of the link; the client adds the secret.
    #[ts(type = "string")]
    pub id: MeetingId,
    /// Fixed for the meeting's life.
    pub mode: Mode,
    /// Whether a host has ended it.
    pub is_ended: bool,
    /// Whether a host lets everybody in.
    #[serde(default)]
    pub has_lobby: bool,
}

/// A meeting as its owner sees it. Line of the answer to `GET /api/meetings`, answer to `PATCH /api/meetings/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct OwnMeeting {
    /// The public part of the link.
    #[ts(type = "string")]
    pub id: MeetingId,
    /// Fixed for the meeting's life.
    pub mode: Mode,
    /// What its owner calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<String>")]
    pub title: Option<Redacted<String>>,
    /// When it is planned to start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub starts_at: Option<i64>,
    /// How long it is planned to last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub minutes: Option<u32>,
    /// How many people it holds.
    pub people: u32,
    /// Whether a host lets everybody in.
    pub has_lobby: bool,
    /// When it was made.
    #[ts(type = "number")]
    pub created_at: i64,
    /// Whether it has ended.
    pub is_ended: bool,
    /// Whether somebody is in it.
    pub is_live: bool,
}

/// Body of `PATCH /api/meetings/{id}`. What is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct MeetingChange {
    /// What its owner calls it; empty for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<String>")]
    pub title: Option<Redacted<String>>,
    /// When it is planned to start; `null` for no time.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number | null")]
    pub starts_at: Option<Option<i64>>,
    /// How long it is planned to last; `null` for as long as the plan lets it.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number | null")]
    pub minutes: Option<Option<u32>>,
    /// Whether a host lets everybody in. Refused while the meeting is open: there, a host says so in the meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub has_lobby: Option<bool>,
}

/// Tells `null` from nothing: reads whatever stands there.
fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
