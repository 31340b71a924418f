// SPDX-License-Identifier: MIT OR Apache-2.0
//! Opening the database: one SQLite file in the data directory.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::StoreError;

/// The database. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: SqlitePool,
}

impl Store {
    /// Opens the database in `directory`, making both if need be, and brings it to this version.
    ///
    /// # Errors
    /// [`StoreError::Directory`], [`StoreError::Corrupt`] or [`StoreError::Migration`], each with the path.
    pub async fn open(directory: &Path) -> Result<Self, StoreError> {
        let file = prepare(directory).map_err(|source| StoreError::Directory {
            directory: directory.to_path_buf(),
            source,
        })?;
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .foreign_keys(true)
            // Readers do not wait for the writer; a power cut may lose the last moments but damages nothing.
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options)
            .await
            .map_err(|source| StoreError::Corrupt {
                file: file.clone(),
                source,
            })?;
        check_integrity(&pool)
            .await
            .map_err(|source| StoreError::Corrupt {
                file: file.clone(),
                source,
            })?;
        sqlx::migrate!("./migrations")
            .run(&pool)
            .await
            .map_err(|source| StoreError::Migration { file, source })?;
        Ok(Self { pool })
    }

    /// Returns once the database has answered a query.
    ///
    /// # Errors
    /// [`StoreError::Query`] if it did not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT count(*) FROM instance_secrets")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Closes the database after what is under way.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Makes the directory and the file, readable to nobody else: the installation's secrets are in it.
fn prepare(directory: &Path) -> Result<PathBuf, std::io::Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    let file = directory.join(FILE_NAME);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(&file) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::OpenOptions::new().write(true).open(&file)?;
        }
        Err(error) => return Err(error),
    }
    Ok(file)
}

async fn check_integrity(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(pool)
        .await?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(sqlx::Error::Protocol(verdict))
    }
}

const FILE_NAME: &str = "incamera.sqlite";

// One writes, the others read while it does. Every meeting writes little and rarely.
const CONNECTIONS: u32 = 4;

// Longer than any write here takes on a busy disk; a person waits for the answer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
