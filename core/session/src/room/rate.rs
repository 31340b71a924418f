// SPDX-License-Identifier: MIT OR Apache-2.0
//! How much of what one member says is heard. The server bounds messages and cannot tell them apart; this bounds what
//! one member can do to the others' screens.

use std::{collections::BTreeMap, time::Duration};

use protocol::{ParticipantId, Timestamp};

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Allowance {
    /// A chat message.
    Chat,
    /// A reaction.
    Reaction,
    /// A caption.
    Caption,
    /// Something about oneself: hand, tracks, name, questions for what was missed.
    State,
}

impl Allowance {
    /// Returns how many may come at once, and how long one more takes.
    const fn terms(self) -> (u32, Duration) {
        match self {
            // At once comes what the server kept for somebody who was away, at most 200 by its own bound.
            Self::Chat => (250, Duration::from_millis(200)),
            Self::Reaction => (10, Duration::from_millis(500)),
            // Twice what one speaker's device sends.
            Self::Caption => (12, Duration::from_millis(300)),
            Self::State => (30, Duration::from_millis(300)),
        }
    }
}

/// One token bucket for each member and each kind, kept as the moment at which it is full again.
#[derive(Default)]
pub(crate) struct Rates {
    full_at: BTreeMap<(ParticipantId, Allowance), Timestamp>,
}

impl Rates {
    /// Counts one message; returns whether it is within the allowance.
    pub(crate) fn accept(&mut self, now: Timestamp, from: ParticipantId, allowance: Allowance) -> bool {
        let (burst, interval) = allowance.terms();
        let full_at = self.full_at.entry((from, allowance)).or_insert(now);
        let from_now = (*full_at).max(now);
        if from_now.saturating_since(now) > interval * (burst - 1) {
            return false;
        }
        *full_at = from_now + interval;
        true
    }

    /// Forgets everybody who is gone.
    pub(crate) fn retain(&mut self, is_here: impl Fn(ParticipantId) -> bool) {
        self.full_at.retain(|(participant, _), _| is_here(*participant));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEN: ParticipantId = ParticipantId(2);
    const CAROL: ParticipantId = ParticipantId(3);

    #[test]
    fn a_burst_is_heard_the_rest_is_not_and_others_are_not_concerned() {
        let mut rates = Rates::default();
        let heard = (0..100).filter(|_| rates.accept(Timestamp::ZERO, BEN, Allowance::Reaction));
        assert_eq!(heard.count(), 10);
        assert!(rates.accept(Timestamp::ZERO, BEN, Allowance::Chat));
        assert!(rates.accept(Timestamp::ZERO, CAROL, Allowance::Reaction));
        let later = Timestamp::new(Duration::from_millis(500));
        assert!(rates.accept(later, BEN, Allowance::Reaction));
        assert!(!rates.accept(later, BEN, Allowance::Reaction));
    }
}
