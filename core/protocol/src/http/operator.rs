// SPDX-License-Identifier: MIT OR Apache-2.0
//! The operator's console.

use serde::{Deserialize, Serialize};

use super::{Account, BindingKind, Plan, Standing};
use crate::{AccountId, Redacted};

/// Answer to `GET /api/operator/accounts`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct AccountPage {
    /// In a fixed order.
    pub accounts: Vec<AccountEntry>,
    /// For `after` of the next page; none on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub next: Option<String>,
}

/// Query of `GET /api/operator/accounts`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct AccountsQuery {
    /// An id, an address, or a part of a name; empty for all.
    #[serde(default)]
    pub search: Redacted<String>,
    /// From [`AccountPage::next`] of the page before.
    #[serde(default)]
    pub after: Option<String>,
}

/// An account in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct AccountEntry {
    /// Which.
    #[ts(type = "string")]
    pub id: AccountId,
    /// Display name.
    #[ts(as = "String")]
    pub name: Redacted<String>,
    /// Whether the operator lets it act.
    pub standing: Standing,
    /// What it pays for.
    pub plan: Plan,
    /// Whether it runs the installation.
    pub is_operator: bool,
    /// The kinds of its bindings.
    pub bindings: Vec<BindingKind>,
    /// When it was made.
    #[ts(type = "number")]
    pub created_at: i64,
}

/// Answer to `GET /api/operator/accounts/{id}` and to every change of it.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct OperatorAccount {
    /// As its holder sees it.
    pub account: Account,
    /// How many of its sessions are open.
    pub sessions: u32,
    /// How many of its meetings have not ended.
    pub open_meetings: u32,
}

/// Body of `PUT /api/operator/accounts/{id}/standing`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct StandingChange {
    /// Whether the account may act.
    pub standing: Standing,
    /// What its holder is told.
    pub reason: String,
    /// Until when; none for until the operator says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub until: Option<i64>,
}

/// Body of `PUT /api/operator/accounts/{id}/plan`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct PlanChange {
    /// What the account has from here on.
    pub plan: Plan,
}

/// Body of `POST /api/operator/invitations`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct NewInvitation {
    /// Who may register.
    #[ts(as = "String")]
    pub email: Redacted<String>,
}

/// Line of the answer to `GET /api/operator/invitations`, answer to its `POST`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct InvitationEntry {
    /// For `DELETE /api/operator/invitations/{id}`.
    pub id: String,
    /// Who may register.
    #[ts(as = "String")]
    pub email: Redacted<String>,
    /// When it was made.
    #[ts(type = "number")]
    pub created_at: i64,
}

/// Line of the answer to `GET /api/operator/denied`: somebody who cannot come back with what they had. Of whom, only a keyed
/// hash is kept.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct DeniedEntry {
    /// For `DELETE /api/operator/denied/{id}`.
    pub id: String,
    /// What kind of subject.
    pub kind: BindingKind,
    /// Since when.
    #[ts(type = "number")]
    pub created_at: i64,
    /// Until when.
    #[ts(type = "number")]
    pub until: i64,
}

/// Line of the answer to `GET /api/operator/organisations`, answer to its `POST`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct OrganisationEntry {
    /// As in `example.org`; for `DELETE /api/operator/organisations/{domain}`.
    pub domain: String,
    /// Whether the operator entered it; otherwise the organisation proved it with a TXT record.
    pub is_by_operator: bool,
    /// When it was entered or proved.
    #[ts(type = "number")]
    pub verified_at: i64,
}

/// Answer to `GET /api/operator/meetings`: counts only.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct LiveMeetings {
    /// Meetings that somebody is in or expected back to.
    pub live: u32,
    /// People in them.
    pub participants: u32,
    /// Open WebSockets.
    pub connections: u32,
}

/// Answer to `GET /api/operator/mail`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct Mailbox {
    /// Whether a relay is configured: mail goes there, and none comes here.
    pub has_relay: bool,
    /// Youngest first.
    pub mails: Vec<MailEntry>,
}

/// A mail that was not sent for want of a relay.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct MailEntry {
    /// Which.
    pub id: String,
    /// To whom.
    #[ts(as = "String")]
    pub to: Redacted<String>,
    /// The subject.
    #[ts(as = "String")]
    pub subject: Redacted<String>,
    /// The text.
    #[ts(as = "String")]
    pub text: Redacted<String>,
    /// When.
    #[ts(type = "number")]
    pub created_at: i64,
}

/// Line of the answer to `GET /api/operator/configuration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ConfigurationEntry {
    /// As in `http.listen`.
    pub key: String,
    /// As in the file; `(hidden)` for a secret.
    pub value: String,
}

/// Line of the answer to `GET /api/operator/audit`, youngest first.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct AuditEntry {
    /// When.
    #[ts(type = "number")]
    pub at: i64,
    /// Who did it; none for the installation itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub actor: Option<AccountId>,
    /// What, as in `suspend`.
    pub action: String,
    /// To which account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "string")]
    pub subject: Option<AccountId>,
    /// More about it, such as the reason. Holds no address.
    pub detail: String,
}
