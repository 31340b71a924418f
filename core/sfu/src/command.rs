// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the media plane is told.

use std::fmt;

use protocol::{
    MeetingId, ParticipantId, Redacted, TrackKind, TrackSource, message::PublishedMid, message::VideoRequest,
};

/// One participant's transport at the media server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey {
    /// Which meeting.
    pub meeting: MeetingId,
    /// Whose.
    pub participant: ParticipantId,
}

impl fmt::Display for PeerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.meeting, self.participant)
    }
}

/// What a meeting asks of the media plane. Commands about peers that do not exist are no errors: signalling and media
/// lose peers at different times.
#[derive(Debug, Clone)]
pub enum SfuCommand {
    /// An SDP offer; answered by [`crate::SfuEvent::Answer`] or [`crate::SfuEvent::OfferRefused`].
    Offer {
        /// Who offers.
        peer: PeerKey,
        /// A higher number replaces the transport, the same number renegotiates it.
        transport: u32,
        /// The SDP.
        sdp: Redacted<String>,
        /// What the sending m-lines carry.
        publish: Vec<PublishedMid>,
    },
    /// Which tracks of the peer are on. Packets of the others are dropped. Holds across transports.
    SetTracks {
        /// Whose.
        peer: PeerKey,
        /// The kinds that are on.
        active: Vec<TrackKind>,
    },
    /// Which videos the peer shows, most wanted first. Holds across transports.
    Subscribe {
        /// Who watches.
        peer: PeerKey,
        /// Those beyond [`protocol::limits::VIDEO_SLOTS`] are ignored.
        videos: Vec<VideoRequest>,
    },
    /// The peer could not decode for want of a keyframe.
    RequestKeyframe {
        /// Who watches.
        peer: PeerKey,
        /// What.
        source: TrackSource,
    },
    /// Every layer of every video needs a keyframe: the keys changed.
    ForceKeyframes {
        /// In which meeting.
        meeting: MeetingId,
    },
    /// Nothing goes from or to the peer from here on, whatever it offers, until [`Self::RemovePeer`].
    Block {
        /// Whom.
        peer: PeerKey,
    },
    /// The participant is gone: closes the transport and forgets everything.
    RemovePeer {
        /// Who.
        peer: PeerKey,
    },
    /// The meeting is over.
    RemoveMeeting {
        /// Which.
        meeting: MeetingId,
    },
    /// Panics inside the meeting, to try that nothing else notices.
    #[cfg(any(test, feature = "crash-hook"))]
    Crash {
        /// In which meeting.
        meeting: MeetingId,
    },
}

impl SfuCommand {
    /// Returns the meeting that the command is about, which decides the worker.
    pub fn meeting(&self) -> MeetingId {
        match self {
            Self::Offer { peer, .. }
            | Self::SetTracks { peer, .. }
            | Self::Subscribe { peer, .. }
            | Self::RequestKeyframe { peer, .. }
            | Self::Block { peer }
            | Self::RemovePeer { peer } => peer.meeting,
            Self::ForceKeyframes { meeting } | Self::RemoveMeeting { meeting } => *meeting,
            #[cfg(any(test, feature = "crash-hook"))]
            Self::Crash { meeting } => *meeting,
        }
    }
}
