// SPDX-License-Identifier: MIT OR Apache-2.0
//! Why the store did not do as asked.

use std::path::PathBuf;

/// The world failed, as the operator can mend it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data directory cannot be made or written.
    #[error("cannot write to the data directory {}", directory.display())]
    Directory {
        /// Which.
        directory: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a database, or is damaged.
    #[error("{} is not a usable database: move it away or restore a backup", file.display())]
    Corrupt {
        /// Which.
        file: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// The database was written by a newer version, or a migration failed.
    #[error("cannot bring {} to this version", file.display())]
    Migration {
        /// Which.
        file: PathBuf,
        /// Why.
        source: sqlx::migrate::MigrateError,
    },
    /// The database did not answer a query.
    #[error("the database failed")]
    Query(#[from] sqlx::Error),
    /// A meeting with this id exists.
    #[error("the meeting exists already")]
    MeetingExists,
    /// No meeting with this id exists.
    #[error("no such meeting")]
    UnknownMeeting,
}
