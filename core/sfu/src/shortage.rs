// SPDX-License-Identifier: MIT OR Apache-2.0
//! How far to believe an estimate that leaves tiles dark.
//!
//! A receiver whose processor is busy reads late, which looks like a link of a tenth. And once little is sent, little is
//! acknowledged, so that an estimate which fell far does not rise by itself: str0m does not probe after losses, and
//! lowers it further though nothing is lost any more. So shortages are sat out first, are believed only if the link
//! loses packets or holds them up for long, and now and then the estimation begins anew.

use std::time::{Duration, Instant};

/// Whether to believe that the link carries less than a small picture for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortage {
    /// Not yet: tiles keep, or get, the base of their smallest layer whatever the budget.
    Passing,
    /// Yes: tiles go dark.
    Lasting,
    /// It has been so for long: forget the estimate, and try what the link bears now.
    Retry,
}

/// Watches over the shortages of one transport.
#[derive(Debug, Default)]
pub(crate) struct ShortageJudge {
    since: Option<Instant>,
    is_confirmed: bool,
    retried_at: Option<Instant>,
    retries: u32,
}

impl ShortageJudge {
    /// Takes whether the estimate is short now, and whether the link itself shows it. After [`Shortage::Retry`] the
    /// caller must have the estimate begin anew.
    pub(crate) fn judge(&mut self, now: Instant, is_short: bool, is_congested: bool) -> Shortage {
        let age = |at: Instant| now.saturating_duration_since(at);
        let is_on_trial = self.retried_at.is_some_and(|at| age(at) < TRIAL);
        if !is_short {
            self.since = None;
            self.is_confirmed = false;
            if !is_on_trial {
                self.retries = 0;
            }
            return Shortage::Passing;
        }
        let since = *self.since.get_or_insert(now);
        let patience = if is_on_trial { DARK_AFTER_RETRY } else { DARK_AFTER };
        let pause = (RETRY_AFTER * 2_u32.saturating_pow(self.retries)).min(RETRY_AFTER_AT_MOST);
        // Once there are fewer tiles nothing is lost any more: that is no reason to take it back.
        self.is_confirmed |= is_congested && age(since) >= patience;
        if age(since) >= patience + pause {
            self.since = None;
            self.is_confirmed = false;
            self.retried_at = Some(now);
            self.retries += 1;
            Shortage::Retry
        } else if self.is_confirmed {
            Shortage::Lasting
        } else {
            Shortage::Passing
        }
    }
}

// Estimates recover from a hiccup of the receiver or the link within seconds if there is something to acknowledge. A
// link that really is that narrow loses packets for so long, audio among them.
const DARK_AFTER: Duration = Duration::from_secs(4);

// The same while a retry is on trial, when the shortage is known to be likely: a few round trips.
const DARK_AFTER_RETRY: Duration = Duration::from_millis(500);

// A retry floods a narrow link for about a second. Rarer leaves people in the dark who need not be.
const RETRY_AFTER: Duration = Duration::from_secs(2);
const RETRY_AFTER_AT_MOST: Duration = Duration::from_secs(16);

// A retry that did not fail for so long succeeded.
const TRIAL: Duration = Duration::from_secs(8);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_shortage_darkens_nothing() {
        let mut world = World::new();
        assert_eq!(world.run(DARK_AFTER - TICK, true), [Shortage::Passing]);
        assert_eq!(world.run(Duration::from_secs(1), false), [Shortage::Passing]);
        assert_eq!(world.run(DARK_AFTER - TICK, true), [Shortage::Passing]);
    }

    #[test]
    fn retries_become_rare_while_they_fail() {
        let mut world = World::new();
        world.run(Duration::from_secs(200), true);
        let gaps: Vec<_> = world.retries.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.iter().is_sorted(), "{gaps:?}");
        assert!((10..=14).contains(&world.retries.len()), "{gaps:?}");
    }

    #[test]
    fn retry_that_succeeded_is_forgotten() {
        let mut world = World::new();
        world.run(Duration::from_secs(60), true);
        world.run(Duration::from_secs(40), false);
        let start = world.now;
        world.retries.clear();
        world.run(Duration::from_secs(7), true);
        assert_eq!(world.retries, [start + DARK_AFTER + RETRY_AFTER]);
    }

    #[test]
    fn shortage_without_losses_darkens_nothing_however_long() {
        let mut world = World::new();
        world.is_congested = false;
        let judgements = world.run(Duration::from_secs(100), true);
        assert!(!judgements.contains(&Shortage::Lasting), "{judgements:?}");
        assert!(world.retries.len() > 2, "{:?}", world.retries);
    }

    #[test]
    fn shortage_is_believed_after_the_losses_ended() {
        let mut world = World::new();
        world.run(DARK_AFTER + TICK, true);
        world.is_congested = false;
        assert_eq!(world.run(Duration::from_secs(1), true), [Shortage::Lasting]);
    }

    struct World {
        now: Instant,
        judge: ShortageJudge,
        is_congested: bool,
        retries: Vec<Instant>,
    }

    const TICK: Duration = Duration::from_millis(250);

    impl World {
        fn new() -> Self {
            Self {
                now: crate::meeting::test_instant(),
                judge: ShortageJudge::default(),
                is_congested: true,
                retries: Vec::new(),
            }
        }

        /// Returns the judgements, the same ones in a row once.
        fn run(&mut self, span: Duration, is_short: bool) -> Vec<Shortage> {
            let end = self.now + span;
            let mut judgements = Vec::new();
            while self.now < end {
                let judgement = self.judge.judge(self.now, is_short, self.is_congested);
                if judgement == Shortage::Retry {
                    self.retries.push(self.now);
                }
                judgements.push(judgement);
                self.now += TICK;
            }
            judgements.dedup();
            judgements
        }
    }
}
