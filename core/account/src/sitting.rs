// SPDX-License-Identifier: MIT OR Apache-2.0
//! A sitting of a meeting: what a plan's time limit counts. The same people who come back after a moment, or after a restart of
//! the server, go on with the one they had.

use std::time::Duration;

use crate::UnixTime;

/// From when the first person comes until nobody has been there for [`SITTING_ENDS_AFTER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sitting {
    /// When the first person came.
    pub began_at: UnixTime,
    /// Since when nobody has been there; none while somebody is.
    pub emptied_at: Option<UnixTime>,
}

impl Sitting {
    /// Returns the sitting that whoever comes at `now` comes to: the one `before`, unless it is over.
    pub fn at(before: Option<Self>, now: UnixTime) -> Self {
        match before {
            Some(before) if !before.is_over(now) => before,
            Some(_) | None => Self {
                began_at: now,
                emptied_at: Some(now),
            },
        }
    }

    /// Notes whether anybody is there at `now`.
    #[must_use]
    pub fn noted(self, is_occupied: bool, now: UnixTime) -> Self {
        Self {
            emptied_at: (!is_occupied).then(|| self.emptied_at.unwrap_or(now)),
            ..self
        }
    }

    /// Returns when it has lasted for `limit`; none if that is zero, which stands for no limit.
    pub fn closes_at(self, limit: Duration) -> Option<UnixTime> {
        (!limit.is_zero()).then(|| self.began_at.plus(limit))
    }

    fn is_over(self, now: UnixTime) -> bool {
        // Where nobody ever came in, nothing has begun.
        self.emptied_at
            .is_some_and(|at| at <= self.began_at || now >= at.plus(SITTING_ENDS_AFTER))
    }
}

/// For how long nobody is there before a sitting is over. Longer than any lost connection and than leaving together to come
/// back at once, which would make a limit none; shorter than the break before the next meeting under the same link.
pub const SITTING_ENDS_AFTER: Duration = Duration::from_secs(10 * 60);
