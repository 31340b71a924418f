// SPDX-License-Identifier: MIT OR Apache-2.0
//! Accounts: made with their first binding, found, renamed, listed.

use std::{collections::BTreeSet, time::Duration};

use account::{BindingKind, Plan, Standing, StandingRecord, SubjectMac, UnixTime, binding_valid_for};
use protocol::{AccountId, Redacted};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use crate::{
    AuditAction, NewBinding, Store, StoreError, StoredBinding,
    audit::{self, AuditEntry},
    bindings,
    row::{account_id, named, optional_time, redacted, time, unreadable},
};

/// An account with all that the policy asks about.
#[derive(Debug, Clone)]
pub struct StoredAccount {
    /// Its place in lists.
    pub number: i64,
    /// Which.
    pub id: AccountId,
    /// What its owner is called.
    pub name: Redacted<String>,
    /// What the operator decided; see [`Self::standing`] for what that means.
    pub standing: StandingRecord,
    /// What the operator granted.
    pub granted_plan: Plan,
    /// Until when payments keep it on the paid plan.
    pub paid_until: Option<UnixTime>,
    /// Whether it runs the installation.
    pub is_operator: bool,
    /// Whether the operator invited it.
    pub is_invited: bool,
    /// When it was made.
    pub created_at: UnixTime,
    /// Oldest first, those that no longer count included.
    pub bindings: Vec<StoredBinding>,
}

impl StoredAccount {
    /// Returns the standing at `now`.
    pub fn standing(&self, now: UnixTime) -> Standing {
        self.standing.effective(now)
    }

    /// Returns the plan at `now`: the better of what the operator granted and what is paid.
    pub fn plan(&self, now: UnixTime) -> Plan {
        let is_paid = self.paid_until.is_some_and(|until| now < until);
        if is_paid { Plan::Paid } else { self.granted_plan }
    }

    /// Returns the kinds of the bindings that count at `now`.
    pub fn binding_kinds(&self, now: UnixTime) -> BTreeSet<BindingKind> {
        let mut kinds: BTreeSet<_> = self.valid_bindings(now).map(|binding| binding.kind).collect();
        if !self.organisations(now).is_empty() {
            kinds.insert(BindingKind::Organisation);
        }
        kinds
    }

    /// Returns the domains of the organisations that the account belongs to at `now`: whoever has left one reads no code that
    /// is sent to an address there, so that the address has to be proved again from time to time.
    pub fn organisations(&self, now: UnixTime) -> BTreeSet<String> {
        let valid_for = binding_valid_for(BindingKind::Organisation).unwrap_or(Duration::MAX);
        self.valid_bindings(now)
            .filter(|binding| now < binding.verified_at.plus(valid_for))
            .filter_map(|binding| binding.organisation.clone())
            .collect()
    }

    /// Returns how well an OpenID provider knows the person, 0 to 3.
    pub fn assurance(&self, now: UnixTime) -> u8 {
        let levels = self.valid_bindings(now).map(|binding| binding.assurance);
        levels.max().unwrap_or(0)
    }

    fn valid_bindings(&self, now: UnixTime) -> impl Iterator<Item = &StoredBinding> {
        self.bindings.iter().filter(move |binding| binding.is_valid(now))
    }
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Random.
    pub id: AccountId,
    /// What its owner is called.
    pub name: Redacted<String>,
    /// What was verified to make it. All of it is bound, or no account is made.
    pub bindings: Vec<NewBinding>,
}

/// Which accounts the operator looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountSearch {
    /// All of them.
    All,
    /// The one with this id.
    Id(AccountId),
    /// The one that has this subject.
    Subject(SubjectMac),
    /// Those with this in their name, or with an e-mail address that begins so.
    Text(Redacted<String>),
}

