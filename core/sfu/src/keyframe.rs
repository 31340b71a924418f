// SPDX-License-Identifier: MIT OR Apache-2.0
//! When to ask a publisher for a keyframe.

use std::time::{Duration, Instant};

/// Collects keyframe requests from subscribers and emits at most one per interval.
#[derive(Debug, Default)]
pub(crate) struct KeyframeThrottle {
    is_wanted: bool,
    last_sent_at: Option<Instant>,
}

impl KeyframeThrottle {
    /// Notes that a subscriber cannot decode until the next keyframe.
    pub(crate) fn handle_request(&mut self) {
        self.is_wanted = true;
    }

    /// Notes that a keyframe came, by itself or asked for: whoever waited has it.
    pub(crate) fn handle_keyframe(&mut self) {
        self.is_wanted = false;
    }

    /// Returns whether to send one PLI to the publisher at `now`.
    pub(crate) fn poll_pli(&mut self, now: Instant) -> bool {
        let is_due = self.poll_timeout(now).is_some_and(|at| at <= now);
        if is_due {
            self.is_wanted = false;
            self.last_sent_at = Some(now);
        }
        is_due
    }

    /// Returns when [`Self::poll_pli`] must be called next, if ever.
    pub(crate) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        self.is_wanted.then(|| self.last_sent_at.map_or(now, |sent| sent + MIN_INTERVAL))
    }
}

// A keyframe costs several times a delta frame: asking faster starves the very subscribers who asked.
const MIN_INTERVAL: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_requests_make_one_pli_per_interval() {
        let start = crate::meeting::test_instant();
        let mut throttle = KeyframeThrottle::default();
        assert_eq!(throttle.poll_timeout(start), None);
        let mut plis = 0;
        for millisecond in 0..1000 {
            throttle.handle_request();
            plis += u32::from(throttle.poll_pli(start + Duration::from_millis(millisecond)));
        }
        assert_eq!(plis, 2);
    }

    #[test]
    fn keyframe_that_came_by_itself_withdraws_the_request() {
        let start = crate::meeting::test_instant();
        let mut throttle = KeyframeThrottle::default();
        throttle.handle_request();
        throttle.handle_keyframe();
        assert!(!throttle.poll_pli(start));
    }
}
