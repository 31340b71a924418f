// SPDX-License-Identifier: MIT OR Apache-2.0
//! Meetings: made once, ended at most once, never forgotten.

use protocol::{MeetingId, Mode};
use sqlx::{Row as _, error::ErrorKind, sqlite::SqliteRow};

use crate::{Store, StoreError};

/// Seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub i64);

/// A meeting as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMeeting {
    /// Which.
    pub id: MeetingId,
    /// Fixed for its life.
    pub mode: Mode,
    /// The host's Ed25519 public key.
    pub host_key: Option<[u8; 32]>,
    /// The Ed25519 public key of those who have the link secret.
    pub admission_key: Option<[u8; 32]>,
    /// When it was made.
    pub created_at: UnixTime,
    /// When a host ended it.
    pub ended_at: Option<UnixTime>,
}

impl Store {
    /// Stores a new meeting.
    ///
    /// # Errors
    /// [`StoreError::MeetingExists`] if its id is taken, [`StoreError::Query`] if the database failed.
    pub async fn create_meeting(&self, meeting: &StoredMeeting) -> Result<(), StoreError> {
        let result = sqlx::query(
            "INSERT INTO meetings (id, mode, host_key, admission_key, created_at, ended_at) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(meeting.id.as_bytes().as_slice())
        .bind(mode_text(meeting.mode))
        .bind(meeting.host_key.as_ref().map(<[u8; 32]>::as_slice))
        .bind(meeting.admission_key.as_ref().map(<[u8; 32]>::as_slice))
        .bind(meeting.created_at.0)
        .bind(meeting.ended_at.map(|at| at.0))
        .execute(&self.pool)
        .await;
        match result {
            Ok(_) => Ok(()),
            Err(sqlx::Error::Database(error)) if error.kind() == ErrorKind::UniqueViolation => {
                Err(StoreError::MeetingExists)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the meeting, if there is one with this id.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn meeting(&self, id: MeetingId) -> Result<Option<StoredMeeting>, StoreError> {
        let row = sqlx::query(
            "SELECT mode, host_key, admission_key, created_at, ended_at FROM meetings WHERE id = ?",
        )
        .bind(id.as_bytes().as_slice())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| read(id, &row))
            .transpose()
            .map_err(StoreError::from)
    }

    /// Marks the meeting as ended and forgets its live state. An ended meeting keeps the time of its first end.
    ///
    /// # Errors
    /// [`StoreError::UnknownMeeting`], or [`StoreError::Query`] if the database failed.
    pub async fn end_meeting(&self, id: MeetingId, now: UnixTime) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        let updated = sqlx::query("UPDATE meetings SET ended_at = coalesce(ended_at, ?) WHERE id = ?")
            .bind(now.0)
            .bind(id.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        if updated.rows_affected() == 0 {
            return Err(StoreError::UnknownMeeting);
        }
        sqlx::query("DELETE FROM live_meetings WHERE id = ?")
            .bind(id.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn read(id: MeetingId, row: &SqliteRow) -> Result<StoredMeeting, sqlx::Error> {
    let mode: String = row.try_get("mode")?;
    Ok(StoredMeeting {
        id,
        mode: parse_mode(&mode).ok_or_else(|| sqlx::Error::Decode("unknown mode".into()))?,
        host_key: read_key(row, "host_key")?,
        admission_key: read_key(row, "admission_key")?,
        created_at: UnixTime(row.try_get("created_at")?),
        ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(UnixTime),
    })
}

fn read_key(row: &SqliteRow, column: &str) -> Result<Option<[u8; 32]>, sqlx::Error> {
    let key: Option<Vec<u8>> = row.try_get(column)?;
    key.map(<[u8; 32]>::try_from)
        .transpose()
        .map_err(|_| sqlx::Error::Decode("key is not 32 bytes".into()))
}

const fn mode_text(mode: Mode) -> &'static str {
    match mode {
        Mode::E2ee => "e2ee",
        Mode::Standard => "standard",
    }
}

fn parse_mode(text: &str) -> Option<Mode> {
    [Mode::E2ee, Mode::Standard]
        .into_iter()
        .find(|mode| mode_text(*mode) == text)
}
