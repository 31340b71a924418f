// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operator decides about an account, and who may not come back because of it.

use std::time::Duration;

use account::{BindingKind, StandingRecord, SubjectMac, UnixTime, VoucherState};
use protocol::AccountId;
use sqlx::{Row as _, SqliteConnection, SqliteExecutor};

use crate::{
    AuditAction, DeniedId, Store, StoreError,
    audit::{self, AuditEntry},
    row::{named, optional_account_id, time},
    vouchers,
};

/// A subject that may not be bound to any account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDenied {
    /// Which.
    pub id: DeniedId,
    /// What kind of subject.
    pub kind: BindingKind,
    /// Whose it was, unless that account was erased.
    pub account: Option<AccountId>,
    /// Since when.
    pub created_at: UnixTime,
    /// Until when.
    pub until: UnixTime,
}

impl Store {
    /// Decides about an account. A ban denies all its subjects until it is over, costs whoever vouched for it the slot, and
    /// voids the vouchers that it made; a pardon gives back what the ban took, but for those vouchers. `without_end_for` is
    /// for how long subjects are denied where the ban has no end.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`], or [`StoreError::Query`] if the database failed.
    pub async fn set_standing(
        &self,
        by: AccountId,
        account: AccountId,
        record: &StandingRecord,
        without_end_for: Duration,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let denies_until = record.denies_until(now, without_end_for);
        let mut transaction = self.begin().await?;
        let decided = sqlx::query(
            "UPDATE accounts SET standing = ?, standing_reason = ?, standing_until = ?, denies_until = ? WHERE id = ?",
        )
        .bind(record.standing.as_str())
        .bind(&record.reason)
        .bind(record.until.map(|until| until.0))
        .bind(denies_until.map(|until| until.0))
        .bind(account.as_bytes().as_slice())
        .execute(&mut *transaction)
        .await?;
        if decided.rows_affected() == 0 {
            return Err(StoreError::UnknownAccount);
        }
        match denies_until {
            Some(until) => ban(&mut transaction, account, until, now).await?,
            None => pardon(&mut transaction, account).await?,
        }
        let entry = AuditEntry {
            actor: Some(by),
            action: AuditAction::StandingChanged,
            about: Some(account),
            detail: match &record.reason {
                Some(reason) => format!("{}: {reason}", record.standing.as_str()),
                None => String::from(record.standing.as_str()),
            },
        };
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns whether nobody may come with this subject. For what to show; binding asks again.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn is_denied(&self, subject: &SubjectMac, now: UnixTime) -> Result<bool, StoreError> {
        Ok(is_denied(&self.readers, subject, now).await?)
    }

    /// Returns up to `limit` subjects with which nobody may come, youngest first, from behind the one with the id `after`.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn denied(
        &self,
        after: Option<DeniedId>,
        limit: u32,
        now: UnixTime,
    ) -> Result<Vec<StoredDenied>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM denied_subjects WHERE id < ? AND denied_until > ? ORDER BY id DESC LIMIT ?",
        )
        .bind(after.map_or(i64::MAX, |id| id.0))
        .bind(now.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let denied = rows.iter().map(|row| {
            Ok(StoredDenied {
                id: DeniedId(row.try_get("id")?),
                kind: named(row, "kind", BindingKind::ALL, BindingKind::as_str)?,
                account: optional_account_id(row, "account_id")?,
                created_at: time(row, "created_at")?,
                until: time(row, "denied_until")?,
            })
        });
        Ok(denied.collect::<Result<_, sqlx::Error>>()?)
    }

    /// Lets whoever has the subject come back.
    ///
    /// # Errors
    /// [`StoreError::UnknownDenied`], or [`StoreError::Query`] if the database failed.
    pub async fn lift_denied(&self, by: AccountId, id: DeniedId, now: UnixTime) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let lifted = sqlx::query("DELETE FROM denied_subjects WHERE id = ? RETURNING kind, account_id")
            .bind(id.0)
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(StoreError::UnknownDenied)?;
        let entry = AuditEntry {
            actor: Some(by),
            action: AuditAction::DeniedLifted,
            about: optional_account_id(&lifted, "account_id")?,
            detail: lifted.try_get("kind")?,
        };
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Returns whether nobody may come with this subject.
pub(crate) async fn is_denied(
    database: impl SqliteExecutor<'_>,
    subject: &SubjectMac,
    now: UnixTime,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM denied_subjects WHERE subject_mac = ? AND denied_until > ?)",
    )
    .bind(subject.as_bytes().as_slice())
    .bind(now.0)
    .fetch_one(database)
    .await
}

async fn ban(
    connection: &mut SqliteConnection,
    account: AccountId,
    until: UnixTime,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    // Also what it once had and has removed since the ban began.
    sqlx::query("UPDATE denied_subjects SET denied_until = ? WHERE account_id = ?")
        .bind(until.0)
        .bind(account.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO denied_subjects (subject_mac, kind, account_id, created_at, denied_until) \
         SELECT subject_mac, kind, account_id, ?, ? FROM identity_bindings \
         WHERE account_id = ? AND kind IN ('email', 'phone', 'oidc', 'payment') \
         ON CONFLICT (subject_mac) DO UPDATE SET account_id = excluded.account_id, denied_until = excluded.denied_until",
    )
    .bind(now.0)
    .bind(until.0)
    .bind(account.as_bytes().as_slice())
    .execute(&mut *connection)
    .await?;
    vouchers::change(
        connection,
        vouchers::Of::Redeemer(account),
        VoucherState::after_ban,
    )
    .await?;
    sqlx::query("UPDATE vouchers SET state = 'withdrawn' WHERE account_id = ? AND state = 'open'")
        .bind(account.as_bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

async fn pardon(connection: &mut SqliteConnection, account: AccountId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM denied_subjects WHERE account_id = ?")
        .bind(account.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    vouchers::change(
        connection,
        vouchers::Of::Redeemer(account),
        VoucherState::after_pardon,
    )
    .await
}
