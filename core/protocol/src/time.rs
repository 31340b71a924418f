// SPDX-License-Identifier: MIT OR Apache-2.0
//! Time as an argument: `std::time::Instant` cannot be made in WebAssembly or in a simulator.

use std::{
    ops::{Add, Sub},
    time::Duration,
};

/// A moment on one process's monotonic clock, as the time since that process's own zero. Never crosses the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(Duration);

impl Timestamp {
    /// The process's zero.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// Makes the moment `since_zero` after the process's zero.
    pub const fn new(since_zero: Duration) -> Self {
        Self(since_zero)
    }

    /// Returns the time since the process's zero.
    pub const fn since_zero(self) -> Duration {
        self.0
    }

    /// Returns the time from `earlier` to `self`, or zero if `earlier` is later.
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0 + span)
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span))
    }
}
