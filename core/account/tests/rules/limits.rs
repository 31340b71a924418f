// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whatever the timing, no more gets through than the rule says.

use std::{net::IpAddr, time::Duration};

use incamera_account::{LimitRule, LimitState, UnixTime, Wait, network_key, rules, site_key};
use proptest::prelude::*;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn guesses_at_one_address_are_ten_in_an_hour_and_a_few_dozen_in_a_day() {
    assert_eq!(rules::GUESSES_PER_SUBJECT_AND_NETWORK.most_within(HOUR), 10);
    let in_a_day = rules::GUESSES_PER_SUBJECT_AND_NETWORK.most_within(24 * HOUR);
    assert!(in_a_day <= 36, "{in_a_day}");
    let from_everywhere = rules::GUESSES_PER_SUBJECT.most_within(24 * HOUR);
    assert!(from_everywhere <= 160, "a chance in 6000: {from_everywhere}");
}

#[test]
fn one_network_that_never_stops_does_not_use_up_what_everybody_has() {
    for (narrow, wide) in [
        (rules::GUESSES_PER_SUBJECT_AND_NETWORK, rules::GUESSES_PER_SUBJECT),
        (rules::MAILS_PER_SUBJECT_AND_NETWORK, rules::MAILS_PER_SUBJECT),
    ] {
        let (mut now, mut of_network, mut of_all) = (UnixTime(0), None, None);
        while now < UnixTime(30 * 24 * 3600) {
            if let Ok(state) = narrow.attempt(of_network, now) {
                of_network = Some(state);
                of_all = Some(wide.attempt(of_all, now).expect("the owner's is never used up"));
            }
            now = now.plus(Duration::from_secs(20));
        }
        assert!(of_all.is_some_and(|state| state.count < wide.free), "{of_all:?}");
    }
}

#[test]
fn a_network_that_many_share_heals_while_they_go_on() {
    let rule = rules::MAILS_PER_NETWORK;
    let (mut now, mut state) = (UnixTime(0), None);
    for _ in 0..300 {
        if let Err(Wait(wait)) = rule.check(state, now) {
            now = now.plus(wait);
        }
        state = Some(rule.attempt(state, now).expect("waited as told"));
    }
    for _ in 0..300 {
        now = now.plus(Duration::from_secs(60));
        state = Some(
            rule.attempt(state, now)
                .expect("one a minute is always let through"),
        );
    }
    for _ in 0..50 {
        state = Some(rule.attempt(state, now).expect("a few at once again"));
    }
}

