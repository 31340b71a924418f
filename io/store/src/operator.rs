// SPDX-License-Identifier: MIT OR Apache-2.0
//! The one-time link that makes its holder the operator.

use account::{TokenHash, UnixTime};
use protocol::AccountId;
use sqlx::SqliteConnection;

use crate::{
    AuditAction, NewAccount, Store, StoreError, accounts,
    audit::{self, AuditEntry},
};

impl Store {
    /// Returns whether anybody runs the installation.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn has_operator(&self) -> Result<bool, StoreError> {
        Ok(
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts WHERE is_operator = 1)")
                .fetch_one(&self.readers)
                .await?,
        )
    }

    /// Makes this token the only one that makes its holder the operator.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn set_operator_link(&self, token: &TokenHash, expires_at: UnixTime) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT OR REPLACE INTO operator_link (only_one, token_hash, expires_at) VALUES (1, ?, ?)",
        )
        .bind(token.as_bytes().as_slice())
        .bind(expires_at.0)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Uses the token, once: makes `signed_in` the operator, or otherwise `account`, which is made then. Returns who it is;
    /// none if the token is not the one, or no longer.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`] if `signed_in` does not exist, as for [`Store::register`], or [`StoreError::Query`] if
    /// the database failed. The token may be used again then.
    pub async fn redeem_operator_link(
        &self,
        token: &TokenHash,
        signed_in: Option<AccountId>,
        account: &NewAccount,
        now: UnixTime,
    ) -> Result<Option<AccountId>, StoreError> {
        let mut transaction = self.begin().await?;
        let used = sqlx::query("DELETE FROM operator_link WHERE token_hash = ? AND expires_at > ?")
            .bind(token.as_bytes().as_slice())
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        if used.rows_affected() == 0 {
            return Ok(None);
        }
        let id = match signed_in {
            Some(id) => id,
            None => {
                accounts::insert(&mut transaction, account, now).await?;
                account.id
            }
        };
        promote(&mut transaction, id, now).await?;
        transaction.commit().await?;
        Ok(Some(id))
    }
}

async fn promote(connection: &mut SqliteConnection, id: AccountId, now: UnixTime) -> Result<(), StoreError> {
    let promoted = sqlx::query("UPDATE accounts SET is_operator = 1 WHERE id = ?")
        .bind(id.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    if promoted.rows_affected() == 0 {
        return Err(StoreError::UnknownAccount);
    }
    let entry = AuditEntry {
        actor: None,
        action: AuditAction::OperatorMade,
        about: Some(id),
        detail: String::new(),
    };
    audit::insert(connection, &entry, now).await?;
    Ok(())
}
