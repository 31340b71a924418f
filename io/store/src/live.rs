// SPDX-License-Identifier: MIT OR Apache-2.0
//! The state of live meetings, for the next start of the server.

use account::Sitting;
use protocol::MeetingId;

use crate::{
    Store, StoreError,
    row::{array, optional_time},
};

/// Whether anybody is in a meeting or expected back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupancy {
    /// Nobody.
    Empty,
    /// Somebody: the next start of the server takes the meeting up at once, so that who does not return is gone in time.
    Occupied,
}

impl Store {
    /// Keeps `state` as the meeting's live state, in place of what was kept before.
    ///
    /// # Errors
    /// [`StoreError::UnknownMeeting`], or [`StoreError::Query`] if the database failed.
    pub async fn save_live_state(
        &self,
        id: MeetingId,
        occupancy: Occupancy,
        state: &[u8],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let saved = sqlx::query(
            "INSERT INTO live_meetings (id, is_occupied, state) SELECT id, ?, ? FROM meetings WHERE id = ? \
             ON CONFLICT (id) DO UPDATE SET is_occupied = excluded.is_occupied, state = excluded.state",
        )
        .bind(occupancy == Occupancy::Occupied)
        .bind(state)
        .bind(id.as_bytes().as_slice())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if saved.rows_affected() == 0 {
            return Err(StoreError::UnknownMeeting);
        }
        Ok(())
    }

    /// Returns what was kept last, if anything.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn live_state(&self, id: MeetingId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(sqlx::query_scalar("SELECT state FROM live_meetings WHERE id = ?")
            .bind(id.as_bytes().as_slice())
            .fetch_optional(&self.readers)
            .await?)
    }

    /// Keeps since when the meeting has been sitting. One that nobody ever was in has no sitting to keep.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn save_sitting(&self, id: MeetingId, sitting: Sitting) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("UPDATE live_meetings SET began_at = ?, emptied_at = ? WHERE id = ?")
            .bind(sitting.began_at.0)
            .bind(sitting.emptied_at.map(|at| at.0))
            .bind(id.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns the meeting's last sitting.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn sitting(&self, id: MeetingId) -> Result<Option<Sitting>, StoreError> {
        let row = sqlx::query("SELECT began_at, emptied_at FROM live_meetings WHERE id = ?")
            .bind(id.as_bytes().as_slice())
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let emptied_at = optional_time(&row, "emptied_at")?;
        let began_at = optional_time(&row, "began_at")?;
        Ok(began_at.map(|began_at| Sitting { began_at, emptied_at }))
    }

    /// Returns the meetings that somebody was in when the server stopped.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn occupied_meetings(&self) -> Result<Vec<MeetingId>, StoreError> {
        let rows = sqlx::query("SELECT id FROM live_meetings WHERE is_occupied = 1 ORDER BY id")
            .fetch_all(&self.readers)
            .await?;
        let ids = rows.iter().map(|row| array(row, "id").map(MeetingId::new));
        Ok(ids.collect::<Result<_, _>>()?)
    }
}
