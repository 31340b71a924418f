// SPDX-License-Identifier: MIT OR Apache-2.0
//! Domains that are an organisation's for certain, and those that somebody says are.

use account::{UnixTime, has_lapsed};
use protocol::AccountId;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use crate::{
    AuditAction, Store, StoreError,
    audit::{self, AuditEntry},
    row::{optional_time, time},
};

/// How a domain was proved to be an organisation's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By a TXT record, which this account asked to look for.
    Dns(AccountId),
    /// By the operator's word.
    Operator(AccountId),
}

/// What stands where the TXT record of a domain should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The record.
    Record,
    /// Something else, or nothing.
    NoRecord,
    /// Nobody answered: it says nothing about the record.
    NoAnswer,
}

/// A domain that is an organisation's. Whoever has an e-mail address there belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOrganisation {
    /// In lower case and ASCII.
    pub domain: String,
    /// Whether the operator entered it; otherwise a TXT record proved it.
    pub is_by_operator: bool,
    /// When.
    pub proved_at: UnixTime,
}

/// A domain that an account says it speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredClaim {
    /// In lower case and ASCII.
    pub domain: String,
    /// Whether it is an organisation's for certain.
    pub is_proven: bool,
}

impl Store {
    /// Notes that the account says it speaks for the domain.
    ///
    /// # Errors
    /// [`StoreError::TooMany`], [`StoreError::UnknownAccount`], or [`StoreError::Query`] if the database failed.
    pub async fn claim_organisation(
        &self,
        account: AccountId,
        domain: &str,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let others: u32 = sqlx::query_scalar(
            "SELECT count(*) FROM organisation_claims WHERE account_id = ? AND domain <> ?",
        )
        .bind(account.as_bytes().as_slice())
        .bind(domain)
        .fetch_one(&mut *transaction)
        .await?;
        if others >= CLAIMS {
            return Err(StoreError::TooMany);
        }
        let claimed = sqlx::query(
            "INSERT INTO organisation_claims (account_id, domain, claimed_at) SELECT id, ?, ? FROM accounts WHERE id = ? \
             ON CONFLICT DO UPDATE SET claimed_at = excluded.claimed_at",
        )
        .bind(domain)
        .bind(now.0)
        .bind(account.as_bytes().as_slice())
        .execute(&mut *transaction)
        .await?;
        if claimed.rows_affected() == 0 {
            return Err(StoreError::UnknownAccount);
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Returns the domains that the account says it speaks for.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn claimed_organisations(&self, account: AccountId) -> Result<Vec<StoredClaim>, StoreError> {
        let rows = sqlx::query(
            "SELECT domain, domain IN (SELECT domain FROM organisations WHERE proof <> 'removed') AS is_proven \
             FROM organisation_claims WHERE account_id = ? ORDER BY domain",
        )
        .bind(account.as_bytes().as_slice())
        .fetch_all(&self.readers)
        .await?;
        let claims = rows.iter().map(|row| {
            Ok(StoredClaim {
                domain: row.try_get("domain")?,
                is_proven: row.try_get("is_proven")?,
            })
        });
        Ok(claims.collect::<Result<_, sqlx::Error>>()?)
    }

    /// Notes that the domain is an organisation's for certain. A proof by TXT record counts only for a domain that the account
    /// claims, and never for one that the operator removed; the operator's word holds without a record from then on, and no
    /// record takes its place.
    ///
    /// # Errors
    /// [`StoreError::UnknownOrganisation`] if the account does not claim it or the operator removed it, or
    /// [`StoreError::Query`] if the database failed.
    pub async fn prove_organisation(
        &self,
        domain: &str,
        proof: Proof,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let account = match proof {
            Proof::Dns(account) => {
                refuse_unclaimed(&mut transaction, account, domain).await?;
                account
            }
            Proof::Operator(account) => {
                sqlx::query("DELETE FROM organisations WHERE domain = ? AND proof = ?")
                    .bind(domain)
                    .bind(REMOVED)
                    .execute(&mut *transaction)
                    .await?;
                account
            }
        };
        let proved = sqlx::query(
            "INSERT INTO organisations (domain, proof, proved_by, proved_at) VALUES (?, ?, ?, ?) \
             ON CONFLICT (domain) DO UPDATE SET proof = excluded.proof, proved_by = excluded.proved_by, \
             proved_at = excluded.proved_at, checked_at = NULL, missing_since = NULL \
             WHERE excluded.proof = 'operator' AND organisations.proof = 'dns'",
        )
        .bind(domain)
        .bind(match proof {
            Proof::Dns(_) => DNS,
            Proof::Operator(_) => OPERATOR,
        })
        .bind(account.as_bytes().as_slice())
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
        if proved.rows_affected() > 0 {
            let entry = entry(AuditAction::OrganisationProved, account, domain);
            audit::insert(&mut transaction, &entry, now).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Returns all domains that are an organisation's, in the order of the alphabet.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn organisations(&self) -> Result<Vec<StoredOrganisation>, StoreError> {
        let rows = sqlx::query(
            "SELECT domain, proof, proved_at FROM organisations WHERE proof <> ? ORDER BY domain",
        )
        .bind(REMOVED)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Returns up to `limit` domains that a TXT record proved and that nobody has looked at since `before`, longest ago first.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn records_to_check(&self, before: UnixTime, limit: u32) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT domain FROM organisations WHERE proof = ?1 AND coalesce(checked_at, proved_at) <= ?2 \
             ORDER BY coalesce(checked_at, proved_at), domain LIMIT ?3",
        )
        .bind(DNS)
        .bind(before.0)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?)
    }

    /// Notes what was found where the TXT record of a domain should be. Returns whether it has been missing for so long that
    /// the domain is an organisation's no longer; then its record may prove it again.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn note_record(&self, domain: &str, found: Found, now: UnixTime) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query("SELECT missing_since FROM organisations WHERE domain = ? AND proof = ?")
            .bind(domain)
            .bind(DNS)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row else { return Ok(false) };
        let before = optional_time(&row, "missing_since")?;
        let missing_since = match found {
            Found::Record => None,
            Found::NoRecord => Some(before.unwrap_or(now)),
            Found::NoAnswer => before,
        };
        let is_over = found == Found::NoRecord && missing_since.is_some_and(|since| has_lapsed(since, now));
        if is_over {
            sqlx::query("DELETE FROM organisations WHERE domain = ?")
                .bind(domain)
                .execute(&mut *transaction)
                .await?;
            let entry = AuditEntry {
                actor: None,
                action: AuditAction::OrganisationRemoved,
                about: None,
                detail: String::from(domain),
            };
            audit::insert(&mut transaction, &entry, now).await?;
        } else {
            sqlx::query("UPDATE organisations SET checked_at = ?, missing_since = ? WHERE domain = ?")
                .bind(now.0)
                .bind(missing_since.map(|at| at.0))
                .bind(domain)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(is_over)
    }

    /// Notes that the domain is an organisation's no longer: nobody belongs to it from here on. Its TXT record, which may
    /// still be there, does not bring it back: only the operator does.
    ///
    /// # Errors
    /// [`StoreError::UnknownOrganisation`], or [`StoreError::Query`] if the database failed.
    pub async fn remove_organisation(
        &self,
        by: AccountId,
        domain: &str,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let removed = sqlx::query("UPDATE organisations SET proof = ?1 WHERE domain = ?2 AND proof <> ?1")
            .bind(REMOVED)
            .bind(domain)
            .execute(&mut *transaction)
            .await?;
        if removed.rows_affected() == 0 {
            return Err(StoreError::UnknownOrganisation);
        }
        let entry = entry(AuditAction::OrganisationRemoved, by, domain);
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn refuse_unclaimed(
    connection: &mut SqliteConnection,
    account: AccountId,
    domain: &str,
) -> Result<(), StoreError> {
    let may_be_proved: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM organisation_claims WHERE account_id = ?1 AND domain = ?2) \
         AND NOT EXISTS (SELECT 1 FROM organisations WHERE domain = ?2 AND proof = ?3)",
    )
    .bind(account.as_bytes().as_slice())
    .bind(domain)
    .bind(REMOVED)
    .fetch_one(connection)
    .await?;
    if may_be_proved {
        Ok(())
    } else {
        Err(StoreError::UnknownOrganisation)
    }
}

fn entry(action: AuditAction, actor: AccountId, domain: &str) -> AuditEntry {
    AuditEntry {
        actor: Some(actor),
        action,
        about: None,
        detail: String::from(domain),
    }
}

fn read(row: &SqliteRow) -> Result<StoredOrganisation, sqlx::Error> {
    let proof: &str = row.try_get("proof")?;
    Ok(StoredOrganisation {
        domain: row.try_get("domain")?,
        is_by_operator: proof == OPERATOR,
        proved_at: time(row, "proved_at")?,
    })
}

const DNS: &str = "dns";
const OPERATOR: &str = "operator";
const REMOVED: &str = "removed";

// Nobody speaks for more; bounds what one account can fill.
const CLAIMS: u32 = 32;
