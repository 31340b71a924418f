// SPDX-License-Identifier: MIT OR Apache-2.0
//! Meetings: made once, ended at most once, forgotten only if their owner says so.

use account::UnixTime;
use protocol::{AccountId, MeetingId, Mode, Redacted};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use crate::{
    Store, StoreError,
    row::{array, optional_account_id, optional_array, optional_time, time, unreadable},
};

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
    /// The account that made it.
    pub owner: Option<AccountId>,
    /// What its owner may change.
    pub details: MeetingDetails,
}

/// What the owner of a meeting says about it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeetingDetails {
    /// What its owner calls it.
    pub title: Option<Redacted<String>>,
    /// When it is planned to start.
    pub starts_at: Option<UnixTime>,
    /// How long it is planned to last.
    pub minutes: Option<u32>,
    /// Whether a host lets everybody in.
    pub has_lobby: bool,
    /// How many people it is for, at most.
    pub people: Option<u32>,
}

impl Store {
    /// Stores a new meeting.
    ///
    /// # Errors
    /// [`StoreError::MeetingExists`] if its id is taken, [`StoreError::Query`] if the database failed.
    pub async fn create_meeting(&self, meeting: &StoredMeeting) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        insert(&mut transaction, meeting).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Stores a new meeting of an account that was allowed to make it while it had `open_seen` open ones.
    ///
    /// # Errors
    /// [`StoreError::OpenMeetingsChanged`] if it has another number of them: what was decided is to be decided again. As for
    /// [`Store::create_meeting`] otherwise.
    pub async fn create_owned_meeting(
        &self,
        meeting: &StoredMeeting,
        owner: AccountId,
        open_seen: u32,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let open: u32 = sqlx::query_scalar(OPEN)
            .bind(owner.as_bytes().as_slice())
            .fetch_one(&mut *transaction)
            .await?;
        if open != open_seen {
            return Err(StoreError::OpenMeetingsChanged);
        }
        let meeting = StoredMeeting {
            owner: Some(owner),
            ..meeting.clone()
        };
        insert(&mut transaction, &meeting).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns the meeting, if there is one with this id.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn meeting(&self, id: MeetingId) -> Result<Option<StoredMeeting>, StoreError> {
        let row = sqlx::query("SELECT * FROM meetings WHERE id = ?")
            .bind(id.as_bytes().as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// Returns how many meetings of the account have not ended.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn open_meetings(&self, owner: AccountId) -> Result<u32, StoreError> {
        Ok(sqlx::query_scalar(OPEN)
            .bind(owner.as_bytes().as_slice())
            .fetch_one(&self.readers)
            .await?)
    }

    /// Returns up to `limit` meetings of the account, youngest first.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn meetings_of(&self, owner: AccountId, limit: u32) -> Result<Vec<StoredMeeting>, StoreError> {
        let rows = sqlx::query("SELECT * FROM meetings WHERE owner = ? ORDER BY created_at DESC, id LIMIT ?")
            .bind(owner.as_bytes().as_slice())
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Changes what the owner says about a meeting.
    ///
    /// # Errors
    /// [`StoreError::UnknownMeeting`] if the account has no such meeting, or [`StoreError::Query`] if the database failed.
    pub async fn change_meeting(
        &self,
        owner: AccountId,
        id: MeetingId,
        details: &MeetingDetails,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let changed = sqlx::query(
            "UPDATE meetings SET title = ?, starts_at = ?, minutes = ?, has_lobby = ?, people = ? \
             WHERE id = ? AND owner = ?",
        )
        .bind(details.title.as_ref().map(|title| &title.0))
        .bind(details.starts_at.map(|at| at.0))
        .bind(details.minutes)
        .bind(details.has_lobby)
        .bind(details.people)
        .bind(id.as_bytes().as_slice())
        .bind(owner.as_bytes().as_slice())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if changed.rows_affected() == 0 {
            return Err(StoreError::UnknownMeeting);
        }
        Ok(())
    }

    /// Forgets a meeting of the account.
    ///
    /// # Errors
    /// [`StoreError::UnknownMeeting`] if the account has no such meeting, or [`StoreError::Query`] if the database failed.
    pub async fn delete_meeting(&self, owner: AccountId, id: MeetingId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let deleted = sqlx::query("DELETE FROM meetings WHERE id = ? AND owner = ?")
            .bind(id.as_bytes().as_slice())
            .bind(owner.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if deleted.rows_affected() == 0 {
            return Err(StoreError::UnknownMeeting);
        }
        Ok(())
    }

    /// Marks the meeting as ended and forgets its live state. An ended meeting keeps the time of its first end.
    ///
    /// # Errors
    /// [`StoreError::UnknownMeeting`], or [`StoreError::Query`] if the database failed.
    pub async fn end_meeting(&self, id: MeetingId, now: UnixTime) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
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

async fn insert(connection: &mut SqliteConnection, meeting: &StoredMeeting) -> Result<(), StoreError> {
    let details = &meeting.details;
    let result = sqlx::query(
        "INSERT INTO meetings (id, mode, host_key, admission_key, created_at, ended_at, owner, title, starts_at, minutes, \
         has_lobby, people) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(meeting.id.as_bytes().as_slice())
    .bind(mode_text(meeting.mode))
    .bind(meeting.host_key.as_ref().map(<[u8; 32]>::as_slice))
    .bind(meeting.admission_key.as_ref().map(<[u8; 32]>::as_slice))
    .bind(meeting.created_at.0)
    .bind(meeting.ended_at.map(|at| at.0))
    .bind(meeting.owner.as_ref().map(|owner| owner.as_bytes().as_slice()))
    .bind(details.title.as_ref().map(|title| &title.0))
    .bind(details.starts_at.map(|at| at.0))
    .bind(details.minutes)
    .bind(details.has_lobby)
    .bind(details.people)
    .execute(connection)
    .await;
    match result {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Err(StoreError::MeetingExists),
        // The only reference there is.
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
            Err(StoreError::UnknownAccount)
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn read(row: &SqliteRow) -> Result<StoredMeeting, sqlx::Error> {
    let mode: &str = row.try_get("mode")?;
    Ok(StoredMeeting {
        id: array(row, "id").map(MeetingId::new)?,
        mode: parse_mode(mode).ok_or_else(|| unreadable("mode"))?,
        host_key: optional_array(row, "host_key")?,
        admission_key: optional_array(row, "admission_key")?,
        created_at: time(row, "created_at")?,
        ended_at: optional_time(row, "ended_at")?,
        owner: optional_account_id(row, "owner")?,
        details: MeetingDetails {
            title: row.try_get::<Option<String>, _>("title")?.map(Redacted),
            starts_at: optional_time(row, "starts_at")?,
            minutes: row.try_get("minutes")?,
            has_lobby: row.try_get("has_lobby")?,
            people: row.try_get("people")?,
        },
    })
}

pub(crate) const fn mode_text(mode: Mode) -> &'static str {
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

const OPEN: &str = "SELECT count(*) FROM meetings WHERE owner = ? AND ended_at IS NULL";
