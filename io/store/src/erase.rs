// SPDX-License-Identifier: MIT OR Apache-2.0
//! Erasing an account, and forgetting what is over. Most goes with the account's row (ON DELETE CASCADE); here is the rest.

use std::time::Duration;

use account::{SESSION_IDLE_FOR, SESSION_LIVES_FOR, UnixTime, VoucherState};
use protocol::{AccountId, MeetingId};
use sqlx::SqliteConnection;

use crate::{
    AuditAction, Store, StoreError,
    audit::{self, AuditEntry},
    mails::MAIL_KEPT_FOR,
    row::{array, unreadable},
    vouchers,
};

/// What has gone with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Its meetings: whoever is in one has to leave.
    pub meetings: Vec<MeetingId>,
}

impl Store {
    /// Erases the account and everything that mentions it. What remains: keyed MACs of its subjects for as long as they are
    /// denied, and in the audit that somebody did something. The database's log may have it until the next [`Store::prune`].
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`], or [`StoreError::Query`] if the database failed.
    pub async fn erase(&self, account: AccountId, now: UnixTime) -> Result<Erased, StoreError> {
        let mut transaction = self.begin().await?;
        let rows = sqlx::query("SELECT id FROM meetings WHERE owner = ? ORDER BY id")
            .bind(account.as_bytes().as_slice())
            .fetch_all(&mut *transaction)
            .await?;
        let meetings = rows.iter().map(|row| array(row, "id").map(MeetingId::new));
        let meetings = meetings.collect::<Result<_, _>>()?;
        vouchers::change(
            &mut transaction,
            vouchers::Of::Redeemer(account),
            VoucherState::after_withdrawal,
        )
        .await?;
        for statement in BESIDE_THE_ROW {
            sqlx::query(*statement)
                .bind(account.as_bytes().as_slice())
                .execute(&mut *transaction)
                .await?;
        }
        let erased = sqlx::query("DELETE FROM accounts WHERE id = ?")
            .bind(account.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        if erased.rows_affected() == 0 {
            return Err(StoreError::UnknownAccount);
        }
        let entry = AuditEntry {
            actor: None,
            action: AuditAction::AccountErased,
            about: None,
            detail: String::new(),
        };
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(Erased { meetings })
    }

    /// Forgets what is over at `now`. To be called from time to time, such as every hour: nothing else waits for it.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn prune(&self, now: UnixTime) -> Result<(), StoreError> {
        for (statement, kept_for) in OVER {
            // One transaction each: nobody who signs in waits for all of them.
            let mut transaction = self.begin().await?;
            prune(&mut transaction, statement, *kept_for, now).await?;
            transaction.commit().await?;
        }
        self.checkpoint().await?;
        Ok(())
    }
}

async fn prune(
    connection: &mut SqliteConnection,
    statement: &'static str,
    kept_for: Duration,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    let before = i64::try_from(kept_for.as_secs()).map_err(|_| unreadable("kept_for"))?;
    sqlx::query(statement)
        .bind(now.0.saturating_sub(before))
        .execute(connection)
        .await?;
    Ok(())
}

/// What mentions the account by its subjects, or in words, and what others have by its word.
const BESIDE_THE_ROW: &[&str] = &[
    // Who has left answers for nobody. Otherwise one phone number, brought along to one account after another, would
    // vouch for a crowd.
    "DELETE FROM identity_bindings WHERE id IN (SELECT binding_id FROM vouchers WHERE account_id = ?)",
    "DELETE FROM mails WHERE subject_mac IN (SELECT subject_mac FROM identity_bindings WHERE account_id = ?)",
    "DELETE FROM ceremonies WHERE subject_mac IN (SELECT subject_mac FROM identity_bindings WHERE account_id = ?)",
    "DELETE FROM invitations WHERE subject_mac IN (SELECT subject_mac FROM identity_bindings WHERE account_id = ?)",
    "DELETE FROM payment_events WHERE customer_mac IN (SELECT customer_mac FROM payment_customers WHERE account_id = ?)",
    "UPDATE audit SET detail = '' WHERE about = ?1 OR actor = ?1",
];

/// What is deleted, and how long after its end.
const OVER: &[(&str, Duration)] = &[
    ("DELETE FROM ceremonies WHERE expires_at <= ?", Duration::ZERO),
    ("DELETE FROM limits WHERE forgotten_at <= ?", Duration::ZERO),
    (
        "DELETE FROM denied_subjects WHERE denied_until <= ?",
        Duration::ZERO,
    ),
    ("DELETE FROM invitations WHERE expires_at <= ?", Duration::ZERO),
    ("DELETE FROM operator_link WHERE expires_at <= ?", Duration::ZERO),
    (
        "DELETE FROM vouchers WHERE state IN ('open', 'withdrawn') AND expires_at <= ?",
        Duration::ZERO,
    ),
    ("DELETE FROM sessions WHERE last_used_at <= ?", SESSION_IDLE_FOR),
    ("DELETE FROM sessions WHERE created_at <= ?", SESSION_LIVES_FOR),
    ("DELETE FROM mails WHERE created_at <= ?", MAIL_KEPT_FOR),
    // Long enough for the provider to send the event that says who pays.
    (
        "DELETE FROM payment_events WHERE received_at <= ? \
         AND customer_mac NOT IN (SELECT customer_mac FROM payment_customers)",
        Duration::from_secs(90 * 24 * 3600),
    ),
    // Long enough to look into a complaint, short enough not to be a history of people.
    (
        "DELETE FROM audit WHERE at <= ?",
        Duration::from_secs(365 * 24 * 3600),
    ),
];
