// SPDX-License-Identifier: MIT OR Apache-2.0
//! One participant as the media plane knows it. What it publishes and wants outlives its transports.

use std::time::Instant;

use protocol::{TrackKind, limits, message::VideoRequest};

use crate::transport::Transport;

/// One participant of a meeting.
#[derive(Debug, Default)]
pub(crate) struct Peer {
    /// The kinds that are on.
    pub(crate) active: Vec<TrackKind>,
    /// Most wanted first.
    pub(crate) videos: Vec<VideoRequest>,
    pub(crate) is_blocked: bool,
    pub(crate) transport: Option<Transport>,
    /// Whether the transport has to be polled.
    pub(crate) is_dirty: bool,
    /// When the transport has to be polled next.
    pub(crate) due_at: Option<Instant>,
}

impl Peer {
    /// Takes what is on. Returns whether that is another set than before.
    pub(crate) fn set_active(&mut self, active: &[TrackKind]) -> bool {
        let active = TrackKind::ALL
            .into_iter()
            .filter(|kind| active.contains(kind))
            .collect();
        let before = std::mem::replace(&mut self.active, active);
        before != self.active
    }

    pub(crate) fn set_videos(&mut self, videos: Vec<VideoRequest>) {
        self.videos.clear();
        for video in videos.into_iter().take(limits::VIDEO_SLOTS) {
            if video.source.kind.is_video() && !self.videos.iter().any(|other| other.source == video.source) {
                self.videos.push(video);
            }
        }
    }

    /// Returns the transport if media may flow on it.
    pub(crate) fn connected(&mut self) -> Option<&mut Transport> {
        self.transport
            .as_mut()
            .filter(|transport| transport.is_connected())
    }

    /// Returns whether others may receive the track: announced, and on.
    pub(crate) fn sends(&self, kind: TrackKind) -> bool {
        self.active.contains(&kind) && self.announces(kind)
    }

    /// Returns whether the track is announced, on or off.
    pub(crate) fn announces(&self, kind: TrackKind) -> bool {
        self.transport
            .as_ref()
            .is_some_and(|transport| transport.ingress.publishes(kind))
    }
}
