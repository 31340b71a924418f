// SPDX-License-Identifier: MIT OR Apache-2.0
//! Removals under way: whom to refuse at once, and when to stop sending because the keys have not changed.

use std::{collections::BTreeMap, time::Duration};

use protocol::{ParticipantId, Timestamp};

/// The leaves that are to go and are still in the group. Leaves and not participants: whoever comes back has another.
#[derive(Default)]
pub(crate) struct Removals {
    stall_at_by_leaf: BTreeMap<(u32, ParticipantId), Timestamp>,
    /// Announced while this client was on its way into the group and had no tree to look leaves up in.
    unresolved: BTreeMap<ParticipantId, Timestamp>,
    is_paused: bool,
}

/// A change of whether the client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// Somebody who should be gone still holds the keys.
    Begins(ParticipantId),
    /// Nobody does any longer.
    Ends,
}

impl Removals {
    /// Notes that `leaf` is to go; returns whether that is news.
    pub(crate) fn announce(&mut self, now: Timestamp, participant: ParticipantId, leaf: u32) -> bool {
        let is_news = !self.stall_at_by_leaf.contains_key(&(leaf, participant));
        self.stall_at_by_leaf
            .entry((leaf, participant))
            .or_insert(now + SENDING_STOPS_AFTER);
        is_news
    }

    /// Notes that a removal was undone: the removed may hold the keys again, so there is no time to lose.
    pub(crate) fn announce_undone(&mut self, now: Timestamp, participant: ParticipantId, leaf: u32) {
        self.stall_at_by_leaf.insert((leaf, participant), now);
    }

    /// Notes that `participant` is to go, whichever leaf it turns out to have.
    pub(crate) fn announce_unresolved(&mut self, now: Timestamp, participant: ParticipantId) {
        self.unresolved
            .entry(participant)
            .or_insert(now + SENDING_STOPS_AFTER);
    }

    /// Looks up the leaves of those announced without.
    pub(crate) fn resolve(&mut self, members: impl Iterator<Item = (u32, ParticipantId)>) {
        for (leaf, participant) in members {
            if let Some(at) = self.unresolved.get(&participant) {
                self.stall_at_by_leaf.entry((leaf, participant)).or_insert(*at);
            }
        }
        self.unresolved.clear();
    }

    pub(crate) fn is_announced(&self, leaf: u32) -> bool {
        self.stall_at_by_leaf
            .range((leaf, ParticipantId(0))..=(leaf, ParticipantId(u32::MAX)))
            .next()
            .is_some()
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Keeps only the leaves that `is_member` knows: the others are gone.
    pub(crate) fn retain(&mut self, is_member: impl Fn(u32, ParticipantId) -> bool) {
        self.stall_at_by_leaf
            .retain(|(leaf, participant), _| is_member(*leaf, *participant));
    }

    /// Returns what changes at `now`, once.
    pub(crate) fn poll(&mut self, now: Timestamp) -> Option<Pause> {
        let stalled = self
            .stall_at_by_leaf
            .iter()
            .find(|(_, at)| **at <= now)
            .map(|((_, participant), _)| *participant);
        let change = match (stalled, self.is_paused) {
            (Some(participant), false) => Pause::Begins(participant),
            (None, true) => Pause::Ends,
            (Some(_), true) | (None, false) => return None,
        };
        self.is_paused = !self.is_paused;
        Some(change)
    }

    pub(crate) fn poll_timeout(&self, now: Timestamp) -> Option<Timestamp> {
        self.stall_at_by_leaf
            .values()
            .copied()
            .filter(|at| *at > now)
            .min()
    }
}

// Three committers that do not answer cost 6 s; a removed person who listens longer than this is worse than silence.
const SENDING_STOPS_AFTER: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    const BEN: ParticipantId = ParticipantId(2);
    const LEAF: u32 = 1;

    #[test]
    fn sending_pauses_when_a_removal_stalls_and_goes_on_when_it_is_done() {
        let mut removals = Removals::default();
        assert!(removals.announce(Timestamp::ZERO, BEN, LEAF));
        assert!(!removals.announce(Timestamp::ZERO, BEN, LEAF));
        assert!(removals.is_announced(LEAF) && !removals.is_announced(LEAF + 1));
        assert_eq!(removals.poll(Timestamp::ZERO), None);
        let at = removals
            .poll_timeout(Timestamp::ZERO)
            .expect("a removal is under way");
        assert_eq!(removals.poll(at), Some(Pause::Begins(BEN)));
        assert_eq!(removals.poll(at), None);
        removals.retain(|_, _| false);
        assert_eq!(removals.poll(at), Some(Pause::Ends));
    }

    #[test]
    fn a_removal_that_is_repeated_is_not_given_more_time() {
        let mut removals = Removals::default();
        removals.announce(Timestamp::ZERO, BEN, LEAF);
        let at = removals.poll_timeout(Timestamp::ZERO);
        removals.announce(Timestamp::ZERO + Duration::from_secs(9), BEN, LEAF);
        assert_eq!(removals.poll_timeout(Timestamp::ZERO), at);
    }

    #[test]
    fn an_undone_removal_pauses_at_once() {
        let mut removals = Removals::default();
        removals.announce_undone(Timestamp::ZERO, BEN, LEAF);
        assert_eq!(removals.poll(Timestamp::ZERO), Some(Pause::Begins(BEN)));
    }

    #[test]
    fn whoever_comes_back_on_another_leaf_is_not_going() {
        let mut removals = Removals::default();
        removals.announce(Timestamp::ZERO, BEN, LEAF);
        assert!(!removals.is_announced(7));
        removals.retain(|leaf, _| leaf == 7);
        assert!(!removals.is_announced(LEAF));
    }
}
