// SPDX-License-Identifier: MIT OR Apache-2.0
//! How many messages one connection may send.

use std::time::Duration;

use protocol::{ErrorCode, Timestamp, limits};

use crate::reject::Rejection;

/// A token bucket, kept as the moment at which it is full again (the generic cell rate algorithm).
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateLimit {
    full_at: Timestamp,
    rejected: u32,
}

impl RateLimit {
    pub(crate) const fn new(now: Timestamp) -> Self {
        Self {
            full_at: now,
            rejected: 0,
        }
    }

    /// Counts one message.
    ///
    /// # Errors
    /// The message when the allowance is used up; the connection when as many again were sent in spite of that.
    pub(crate) fn accept(&mut self, now: Timestamp) -> Result<(), Rejection> {
        let full_at = self.full_at.max(now);
        if full_at.saturating_since(now) <= TOLERANCE {
            self.full_at = full_at + INTERVAL;
            self.rejected = 0;
            return Ok(());
        }
        self.rejected += 1;
        Err(if self.rejected > limits::MESSAGE_BURST {
            Rejection::Connection(ErrorCode::RateLimited)
        } else {
            Rejection::Message(ErrorCode::RateLimited)
        })
    }
}

const INTERVAL: Duration = Duration::from_millis(1000 / limits::MESSAGES_PER_SECOND as u64);
const TOLERANCE: Duration =
    Duration::from_millis((limits::MESSAGE_BURST as u64 - 1) * (1000 / limits::MESSAGES_PER_SECOND as u64));

#[cfg(test)]
mod tests {
    use super::*;

    const BURST: u32 = limits::MESSAGE_BURST;

    fn at(milliseconds: u64) -> Timestamp {
        Timestamp::new(Duration::from_millis(milliseconds))
    }

    #[test]
    fn a_burst_passes_and_the_next_message_does_not() {
        let mut limit = RateLimit::new(at(0));
        assert!((0..BURST).all(|_| limit.accept(at(0)).is_ok()));
        assert_eq!(
            limit.accept(at(0)),
            Err(Rejection::Message(ErrorCode::RateLimited))
        );
    }

    #[test]
    fn the_allowance_refills_at_its_rate() {
        let mut limit = RateLimit::new(at(0));
        assert!((0..BURST).all(|_| limit.accept(at(0)).is_ok()));
        assert!(limit.accept(at(19)).is_err());
        assert!(limit.accept(at(20)).is_ok());
        assert!(limit.accept(at(20)).is_err());
        assert!((0..BURST).all(|_| limit.accept(at(10_000)).is_ok()));
        assert!(limit.accept(at(10_000)).is_err());
    }

    #[test]
    fn whoever_goes_on_regardless_loses_the_connection() {
        let mut limit = RateLimit::new(at(0));
        let last = (0..=2 * BURST).map(|_| limit.accept(at(0))).last();
        assert_eq!(last, Some(Err(Rejection::Connection(ErrorCode::RateLimited))));
    }
}
