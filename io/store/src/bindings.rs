// SPDX-License-Identifier: MIT OR Apache-2.0
//! Identity bindings. A subject is bound to one account at a time, and to none if somebody was banned with it.

use account::{
    BindingKind, EmailAddress, MacKey, PhoneNumber, Subject, SubjectMac, UnixTime, VoucherCode, VoucherState,
    binding_valid_for,
};
use protocol::{AccountId, Redacted};
use serde::Deserialize;
use sqlx::{Row as _, SqliteConnection};

use crate::{
    AuditAction, BindingId, Store, StoreError,
    audit::{self, AuditEntry},
    row::{account_id, named},
    standing::is_denied,
    vouchers,
};

/// A binding as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct StoredBinding {
    /// Which.
    pub id: BindingId,
    /// What was verified. Never [`BindingKind::Organisation`]: see `organisation`.
    pub kind: BindingKind,
    /// Who says so, where it is not this installation.
    pub issuer: Option<String>,
    /// What the owner knows it by.
    pub label: Redacted<String>,
    /// How well the issuer knows the person, 0 to 3.
    pub assurance: u8,
    /// When it was verified last.
    pub verified_at: UnixTime,
    /// When it ends to count.
    pub expires_at: Option<UnixTime>,
    /// What an OpenID provider says about its proof; see `NewBinding::verification`.
    pub verification: Option<serde_json::Value>,
    /// The domain of an e-mail address, if it is an organisation's for certain.
    pub organisation: Option<String>,
}

impl StoredBinding {
    /// Returns whether it counts at `now`.
    pub fn is_valid(&self, now: UnixTime) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBinding {
    /// What kind of subject.
    pub kind: BindingKind,
    /// Who says so, where it is not this installation.
    pub issuer: Option<String>,
    /// Of whom or what.
    pub subject: SubjectMac,
    /// What the owner knows it by. All that is kept of a phone number or a payment beside the MAC.
    pub label: Redacted<String>,
    /// Of an e-mail address.
    pub domain: Option<String>,
    /// How well the issuer knows the person, 0 to 3.
    pub assurance: u8,
    /// When it ends to count.
    pub expires_at: Option<UnixTime>,
    /// OpenID's `verified_claims.verification`, never the claims.
    pub verification: Option<serde_json::Value>,
}

impl NewBinding {
    /// Describes an e-mail address to which a code was sent that came back.
    pub fn email(key: &MacKey, address: &EmailAddress) -> Self {
        Self {
            domain: Some(String::from(address.domain())),
            ..Self::new(key, &Subject::email(address), address.as_str())
        }
    }

    /// Describes a phone number to which a code was sent that came back.
    pub fn phone(key: &MacKey, number: &PhoneNumber, now: UnixTime) -> Self {
        Self {
            expires_at: expires_at(BindingKind::Phone, now),
            ..Self::new(key, &Subject::phone(number), &number.mask())
        }
    }

    /// Describes whom an OpenID provider knows. `label` is the provider's name.
    pub fn oidc(key: &MacKey, issuer: &str, subject: &str, label: &str, now: UnixTime) -> Self {
        Self {
            issuer: Some(String::from(issuer)),
            expires_at: expires_at(BindingKind::Oidc, now),
            ..Self::new(key, &Subject::oidc(issuer, subject), label)
        }
    }

    /// Describes whom somebody vouches for.
    pub fn voucher(key: &MacKey, code: &VoucherCode) -> Self {
        Self::new(key, &Subject::voucher(code), "")
    }

    /// Describes whom the operator vouches for.
    pub fn voucher_of_operator(key: &MacKey, account: AccountId) -> Self {
        Self::new(key, &Subject::voucher_of_operator(account), "")
    }

    fn new(key: &MacKey, subject: &Subject, label: &str) -> Self {
        Self {
            kind: subject.kind(),
            issuer: None,
            subject: key.subject(subject),
            label: Redacted(String::from(label)),
            domain: None,
            assurance: 0,
            expires_at: None,
            verification: None,
        }
    }
}

/// Who removes a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whose it is. The last way to sign in stays.
    Owner,
    /// The operator, who may lock anybody out.
    Operator(AccountId),
}

