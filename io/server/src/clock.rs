// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where the server's time comes from.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use protocol::Timestamp;
use store::UnixTime;

/// The process's monotonic clock, and the wall clock for what is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    zero: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { zero: Instant::now() }
    }

    pub(crate) fn now(self) -> Timestamp {
        Timestamp::new(self.zero.elapsed())
    }

    pub(crate) fn instant(self, at: Timestamp) -> tokio::time::Instant {
        (self.zero + at.since_zero()).into()
    }

    pub(crate) fn unix_now() -> UnixTime {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixTime(i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX))
    }
}
