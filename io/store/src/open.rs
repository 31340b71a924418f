// SPDX-License-Identifier: MIT OR Apache-2.0
//! Opening the database: one SQLite file in the data directory.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::StoreError;

/// The database. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) readers: SqlitePool,
    writer: SqlitePool,
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
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("wal_autocheckpoint", LOG_PAGES)
            // What is deleted is overwritten: erasing an account means it.
            .pragma("secure_delete", "ON");
        let corrupt = |source| StoreError::Corrupt {
            file: file.clone(),
            source,
        };
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(corrupt)?;
        check_integrity(&writer).await.map_err(corrupt)?;
        sqlx::migrate!("./migrations")
            .run(&writer)
            .await
            .map_err(|source| StoreError::Migration {
                file: file.clone(),
                source,
            })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await
            .map_err(corrupt)?;
        Ok(Self { readers, writer })
    }

    /// Begins a transaction that nothing else writes beside: what it reads stays true until it commits.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// Writes what was overwritten from the log into the file and empties the log, as far as readers let it.
    pub(crate) async fn checkpoint(&self) -> Result<(), sqlx::Error> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Returns once the database has answered a query.
    ///
    /// # Errors
    /// [`StoreError::Query`] if it did not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT count(*) FROM instance_secrets")
            .execute(&self.readers)
            .await?;
        Ok(())
    }

    /// Closes the database after what is under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
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

// Of 4 kB: the log is written back, and the disk waited for, every few hundred sign-ins and not every dozen. It takes up to
// 16 MB for that.
const LOG_PAGES: &str = "4000";

const FILE_NAME: &str = "incamera.sqlite";

// They read while the one writer writes. One writer: SQLite knows no two, and a queue in memory is fairer and quicker than a
// busy file.
const READERS: u32 = 4;

// Longer than any write here takes on a busy disk; a person waits for the answer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
