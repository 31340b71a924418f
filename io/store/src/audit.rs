// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who did what to whom, and when. Holds no secret, no name and no address but what the operator writes into a reason.

use account::UnixTime;
use protocol::AccountId;
use sqlx::{Row as _, SqliteConnection};

use crate::{
    Store, StoreError,
    row::{named, optional_account_id, time},
};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// An account was made.
    AccountMade,
    /// An account was erased.
    AccountErased,
    /// An account became the operator.
    OperatorMade,
    /// The operator decided about an account's standing.
    StandingChanged,
    /// The operator granted a plan or took the grant back.
    PlanGranted,
    /// Something was bound to an account.
    BindingAdded,
    /// Something is bound to an account no longer.
    BindingRemoved,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// An account made a voucher.
    VoucherIssued,
    /// An account took a voucher back.
    VoucherWithdrawn,
    /// The operator invited somebody.
    InvitationMade,
    /// The operator took an invitation back.
    InvitationWithdrawn,
    /// The operator let a denied subject come back.
    DeniedLifted,
    /// A domain became an organisation's.
    OrganisationProved,
    /// A domain is an organisation's no longer.
    OrganisationRemoved,
    /// An account's data were handed to its owner.
    DataExported,
    /// The operator read mails that were not sent.
    MailRead,
    /// Another policy is in force.
    PolicyChanged,
}

impl AuditAction {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::AccountMade,
        Self::AccountErased,
        Self::OperatorMade,
        Self::StandingChanged,
        Self::PlanGranted,
        Self::BindingAdded,
        Self::BindingRemoved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::VoucherIssued,
        Self::VoucherWithdrawn,
        Self::InvitationMade,
        Self::InvitationWithdrawn,
        Self::DeniedLifted,
        Self::OrganisationProved,
        Self::OrganisationRemoved,
        Self::DataExported,
        Self::MailRead,
        Self::PolicyChanged,
    ];

    /// Returns the name as it stands in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountMade => "account_made",
            Self::AccountErased => "account_erased",
            Self::OperatorMade => "operator_made",
            Self::StandingChanged => "standing_changed",
            Self::PlanGranted => "plan_granted",
            Self::BindingAdded => "binding_added",
            Self::BindingRemoved => "binding_removed",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::VoucherIssued => "voucher_issued",
            Self::VoucherWithdrawn => "voucher_withdrawn",
            Self::InvitationMade => "invitation_made",
            Self::InvitationWithdrawn => "invitation_withdrawn",
            Self::DeniedLifted => "denied_lifted",
            Self::OrganisationProved => "organisation_proved",
            Self::OrganisationRemoved => "organisation_removed",
            Self::DataExported => "data_exported",
            Self::MailRead => "mail_read",
            Self::PolicyChanged => "policy_changed",
        }
    }
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// By whom; none for the installation itself.
    pub actor: Option<AccountId>,
    /// What.
    pub action: AuditAction,
    /// To which account.
    pub about: Option<AccountId>,
    /// More about it. No secret, no name, no address; the reason of a standing as the operator wrote it, which goes with the
    /// account.
    pub detail: String,
}

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAudit {
    /// Its place in the list.
    pub id: i64,
    /// When.
    pub at: UnixTime,
    /// What. An account that was erased since is none.
    pub entry: AuditEntry,
}

impl Store {
    /// Writes down what was done elsewhere. Functions of the store that take `by` write their entry themselves.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn audit(&self, entry: &AuditEntry, now: UnixTime) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        insert(&mut transaction, entry, now).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Returns up to `limit` entries, youngest first, from behind the one with the id `after`.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn audit_log(&self, after: Option<i64>, limit: u32) -> Result<Vec<StoredAudit>, StoreError> {
        let rows = sqlx::query("SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?")
            .bind(after.unwrap_or(i64::MAX))
            .bind(limit)
            .fetch_all(&self.readers)
            .await?;
        let entries = rows.iter().map(|row| {
            Ok(StoredAudit {
                id: row.try_get("id")?,
                at: time(row, "at")?,
                entry: AuditEntry {
                    actor: optional_account_id(row, "actor")?,
                    action: named(row, "action", AuditAction::ALL, AuditAction::as_str)?,
                    about: optional_account_id(row, "about")?,
                    detail: row.try_get("detail")?,
                },
            })
        });
        Ok(entries.collect::<Result<_, sqlx::Error>>()?)
    }
}

/// Writes an entry within the transaction of what it is about.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    entry: &AuditEntry,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO audit (at, actor, action, about, detail) VALUES (?, ?, ?, ?, ?)")
        .bind(now.0)
        .bind(entry.actor.as_ref().map(|id| id.as_bytes().as_slice()))
        .bind(entry.action.as_str())
        .bind(entry.about.as_ref().map(|id| id.as_bytes().as_slice()))
        .bind(&entry.detail)
        .execute(connection)
        .await?;
    Ok(())
}
