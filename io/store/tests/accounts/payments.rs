// SPDX-License-Identifier: MIT OR Apache-2.0
//! Payment events in any order, twice, and for people who were banned.

use std::time::Duration;

use account::{BindingKind, PaymentEvent, PaymentKind, Plan, UnixTime};
use incamera_store::{PaymentOutcome, Store};
use protocol::{AccountId, Redacted};

use crate::support::{NOW, OPERATOR, id, key, later, new_store, register, register_operator, suspended};

#[tokio::test]
async fn whatever_the_order_a_subscription_pays_until_it_is_cancelled() {
    let orders: [[usize; 4]; 6] = [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
        [1, 3, 0, 2],
        [2, 0, 3, 1],
        [3, 0, 1, 2],
        [1, 2, 3, 0],
    ];
    for order in orders {
        let (_directory, store) = new_store().await;
        let ada = register(&store, 1).await;
        let events = [
            event("e0", 0, "cus_1", Some(ada), PaymentKind::CheckoutCompleted),
            event(
                "e1",
                1,
                "cus_1",
                None,
                PaymentKind::SubscriptionActive {
                    until: Some(later(5000)),
                },
            ),
            event("e2", 2, "cus_1", None, PaymentKind::PaymentSucceeded),
            event("e3", 3000, "cus_1", None, PaymentKind::SubscriptionEnded),
        ];
        for index in order {
            apply(&store, &events[index], later(4000)).await;
        }
        assert_eq!(plan(&store, ada, later(4000)).await, Plan::Free, "{order:?}");
        assert!(has_paid(&store, ada).await, "that a payment was made stays true");
        for event in &events {
            assert_eq!(apply(&store, event, later(4001)).await, PaymentOutcome::Replayed);
        }
        let renewed = PaymentKind::SubscriptionActive {
            until: Some(later(9000)),
        };
        let applied = apply(&store, &event("e4", 4000, "cus_1", None, renewed), later(4002)).await;
        assert_eq!(
            applied,
            PaymentOutcome::Applied {
                account: ada,
                plan: Plan::Paid
            }
        );
        assert_eq!(plan(&store, ada, later(8999)).await, Plan::Paid);
        assert_eq!(
            plan(&store, ada, later(9000)).await,
            Plan::Free,
            "it ends even if the provider is silent"
        );
    }
}

#[tokio::test]
async fn an_event_that_comes_many_times_at_once_counts_once() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    let comings = (0..12).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            apply(
                &store,
                &event("e0", 0, "cus_1", Some(ada), PaymentKind::CheckoutCompleted),
                NOW,
            )
            .await
        })
    });
    let mut applied = 0;
    for outcome in comings.collect::<Vec<_>>() {
        applied += u32::from(outcome.await.expect("no panic") != PaymentOutcome::Replayed);
    }
    assert_eq!(applied, 1);
}

#[tokio::test]
async fn an_event_of_somebody_unknown_changes_nobodys_plan() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    let active = PaymentKind::SubscriptionActive { until: None };
    for named in [None, Some(id(9))] {
        let outcome = apply(
            &store,
            &event(&format!("{named:?}"), 0, "cus_9", named, active),
            NOW,
        )
        .await;
        assert_eq!(outcome, PaymentOutcome::Recorded);
    }
    assert_eq!(plan(&store, ada, NOW).await, Plan::Free);
}

#[tokio::test]
async fn who_pays_as_somebody_elses_customer_takes_nothing_over() {
    let (_directory, store) = new_store().await;
    let (ada, eve) = (register(&store, 1).await, register(&store, 2).await);
    apply(
        &store,
        &event("e0", 0, "cus_1", Some(ada), PaymentKind::CheckoutCompleted),
        NOW,
    )
    .await;
    let active = PaymentKind::SubscriptionActive { until: None };
    let outcome = apply(&store, &event("e1", 1, "cus_1", Some(eve), active), NOW).await;
    assert_eq!(
        outcome,
        PaymentOutcome::Applied {
            account: ada,
            plan: Plan::Paid
        }
    );
    assert_eq!(plan(&store, eve, NOW).await, Plan::Free);
    assert!(!has_paid(&store, eve).await);
}

#[tokio::test]
async fn a_payment_that_was_given_back_ties_nobody() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    apply(
        &store,
        &event("e1", 10, "cus_1", None, PaymentKind::Refunded),
        NOW,
    )
    .await;
    apply(
        &store,
        &event("e0", 0, "cus_1", Some(ada), PaymentKind::CheckoutCompleted),
        NOW,
    )
    .await;
    assert!(
        !has_paid(&store, ada).await,
        "the refund came first, but is younger"
    );
    apply(
        &store,
        &event("e2", 20, "cus_1", None, PaymentKind::PaymentSucceeded),
        NOW,
    )
    .await;
    assert!(has_paid(&store, ada).await);
    apply(
        &store,
        &event("e3", 30, "cus_1", None, PaymentKind::Refunded),
        NOW,
    )
    .await;
    assert!(!has_paid(&store, ada).await);
}

#[tokio::test]
async fn who_was_banned_does_not_come_back_with_the_same_payment() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let eve = register(&store, 1).await;
    apply(
        &store,
        &event("e0", 0, "cus_1", Some(eve), PaymentKind::CheckoutCompleted),
        NOW,
    )
    .await;
    let kept = Duration::from_secs(1000);
    store
        .set_standing(OPERATOR, eve, &suspended(None), kept, NOW)
        .await
        .expect("it exists");
    store.erase(eve, NOW).await.expect("it exists");
    let again = register(&store, 2).await;
    let outcome = apply(
        &store,
        &event("e1", 1, "cus_1", Some(again), PaymentKind::CheckoutCompleted),
        NOW,
    )
    .await;
    assert_eq!(outcome, PaymentOutcome::Refused);
    assert!(!has_paid(&store, again).await);
    assert_eq!(plan(&store, again, NOW).await, Plan::Free);
}

#[tokio::test]
async fn a_grant_of_the_operator_outlives_a_cancelled_subscription() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let ada = register(&store, 1).await;
    store
        .grant_plan(OPERATOR, ada, Plan::Paid, NOW)
        .await
        .expect("it exists");
    apply(
        &store,
        &event("e0", 0, "cus_1", Some(ada), PaymentKind::SubscriptionEnded),
        NOW,
    )
    .await;
    assert_eq!(plan(&store, ada, NOW).await, Plan::Paid);
    store
        .grant_plan(OPERATOR, ada, Plan::Free, NOW)
        .await
        .expect("it exists");
    assert_eq!(plan(&store, ada, NOW).await, Plan::Free);
}

async fn apply(store: &Store, event: &PaymentEvent, now: UnixTime) -> PaymentOutcome {
    store
        .apply_payment(&key(), "stripe", event, now)
        .await
        .expect("a working database")
}

async fn plan(store: &Store, account: AccountId, now: UnixTime) -> Plan {
    let stored = store
        .account(account)
        .await
        .expect("a working database")
        .expect("it exists");
    stored.plan(now)
}

async fn has_paid(store: &Store, account: AccountId) -> bool {
    let stored = store
        .account(account)
        .await
        .expect("a working database")
        .expect("it exists");
    stored.binding_kinds(NOW).contains(&BindingKind::Payment)
}

fn event(
    name: &str,
    second: i64,
    customer: &str,
    account: Option<AccountId>,
    kind: PaymentKind,
) -> PaymentEvent {
    PaymentEvent {
        id: String::from(name),
        at: later(second),
        customer: Redacted(String::from(customer)),
        subscription: Some(Redacted(String::from("sub_1"))),
        account,
        kind,
    }
}
