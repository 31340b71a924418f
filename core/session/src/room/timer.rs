// SPDX-License-Identifier: MIT OR Apache-2.0
//! The one timer that everybody sees. It travels as a span: no two clocks need agree.
//!
//! Knows nothing of who may start one.

use std::time::Duration;

use protocol::{ParticipantId, Timestamp};

use super::{board::RunningTimer, view::TimerView};

/// The timer, if one runs or has just run out.
#[derive(Default)]
pub(crate) struct Timer {
    shown: Option<Shown>,
    next_id: u32,
}

struct Shown {
    id: u32,
    of: ParticipantId,
    number: u64,
    label: String,
    length: Duration,
    ends_at: Timestamp,
    /// What was left when the interface was told.
    left: Duration,
}

impl Timer {
    /// Starts one, in the place of any other.
    pub(crate) fn start(
        &mut self,
        now: Timestamp,
        of: ParticipantId,
        number: u64,
        label: String,
        length: Duration,
    ) {
        self.shown = Some(Shown {
            id: self.next_id,
            of,
            number,
            label,
            length,
            ends_at: now + length,
            left: length,
        });
        self.next_id += 1;
    }

    pub(crate) fn reference(&self) -> Option<(ParticipantId, u64)> {
        let shown = self.shown.as_ref()?;
        Some((shown.of, shown.number))
    }

    pub(crate) fn stop(&mut self, of: ParticipantId, number: u64) {
        self.shown
            .take_if(|shown| shown.of == of && shown.number == number);
    }

    /// Takes what somebody says of its timer. Of two timers the one that was started later counts.
    pub(crate) fn accept(&mut self, now: Timestamp, from: ParticipantId, told: Option<RunningTimer>) {
        let Some(told) = told else {
            self.shown
                .take_if(|shown| shown.of == from && shown.ends_at > now);
            return;
        };
        let left = Duration::from_millis(told.left_ms);
        let length = Duration::from_millis(told.length_ms);
        match &mut self.shown {
            Some(shown) if shown.of == from && shown.number == told.number => {
                // What was under way for long says too much time is left; never too little.
                if now + left + TOLERANCE < shown.ends_at {
                    shown.ends_at = now + left;
                    shown.left = left;
                }
            }
            Some(shown) if shown.started_at() > (now + left) - length => {}
            Some(_) | None if left > Duration::ZERO => {
                self.start(now, from, told.number, told.label, length);
                if let Some(shown) = &mut self.shown {
                    shown.ends_at = now + left;
                    shown.left = left;
                }
            }
            Some(_) | None => {}
        }
    }

    /// Returns the own timer, to be told.
    pub(crate) fn own(&self, now: Timestamp, me: ParticipantId) -> Option<RunningTimer> {
        let shown = self.shown.as_ref().filter(|shown| shown.of == me)?;
        Some(RunningTimer {
            number: shown.number,
            label: shown.label.clone(),
            length_ms: millis(shown.length),
            left_ms: millis(shown.ends_at.saturating_since(now)),
        })
    }

    pub(crate) fn handle_time(&mut self, now: Timestamp) {
        self.shown.take_if(|shown| shown.ends_at + OVER_SHOWS_FOR <= now);
    }

    pub(crate) fn poll_timeout(&self, now: Timestamp) -> Option<Timestamp> {
        let shown = self.shown.as_ref()?;
        Some(if now < shown.ends_at {
            shown.ends_at
        } else {
            shown.ends_at + OVER_SHOWS_FOR
        })
    }

    pub(crate) fn view(&self, now: Timestamp, may_stop: bool) -> Option<TimerView> {
        let shown = self.shown.as_ref()?;
        Some(TimerView {
            id: shown.id,
            of: shown.of,
            label: shown.label.clone(),
            length_ms: millis(shown.length),
            left_ms: millis(shown.left),
            is_over: shown.ends_at <= now,
            i_may_stop: may_stop,
        })
    }
}

impl Shown {
    fn started_at(&self) -> Timestamp {
        self.ends_at - self.length
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

// Long enough to be read by somebody who looked away when it sounded.
const OVER_SHOWS_FOR: Duration = Duration::from_secs(15);

// Less than anybody notices on a timer; each correction is a new view.
const TOLERANCE: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: ParticipantId = ParticipantId(1);
    const BEN: ParticipantId = ParticipantId(2);

    #[test]
    fn whoever_hears_of_it_late_has_what_is_left_and_corrects_itself() {
        let mut timer = Timer::default();
        timer.accept(at(100), ANA, Some(told(5, 60, 40)));
        assert_eq!(timer.poll_timeout(at(100)), Some(at(140)));
        timer.accept(at(105), ANA, Some(told(5, 60, 20)));
        assert_eq!(timer.poll_timeout(at(105)), Some(at(125)));
        timer.accept(at(106), ANA, Some(told(5, 60, 59)));
        assert_eq!(
            timer.poll_timeout(at(106)),
            Some(at(125)),
            "that one was under way for long"
        );
        timer.handle_time(at(125));
        assert!(timer.view(at(125), false).is_some_and(|view| view.is_over));
        timer.accept(at(126), ANA, None);
        assert!(timer.view(at(126), false).is_some(), "over is not stopped");
        timer.handle_time(at(140));
        assert!(timer.view(at(140), false).is_none());
    }

    #[test]
    fn of_two_timers_the_later_one_counts_whichever_is_heard_last() {
        for order in [[0, 1], [1, 0]] {
            let mut timer = Timer::default();
            for who in order {
                let (from, number, left) = [(ANA, 5, 50), (BEN, 6, 55)][who];
                timer.accept(at(100), from, Some(told(number, 60, left)));
            }
            assert_eq!(timer.reference(), Some((BEN, 6)));
        }
    }

    #[test]
    fn its_owner_or_whoever_may_stops_it_and_nobody_else() {
        let mut timer = Timer::default();
        timer.accept(at(0), ANA, Some(told(5, 60, 60)));
        timer.accept(at(1), BEN, None);
        timer.stop(ANA, 6);
        assert!(timer.reference().is_some());
        timer.accept(at(1), ANA, None);
        assert_eq!(timer.reference(), None);
        timer.accept(at(2), ANA, Some(told(5, 60, 0)));
        assert_eq!(timer.reference(), None, "what has run out is not begun");
    }

    fn told(number: u64, length: u64, left: u64) -> RunningTimer {
        RunningTimer {
            number,
            label: String::from("Break"),
            length_ms: length * 1000,
            left_ms: left * 1000,
        }
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::new(Duration::from_secs(seconds))
    }
}
