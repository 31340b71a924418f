// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the media plane reports.

use protocol::{MeetingId, ParticipantId, Redacted, TrackKind, TrackSource};
use str0m::net::Transmit;

use crate::PeerKey;

/// What [`crate::Sfu::poll_output`] hands out.
#[derive(Debug)]
pub enum SfuOutput {
    /// A datagram to be sent.
    Transmit(Transmit),
    /// Something for the meeting.
    Event(SfuEvent),
}

/// What a meeting learns from the media plane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SfuEvent {
    /// An offer was accepted. Precedes every [`Self::SlotChanged`] of its m-lines.
    Answer {
        /// Who offered.
        peer: PeerKey,
        /// The number of the offer.
        transport: u32,
        /// The SDP, with all candidates.
        sdp: Redacted<String>,
    },
    /// An offer was not accepted. An earlier transport of the peer goes on, unless [`Self::PeerLost`] says otherwise.
    OfferRefused {
        /// Who offered.
        peer: PeerKey,
        /// The number of the offer.
        transport: u32,
        /// Why.
        reason: OfferRefusal,
    },
    /// ICE and DTLS are up, and SRTP is AEAD_AES_256_GCM.
    PeerConnected {
        /// Who.
        peer: PeerKey,
        /// Which transport.
        transport: u32,
    },
    /// The transport is gone; the client makes another.
    PeerLost {
        /// Who.
        peer: PeerKey,
        /// Which transport.
        transport: u32,
        /// Why.
        reason: LostReason,
    },
    /// What a receiving m-line carries from here on.
    SlotChanged {
        /// Whose m-line.
        peer: PeerKey,
        /// Of which transport.
        transport: u32,
        /// The m-line.
        mid: String,
        /// Nobody's track, or whose.
        source: Option<TrackSource>,
    },
    /// More sources than receiving m-lines.
    MoreSlots {
        /// Who should offer again.
        peer: PeerKey,
        /// Receiving audio m-lines wanted in all.
        audio: u16,
        /// Receiving video m-lines wanted in all.
        video: u16,
    },
    /// Who speaks.
    Speakers {
        /// In which meeting.
        meeting: MeetingId,
        /// Loudest first, at most three.
        participants: Vec<ParticipantId>,
    },
    /// A keyframe is wanted of a track; the publisher has been sent a PLI as well.
    KeyframeWanted {
        /// The publisher.
        peer: PeerKey,
        /// Which track.
        kind: TrackKind,
    },
    /// A panic was caught: all peers of the meeting are gone, nobody else noticed.
    MeetingFailed {
        /// Which.
        meeting: MeetingId,
    },
}

impl SfuEvent {
    /// Returns the meeting that the event is about.
    pub fn meeting(&self) -> MeetingId {
        match self {
            Self::Answer { peer, .. }
            | Self::OfferRefused { peer, .. }
            | Self::PeerConnected { peer, .. }
            | Self::PeerLost { peer, .. }
            | Self::SlotChanged { peer, .. }
            | Self::MoreSlots { peer, .. }
            | Self::KeyframeWanted { peer, .. } => peer.meeting,
            Self::Speakers { meeting, .. } | Self::MeetingFailed { meeting } => *meeting,
        }
    }
}

/// Why an offer was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfferRefusal {
    /// Longer than [`protocol::limits::SDP_BYTES`], or more m-lines than any client needs.
    #[error("offer too large")]
    TooLarge,
    /// No SDP, or one that WebRTC does not allow here.
    #[error("offer not understood")]
    Malformed,
    /// A published m-line is missing, of the wrong medium, or named twice.
    #[error("published m-lines do not match the offer")]
    WrongPublish,
    /// No VP9 of profile 0 where there is video, or no Opus where there is audio.
    #[error("no codec in common")]
    NoCodec,
    /// The transport's number is below the one in use.
    #[error("a newer transport is in use")]
    Stale,
    /// The peer was blocked.
    #[error("peer is blocked")]
    Blocked,
    /// As many peers as a meeting holds.
    #[error("too many peers")]
    TooManyPeers,
}

/// Why a transport is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LostReason {
    /// Nothing came for [`crate::IDLE_FOR`], or ICE and DTLS did not come up in time.
    #[error("timed out")]
    TimedOut,
    /// The client closed it.
    #[error("closed by the client")]
    Closed,
    /// DTLS agreed on another SRTP profile than AEAD_AES_256_GCM, and was closed before any key was used.
    #[error("srtp profile is not aead_aes_256_gcm")]
    WeakSrtp,
    /// What came broke the protocol.
    #[error("protocol violated")]
    Violation,
}
