// SPDX-License-Identifier: MIT OR Apache-2.0
//! Mail that was not sent for want of a relay: the operator reads it to whom it is for.

use std::time::Duration;

use account::{SubjectMac, UnixTime};
use protocol::Redacted;
use sqlx::{Row as _, sqlite::SqliteRow};

use crate::{
    MailId, Store, StoreError,
    row::{redacted, time},
};

/// A mail that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail {
    /// To whom.
    pub to: Redacted<String>,
    /// Of that address.
    pub recipient: SubjectMac,
    /// The subject line.
    pub subject: Redacted<String>,
    /// The text.
    pub text: Redacted<String>,
}

/// A mail as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMail {
    /// Which.
    pub id: MailId,
    /// To whom.
    pub to: Redacted<String>,
    /// The subject line.
    pub subject: Redacted<String>,
    /// The text.
    pub text: Redacted<String>,
    /// When it was written.
    pub created_at: UnixTime,
}

impl Store {
    /// Keeps a mail for the operator. Of very many, the oldest are forgotten.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn put_mail(&self, mail: &NewMail, now: UnixTime) -> Result<MailId, StoreError> {
        let mut transaction = self.begin().await?;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO mails (subject_mac, address, title, body, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(mail.recipient.as_bytes().as_slice())
        .bind(&mail.to.0)
        .bind(&mail.subject.0)
        .bind(&mail.text.0)
        .bind(now.0)
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM mails WHERE id <= ?")
            .bind(id - MAILS)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(MailId(id))
    }

    /// Returns the mails that were not sent, youngest first.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn mails(&self, now: UnixTime) -> Result<Vec<StoredMail>, StoreError> {
        let rows = sqlx::query("SELECT * FROM mails WHERE created_at > ? ORDER BY id DESC")
            .bind(now.0.saturating_sub_unsigned(MAIL_KEPT_FOR.as_secs()))
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }
}

fn read(row: &SqliteRow) -> Result<StoredMail, sqlx::Error> {
    Ok(StoredMail {
        id: MailId(row.try_get("id")?),
        to: redacted(row, "address")?,
        subject: redacted(row, "title")?,
        text: redacted(row, "body")?,
        created_at: time(row, "created_at")?,
    })
}

/// What is older than this has no code that still works.
pub(crate) const MAIL_KEPT_FOR: Duration = Duration::from_secs(24 * 3600);

// As many as somebody looks through.
const MAILS: i64 = 500;
