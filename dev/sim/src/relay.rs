// SPDX-License-Identifier: MIT OR Apache-2.0
//! Stands in for the media plane: everybody gets everybody's active tracks, each in a slot of its own.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{ParticipantId, Redacted, TrackKind, TrackSource};
use sfu::{PeerKey, SfuCommand, SfuEvent};

/// Who has a transport, what they send, and who gets it.
#[derive(Debug, Default)]
pub struct Relay {
    peers: BTreeMap<ParticipantId, Peer>,
}

#[derive(Debug, Default)]
struct Peer {
    key: Option<PeerKey>,
    transport: Option<u32>,
    active: BTreeSet<TrackKind>,
    is_blocked: bool,
    slots: BTreeSet<TrackSource>,
}

impl Relay {
    /// Does what the meeting says; returns what it is told in turn.
    pub(crate) fn handle_command(&mut self, command: SfuCommand) -> Vec<SfuEvent> {
        let mut events = Vec::new();
        match command {
            SfuCommand::Offer { peer, transport, .. } => {
                let entry = self.peer(peer);
                entry.transport = Some(transport);
                entry.slots.clear();
                let sdp = Redacted("answer".to_owned());
                events.push(SfuEvent::Answer { peer, transport, sdp });
            }
            SfuCommand::SetTracks { peer, active } => self.peer(peer).active = active.into_iter().collect(),
            SfuCommand::Block { peer } => self.peer(peer).is_blocked = true,
            SfuCommand::RemovePeer { peer } => {
                self.peers.remove(&peer.participant);
            }
            SfuCommand::RemoveMeeting { .. } => self.peers.clear(),
            SfuCommand::Subscribe { .. }
            | SfuCommand::RequestKeyframe { .. }
            | SfuCommand::ForceKeyframes { .. }
            | SfuCommand::Crash { .. } => {}
        }
        self.fill_slots(&mut events);
        events
    }

    /// Returns who gets this track, and in which transport.
    pub(crate) fn receivers(&self, source: TrackSource) -> Vec<(ParticipantId, u32)> {
        let is_sending = self
            .peers
            .get(&source.participant)
            .is_some_and(|peer| !peer.is_blocked && peer.active.contains(&source.kind));
        self.peers
            .iter()
            .filter(|(_, peer)| is_sending && !peer.is_blocked && peer.slots.contains(&source))
            .filter_map(|(participant, peer)| Some((*participant, peer.transport?)))
            .collect()
    }

    fn peer(&mut self, key: PeerKey) -> &mut Peer {
        let peer = self.peers.entry(key.participant).or_default();
        peer.key = Some(key);
        peer
    }

    fn fill_slots(&mut self, events: &mut Vec<SfuEvent>) {
        let sources: BTreeSet<TrackSource> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.transport.is_some() && !peer.is_blocked)
            .flat_map(|(participant, peer)| {
                peer.active.iter().map(|kind| TrackSource {
                    participant: *participant,
                    kind: *kind,
                })
            })
            .collect();
        for (participant, peer) in &mut self.peers {
            let (Some(key), Some(transport)) = (peer.key, peer.transport) else {
                continue;
            };
            let wanted: BTreeSet<TrackSource> = sources
                .iter()
                .copied()
                .filter(|source| source.participant != *participant)
                .collect();
            for source in peer.slots.symmetric_difference(&wanted) {
                events.push(SfuEvent::SlotChanged {
                    peer: key,
                    transport,
                    mid: mid_of(*source),
                    source: wanted.contains(source).then_some(*source),
                });
            }
            peer.slots = wanted;
        }
    }
}

/// Returns the line that carries `source`, the same at every receiver.
pub(crate) fn mid_of(source: TrackSource) -> String {
    format!("{}-{}", source.participant, source.kind.context())
}
