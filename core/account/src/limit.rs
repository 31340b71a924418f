// SPDX-License-Identifier: MIT OR Apache-2.0
//! How often something may be tried: some attempts at once, then after delays that grow. All that is remembered is how many
//! and when the last was, so that a limit survives a restart.

use std::{net::IpAddr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::UnixTime;

/// How often something may be tried under one key. The values in use are in [`crate::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRule {
    /// Attempts without a delay.
    pub free: u32,
    /// Delay before the first attempt after those; every later one waits twice as long.
    pub first_delay: Duration,
    /// No delay is longer.
    pub max_delay: Duration,
    /// After this long without an attempt, all are forgotten.
    pub forget_after: Duration,
    /// One attempt is forgotten for each whole such span since the last, so that what many share heals under steady use; none
    /// where only quiet heals.
    pub heals_every: Option<Duration>,
}

/// What is remembered of the attempts under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitState {
    /// How many there were.
    pub count: u32,
    /// When the last was.
    pub last_at: UnixTime,
}

/// Too early: the time until an attempt will be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait(pub Duration);

impl LimitRule {
    /// Returns the state after an attempt at `now`.
    ///
    /// # Errors
    /// [`Wait`] if it comes too early. It does not count then: whoever waits as told is not made to wait longer.
    pub fn attempt(&self, state: Option<LimitState>, now: UnixTime) -> Result<LimitState, Wait> {
        let Some(state) = state else {
            return Ok(LimitState {
                count: 1,
                last_at: now,
            });
        };
        let delay = self.delay(state.count);
        let due_at = state.last_at.plus(delay);
        // Those who ask at once have read the clock in another order than they are counted in: without a delay, none waits.
        if !delay.is_zero() && now < due_at {
            return Err(Wait(due_at.saturating_since(now)));
        }
        let is_forgotten = now >= self.forgotten_at(state);
        let healed = self.healed(now.saturating_since(state.last_at));
        Ok(LimitState {
            count: if is_forgotten {
                1
            } else {
                state.count.saturating_sub(healed).saturating_add(1)
            },
            last_at: now.max(state.last_at),
        })
    }

    /// Returns whether an attempt at `now` would be accepted.
    ///
    /// # Errors
    /// [`Wait`] if it would come too early.
    pub fn check(&self, state: Option<LimitState>, now: UnixTime) -> Result<(), Wait> {
        self.attempt(state, now).map(|_| ())
    }

    /// Returns when the state need not be kept any longer.
    pub fn forgotten_at(&self, state: LimitState) -> UnixTime {
        state.last_at.plus(self.forget_after.max(self.delay(state.count)))
    }

    /// Returns how many attempts are accepted at most within any stretch of `span`, whatever their timing. Holds for spans up to
    /// `forget_after`.
    pub fn most_within(&self, span: Duration) -> u32 {
        let mut count = 0;
        let mut spent = Duration::ZERO;
        while spent < span {
            count += 1;
            spent += self.delay(count);
        }
        // One that is forgotten makes room for one more, at the most.
        count.saturating_add(self.healed(span))
    }

    /// Returns how many attempts are forgotten within `span`.
    fn healed(&self, span: Duration) -> u32 {
        let every = self.heals_every.filter(|every| !every.is_zero());
        every.map_or(0, |every| {
            u32::try_from(span.as_nanos() / every.as_nanos()).unwrap_or(u32::MAX)
        })
    }

    /// The delay before the next attempt after `count` of them.
    fn delay(&self, count: u32) -> Duration {
        match count.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(doublings) => {
                let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
                self.first_delay.saturating_mul(factor).min(self.max_delay)
            }
        }
    }
}

/// What is counted under a [`crate::LimitKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitScope {
    /// Wrong codes from a network address.
    GuessesOfNetwork,
    /// Wrong codes from all networks of a site.
    GuessesOfSite,
    /// Mails with a code to an address, whoever asked for them.
    MailsToSubject,
    /// Mails with a code to an address that one network address asked for.
    MailsToSubjectOfNetwork,
    /// Mails with a code that a network address asked for.
    MailsOfNetwork,
    /// Mails with a code that all networks of a site asked for.
    MailsOfSite,
    /// Text messages that an account asked for.
    SmsOfAccount,
    /// Text messages to a number.
    SmsToNumber,
    /// Text messages that a network address asked for.
    SmsOfNetwork,
    /// Text messages to numbers that begin alike.
    SmsToPrefix,
    /// Text messages of the whole installation.
    SmsOfInstance,
    /// Voucher codes that an account typed.
    VouchersOfAccount,
}

impl LimitScope {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::GuessesOfNetwork => "guesses of network",
            Self::GuessesOfSite => "guesses of site",
            Self::MailsToSubject => "mails to subject",
            Self::MailsToSubjectOfNetwork => "mails to subject of network",
            Self::MailsOfNetwork => "mails of network",
            Self::MailsOfSite => "mails of site",
            Self::SmsOfAccount => "sms of account",
            Self::SmsToNumber => "sms to number",
            Self::SmsOfNetwork => "sms of network",
            Self::SmsToPrefix => "sms to prefix",
            Self::SmsOfInstance => "sms of instance",
            Self::VouchersOfAccount => "vouchers of account",
        }
    }
}

/// Returns what stands for the network that `address` is of: an IPv4 address, or the /64 that a single household or machine
/// with IPv6 has all of.
pub fn network_key(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

/// Returns what stands for the site that `address` is of: the /48 that a provider gives to one customer with IPv6, who has 65 536
/// networks in it. None with IPv4, where an address is hard to come by.
pub fn site_key(address: IpAddr) -> Option<Vec<u8>> {
    match address.to_canonical() {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => Some(address.octets()[..6].to_vec()),
    }
}
