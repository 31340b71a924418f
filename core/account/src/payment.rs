// SPDX-License-Identifier: MIT OR Apache-2.0
//! The plan that follows from a payment provider's events, which come twice, late and in any order.

use std::collections::BTreeMap;

use protocol::{AccountId, Redacted};

use crate::UnixTime;

/// One event, as the payment provider signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEvent {
    /// The provider's id: the same if it is sent again.
    pub id: String,
    /// When it happened, by the provider's clock.
    pub at: UnixTime,
    /// The provider's id of whoever pays.
    pub customer: Redacted<String>,
    /// The provider's id of what is paid again and again, where the event is about such a thing.
    pub subscription: Option<Redacted<String>>,
    /// The account that went to pay, where the event says so.
    pub account: Option<AccountId>,
    /// What happened.
    pub kind: PaymentKind,
}

/// What happened at the payment provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentKind {
    /// Somebody who came from here has paid for the first time.
    CheckoutCompleted,
    /// Somebody came from here and has not paid: a trial costs nothing, and a debit takes days.
    CheckoutUnpaid,
    /// A subscription runs.
    SubscriptionActive {
        /// Until when it is paid, where the event says so.
        until: Option<UnixTime>,
    },
    /// A subscription runs no more, or its payment is overdue.
    SubscriptionEnded,
    /// A payment arrived.
    PaymentSucceeded,
    /// A payment did not. The provider tries again, and ends the subscription if that is in vain.
    PaymentFailed,
    /// A payment was given back.
    Refunded,
}

impl PaymentKind {
    /// All of them; a running subscription is paid `until`.
    pub const fn all(until: Option<UnixTime>) -> [Self; 7] {
        [
            Self::CheckoutCompleted,
            Self::CheckoutUnpaid,
            Self::SubscriptionActive { until },
            Self::SubscriptionEnded,
            Self::PaymentSucceeded,
            Self::PaymentFailed,
            Self::Refunded,
        ]
    }

    /// Returns the name as it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CheckoutCompleted => "checkout_completed",
            Self::CheckoutUnpaid => "checkout_unpaid",
            Self::SubscriptionActive { .. } => "subscription_active",
            Self::SubscriptionEnded => "subscription_ended",
            Self::PaymentSucceeded => "payment_succeeded",
            Self::PaymentFailed => "payment_failed",
            Self::Refunded => "refunded",
        }
    }
}

/// What is kept of an event. `S` is anything that tells one subscription from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentRecord<S> {
    /// Which.
    pub subscription: S,
    /// When it happened, by the provider's clock.
    pub at: UnixTime,
    /// What happened.
    pub kind: PaymentKind,
}

/// What follows from all events of an account's payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentFacts {
    /// Until when the paid plan is paid; none if no subscription runs.
    pub paid_until: Option<UnixTime>,
    /// When a payment was made that was not given back since, which ties the account to it.
    pub paid_at: Option<UnixTime>,
}

impl PaymentFacts {
    /// Folds the events. Neither their order matters, nor whether some come twice: of each subscription the youngest event
    /// holds, and one running subscription suffices. Of two in one second, the one that takes a right away holds.
    pub fn fold<S: Ord>(events: impl IntoIterator<Item = PaymentRecord<S>>) -> Self {
        let mut youngest_by_subscription = BTreeMap::<S, (UnixTime, Run)>::new();
        let mut paid_at = None;
        let mut refunded_at = None;
        for event in events {
            let run = match event.kind {
                // Without an end until the provider says otherwise: a webhook that is lost once must not lock out who pays.
                PaymentKind::SubscriptionActive { until } => Run::PaidUntil(until.unwrap_or(UnixTime::MAX)),
                PaymentKind::SubscriptionEnded => Run::Ended,
                PaymentKind::CheckoutCompleted | PaymentKind::PaymentSucceeded => {
                    paid_at = paid_at.max(Some(event.at));
                    continue;
                }
                PaymentKind::Refunded => {
                    refunded_at = refunded_at.max(Some(event.at));
                    continue;
                }
                PaymentKind::CheckoutUnpaid | PaymentKind::PaymentFailed => continue,
            };
            let candidate = (event.at, run);
            youngest_by_subscription
                .entry(event.subscription)
                .and_modify(|youngest| *youngest = (*youngest).max(candidate))
                .or_insert(candidate);
        }
        let paid_until = youngest_by_subscription
            .into_values()
            .filter_map(|(_, run)| match run {
                Run::PaidUntil(until) => Some(until),
                Run::Ended => None,
            })
            .max();
        Self {
            paid_until,
            paid_at: paid_at.filter(|paid_at| refunded_at < Some(*paid_at)),
        }
    }
}

/// How a subscription stands. The greater of two holds where their times are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Run {
    PaidUntil(UnixTime),
    Ended,
}
