// SPDX-License-Identifier: MIT OR Apache-2.0
//! How long a meeting has lasted, whoever leaves for a moment.

use std::time::Duration;

use incamera_account::{SITTING_ENDS_AFTER, Sitting, UnixTime};

const LIMIT: Duration = Duration::from_secs(40 * 60);

#[test]
fn leaving_for_a_moment_gains_nobody_a_minute() {
    let mut now = UnixTime(1_000_000);
    let began_at = now;
    let mut sitting = Sitting::at(None, now).noted(true, now);
    for _ in 0..20 {
        now = now.plus(Duration::from_secs(100));
        sitting = sitting.noted(false, now);
        now = now.plus(SITTING_ENDS_AFTER - Duration::from_secs(1));
        sitting = Sitting::at(Some(sitting), now).noted(true, now);
        assert_eq!(sitting.closes_at(LIMIT), Some(began_at.plus(LIMIT)));
    }
}

#[test]
fn after_a_break_another_sitting_begins() {
    let began_at = UnixTime(1_000_000);
    let left_at = began_at.plus(Duration::from_secs(60));
    let sitting = Sitting::at(None, began_at)
        .noted(true, began_at)
        .noted(false, left_at);
    let back_at = left_at.plus(SITTING_ENDS_AFTER);
    assert_eq!(Sitting::at(Some(sitting), back_at).began_at, back_at);
}

#[test]
fn who_is_turned_away_after_the_end_does_not_put_off_the_next_beginning() {
    let began_at = UnixTime(1_000_000);
    let end = began_at.plus(LIMIT);
    let mut sitting = Sitting::at(None, began_at)
        .noted(true, began_at)
        .noted(false, end);
    for minute in 1..10 {
        let now = end.plus(Duration::from_secs(60 * minute));
        sitting = Sitting::at(Some(sitting), now).noted(false, now);
        assert_eq!(sitting.closes_at(LIMIT), Some(end));
    }
    let now = end.plus(SITTING_ENDS_AFTER);
    assert_eq!(Sitting::at(Some(sitting), now).began_at, now);
}

#[test]
fn waiting_where_nobody_was_let_in_uses_up_nothing() {
    let early = UnixTime(1_000_000);
    let waiting = Sitting::at(None, early).noted(false, early);
    let now = early.plus(Duration::from_secs(300));
    assert_eq!(Sitting::at(Some(waiting), now).began_at, now);
}

#[test]
fn a_sitting_that_somebody_is_at_is_not_over_however_long_it_lasts() {
    let began_at = UnixTime(1_000_000);
    let sitting = Sitting::at(None, began_at).noted(true, began_at);
    let later = began_at.plus(Duration::from_secs(100_000));
    assert_eq!(Sitting::at(Some(sitting), later), sitting);
}

#[test]
fn no_limit_is_no_end() {
    let now = UnixTime(1_000_000);
    assert_eq!(Sitting::at(None, now).closes_at(Duration::ZERO), None);
}
