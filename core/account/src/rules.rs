// SPDX-License-Identifier: MIT OR Apache-2.0
//! The limits in use. `forget_after` is at least a day or the longest delay many times over, so that waiting for oblivion gains
//! nobody more attempts than waiting for the delay.

use std::time::Duration;

use crate::LimitRule;

/// Wrong codes for one subject from one network. At most ten in an hour and about thirty in a day. Whoever guesses there waits,
/// and the owner elsewhere does not.
pub const GUESSES_PER_SUBJECT_AND_NETWORK: LimitRule = LimitRule {
    free: 5,
    first_delay: Duration::from_secs(60),
    max_delay: HOUR,
    forget_after: DAY,
    heals_every: None,
};

/// Wrong codes for one subject, whoever guesses: more than one network can use up, so that it locks nobody out, and few enough
/// that at one chance in a million each, somebody with many networks who never stops needs decades. An owner who is
/// being guessed at by that many has to wait or use a passkey.
pub const GUESSES_PER_SUBJECT: LimitRule = LimitRule {
    free: 60,
    first_delay: Duration::from_secs(60),
    max_delay: HOUR,
    forget_after: DAY,
    heals_every: Some(Duration::from_secs(24 * 60)),
};

/// Wrong codes from one network, which may be that of a whole office or mobile carrier.
pub const GUESSES_PER_NETWORK: LimitRule = LimitRule {
    free: 20,
    first_delay: Duration::from_secs(10),
    max_delay: Duration::from_secs(5 * 60),
    forget_after: Duration::from_secs(2 * 3600),
    heals_every: Some(Duration::from_secs(3 * 60)),
};

/// Wrong codes from one site with many networks, such as a campus.
pub const GUESSES_PER_SITE: LimitRule = LimitRule {
    free: 200,
    heals_every: Some(Duration::from_secs(20)),
    ..GUESSES_PER_NETWORK
};

/// Mails with a code to one address that one network asks for: nobody's inbox is filled by another.
pub const MAILS_PER_SUBJECT_AND_NETWORK: LimitRule = LimitRule {
    free: 3,
    first_delay: Duration::from_secs(60),
    max_delay: HOUR,
    forget_after: DAY,
    heals_every: None,
};

/// Mails with a code to one address, whoever asks: more than one network can use up, so that it locks nobody out.
pub const MAILS_PER_SUBJECT: LimitRule = LimitRule {
    free: 60,
    first_delay: Duration::from_secs(60),
    max_delay: HOUR,
    forget_after: DAY,
    heals_every: Some(Duration::from_secs(24 * 60)),
};

/// Mails with a code that one network asks for. A whole office may come in at nine, and a carrier whose people share an address
/// goes on all day with one every half minute.
pub const MAILS_PER_NETWORK: LimitRule = LimitRule {
    free: 100,
    first_delay: Duration::from_secs(5),
    max_delay: Duration::from_secs(60),
    forget_after: Duration::from_secs(2 * 3600),
    heals_every: Some(Duration::from_secs(30)),
};

/// Mails with a code that one site with many networks asks for.
pub const MAILS_PER_SITE: LimitRule = LimitRule {
    free: 500,
    heals_every: Some(Duration::from_secs(5)),
    ..MAILS_PER_NETWORK
};

/// Text messages that one account asks for: they cost money, and who verifies one number needs one, or two.
pub const SMS_PER_ACCOUNT: LimitRule = LimitRule {
    free: 3,
    first_delay: Duration::from_secs(10 * 60),
    max_delay: DAY,
    forget_after: DAY,
    heals_every: None,
};

/// Text messages to one number.
pub const SMS_PER_NUMBER: LimitRule = SMS_PER_ACCOUNT;

/// Text messages that one network asks for.
pub const SMS_PER_NETWORK: LimitRule = LimitRule {
    free: 10,
    first_delay: Duration::from_secs(5 * 60),
    max_delay: HOUR,
    forget_after: DAY,
    heals_every: None,
};

/// Text messages of one day to numbers with one prefix. Toll fraud goes to ranges of numbers that belong together.
pub const SMS_PER_PREFIX: LimitRule = LimitRule {
    free: 100,
    first_delay: Duration::from_secs(60),
    max_delay: HOUR,
    forget_after: DAY,
    heals_every: None,
};

/// Text messages of the whole installation on one day.
pub const SMS_PER_INSTANCE: LimitRule = daily(500);

/// Voucher codes that one account types. They have 120 bits: this spares the database more than it protects them.
pub const VOUCHERS_PER_ACCOUNT: LimitRule = LimitRule {
    free: 10,
    first_delay: Duration::from_secs(30),
    max_delay: HOUR,
    forget_after: DAY,
    heals_every: None,
};

/// Makes the rule of a plain cap: `free` attempts, then none until a day after the last.
pub const fn daily(free: u32) -> LimitRule {
    LimitRule {
        free,
        first_delay: DAY,
        max_delay: DAY,
        forget_after: DAY,
        heals_every: None,
    }
}

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
