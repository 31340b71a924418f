// SPDX-License-Identifier: MIT OR Apache-2.0
//! Attempts, counted so that a restart forgets none. How many are too many is decided in `account`.

use std::time::Duration;

use account::{LimitKey, LimitRule, LimitState, UnixTime, Wait};
use sqlx::{Row as _, SqliteConnection};

use crate::{Store, StoreError, row::time};

impl Store {
    /// Counts one attempt under each of the keys, or under none: then returns the time until all would accept it.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn count_attempt(
        &self,
        limits: &[(LimitKey, LimitRule)],
        now: UnixTime,
    ) -> Result<Option<Duration>, StoreError> {
        let mut transaction = self.begin().await?;
        let mut counted = Vec::new();
        let mut longest = None;
        for (key, rule) in limits {
            match rule.attempt(state(&mut transaction, *key).await?, now) {
                Ok(state) => counted.push((*key, *rule, state)),
                Err(wait) => longest = longest.max(Some(wait)),
            }
        }
        if let Some(Wait(wait)) = longest {
            return Ok(Some(wait));
        }
        for (key, rule, state) in counted {
            keep(&mut transaction, key, rule, state).await?;
        }
        transaction.commit().await?;
        Ok(None)
    }
}

/// Returns how long an attempt has to wait; none if it may be made.
pub(crate) async fn wait(
    connection: &mut SqliteConnection,
    limits: &[(LimitKey, LimitRule)],
    now: UnixTime,
) -> Result<Option<Wait>, sqlx::Error> {
    let mut longest = None;
    for (key, rule) in limits {
        let state = state(connection, *key).await?;
        longest = longest.max(rule.check(state, now).err());
    }
    Ok(longest)
}

/// Counts an attempt that [`wait`] let pass in the same transaction.
pub(crate) async fn count(
    connection: &mut SqliteConnection,
    key: LimitKey,
    rule: LimitRule,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    match rule.attempt(state(connection, key).await?, now) {
        Ok(state) => keep(connection, key, rule, state).await,
        Err(Wait(_)) => Ok(()),
    }
}

async fn keep(
    connection: &mut SqliteConnection,
    key: LimitKey,
    rule: LimitRule,
    state: LimitState,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT OR REPLACE INTO limits (limit_key, attempts, last_at, forgotten_at) VALUES (?, ?, ?, ?)",
    )
    .bind(key.as_bytes().as_slice())
    .bind(state.count)
    .bind(state.last_at.0)
    .bind(rule.forgotten_at(state).0)
    .execute(connection)
    .await?;
    Ok(())
}

async fn state(connection: &mut SqliteConnection, key: LimitKey) -> Result<Option<LimitState>, sqlx::Error> {
    let row = sqlx::query("SELECT attempts, last_at FROM limits WHERE limit_key = ?")
        .bind(key.as_bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(LimitState {
            count: row.try_get("attempts")?,
            last_at: time(&row, "last_at")?,
        })
    })
    .transpose()
}
