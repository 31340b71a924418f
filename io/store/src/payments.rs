// SPDX-License-Identifier: MIT OR Apache-2.0
//! Payment events, of which only what the plan follows from is kept.

use account::{
    BindingKind, MacKey, PaymentEvent, PaymentFacts, PaymentKind, PaymentRecord, Plan, Subject, SubjectMac,
    UnixTime,
};
use protocol::{AccountId, Redacted};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use crate::{
    NewBinding, Store, StoreError, bindings,
    row::{account_id, array, named, optional_array, optional_time, time},
    standing::is_denied,
};

/// What became of a payment event. All of them are answered alike: the provider has done its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentOutcome {
    /// The account has this plan by its payments.
    Applied {
        /// Which.
        account: AccountId,
        /// What it pays for.
        plan: Plan,
    },
    /// It is kept until an event says which account pays so.
    Recorded,
    /// It came before.
    Replayed,
    /// Somebody was banned who paid so.
    Refused,
}

impl Store {
    /// Keeps the event, and what follows from all events of the account that pays so, in whatever order they come. `provider`
    /// is the name of the payment provider.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed; then the event is not kept and may come again.
    pub async fn apply_payment(
        &self,
        key: &MacKey,
        provider: &str,
        event: &PaymentEvent,
        now: UnixTime,
    ) -> Result<PaymentOutcome, StoreError> {
        let customer = key.subject(&Subject::payment(provider, &event.customer.0));
        let mut transaction = self.begin().await?;
        if !insert(&mut transaction, key, provider, &customer, event, now).await? {
            return Ok(PaymentOutcome::Replayed);
        }
        let outcome = match payer(&mut transaction, &customer, event.account, now).await? {
            Payer::Account(account) => settle(&mut transaction, provider, account, now).await?,
            Payer::Unknown => PaymentOutcome::Recorded,
            Payer::Denied => PaymentOutcome::Refused,
        };
        transaction.commit().await?;
        Ok(outcome)
    }
}

enum Payer {
    Account(AccountId),
    Unknown,
    Denied,
}

/// Returns whether the event had not come before.
async fn insert(
    connection: &mut SqliteConnection,
    key: &MacKey,
    provider: &str,
    customer: &SubjectMac,
    event: &PaymentEvent,
    now: UnixTime,
) -> Result<bool, sqlx::Error> {
    let paid_until = match event.kind {
        PaymentKind::SubscriptionActive { until } => until,
        PaymentKind::CheckoutCompleted
        | PaymentKind::CheckoutUnpaid
        | PaymentKind::SubscriptionEnded
        | PaymentKind::PaymentSucceeded
        | PaymentKind::PaymentFailed
        | PaymentKind::Refunded => None,
    };
    let subscription = event
        .subscription
        .as_ref()
        .map(|Redacted(subscription)| *key.subject(&Subject::payment(provider, subscription)).as_bytes());
    let inserted = sqlx::query(
        "INSERT INTO payment_events (id, customer_mac, subscription_mac, kind, paid_until, happened_at, received_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(&event.id)
    .bind(customer.as_bytes().as_slice())
    .bind(subscription.as_ref().map(<[u8; 32]>::as_slice))
    .bind(event.kind.as_str())
    .bind(paid_until.map(|until| until.0))
    .bind(event.at.0)
    .bind(now.0)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() > 0)
}

/// Finds out which account pays as the customer. The first that an event names is it.
async fn payer(
    connection: &mut SqliteConnection,
    customer: &SubjectMac,
    named: Option<AccountId>,
    now: UnixTime,
) -> Result<Payer, sqlx::Error> {
    if let Some(named) = named {
        if is_denied(&mut *connection, customer, now).await? {
            return Ok(Payer::Denied);
        }
        sqlx::query(
            "INSERT INTO payment_customers (customer_mac, account_id) SELECT ?, id FROM accounts WHERE id = ? \
             ON CONFLICT DO NOTHING",
        )
        .bind(customer.as_bytes().as_slice())
        .bind(named.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    }
    let row = sqlx::query("SELECT account_id FROM payment_customers WHERE customer_mac = ?")
        .bind(customer.as_bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    Ok(match row {
        Some(row) => Payer::Account(account_id(&row, "account_id")?),
        None => Payer::Unknown,
    })
}

/// Makes the account's plan and its payment bindings what follows from all its events.
async fn settle(
    connection: &mut SqliteConnection,
    provider: &str,
    account: AccountId,
    now: UnixTime,
) -> Result<PaymentOutcome, StoreError> {
    let rows = sqlx::query(
        "SELECT e.customer_mac, e.subscription_mac, e.kind, e.paid_until, e.happened_at FROM payment_events e \
         JOIN payment_customers c ON c.customer_mac = e.customer_mac WHERE c.account_id = ? ORDER BY e.customer_mac",
    )
    .bind(account.as_bytes().as_slice())
    .fetch_all(&mut *connection)
    .await?;
    let records = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    for of_customer in records.chunk_by(|one, next| one.subscription.0 == next.subscription.0) {
        let customer = SubjectMac::from_bytes(of_customer[0].subscription.0);
        let has_paid = PaymentFacts::fold(of_customer.iter().copied()).paid_at.is_some();
        bind(connection, provider, account, customer, has_paid, now).await?;
    }
    let paid_until = PaymentFacts::fold(records).paid_until;
    sqlx::query("UPDATE accounts SET paid_until = ? WHERE id = ?")
        .bind(paid_until.map(|until| until.0))
        .bind(account.as_bytes().as_slice())
        .execute(connection)
        .await?;
    let is_paid = paid_until.is_some_and(|until| now < until);
    let plan = if is_paid { Plan::Paid } else { Plan::Free };
    Ok(PaymentOutcome::Applied { account, plan })
}

async fn bind(
    connection: &mut SqliteConnection,
    provider: &str,
    account: AccountId,
    customer: SubjectMac,
    has_paid: bool,
    now: UnixTime,
) -> Result<(), StoreError> {
    if !has_paid {
        sqlx::query("DELETE FROM identity_bindings WHERE account_id = ? AND subject_mac = ?")
            .bind(account.as_bytes().as_slice())
            .bind(customer.as_bytes().as_slice())
            .execute(connection)
            .await?;
        return Ok(());
    }
    let binding = NewBinding {
        kind: BindingKind::Payment,
        issuer: Some(String::from(provider)),
        subject: customer,
        label: Redacted(String::from(provider)),
        domain: None,
        assurance: 0,
        expires_at: None,
        verification: None,
    };
    match bindings::insert(connection, account, &binding, now).await {
        // What it paid for is its own, even while nothing may be bound to it.
        Ok(_) | Err(StoreError::SubjectDenied | StoreError::TooMany) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A subscription that an event does not name is the customer's one without a name.
#[expect(
    clippy::type_complexity,
    reason = "the key of a subscription: the customer, and which of theirs"
)]
fn read(row: &SqliteRow) -> Result<PaymentRecord<([u8; 32], Option<[u8; 32]>)>, sqlx::Error> {
    let until = optional_time(row, "paid_until")?;
    Ok(PaymentRecord {
        subscription: (
            array(row, "customer_mac")?,
            optional_array(row, "subscription_mac")?,
        ),
        at: time(row, "happened_at")?,
        kind: named(row, "kind", PaymentKind::all(until), PaymentKind::as_str)?,
    })
}
