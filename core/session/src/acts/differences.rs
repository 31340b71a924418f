// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where somebody says that it sends, the server says that it does not, and no host signed that.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use protocol::{Mode, ParticipantId, Timestamp, TrackKind};

use crate::session::Session;

/// Since when words and list differ.
#[derive(Default)]
pub(crate) struct Differences {
    since: BTreeMap<(ParticipantId, TrackKind), Timestamp>,
}

impl Differences {
    fn compare(&mut self, now: Timestamp, differing: &BTreeSet<(ParticipantId, TrackKind)>) {
        self.since.retain(|track, _| differing.contains(track));
        for track in differing {
            self.since.entry(*track).or_insert(now);
        }
    }

    fn lasting(&self, now: Timestamp, participant: ParticipantId) -> Vec<TrackKind> {
        let lasting = self.since.iter().filter(|(_, since)| **since + GRACE <= now);
        lasting
            .filter(|((who, _), _)| *who == participant)
            .map(|((_, kind), _)| *kind)
            .collect()
    }

    pub(crate) fn poll_timeout(&self, now: Timestamp) -> Option<Timestamp> {
        let due = self.since.values().map(|since| *since + GRACE);
        due.filter(|at| *at > now).min()
    }
}

impl Session {
    /// Compares everybody's word with the server's list.
    pub(crate) fn settle_differences(&mut self, now: Timestamp) {
        let is_comparable = self.link.mode() == Mode::E2ee
            && self.connection.is_open()
            && !self.acts.lobby.is_waiting
            && self.group.member().is_some();
        let mut differing = BTreeSet::new();
        if is_comparable {
            for participant in self.group.participants() {
                for kind in self.unexplained(participant) {
                    differing.insert((participant, kind));
                }
            }
        }
        self.acts.differences.compare(now, &differing);
    }

    fn unexplained(&self, participant: ParticipantId) -> Vec<TrackKind> {
        let Some(entry) = self.roster.entry(participant).filter(|entry| entry.is_connected) else {
            return Vec::new();
        };
        let said = if self.me == Some(participant) {
            self.media.active()
        } else {
            self.room.tracks_of(participant)
        };
        let said = said.iter().copied();
        said.filter(|kind| !entry.tracks.contains(kind) && !self.acts.stopped.contains(&(participant, *kind)))
            .collect()
    }

    /// Returns which of somebody's tracks the server stopped by itself.
    pub(crate) fn stopped_by_server(&self, participant: ParticipantId) -> Vec<TrackKind> {
        self.acts.differences.lasting(self.now, participant)
    }

    pub(crate) fn poll_differences_timeout(&self) -> Option<Timestamp> {
        self.acts.differences.poll_timeout(self.now)
    }
}

// A word and the list come on the same connection one after the other; a commit under way keeps a word back for a second
// or two. A warning that flashes is one that nobody reads.
const GRACE: Duration = Duration::from_secs(4);
