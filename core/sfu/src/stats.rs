// SPDX-License-Identifier: MIT OR Apache-2.0
//! Counters: what went through, and what was dropped for which reason.

/// Why something from the network went no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(usize)]
pub enum DropReason {
    /// A datagram longer than any WebRTC client sends.
    TooLarge,
    /// Neither STUN, DTLS, RTP nor RTCP.
    NotWebRtc,
    /// From an address that no peer sends from, or with credentials that no peer has.
    Unknown,
    /// From a peer without a transport, or blocked.
    NoTransport,
    /// Media of a track that is off, or on an m-line that was not announced.
    NotPublished,
    /// A payload type other than the track's codec.
    WrongCodec,
    /// A video payload without a VP9 payload descriptor.
    BadDescriptor,
}

impl DropReason {
    /// All reasons, in the order of their counters.
    pub const ALL: [Self; 7] = [
        Self::TooLarge,
        Self::NotWebRtc,
        Self::Unknown,
        Self::NoTransport,
        Self::NotPublished,
        Self::WrongCodec,
        Self::BadDescriptor,
    ];

    /// Returns the reason as it stands in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NotWebRtc => "not_webrtc",
            Self::Unknown => "unknown",
            Self::NoTransport => "no_transport",
            Self::NotPublished => "not_published",
            Self::WrongCodec => "wrong_codec",
            Self::BadDescriptor => "bad_descriptor",
        }
    }
}

/// Counts since the worker began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SfuStats {
    /// RTP packets taken in from publishers.
    pub rtp_in: u64,
    /// RTP packets handed to subscribers' transports, resends not counted.
    pub rtp_forwarded: u64,
    /// PLIs sent to publishers.
    pub plis: u64,
    /// Layer switches downward.
    pub layers_down: u64,
    /// Layer switches upward.
    pub layers_up: u64,
    /// Meetings lost to a caught panic.
    pub meetings_failed: u64,
    /// Peers refused for their SRTP profile.
    pub weak_srtp: u64,
    dropped: [u64; DropReason::ALL.len()],
}

impl SfuStats {
    /// Returns how much was dropped for `reason`.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason as usize]
    }

    pub(crate) fn count_drop(&mut self, reason: DropReason) {
        self.dropped[reason as usize] += 1;
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.rtp_in += other.rtp_in;
        self.rtp_forwarded += other.rtp_forwarded;
        self.plis += other.plis;
        self.layers_down += other.layers_down;
        self.layers_up += other.layers_up;
        self.meetings_failed += other.meetings_failed;
        self.weak_srtp += other.weak_srtp;
        for (sum, count) in self.dropped.iter_mut().zip(other.dropped) {
            *sum += count;
        }
    }
}
