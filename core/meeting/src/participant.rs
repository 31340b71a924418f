// SPDX-License-Identifier: MIT OR Apache-2.0
//! One participant: who, whether connected, and what they asked of the media plane.

use protocol::{
    ConnectionId, MeetingId, ParticipantId, Redacted, Timestamp, TrackKind,
    message::{PublishedMid, RosterEntry, VideoRequest},
};
use sfu::{PeerKey, SfuCommand};

use crate::token::Stay;

/// A participant in the roster.
pub(crate) struct Participant {
    pub(crate) id: ParticipantId,
    pub(crate) stay: Stay,
    pub(crate) name: Option<Redacted<String>>,
    pub(crate) is_host: bool,
    pub(crate) presence: Presence,
    pub(crate) media: Media,
    /// The newest standard key that a client of the participant was sent.
    pub(crate) key_epoch: Option<u64>,
}

/// Whether a participant has a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// It has.
    Connected(ConnectionId),
    /// It has lost it and leaves the roster at `until`.
    Away { until: Timestamp },
}

impl Participant {
    pub(crate) fn connection(&self) -> Option<ConnectionId> {
        match self.presence {
            Presence::Connected(connection) => Some(connection),
            Presence::Away { .. } => None,
        }
    }

    pub(crate) fn roster_entry(&self) -> RosterEntry {
        RosterEntry {
            participant: self.id,
            name: self.name.clone(),
            is_host: self.is_host,
            is_connected: self.connection().is_some(),
            tracks: self.media.tracks.clone(),
        }
    }
}

/// What a participant asked of the media plane, and whether it may have it.
#[derive(Default)]
pub(crate) struct Media {
    /// Whether the media plane may know the participant: in the roster and, end-to-end, with its leaf in the group.
    is_admitted: bool,
    tracks: Vec<TrackKind>,
    videos: Vec<VideoRequest>,
    held_offer: Option<Offer>,
}

/// An SDP offer.
pub(crate) struct Offer {
    pub(crate) transport: u32,
    pub(crate) sdp: Redacted<String>,
    pub(crate) publish: Vec<PublishedMid>,
}

impl Media {
    /// Lets the participant in, and returns what it asked for in the meantime.
    pub(crate) fn admit(&mut self, peer: PeerKey) -> Vec<SfuCommand> {
        if self.is_admitted {
            return Vec::new();
        }
        self.is_admitted = true;
        let mut commands = vec![
            SfuCommand::SetTracks {
                peer,
                active: self.tracks.clone(),
            },
            SfuCommand::Subscribe {
                peer,
                videos: self.videos.clone(),
            },
        ];
        commands.extend(self.held_offer.take().map(|offer| offer.command(peer)));
        commands
    }

    /// Shuts the participant out: whatever it asks is held until it is admitted again.
    pub(crate) fn hold(&mut self) {
        self.is_admitted = false;
        self.held_offer = None;
    }

    pub(crate) fn offer(&mut self, peer: PeerKey, offer: Offer) -> Option<SfuCommand> {
        if self.is_admitted {
            return Some(offer.command(peer));
        }
        self.held_offer = Some(offer);
        None
    }

    pub(crate) fn set_tracks(&mut self, peer: PeerKey, tracks: Vec<TrackKind>) -> Option<SfuCommand> {
        self.tracks = tracks;
        self.is_admitted.then(|| SfuCommand::SetTracks {
            peer,
            active: self.tracks.clone(),
        })
    }

    pub(crate) fn subscribe(&mut self, peer: PeerKey, videos: Vec<VideoRequest>) -> Option<SfuCommand> {
        self.videos = videos;
        self.is_admitted.then(|| SfuCommand::Subscribe {
            peer,
            videos: self.videos.clone(),
        })
    }

    pub(crate) fn is_admitted(&self) -> bool {
        self.is_admitted
    }

    pub(crate) fn tracks(&self) -> &[TrackKind] {
        &self.tracks
    }
}

impl Offer {
    fn command(self, peer: PeerKey) -> SfuCommand {
        SfuCommand::Offer {
            peer,
            transport: self.transport,
            sdp: self.sdp,
            publish: self.publish,
        }
    }
}

/// Names `participant` to the media plane.
pub(crate) const fn peer_key(meeting: MeetingId, participant: ParticipantId) -> PeerKey {
    PeerKey { meeting, participant }
}