impl Store {
    /// Makes an account. An invitation of one of its e-mail addresses is used up.
    ///
    /// # Errors
    /// [`StoreError::SubjectTaken`] or [`StoreError::SubjectDenied`], and then no account is made; [`StoreError::Query`] if the
    /// database failed.
    pub async fn register(&self, account: &NewAccount, now: UnixTime) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        insert(&mut transaction, account, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns the account, if there is one with this id.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn account(&self, id: AccountId) -> Result<Option<StoredAccount>, StoreError> {
        let row = sqlx::query("SELECT * FROM account_facts WHERE id = ?")
            .bind(id.as_bytes().as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// Returns the account that has a binding of this subject, even one that no longer counts.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn account_of_subject(&self, subject: &SubjectMac) -> Result<Option<AccountId>, StoreError> {
        let row = sqlx::query("SELECT account_id FROM identity_bindings WHERE subject_mac = ?")
            .bind(subject.as_bytes().as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| account_id(&row, "account_id")).transpose()?)
    }

    /// Gives the account another name.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`], or [`StoreError::Query`] if the database failed.
    pub async fn rename(&self, id: AccountId, name: &str) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let renamed = sqlx::query("UPDATE accounts SET name = ?, search_name = ? WHERE id = ?")
            .bind(name)
            .bind(name.to_lowercase())
            .bind(id.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if renamed.rows_affected() == 0 {
            return Err(StoreError::UnknownAccount);
        }
        Ok(())
    }

    /// Grants a plan, or takes the grant back. What is paid for stays paid.
    ///
    /// # Errors
    /// [`StoreError::UnknownAccount`], or [`StoreError::Query`] if the database failed.
    pub async fn grant_plan(
        &self,
        by: AccountId,
        id: AccountId,
        plan: Plan,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let granted = sqlx::query("UPDATE accounts SET granted_plan = ? WHERE id = ?")
            .bind(plan.as_str())
            .bind(id.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        if granted.rows_affected() == 0 {
            return Err(StoreError::UnknownAccount);
        }
        let entry = AuditEntry {
            actor: Some(by),
            action: AuditAction::PlanGranted,
            about: Some(id),
            detail: String::from(plan.as_str()),
        };
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns up to `limit` accounts, youngest first, from behind the one with the number `after`.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn search_accounts(
        &self,
        search: &AccountSearch,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<StoredAccount>, StoreError> {
        let before = after.unwrap_or(i64::MAX);
        let query = match search {
            AccountSearch::All => {
                sqlx::query("SELECT * FROM account_facts WHERE number < ?1 ORDER BY number DESC LIMIT ?2")
                    .bind(before)
                    .bind(limit)
            }
            AccountSearch::Id(id) => {
                sqlx::query("SELECT * FROM account_facts WHERE number < ?1 AND id = ?3 LIMIT ?2")
                    .bind(before)
                    .bind(limit)
                    .bind(id.as_bytes().to_vec())
            }
            AccountSearch::Subject(subject) => sqlx::query(
                "SELECT * FROM account_facts WHERE number < ?1 \
                 AND id = (SELECT account_id FROM identity_bindings WHERE subject_mac = ?3) LIMIT ?2",
            )
            .bind(before)
            .bind(limit)
            .bind(subject.as_bytes().to_vec()),
            AccountSearch::Text(Redacted(text)) => {
                let text = text.to_lowercase();
                let end = format!("{text}{}", char::MAX);
                sqlx::query(
                    "SELECT * FROM account_facts WHERE number < ?1 AND (instr(search_name, ?3) > 0 OR id IN \
                     (SELECT account_id FROM identity_bindings WHERE kind = 'email' AND label >= ?3 AND label < ?4)) \
                     ORDER BY number DESC LIMIT ?2",
                )
                .bind(before)
                .bind(limit)
                .bind(text)
                .bind(end)
            }
        };
        let rows = query.fetch_all(&self.readers).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }
}

/// Makes the account and its bindings within a transaction.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    account: &NewAccount,
    now: UnixTime,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO accounts (id, name, search_name, created_at) VALUES (?, ?, ?, ?)")
        .bind(account.id.as_bytes().as_slice())
        .bind(&account.name.0)
        .bind(account.name.0.to_lowercase())
        .bind(now.0)
        .execute(&mut *connection)
        .await?;
    let entry = AuditEntry {
        actor: Some(account.id),
        action: AuditAction::AccountMade,
        about: Some(account.id),
        detail: String::new(),
    };
    audit::insert(connection, &entry, now).await?;
    for binding in &account.bindings {
        bindings::insert(connection, account.id, binding, now).await?;
    }
    Ok(())
}

/// Reads a row of the view `account_facts`.
pub(crate) fn read(row: &SqliteRow) -> Result<StoredAccount, sqlx::Error> {
    let bindings: &str = row.try_get("bindings")?;
    Ok(StoredAccount {
        number: row.try_get("number")?,
        id: account_id(row, "id")?,
        name: redacted(row, "name")?,
        standing: StandingRecord {
            standing: named(row, "standing", Standing::ALL, Standing::as_str)?,
            reason: row.try_get("standing_reason")?,
            until: optional_time(row, "standing_until")?,
        },
        granted_plan: named(row, "granted_plan", Plan::ALL, Plan::as_str)?,
        paid_until: optional_time(row, "paid_until")?,
        is_operator: row.try_get("is_operator")?,
        is_invited: row.try_get("is_invited")?,
        created_at: time(row, "created_at")?,
        bindings: serde_json::from_str(bindings).map_err(|_| unreadable("bindings"))?,
    })
}
