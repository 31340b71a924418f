// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server's list of participants beside the group's, and where they differ for too long.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use protocol::{ParticipantId, Timestamp, message::RosterEntry};

use crate::view::Alarm;

/// The server's list, and since when somebody is on one list only.
#[derive(Default)]
pub(crate) struct Roster {
    entries: BTreeMap<ParticipantId, RosterEntry>,
    differs_since: BTreeMap<ParticipantId, Timestamp>,
    ghosts: BTreeSet<ParticipantId>,
}

impl Roster {
    /// Replaces the list: a new connection begins, and no difference has lasted yet.
    pub(crate) fn replace(&mut self, entries: Vec<RosterEntry>) {
        self.entries = entries
            .into_iter()
            .map(|entry| (entry.participant, entry))
            .collect();
        self.differs_since.clear();
    }

    pub(crate) fn handle_changed(&mut self, entry: RosterEntry) {
        self.entries.insert(entry.participant, entry);
    }

    pub(crate) fn handle_left(&mut self, participant: ParticipantId) {
        self.entries.remove(&participant);
        self.ghosts.remove(&participant);
    }

    pub(crate) fn entry(&self, participant: ParticipantId) -> Option<&RosterEntry> {
        self.entries.get(&participant)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &RosterEntry> {
        self.entries.values()
    }

    /// Notes that `participant` was refused entry to the group.
    pub(crate) fn handle_ghost(&mut self, participant: ParticipantId) {
        self.ghosts.insert(participant);
    }

    /// Compares the list with the group's members.
    pub(crate) fn compare(&mut self, now: Timestamp, members: &BTreeSet<ParticipantId>) {
        self.ghosts.retain(|ghost| !members.contains(ghost));
        let listed: BTreeSet<ParticipantId> = self.entries.keys().copied().collect();
        self.differs_since
            .retain(|participant, _| members.contains(participant) != listed.contains(participant));
        for participant in members.symmetric_difference(&listed) {
            self.differs_since.entry(*participant).or_insert(now);
        }
    }

    /// Returns what is wrong about `participant`.
    pub(crate) fn alarm(&self, now: Timestamp, participant: ParticipantId) -> Option<Alarm> {
        if self.ghosts.contains(&participant) {
            return Some(Alarm::Ghost);
        }
        let since = self.differs_since.get(&participant)?;
        if *since + GRACE > now {
            None
        } else if self.entries.contains_key(&participant) {
            Some(Alarm::NotInGroup)
        } else {
            Some(Alarm::NotInRoster)
        }
    }

    /// Returns when the next difference becomes an alarm.
    pub(crate) fn poll_timeout(&self, now: Timestamp) -> Option<Timestamp> {
        self.differs_since
            .values()
            .map(|since| *since + GRACE)
            .filter(|at| *at > now)
            .min()
    }
}

// An ordinary join takes under a second and a leaver's removal at most three committers of 2 s; an alarm that flashes
// at every join is an alarm that nobody reads.
const GRACE: Duration = Duration::from_secs(7);

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: ParticipantId = ParticipantId(1);
    const BEN: ParticipantId = ParticipantId(2);

    #[test]
    fn a_difference_is_an_alarm_only_when_it_lasts() {
        let mut roster = roster_of(&[ANA, BEN]);
        roster.compare(Timestamp::ZERO, &[ANA].into());
        assert_eq!(roster.alarm(Timestamp::ZERO, BEN), None);
        let later = roster.poll_timeout(Timestamp::ZERO).expect("somebody differs");
        assert_eq!(roster.alarm(later, BEN), Some(Alarm::NotInGroup));
        assert_eq!(roster.alarm(later, ANA), None);
        roster.compare(later, &[ANA, BEN].into());
        assert_eq!(roster.alarm(later, BEN), None);
    }

    #[test]
    fn a_member_whom_the_server_does_not_list_is_an_alarm() {
        let mut roster = roster_of(&[ANA]);
        roster.compare(Timestamp::ZERO, &[ANA, BEN].into());
        assert_eq!(
            roster.alarm(Timestamp::ZERO + GRACE, BEN),
            Some(Alarm::NotInRoster)
        );
    }

    #[test]
    fn a_refused_entrant_is_a_ghost_at_once_until_it_is_gone() {
        let mut roster = roster_of(&[ANA, BEN]);
        roster.handle_ghost(BEN);
        assert_eq!(roster.alarm(Timestamp::ZERO, BEN), Some(Alarm::Ghost));
        roster.handle_left(BEN);
        assert_eq!(roster.alarm(Timestamp::ZERO, BEN), None);
    }

    fn roster_of(participants: &[ParticipantId]) -> Roster {
        let mut roster = Roster::default();
        roster.replace(
            participants
                .iter()
                .map(|participant| RosterEntry {
                    participant: *participant,
                    name: None,
                    is_host: false,
                    is_connected: true,
                    tracks: Vec::new(),
                    identity: None,
                    stay_key: Vec::new(),
                    held: Vec::new(),
                })
                .collect(),
        );
        roster
    }
}
