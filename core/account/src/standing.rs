// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operator decided about an account, and what that means at a time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Standing, UnixTime};

/// What the operator decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingRecord {
    /// What.
    pub standing: Standing,
    /// Why, as the account's owner is told.
    pub reason: Option<String>,
    /// Until when, for all but [`Standing::Good`] and [`Standing::Terminated`]; none for until the operator says otherwise.
    pub until: Option<UnixTime>,
}

impl StandingRecord {
    /// Nothing is held against the account.
    pub const GOOD: Self = Self {
        standing: Standing::Good,
        reason: None,
        until: None,
    };

    /// Returns the standing at `now`: what is over counts no more.
    pub fn effective(&self, now: UnixTime) -> Standing {
        match self.standing {
            Standing::Good => Standing::Good,
            Standing::Terminated => Standing::Terminated,
            Standing::Limited | Standing::Suspended => match self.until {
                Some(until) if until <= now => Standing::Good,
                Some(_) | None => self.standing,
            },
        }
    }

    /// Returns until when nobody may come back with the account's phone number, e-mail address, payment or OpenID subject; none
    /// if anybody may. `without_end_for` is how long an entry for what has no end of its own is kept: numbers and addresses
    /// come to other people.
    pub fn denies_until(&self, now: UnixTime, without_end_for: Duration) -> Option<UnixTime> {
        match self.effective(now) {
            Standing::Good | Standing::Limited => None,
            Standing::Suspended => Some(self.until.unwrap_or_else(|| now.plus(without_end_for))),
            Standing::Terminated => Some(now.plus(without_end_for)),
        }
    }
}
