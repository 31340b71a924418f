// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading typed values out of rows. What cannot be read is a damaged database, not a caller's mistake.

use account::UnixTime;
use protocol::{AccountId, Redacted};
use sqlx::{Row as _, sqlite::SqliteRow};

pub(crate) fn array<const N: usize>(row: &SqliteRow, column: &'static str) -> Result<[u8; N], sqlx::Error> {
    let bytes: Vec<u8> = row.try_get(column)?;
    bytes.try_into().map_err(|_| unreadable(column))
}

pub(crate) fn optional_array<const N: usize>(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Option<[u8; N]>, sqlx::Error> {
    let bytes: Option<Vec<u8>> = row.try_get(column)?;
    bytes
        .map(<[u8; N]>::try_from)
        .transpose()
        .map_err(|_| unreadable(column))
}

pub(crate) fn account_id(row: &SqliteRow, column: &'static str) -> Result<AccountId, sqlx::Error> {
    array(row, column).map(AccountId::new)
}

pub(crate) fn optional_account_id(
    row: &SqliteRow,
    column: &'static str,
) -> Result<Option<AccountId>, sqlx::Error> {
    Ok(optional_array(row, column)?.map(AccountId::new))
}

pub(crate) fn time(row: &SqliteRow, column: &'static str) -> Result<UnixTime, sqlx::Error> {
    row.try_get(column).map(UnixTime)
}

pub(crate) fn optional_time(row: &SqliteRow, column: &'static str) -> Result<Option<UnixTime>, sqlx::Error> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(UnixTime))
}

pub(crate) fn redacted(row: &SqliteRow, column: &'static str) -> Result<Redacted<String>, sqlx::Error> {
    row.try_get(column).map(Redacted)
}

/// Finds the value whose name stands in the column.
pub(crate) fn named<T: Copy>(
    row: &SqliteRow,
    column: &'static str,
    values: impl IntoIterator<Item = T>,
    name: impl Fn(T) -> &'static str,
) -> Result<T, sqlx::Error> {
    let text: &str = row.try_get(column)?;
    let mut values = values.into_iter();
    values
        .find(|value| name(*value) == text)
        .ok_or_else(|| unreadable(column))
}

pub(crate) fn unreadable(column: &'static str) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: String::from(column),
        source: "not a value that is written there".into(),
    }
}
