// SPDX-License-Identifier: MIT OR Apache-2.0
//! Invitations by the operator: used up when the e-mail address is bound to an account.

use std::time::Duration;

use account::{EmailAddress, SubjectMac, UnixTime};
use protocol::{AccountId, Redacted};
use sqlx::{Row as _, sqlite::SqliteRow};

use crate::{
    AuditAction, InvitationId, Store, StoreError,
    audit::{self, AuditEntry},
    row::{redacted, time},
};

/// An invitation that nobody has used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredInvitation {
    /// Which.
    pub id: InvitationId,
    /// Who is invited.
    pub address: Redacted<String>,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it is void.
    pub expires_at: UnixTime,
}

impl Store {
    /// Invites whoever has the e-mail address, whose MAC is `subject`. An account that has it counts as invited at once, and
    /// there is no invitation then.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn invite(
        &self,
        by: AccountId,
        address: &EmailAddress,
        subject: &SubjectMac,
        now: UnixTime,
    ) -> Result<Option<StoredInvitation>, StoreError> {
        let mut transaction = self.begin().await?;
        let marked = sqlx::query(
            "UPDATE accounts SET is_invited = 1 WHERE id = (SELECT account_id FROM identity_bindings WHERE subject_mac = ?)",
        )
        .bind(subject.as_bytes().as_slice())
        .execute(&mut *transaction)
        .await?;
        let invitation = if marked.rows_affected() > 0 {
            None
        } else {
            let row = sqlx::query(
                "INSERT INTO invitations (subject_mac, address, invited_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?) \
                 ON CONFLICT (subject_mac) DO UPDATE SET expires_at = excluded.expires_at RETURNING *",
            )
            .bind(subject.as_bytes().as_slice())
            .bind(address.as_str())
            .bind(by.as_bytes().as_slice())
            .bind(now.0)
            .bind(now.plus(VALID_FOR).0)
            .fetch_one(&mut *transaction)
            .await?;
            Some(read(&row)?)
        };
        audit::insert(&mut transaction, &entry(AuditAction::InvitationMade, by), now).await?;
        transaction.commit().await?;
        Ok(invitation)
    }

    /// Returns whether an invitation waits for whoever has this e-mail address. For what to ask the policy; registering looks
    /// again.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn is_invited(&self, subject: &SubjectMac, now: UnixTime) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM invitations WHERE subject_mac = ? AND expires_at > ?)",
        )
        .bind(subject.as_bytes().as_slice())
        .bind(now.0)
        .fetch_one(&self.readers)
        .await?)
    }

    /// Returns the invitations that nobody has used yet, youngest first.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn invitations(&self, now: UnixTime) -> Result<Vec<StoredInvitation>, StoreError> {
        let rows = sqlx::query("SELECT * FROM invitations WHERE expires_at > ? ORDER BY id DESC")
            .bind(now.0)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// [`StoreError::UnknownInvitation`], or [`StoreError::Query`] if the database failed.
    pub async fn withdraw_invitation(
        &self,
        by: AccountId,
        id: InvitationId,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let withdrawn = sqlx::query("DELETE FROM invitations WHERE id = ?")
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        if withdrawn.rows_affected() == 0 {
            return Err(StoreError::UnknownInvitation);
        }
        let entry = entry(AuditAction::InvitationWithdrawn, by);
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn entry(action: AuditAction, by: AccountId) -> AuditEntry {
    AuditEntry {
        actor: Some(by),
        action,
        about: None,
        detail: String::new(),
    }
}

fn read(row: &SqliteRow) -> Result<StoredInvitation, sqlx::Error> {
    Ok(StoredInvitation {
        id: InvitationId(row.try_get("id")?),
        address: redacted(row, "address")?,
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
    })
}

// People come back from holidays; an address that nobody answers from is not kept for ever.
const VALID_FOR: Duration = Duration::from_secs(60 * 24 * 3600);
