// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a participant may publish.

use serde::{Deserialize, Serialize};

use crate::ParticipantId;

/// One of a participant's at most four tracks; also the SFrame track context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum TrackKind {
    /// Opus.
    Microphone = 0,
    /// VP9, simulcast q/h/f.
    Camera = 1,
    /// VP9, one layer.
    Screen = 2,
    /// Opus: what the shared tab or system plays.
    ScreenAudio = 3,
}

impl TrackKind {
    /// All kinds, in the order of their context numbers.
    pub const ALL: [Self; 4] = [Self::Microphone, Self::Camera, Self::Screen, Self::ScreenAudio];

    /// Returns the SFrame track context (RFC 9605, section 5.2).
    pub const fn context(self) -> u8 {
        self as u8
    }

    /// Returns the kind with this track context.
    pub fn from_context(context: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.context() == context)
    }

    /// Returns whether the track carries pictures.
    pub const fn is_video(self) -> bool {
        matches!(self, Self::Camera | Self::Screen)
    }
}

/// Whose track, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
pub struct TrackSource {
    /// The publisher.
    pub participant: ParticipantId,
    /// Which of the publisher's tracks.
    pub kind: TrackKind,
}
