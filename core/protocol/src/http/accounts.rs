// SPDX-License-Identifier: MIT OR Apache-2.0
//! One's own account: name, bindings, passkeys, sessions, vouchers, organisations.

use serde::{Deserialize, Serialize};

use super::{BindingKind, Denial, Plan, PlanLimits, Standing};
use crate::{AccountId, Redacted};

/// Answer to `GET /api/account` and `PATCH /api/account`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct Account {
    /// Which.
    #[ts(type = "string")]
    pub id: AccountId,
    /// Display name.
    #[ts(as = "String")]
    pub name: Redacted<String>,
    /// Whether the operator lets it act.
    pub standing: Standing,
    /// Until when the standing holds; none for one that the operator has to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub suspended_until: Option<i64>,
    /// What the operator gave as the reason of the standing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
    /// What it pays for.
    pub plan: Plan,
    /// What the plan holds.
    pub limits: PlanLimits,
    /// What ties it to the world outside.
    pub bindings: Vec<Binding>,
    /// Whether it runs the installation.
    pub is_operator: bool,
    /// When it was made.
    #[ts(type = "number")]
    pub created_at: i64,
}

/// One identity binding.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct Binding {
    /// For `DELETE /api/account/bindings/{id}`.
    pub id: String,
    /// What was verified.
    pub kind: BindingKind,
    /// What its holder knows it by: an e-mail address, the end of a phone number, an organisation's domain.
    #[ts(as = "String")]
    pub label: Redacted<String>,
    /// Who says so: an OpenID provider, an organisation's domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub issuer: Option<String>,
    /// When it was verified.
    #[ts(type = "number")]
    pub verified_at: i64,
    /// When it ends to count; none for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub expires_at: Option<i64>,
}

/// Body of `PATCH /api/account`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct AccountChange {
    /// Display name, at most [`crate::limits::NAME_BYTES`].
    #[ts(as = "String")]
    pub name: Redacted<String>,
}

/// One line of the answer to `GET /api/account/rights`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct Right {
    /// `join`, `host_standard`, `host_e2ee`, `record_locally`, `vouch` or `manage_accounts`.
    pub action: String,
    /// Whether the policy allows it.
    pub allowed: bool,
    /// Why not, and what would unlock it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub denial: Option<Denial>,
}

/// One line of the answer to `GET /api/account/sessions`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct SessionEntry {
    /// For `DELETE /api/account/sessions/{id}`.
    pub id: String,
    /// Browser and system, as in `Firefox on Linux`.
    pub device: String,
    /// How it was opened.
    pub signed_in_by: SignedInBy,
    /// When it was opened.
    #[ts(type = "number")]
    pub created_at: i64,
    /// When it was last used, to a few minutes.
    #[ts(type = "number")]
    pub last_used_at: i64,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// How a session was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum SignedInBy {
    /// With a passkey.
    Passkey,
    /// With a code sent by e-mail.
    Email,
    /// Through an OpenID provider.
    Oidc,
    /// With the operator's one-time link.
    OperatorLink,
}

/// One line of the answer to `GET /api/account/passkeys`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct PasskeyEntry {
    /// For `PATCH` and `DELETE /api/account/passkeys/{id}`.
    pub id: String,
    /// What its holder calls it.
    pub name: String,
    /// When it was added.
    #[ts(type = "number")]
    pub created_at: i64,
    /// When it last opened a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub last_used_at: Option<i64>,
}

/// Body of `PATCH /api/account/passkeys/{id}`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct PasskeyName {
    /// What its holder calls it.
    pub name: String,
}

/// Body of `POST /api/account/bindings/phone/begin`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct PhoneBegin {
    /// With its country code, as in `+49 151 23456789`.
    #[ts(as = "String")]
    pub phone: Redacted<String>,
}

/// Answer to `GET /api/account/vouchers`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct Vouchers {
    /// How many people the account may still vouch for.
    pub free_slots: u32,
    /// What it made.
    pub vouchers: Vec<VoucherEntry>,
}

/// A voucher that the account made.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct VoucherEntry {
    /// For `DELETE /api/account/vouchers/{id}`.
    pub id: String,
    /// When it was made.
    #[ts(type = "number")]
    pub created_at: i64,
    /// When its code ends to work.
    #[ts(type = "number")]
    pub expires_at: i64,
    /// Whether somebody used it.
    pub is_used: bool,
}

/// Answer to `POST /api/account/vouchers`: the only time that the code is shown.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct VoucherMade {
    /// The voucher.
    pub voucher: VoucherEntry,
    /// For the person vouched for.
    #[ts(as = "String")]
    pub code: Redacted<String>,
}

/// Body of `POST /api/account/bindings/voucher`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct VoucherCode {
    /// From whoever vouches.
    #[ts(as = "String")]
    pub code: Redacted<String>,
}

/// Body of `POST /api/account/organisations` and `POST /api/operator/organisations`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct Domain {
    /// As in `example.org`.
    pub domain: String,
}

/// A domain that the account says it speaks for. Answer to `POST /api/account/organisations`, to its `check`, and a line of
/// its `GET`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct OrganisationClaim {
    /// As in `example.org`.
    pub domain: String,
    /// Where the TXT record goes, as in `_incamera.example.org`.
    pub record_name: String,
    /// What it says.
    pub record_value: String,
    /// Whether the record was found.
    pub is_proven: bool,
}
