// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operator decided, and when it is over.

use std::time::Duration;

use incamera_account::{Standing, StandingRecord, UnixTime};

const NOW: UnixTime = UnixTime(1_000);
const KEPT: Duration = Duration::from_secs(500);

#[test]
fn a_suspension_is_over_when_its_time_comes_and_a_termination_never() {
    for (standing, until, expected) in [
        (Standing::Good, None, Standing::Good),
        (Standing::Suspended, Some(1_001), Standing::Suspended),
        (Standing::Suspended, Some(1_000), Standing::Good),
        (Standing::Suspended, None, Standing::Suspended),
        (Standing::Limited, Some(999), Standing::Good),
        (Standing::Limited, None, Standing::Limited),
        (Standing::Terminated, Some(1), Standing::Terminated),
        (Standing::Terminated, None, Standing::Terminated),
    ] {
        assert_eq!(
            record(standing, until).effective(NOW),
            expected,
            "{standing:?} {until:?}"
        );
    }
}

#[test]
fn a_ban_denies_until_its_end_and_one_without_an_end_for_a_time() {
    for (standing, until, expected) in [
        (Standing::Good, None, None),
        (Standing::Limited, Some(2_000), None),
        (Standing::Suspended, Some(2_000), Some(2_000)),
        (Standing::Suspended, Some(900), None),
        (Standing::Suspended, None, Some(1_500)),
        (Standing::Terminated, None, Some(1_500)),
        (Standing::Terminated, Some(900), Some(1_500)),
    ] {
        let denied = record(standing, until).denies_until(NOW, KEPT);
        assert_eq!(denied, expected.map(UnixTime), "{standing:?} {until:?}");
    }
}

fn record(standing: Standing, until: Option<i64>) -> StandingRecord {
    StandingRecord {
        standing,
        reason: None,
        until: until.map(UnixTime),
    }
}
