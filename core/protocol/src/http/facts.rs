// SPDX-License-Identifier: MIT OR Apache-2.0
//! The words in which an account is described: to its holder, to the operator, to the policy.

use serde::{Deserialize, Serialize};

/// How an account was tied to something scarce or known outside this installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum BindingKind {
    /// A code sent to an e-mail address came back.
    Email,
    /// A code sent to a phone number came back. Says that somebody reads it, not who (NIST SP 800-63).
    Phone,
    /// An OpenID provider of the operator's choice knows the person.
    Oidc,
    /// The e-mail address is of a domain that an organisation proved to be its own.
    Organisation,
    /// A payment was made.
    Payment,
    /// An account with a strong binding, or the operator, vouches for it.
    Voucher,
}

impl BindingKind {
    /// All of them, weakest first.
    pub const ALL: [Self; 6] = [
        Self::Email,
        Self::Phone,
        Self::Oidc,
        Self::Organisation,
        Self::Payment,
        Self::Voucher,
    ];

    /// Returns the name as it stands in JSON, in the policy and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Oidc => "oidc",
            Self::Organisation => "organisation",
            Self::Payment => "payment",
            Self::Voucher => "voucher",
        }
    }
}

/// Whether the operator lets an account act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing is held against it.
    Good,
    /// It may join and host standard meetings, but nothing that needs trust.
    Limited,
    /// It may join as anybody may, and host nothing, until a time that the operator set.
    Suspended,
    /// For good.
    Terminated,
}

impl Standing {
    /// All of them, best first.
    pub const ALL: [Self; 4] = [Self::Good, Self::Limited, Self::Suspended, Self::Terminated];

    /// Returns the name as it stands in JSON, in the policy and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Limited => "limited",
            Self::Suspended => "suspended",
            Self::Terminated => "terminated",
        }
    }
}

/// What the account pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Nothing.
    Free,
    /// Set by the operator or by the payment provider.
    Paid,
}

impl Plan {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Free, Self::Paid];

    /// Returns the name as it stands in JSON, in the policy and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Paid => "paid",
        }
    }
}

/// What a plan holds, from the operator's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct PlanLimits {
    /// People in one meeting.
    pub people: u32,
    /// Minutes that a meeting may last; 0 for no end.
    pub minutes: u32,
    /// Meetings of the account that have not ended.
    pub open_meetings: u32,
}
