// SPDX-License-Identifier: MIT OR Apache-2.0
//! Passkeys at rest. What is in a credential is not known here.

use account::UnixTime;
use protocol::{AccountId, Redacted};
use sqlx::{Row as _, sqlite::SqliteRow};

use crate::{
    AuditAction, PasskeyId, Store, StoreError,
    audit::{self, AuditEntry},
    bindings::ways_in,
    row::{account_id, optional_time, redacted, time},
};

/// A passkey that was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPasskey {
    /// The authenticator's id of it.
    pub credential_id: Vec<u8>,
    /// What is needed to check it.
    pub credential: Vec<u8>,
    /// What its owner calls it.
    pub name: Redacted<String>,
}

/// A passkey as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// Which.
    pub id: PasskeyId,
    /// Whose.
    pub account: AccountId,
    /// The authenticator's id of it.
    pub credential_id: Vec<u8>,
    /// What is needed to check it.
    pub credential: Vec<u8>,
    /// What its owner calls it.
    pub name: Redacted<String>,
    /// When it was registered.
    pub created_at: UnixTime,
    /// When it was last used.
    pub last_used_at: Option<UnixTime>,
}

impl Store {
    /// Keeps a passkey of the account.
    ///
    /// # Errors
    /// [`StoreError::PasskeyExists`], [`StoreError::TooMany`], [`StoreError::UnknownAccount`], or [`StoreError::Query`] if the
    /// database failed.
    pub async fn add_passkey(
        &self,
        account: AccountId,
        passkey: &NewPasskey,
        now: UnixTime,
    ) -> Result<PasskeyId, StoreError> {
        let mut transaction = self.begin().await?;
        let count: u32 = sqlx::query_scalar("SELECT count(*) FROM passkeys WHERE account_id = ?")
            .bind(account.as_bytes().as_slice())
            .fetch_one(&mut *transaction)
            .await?;
        if count >= PASSKEYS {
            return Err(StoreError::TooMany);
        }
        let added = sqlx::query_scalar(
            "INSERT INTO passkeys (account_id, credential_id, credential, name, created_at) \
             SELECT id, ?, ?, ?, ? FROM accounts WHERE id = ? RETURNING id",
        )
        .bind(&passkey.credential_id)
        .bind(&passkey.credential)
        .bind(&passkey.name.0)
        .bind(now.0)
        .bind(account.as_bytes().as_slice())
        .fetch_optional(&mut *transaction)
        .await;
        let id = match added {
            Ok(Some(id)) => PasskeyId(id),
            Ok(None) => return Err(StoreError::UnknownAccount),
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                return Err(StoreError::PasskeyExists);
            }
            Err(error) => return Err(error.into()),
        };
        let entry = entry(AuditAction::PasskeyAdded, account);
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Returns the account's passkeys, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn passkeys(&self, account: AccountId) -> Result<Vec<StoredPasskey>, StoreError> {
        let rows = sqlx::query("SELECT * FROM passkeys WHERE account_id = ? ORDER BY id")
            .bind(account.as_bytes().as_slice())
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Returns the passkey that an authenticator knows by this id.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn passkey(&self, credential_id: &[u8]) -> Result<Option<StoredPasskey>, StoreError> {
        let row = sqlx::query("SELECT * FROM passkeys WHERE credential_id = ?")
            .bind(credential_id)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// Notes that the passkey was used, with what is needed to check it from here on, if that has changed. Returns false if
    /// another use was faster: what was checked against `seen` is to be checked again.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn note_passkey_use(
        &self,
        id: PasskeyId,
        seen: &[u8],
        changed: Option<&[u8]>,
        now: UnixTime,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let noted = sqlx::query(
            "UPDATE passkeys SET credential = ?, last_used_at = ? WHERE id = ? AND credential = ?",
        )
        .bind(changed.unwrap_or(seen))
        .bind(now.0)
        .bind(id.0)
        .bind(seen)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(noted.rows_affected() > 0)
    }

    /// Gives the passkey another name.
    ///
    /// # Errors
    /// [`StoreError::UnknownPasskey`], or [`StoreError::Query`] if the database failed.
    pub async fn rename_passkey(
        &self,
        account: AccountId,
        id: PasskeyId,
        name: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let renamed = sqlx::query("UPDATE passkeys SET name = ? WHERE id = ? AND account_id = ?")
            .bind(name)
            .bind(id.0)
            .bind(account.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if renamed.rows_affected() == 0 {
            return Err(StoreError::UnknownPasskey);
        }
        Ok(())
    }

    /// Removes a passkey of the account, unless it is the last way to sign in.
    ///
    /// # Errors
    /// [`StoreError::UnknownPasskey`], [`StoreError::LastWayIn`], or [`StoreError::Query`] if the database failed.
    pub async fn remove_passkey(
        &self,
        account: AccountId,
        id: PasskeyId,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let removed = sqlx::query("DELETE FROM passkeys WHERE id = ? AND account_id = ?")
            .bind(id.0)
            .bind(account.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        if removed.rows_affected() == 0 {
            return Err(StoreError::UnknownPasskey);
        }
        if ways_in(&mut transaction, account).await? == 0 {
            return Err(StoreError::LastWayIn);
        }
        let entry = entry(AuditAction::PasskeyRemoved, account);
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn entry(action: AuditAction, account: AccountId) -> AuditEntry {
    AuditEntry {
        actor: Some(account),
        action,
        about: Some(account),
        detail: String::new(),
    }
}

fn read(row: &SqliteRow) -> Result<StoredPasskey, sqlx::Error> {
    Ok(StoredPasskey {
        id: PasskeyId(row.try_get("id")?),
        account: account_id(row, "account_id")?,
        credential_id: row.try_get("credential_id")?,
        credential: row.try_get("credential")?,
        name: redacted(row, "name")?,
        created_at: time(row, "created_at")?,
        last_used_at: optional_time(row, "last_used_at")?,
    })
}

// More than the devices of anybody; bounds what an authenticator is asked to exclude.
const PASSKEYS: u32 = 32;
