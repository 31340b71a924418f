// SPDX-License-Identifier: MIT OR Apache-2.0
//! One participant: who, whether connected, and what they asked of the media plane.

use protocol::{
    ConnectionId, MeetingId, Mode, ParticipantId, Redacted, Timestamp, TrackKind,
    message::{PublishedMid, RosterEntry, VideoRequest},
};
use sfu::{PeerKey, SfuCommand};

use crate::{token::Stay, visitor::Visitor};

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
    /// The number of the last application message from before its client began: it gets none of those again.
    pub(crate) hears_from: u64,
    /// Who its newest connection is, says the shell.
    pub(crate) visitor: Visitor,
    /// The key of its stay, 32 bytes; empty if its client proved none.
    pub(crate) stay_key: Vec<u8>,
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

    pub(crate) const fn is_host(&self) -> bool {
        self.is_host
    }

    pub(crate) fn roster_entry(&self, mode: Mode) -> RosterEntry {
        RosterEntry {
            participant: self.id,
            name: self.name.clone(),
            is_host: self.is_host,
            is_connected: self.connection().is_some(),
            tracks: self.media.tracks.clone(),
            // In an end-to-end meeting it stands in the leaf, where the others can check it.
            identity: match mode {
                Mode::Standard => self.visitor.identity.clone(),
                Mode::E2ee => None,
            },
            stay_key: match mode {
                Mode::Standard => self.stay_key.clone(),
                Mode::E2ee => Vec::new(),
            },
            held: self.media.held.clone(),
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
    /// The tracks that a host stopped and that were not switched on since.
    held: Vec<TrackKind>,
    /// Those of them that the client has not switched off: until it has, it did not hear that they were stopped.
    unheard: Vec<TrackKind>,
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

    /// Stops those of the tracks that are on. Returns `None` if none is, else what the media plane is to be told.
    pub(crate) fn hold_tracks(&mut self, peer: PeerKey, kinds: &[TrackKind]) -> Option<Option<SfuCommand>> {
        let (stopped, left): (Vec<TrackKind>, Vec<TrackKind>) =
            self.tracks.iter().partition(|kind| kinds.contains(kind));
        if stopped.is_empty() {
            return None;
        }
        self.held.extend(&stopped);
        self.unheard.extend(&stopped);
        Some(self.set_tracks(peer, left))
    }

    /// Takes a client's word on what it sends, without what was stopped and it has not heard of.
    pub(crate) fn acknowledge(&mut self, active: &mut Vec<TrackKind>) {
        self.unheard.retain(|kind| active.contains(kind));
        active.retain(|kind| !self.unheard.contains(kind));
    }

    pub(crate) fn is_held(&self, kind: TrackKind) -> bool {
        self.held.contains(&kind)
    }

    pub(crate) fn set_tracks(&mut self, peer: PeerKey, tracks: Vec<TrackKind>) -> Option<SfuCommand> {
        self.held.retain(|kind| !tracks.contains(kind));
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
