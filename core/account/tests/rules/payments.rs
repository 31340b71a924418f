// SPDX-License-Identifier: MIT OR Apache-2.0
//! Payment events come twice, late and in any order.

use incamera_account::{PaymentFacts, PaymentKind, PaymentRecord, UnixTime};
use proptest::prelude::*;

#[test]
fn a_subscription_that_runs_pays_the_plan_until_it_ends() {
    let active = record(
        1,
        10,
        PaymentKind::SubscriptionActive {
            until: Some(UnixTime(1000)),
        },
    );
    let ended = record(1, 500, PaymentKind::SubscriptionEnded);
    assert_eq!(paid_until(&[active]), Some(UnixTime(1000)));
    assert_eq!(paid_until(&[active, ended]), None);
    assert_eq!(paid_until(&[ended, active]), None, "the end may arrive first");
    let again = record(1, 600, PaymentKind::SubscriptionActive { until: None });
    assert_eq!(paid_until(&[again, ended, active]), Some(UnixTime::MAX));
}

#[test]
fn of_two_events_in_one_second_the_end_holds() {
    let active = record(1, 10, PaymentKind::SubscriptionActive { until: None });
    let ended = record(1, 10, PaymentKind::SubscriptionEnded);
    assert_eq!(paid_until(&[active, ended]), None);
    assert_eq!(paid_until(&[ended, active]), None);
}

#[test]
fn ending_one_subscription_leaves_the_other() {
    let old = record(1, 10, PaymentKind::SubscriptionActive { until: None });
    let new = record(
        2,
        20,
        PaymentKind::SubscriptionActive {
            until: Some(UnixTime(90)),
        },
    );
    let ended = record(1, 30, PaymentKind::SubscriptionEnded);
    assert_eq!(paid_until(&[old, new, ended]), Some(UnixTime(90)));
}

#[test]
fn a_payment_ties_until_it_is_given_back() {
    let paid = record(1, 10, PaymentKind::PaymentSucceeded);
    let refunded = record(1, 20, PaymentKind::Refunded);
    let failed = record(1, 30, PaymentKind::PaymentFailed);
    let fold = |records: &[PaymentRecord<u8>]| PaymentFacts::fold(records.iter().copied()).paid_at;
    assert_eq!(fold(&[paid, failed]), Some(UnixTime(10)));
    assert_eq!(fold(&[refunded, paid]), None);
    assert_eq!(
        fold(&[refunded, paid, record(1, 40, PaymentKind::CheckoutCompleted)]),
        Some(UnixTime(40))
    );
    assert_eq!(fold(&[failed]), None);
    let trial = record(1, 10, PaymentKind::CheckoutUnpaid);
    let active = record(1, 11, PaymentKind::SubscriptionActive { until: None });
    assert_eq!(fold(&[trial, active]), None, "a trial ties nobody to a payment");
}

proptest! {
    #[test]
    fn neither_order_nor_replays_matter(records in prop::collection::vec(any_record(), 0..20), seed: u64) {
        let expected = PaymentFacts::fold(records.iter().copied());
        let mut shuffled: Vec<_> = records.iter().chain(&records).copied().collect();
        let mut state = seed;
        for last in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let bound = u64::try_from(last).expect("a small number") + 1;
            let other = usize::try_from((state >> 33) % bound).expect("a small number");
            shuffled.swap(last, other);
        }
        prop_assert_eq!(PaymentFacts::fold(shuffled), expected);
    }

    #[test]
    fn after_everything_has_ended_nothing_is_paid(mut records in prop::collection::vec(any_record(), 0..20)) {
        for subscription in 0..4 {
            records.push(record(subscription, 100, PaymentKind::SubscriptionEnded));
        }
        prop_assert_eq!(PaymentFacts::fold(records).paid_until, None);
    }
}

fn paid_until(records: &[PaymentRecord<u8>]) -> Option<UnixTime> {
    PaymentFacts::fold(records.iter().copied()).paid_until
}

const fn record(subscription: u8, at: i64, kind: PaymentKind) -> PaymentRecord<u8> {
    PaymentRecord {
        subscription,
        at: UnixTime(at),
        kind,
    }
}

fn any_record() -> impl Strategy<Value = PaymentRecord<u8>> {
    // Few times, so that many are equal.
    let until = prop::option::of((0..50_i64).prop_map(UnixTime));
    (0..4_u8, 0..10_i64, until, 0..7_usize)
        .prop_map(|(subscription, at, until, kind)| record(subscription, at, PaymentKind::all(until)[kind]))
}
