// SPDX-License-Identifier: MIT OR Apache-2.0
//! What every frame is bound to beside its key: meeting, mode and track (RFC 9605, section 4.4.1: metadata).

use protocol::{MeetingId, Mode, TrackKind};

#[derive(Clone, Copy)]
pub(super) struct Metadata {
    pub(super) meeting: MeetingId,
    pub(super) mode: Mode,
}

impl Metadata {
    /// Returns header and metadata, in the order in which they are authenticated.
    pub(super) fn aad(self, kind: TrackKind, header: &[u8]) -> Vec<u8> {
        let mut aad = Vec::with_capacity(header.len() + LABEL.len() + 18);
        aad.extend_from_slice(header);
        aad.extend_from_slice(LABEL);
        aad.push(self.mode.label_byte());
        aad.extend_from_slice(self.meeting.as_bytes());
        aad.push(kind.context());
        aad
    }
}

const LABEL: &[u8] = b"Incamera 1 frame";
