// SPDX-License-Identifier: MIT OR Apache-2.0
//! Domains that a DNS record proved, looked at again: a record that is gone for long proves nothing any more.

use std::time::Duration;

use crate::UnixTime;

/// Returns whether a record that was missing since `missing_since`, and is missing at `now`, has been so for too long.
pub fn has_lapsed(missing_since: UnixTime, now: UnixTime) -> bool {
    now.saturating_since(missing_since) >= RECORD_LAPSES_AFTER
}

/// How often the record of a domain is looked for. Names are cached for about as long.
pub const RECORD_CHECKED_EVERY: Duration = Duration::from_secs(24 * 3600);

/// For how long a record may be missing. Whoever breaks a zone by accident notices within days; whoever bought a domain that an
/// organisation let go is not to speak for it for ever.
pub const RECORD_LAPSES_AFTER: Duration = Duration::from_secs(14 * 24 * 3600);