impl Store {
    /// Binds a subject to the account. If it is bound to it already, the binding is renewed.
    ///
    /// # Errors
    /// [`StoreError::SubjectTaken`], [`StoreError::SubjectDenied`], [`StoreError::UnknownAccount`],
    /// [`StoreError::TooMany`], or [`StoreError::Query`] if the database failed.
    pub async fn bind(
        &self,
        account: AccountId,
        binding: &NewBinding,
        now: UnixTime,
    ) -> Result<BindingId, StoreError> {
        let mut transaction = self.begin().await?;
        let id = insert(&mut transaction, account, binding, now).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Removes a binding of the account. Its subject may be bound to another account then, unless it is denied.
    ///
    /// # Errors
    /// [`StoreError::UnknownBinding`], [`StoreError::LastWayIn`], or [`StoreError::Query`] if the database failed.
    pub async fn unbind(
        &self,
        account: AccountId,
        id: BindingId,
        by: By,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        // First, so that the voucher still knows its binding.
        vouchers::change(
            &mut transaction,
            vouchers::Of::Binding(id),
            VoucherState::after_withdrawal,
        )
        .await?;
        let removed =
            sqlx::query("DELETE FROM identity_bindings WHERE id = ? AND account_id = ? RETURNING kind")
                .bind(id.0)
                .bind(account.as_bytes().as_slice())
                .fetch_optional(&mut *transaction)
                .await?
                .ok_or(StoreError::UnknownBinding)?;
        let kind = named(&removed, "kind", BindingKind::ALL, BindingKind::as_str)?;
        let actor = match by {
            By::Owner => {
                let is_way_in = matches!(kind, BindingKind::Email | BindingKind::Oidc);
                if is_way_in && ways_in(&mut transaction, account).await? == 0 {
                    return Err(StoreError::LastWayIn);
                }
                account
            }
            By::Operator(operator) => operator,
        };
        let entry = AuditEntry {
            actor: Some(actor),
            action: AuditAction::BindingRemoved,
            about: Some(account),
            detail: String::from(kind.as_str()),
        };
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Binds a subject to the account within a transaction, or renews the binding.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    account: AccountId,
    binding: &NewBinding,
    now: UnixTime,
) -> Result<BindingId, StoreError> {
    let bound = sqlx::query("SELECT id, account_id, expires_at FROM identity_bindings WHERE subject_mac = ?")
        .bind(binding.subject.as_bytes().as_slice())
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(bound) = bound {
        let id = BindingId(bound.try_get("id")?);
        if account_id(&bound, "account_id")? == account {
            renew(connection, id, binding, now).await?;
            return Ok(id);
        }
        let expires_at: Option<i64> = bound.try_get("expires_at")?;
        if expires_at.is_none_or(|expires_at| now.0 < expires_at) {
            return Err(StoreError::SubjectTaken);
        }
        // A phone number that came to somebody else.
        sqlx::query("DELETE FROM identity_bindings WHERE id = ?")
            .bind(id.0)
            .execute(&mut *connection)
            .await?;
    }
    if is_denied(&mut *connection, &binding.subject, now).await? {
        return Err(StoreError::SubjectDenied);
    }
    let id = insert_row(connection, account, binding, now).await?;
    deny_with_account(connection, account, binding, now).await?;
    if binding.kind == BindingKind::Email {
        use_invitation(connection, account, &binding.subject, now).await?;
    }
    let entry = AuditEntry {
        actor: Some(account),
        action: AuditAction::BindingAdded,
        about: Some(account),
        detail: String::from(binding.kind.as_str()),
    };
    audit::insert(connection, &entry, now).await?;
    Ok(id)
}

/// Returns how many ways to sign in the account has.
pub(crate) async fn ways_in(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<u32, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM identity_bindings WHERE account_id = ?1 AND kind IN ('email', 'oidc')) \
         + (SELECT count(*) FROM passkeys WHERE account_id = ?1)",
    )
    .bind(account.as_bytes().as_slice())
    .fetch_one(connection)
    .await
}

async fn renew(
    connection: &mut SqliteConnection,
    id: BindingId,
    binding: &NewBinding,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE identity_bindings SET label = ?, assurance = ?, verified_at = ?, expires_at = ?, verification = ? \
         WHERE id = ?",
    )
    .bind(&binding.label.0)
    .bind(binding.assurance)
    .bind(now.0)
    .bind(binding.expires_at.map(|at| at.0))
    .bind(binding.verification.as_ref().map(serde_json::Value::to_string))
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_row(
    connection: &mut SqliteConnection,
    account: AccountId,
    binding: &NewBinding,
    now: UnixTime,
) -> Result<BindingId, StoreError> {
    let count: u32 = sqlx::query_scalar("SELECT count(*) FROM identity_bindings WHERE account_id = ?")
        .bind(account.as_bytes().as_slice())
        .fetch_one(&mut *connection)
        .await?;
    if count >= BINDINGS {
        return Err(StoreError::TooMany);
    }
    let row = sqlx::query_scalar(
        "INSERT INTO identity_bindings (account_id, kind, issuer, subject_mac, label, domain, assurance, verified_at, \
         expires_at, verification) SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM accounts WHERE id = ? RETURNING id",
    )
    .bind(binding.kind.as_str())
    .bind(&binding.issuer)
    .bind(binding.subject.as_bytes().as_slice())
    .bind(&binding.label.0)
    .bind(&binding.domain)
    .bind(binding.assurance)
    .bind(now.0)
    .bind(binding.expires_at.map(|at| at.0))
    .bind(binding.verification.as_ref().map(serde_json::Value::to_string))
    .bind(account.as_bytes().as_slice())
    .fetch_optional(connection)
    .await?;
    row.map(BindingId).ok_or(StoreError::UnknownAccount)
}

/// What a banned account adds is denied like what it had.
async fn deny_with_account(
    connection: &mut SqliteConnection,
    account: AccountId,
    binding: &NewBinding,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    if binding.kind == BindingKind::Voucher {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO denied_subjects (subject_mac, kind, account_id, created_at, denied_until) \
         SELECT ?1, ?2, id, ?3, denies_until FROM accounts WHERE id = ?4 AND denies_until > ?3 \
         ON CONFLICT (subject_mac) DO UPDATE SET account_id = excluded.account_id, denied_until = excluded.denied_until",
    )
    .bind(binding.subject.as_bytes().as_slice())
    .bind(binding.kind.as_str())
    .bind(now.0)
    .bind(account.as_bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

async fn use_invitation(
    connection: &mut SqliteConnection,
    account: AccountId,
    subject: &SubjectMac,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    let used = sqlx::query("DELETE FROM invitations WHERE subject_mac = ? AND expires_at > ?")
        .bind(subject.as_bytes().as_slice())
        .bind(now.0)
        .execute(&mut *connection)
        .await?;
    if used.rows_affected() > 0 {
        sqlx::query("UPDATE accounts SET is_invited = 1 WHERE id = ?")
            .bind(account.as_bytes().as_slice())
            .execute(connection)
            .await?;
    }
    Ok(())
}

fn expires_at(kind: BindingKind, now: UnixTime) -> Option<UnixTime> {
    binding_valid_for(kind).map(|span| now.plus(span))
}

// Far more than anybody has; bounds what is read with each request.
const BINDINGS: u32 = 32;
