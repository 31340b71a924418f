// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sessions: looked up with every request, so by one query, and written rarely.

use account::{SESSION_IDLE_FOR, SESSION_LIVES_FOR, SESSION_USE_NOTED_AFTER, TokenHash, UnixTime};
use protocol::{AccountId, Redacted, http::SignedInBy};
use sqlx::{Row as _, sqlite::SqliteRow};

use crate::{
    SessionId, Store, StoreError, StoredAccount, accounts,
    row::{named, redacted, time},
};

/// A session to be opened.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Of the token that the browser holds.
    pub token: TokenHash,
    /// Who signed in.
    pub account: AccountId,
    /// How.
    pub by: SignedInBy,
    /// With what, as its owner recognises it.
    pub device: Redacted<String>,
}

/// A session as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// Which.
    pub id: SessionId,
    /// How it was opened.
    pub by: SignedInBy,
    /// With what, as its owner recognises it.
    pub device: Redacted<String>,
    /// When it was opened.
    pub created_at: UnixTime,
    /// When it was last used, to [`SESSION_USE_NOTED_AFTER`].
    pub last_used_at: UnixTime,
    /// When its owner last proved who they are.
    pub auth_time: UnixTime,
}

/// Who holds a token.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session.
    pub session: StoredSession,
    /// Whose it is.
    pub account: StoredAccount,
}

