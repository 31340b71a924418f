// SPDX-License-Identifier: MIT OR Apache-2.0
//! Members who are gone: proposed for removal in every epoch until somebody committed it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use protocol::{ParticipantId, Timestamp};

use crate::leaf::Leaf;

/// Which leaves are to go, and whose turn it is to commit.
#[derive(Default)]
pub(crate) struct Removals {
    /// By signature key, since a participant who comes back has another leaf: from when on, if not already.
    wanted: BTreeMap<Vec<u8>, Option<Timestamp>>,
    /// The proposals of this epoch, by leaf.
    pub(crate) proposals: BTreeMap<u32, Vec<u8>>,
    turn: Option<Turn>,
    asked: BTreeSet<ParticipantId>,
}

struct Turn {
    committer: ParticipantId,
    ends_at: Timestamp,
}

impl Removals {
    pub(crate) fn want(&mut self, signature_key: Vec<u8>, at: Timestamp) {
        let from = self.wanted.entry(signature_key).or_insert(Some(at));
        *from = from.map(|from| from.min(at));
    }

    pub(crate) fn is_wanted(&self, leaf: &Leaf) -> bool {
        self.wanted.contains_key(&leaf.signature_key)
    }

    pub(crate) fn wanted_keys(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.wanted.keys()
    }

    /// Returns the leaves whose time has come, and forgets those that are gone.
    pub(crate) fn due(&mut self, now: Timestamp, leaves: &[Leaf]) -> Vec<u32> {
        self.wanted
            .retain(|key, _| leaves.iter().any(|leaf| leaf.signature_key == *key));
        for from in self.wanted.values_mut() {
            *from = from.filter(|at| *at > now);
        }
        let due = leaves
            .iter()
            .filter(|leaf| self.wanted.get(&leaf.signature_key) == Some(&None));
        due.map(|leaf| leaf.index).collect()
    }

    /// Forgets the epoch's proposals and whose turn it was.
    pub(crate) fn next_epoch(&mut self) -> BTreeMap<u32, Vec<u8>> {
        self.turn = None;
        self.asked.clear();
        std::mem::take(&mut self.proposals)
    }

    /// Returns whose turn it is.
    pub(crate) fn committer(&self) -> Option<ParticipantId> {
        self.turn.as_ref().map(|turn| turn.committer)
    }

    /// Gives the turn to the lowest answering leaf that was not asked yet, if nobody has it or the time is over.
    /// Returns whether somebody new has it.
    pub(crate) fn advance(
        &mut self,
        now: Timestamp,
        leaves: &[Leaf],
        answering: &BTreeSet<ParticipantId>,
    ) -> bool {
        let is_running = self
            .turn
            .as_ref()
            .is_some_and(|turn| now < turn.ends_at && answering.contains(&turn.committer));
        if is_running {
            return false;
        }
        let candidates = leaves
            .iter()
            .filter(|leaf| !self.is_wanted(leaf) && answering.contains(&leaf.participant));
        let candidates: Vec<_> = candidates.map(|leaf| leaf.participant).collect();
        if candidates.iter().all(|candidate| self.asked.contains(candidate)) {
            self.asked.clear();
        }
        let next = candidates
            .into_iter()
            .find(|candidate| !self.asked.contains(candidate));
        self.asked.extend(next);
        self.turn = next.map(|committer| Turn {
            committer,
            ends_at: now + COMMIT_WITHIN,
        });
        self.turn.is_some()
    }

    pub(crate) fn clear_turn(&mut self) {
        self.turn = None;
    }

    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        let turn = self.turn.as_ref().map(|turn| turn.ends_at);
        self.wanted.values().copied().flatten().chain(turn).min()
    }
}

// A commit takes its maker up to 0.1 s at 100 members, plus a round trip; a removed person's keys stay good for as long
// as this is too long.
const COMMIT_WITHIN: Duration = Duration::from_secs(2);