#[test]
fn delays_double_up_to_the_longest() {
    let rule = rules::GUESSES_PER_SUBJECT_AND_NETWORK;
    let mut now = UnixTime(1_000_000);
    let mut state = None;
    let mut delays = Vec::new();
    for _ in 0..14 {
        if let Err(Wait(delay)) = rule.check(state, now) {
            delays.push(delay.as_secs() / 60);
            now = now.plus(delay);
        }
        state = Some(rule.attempt(state, now).expect("waited as told"));
    }
    assert_eq!(delays, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
}

#[test]
fn who_is_too_early_is_not_made_to_wait_longer() {
    let rule = rules::GUESSES_PER_SUBJECT_AND_NETWORK;
    let state = Some(LimitState {
        count: 5,
        last_at: UnixTime(100),
    });
    for now in 100..160 {
        let expected = Wait(Duration::from_secs(160 - now));
        assert_eq!(rule.attempt(state, UnixTime(now.cast_signed())), Err(expected));
    }
    assert!(rule.attempt(state, UnixTime(160)).is_ok());
}

#[test]
fn who_read_the_clock_a_moment_before_another_is_not_made_to_wait() {
    let rule = rules::GUESSES_PER_SUBJECT;
    let state = rule.attempt(None, UnixTime(101)).expect("the first");
    let state = rule.attempt(Some(state), UnixTime(100)).expect("a free one");
    assert_eq!(
        (state.count, state.last_at),
        (2, UnixTime(101)),
        "and time does not run back"
    );
}

#[test]
fn a_daily_cap_holds_for_a_day() {
    let rule = rules::daily(20);
    assert_eq!(rule.most_within(24 * HOUR), 20);
}

#[test]
fn a_household_with_many_addresses_is_one_network() {
    let key = |text: &str| network_key(text.parse::<IpAddr>().expect("an address"));
    assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
    assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
}

#[test]
fn a_customer_with_many_networks_is_one_site() {
    let key = |text: &str| site_key(text.parse::<IpAddr>().expect("an address"));
    assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:2:2::1"));
    assert_eq!(key("::ffff:192.0.2.1"), None);
}

proptest! {
    #[test]
    fn never_more_in_an_hour_than_the_rule_says(rule in any_rule(), gaps in any_gaps()) {
        let accepted = accepted(rule, &gaps);
        let most = usize::try_from(rule.most_within(HOUR)).expect("a small number");
        for (index, start) in accepted.iter().enumerate() {
            let end = start + 3600;
            let within = accepted[index..].iter().take_while(|at| **at < end).count();
            prop_assert!(within <= most, "{within} of {most} from {start}");
        }
    }

    #[test]
    fn a_restart_between_any_two_attempts_changes_nothing(rule in any_rule(), gaps in any_gaps()) {
        let mut now = UnixTime(0);
        let (mut kept, mut written): (Option<LimitState>, Option<String>) = (None, None);
        for gap in gaps {
            now = now.plus(Duration::from_secs(gap));
            let read = written.as_deref().map(|text| serde_json::from_str(text).expect("what was written"));
            prop_assert_eq!(read, kept);
            let answer = rule.attempt(read, now);
            prop_assert_eq!(answer, rule.attempt(kept, now));
            if let Ok(state) = answer {
                kept = Some(state);
                written = Some(serde_json::to_string(&state).expect("plain numbers"));
            }
        }
    }

    #[test]
    fn delays_never_shrink_while_nothing_is_forgotten(rule in any_rule()) {
        let delay = |count| match rule.check(Some(LimitState { count, last_at: UnixTime(0) }), UnixTime(0)) {
            Ok(()) => Duration::ZERO,
            Err(Wait(delay)) => delay,
        };
        for count in 1..80 {
            prop_assert!(delay(count) <= delay(count + 1));
            prop_assert!(delay(count) <= rule.max_delay);
        }
        prop_assert_eq!(delay(u32::MAX), rule.max_delay);
    }

    #[test]
    fn what_may_be_forgotten_makes_no_difference(rule in any_rule(), count in 1..100_u32) {
        let state = LimitState { count, last_at: UnixTime(0) };
        let then = rule.forgotten_at(state);
        prop_assert_eq!(rule.attempt(Some(state), then), rule.attempt(None, then));
    }
}

/// The times, in seconds, at which an attempt after each gap is accepted.
fn accepted(rule: LimitRule, gaps: &[u64]) -> Vec<i64> {
    let mut now = UnixTime(0);
    let mut state = None;
    let mut accepted = Vec::new();
    for gap in gaps {
        now = now.plus(Duration::from_secs(*gap));
        if let Ok(next) = rule.attempt(state, now) {
            state = Some(next);
            accepted.push(now.0);
        }
    }
    accepted
}

prop_compose! {
    fn any_rule()(free in 1..8_u32, first in 1..600_u64, longest in 0..7200_u64, forget in 0..80_000_u64, heals in prop::option::of(1..4000_u64)) -> LimitRule {
        let max_delay = Duration::from_secs(first + longest);
        LimitRule {
            free,
            first_delay: Duration::from_secs(first),
            max_delay,
            forget_after: Duration::from_secs(3600 + forget).max(max_delay),
            heals_every: heals.map(Duration::from_secs),
        }
    }
}

/// Bursts, steady trickles and long pauses.
fn any_gaps() -> impl Strategy<Value = Vec<u64>> {
    let gap = prop_oneof![4 => Just(0_u64), 4 => 0..20_u64, 4 => 20..4000_u64, 1 => 4000..100_000_u64];
    prop::collection::vec(gap, 0..200)
}