impl Store {
    /// Opens a session. Of very many of one account, those that were not used for longest are closed.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`], or [`StoreError::Query`] if the database failed.
    pub async fn open_session(&self, session: &NewSession, now: UnixTime) -> Result<SessionId, StoreError> {
        let mut transaction = self.begin().await?;
        let id = sqlx::query_scalar(
            "INSERT INTO sessions (token_hash, account_id, signed_in_by, device, created_at, last_used_at, auth_time) \
             SELECT ?1, id, ?2, ?3, ?4, ?4, ?4 FROM accounts WHERE id = ?5 RETURNING id",
        )
        .bind(session.token.as_bytes().as_slice())
        .bind(way_text(session.by))
        .bind(&session.device.0)
        .bind(now.0)
        .bind(session.account.as_bytes().as_slice())
        .fetch_optional(&mut *transaction)
        .await?
        .ok_or(StoreError::UnknownAccount)?;
        sqlx::query(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE account_id = ? \
             ORDER BY last_used_at DESC, id DESC LIMIT -1 OFFSET ?)",
        )
        .bind(session.account.as_bytes().as_slice())
        .bind(SESSIONS)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(SessionId(id))
    }

    /// Returns who holds the token, unless the session is over. The use is written down from time to time.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn signed_in(&self, token: &TokenHash, now: UnixTime) -> Result<Option<SignedIn>, StoreError> {
        let row = sqlx::query(SIGNED_IN)
            .bind(token.as_bytes().as_slice())
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let session = read(&row)?;
        if !is_open(&session, now) {
            return Ok(None);
        }
        let account = accounts::read(&row)?;
        if now.saturating_since(session.last_used_at) >= SESSION_USE_NOTED_AFTER {
            self.note_use(session.id, now).await?;
        }
        Ok(Some(SignedIn { session, account }))
    }

    /// Returns the account's open sessions, last used first.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn sessions(
        &self,
        account: AccountId,
        now: UnixTime,
    ) -> Result<Vec<StoredSession>, StoreError> {
        let rows = sqlx::query(
            "SELECT id AS session_id, signed_in_by, device, created_at AS opened_at, last_used_at, auth_time \
             FROM sessions WHERE account_id = ? ORDER BY last_used_at DESC, id DESC",
        )
        .bind(account.as_bytes().as_slice())
        .fetch_all(&self.readers)
        .await?;
        let mut sessions = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        sessions.retain(|session| is_open(session, now));
        Ok(sessions)
    }

    /// Notes that the session's owner has proved again who they are. From here on only `token` opens it: whoever copied the
    /// one before did not prove anything.
    ///
    /// # Errors
    /// [`StoreError::UnknownSession`], or [`StoreError::Query`] if the database failed.
    pub async fn renew_auth(
        &self,
        account: AccountId,
        id: SessionId,
        token: &TokenHash,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let renewed = sqlx::query(
            "UPDATE sessions SET token_hash = ?1, auth_time = ?2, last_used_at = max(last_used_at, ?2) \
             WHERE id = ?3 AND account_id = ?4",
        )
        .bind(token.as_bytes().as_slice())
        .bind(now.0)
        .bind(id.0)
        .bind(account.as_bytes().as_slice())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if renewed.rows_affected() == 0 {
            return Err(StoreError::UnknownSession);
        }
        Ok(())
    }

    /// Closes a session of the account.
    ///
    /// # Errors
    /// [`StoreError::UnknownSession`], or [`StoreError::Query`] if the database failed.
    pub async fn close_session(&self, account: AccountId, id: SessionId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let closed = sqlx::query("DELETE FROM sessions WHERE id = ? AND account_id = ?")
            .bind(id.0)
            .bind(account.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if closed.rows_affected() == 0 {
            return Err(StoreError::UnknownSession);
        }
        Ok(())
    }

    /// Closes all sessions of the account but `except`.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn close_sessions(
        &self,
        account: AccountId,
        except: Option<SessionId>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE account_id = ? AND id IS NOT ?")
            .bind(account.as_bytes().as_slice())
            .bind(except.map(|id| id.0))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn note_use(&self, id: SessionId, now: UnixTime) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE sessions SET last_used_at = max(last_used_at, ?) WHERE id = ?")
            .bind(now.0)
            .bind(id.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn is_open(session: &StoredSession, now: UnixTime) -> bool {
    now.saturating_since(session.last_used_at) < SESSION_IDLE_FOR
        && now.saturating_since(session.created_at) < SESSION_LIVES_FOR
}

fn read(row: &SqliteRow) -> Result<StoredSession, sqlx::Error> {
    Ok(StoredSession {
        id: SessionId(row.try_get("session_id")?),
        by: named(row, "signed_in_by", WAYS, way_text)?,
        device: redacted(row, "device")?,
        created_at: time(row, "opened_at")?,
        last_used_at: time(row, "last_used_at")?,
        auth_time: time(row, "auth_time")?,
    })
}

const fn way_text(way: SignedInBy) -> &'static str {
    match way {
        SignedInBy::Passkey => "passkey",
        SignedInBy::Email => "email",
        SignedInBy::Oidc => "oidc",
        SignedInBy::OperatorLink => "operator_link",
    }
}

const WAYS: [SignedInBy; 4] = [
    SignedInBy::Passkey,
    SignedInBy::Email,
    SignedInBy::Oidc,
    SignedInBy::OperatorLink,
];

// More than the devices of anybody; bounds the list that the owner is shown.
const SESSIONS: u32 = 50;

const SIGNED_IN: &str = "SELECT s.id AS session_id, s.signed_in_by, s.device, s.created_at AS opened_at, s.last_used_at, \
    s.auth_time, a.* FROM sessions s JOIN account_facts a ON a.id = s.account_id WHERE s.token_hash = ?";

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Row as _};
    use tempfile::TempDir;

    use super::SIGNED_IN;
    use crate::Store;

    #[tokio::test]
    async fn who_holds_a_token_is_found_without_going_through_any_table() {
        let directory = TempDir::new().expect("a temporary directory");
        let store = Store::open(directory.path()).await.expect("a writable directory");
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {SIGNED_IN}")))
            .bind([0; 32].as_slice())
            .fetch_all(&store.readers)
            .await
            .expect("a working database");
        let steps: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
        assert!(steps.iter().any(|step| step.contains("INDEX")), "{steps:#?}");
        assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{steps:#?}");
    }
}
