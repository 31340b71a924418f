// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who is called what in an end-to-end meeting: signed profiles, and when to ask or tell about them.

use std::{collections::BTreeMap, time::Duration};

use e2ee::SignedProfile;
use protocol::{ParticipantId, Timestamp};

/// The signed profiles of the members, and the two timers around them.
#[derive(Default)]
pub(crate) struct Names {
    profiles_by_participant: BTreeMap<ParticipantId, SignedProfile>,
    tell_at: Option<Timestamp>,
    ask_at: Option<Timestamp>,
    asked: u32,
}

impl Names {
    /// Notes a profile whose signature was checked.
    pub(crate) fn accept(&mut self, participant: ParticipantId, profile: SignedProfile) {
        self.profiles_by_participant.insert(participant, profile);
    }

    /// Returns whether this very profile was accepted: a directory repeats it whenever somebody comes.
    pub(crate) fn holds(&self, profile: &SignedProfile) -> bool {
        self.profiles().any(|held| held == profile)
    }

    /// Returns the name, if it is known.
    pub(crate) fn name_of(&self, participant: ParticipantId) -> Option<&str> {
        self.profiles_by_participant
            .get(&participant)
            .map(|profile| profile.name.as_str())
    }

    pub(crate) fn profiles(&self) -> impl Iterator<Item = &SignedProfile> {
        self.profiles_by_participant.values()
    }

    /// Forgets everybody whom `is_member` does not know.
    pub(crate) fn retain(&mut self, is_member: impl Fn(ParticipantId) -> bool) {
        self.profiles_by_participant
            .retain(|participant, _| is_member(*participant));
    }

    /// Somebody wants the directory; `rank` members are to answer before this one.
    pub(crate) fn handle_wanted(&mut self, now: Timestamp, rank: u32) {
        let at = now + ANSWER_STEP * rank;
        self.tell_at = Some(self.tell_at.map_or(at, |planned| planned.min(at)));
    }

    /// Somebody else told `count` names: no need to repeat as many.
    pub(crate) fn handle_told(&mut self, count: usize) {
        if count >= self.profiles_by_participant.len() {
            self.tell_at = None;
        }
    }

    /// Plans to ask, if a name is missing, or not to.
    pub(crate) fn plan_asking(&mut self, now: Timestamp, is_complete: bool) {
        if is_complete {
            self.ask_at = None;
            self.asked = 0;
        } else if self.ask_at.is_none() && self.asked < ASK_TIMES {
            self.ask_at = Some(now + ASK_AFTER * (1 << self.asked));
        }
    }

    /// Returns whether to send a directory now.
    pub(crate) fn poll_tell(&mut self, now: Timestamp) -> bool {
        self.tell_at.take_if(|at| *at <= now).is_some()
    }

    /// Returns whether to ask for a directory now.
    pub(crate) fn poll_ask(&mut self, now: Timestamp) -> bool {
        let is_due = self.ask_at.take_if(|at| *at <= now).is_some();
        if is_due {
            self.asked += 1;
        }
        is_due
    }

    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        self.tell_at.into_iter().chain(self.ask_at).min()
    }

    /// Forgets the timers: there is no group to talk to.
    pub(crate) fn pause(&mut self) {
        self.tell_at = None;
        self.ask_at = None;
        self.asked = 0;
    }
}

// More than a round trip, so that one member answers; a name missing for a second is no harm.
const ANSWER_STEP: Duration = Duration::from_millis(500);

// Doubles with each time: a member that never sends its name must not cost the others a directory each second.
const ASK_AFTER: Duration = Duration::from_secs(2);
const ASK_TIMES: u32 = 5;
