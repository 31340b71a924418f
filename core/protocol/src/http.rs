// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bodies of the HTTP interface, in JSON: one file per kind of resource. Times are seconds since 1970.

mod accounts;
mod connection_tests;
mod facts;
mod instance;
mod meetings;
mod operator;
mod policy;
mod sign_in;

use serde::{Deserialize, Serialize};

pub use accounts::{
    Account, AccountChange, Binding, Domain, OrganisationClaim, PasskeyEntry, PasskeyName, PhoneBegin, Right,
    SessionEntry, SignedInBy, VoucherCode, VoucherEntry, VoucherMade, Vouchers,
};
pub use connection_tests::{ConnectionTest, ConnectionTestAnswer};
pub use facts::{BindingKind, Plan, PlanLimits, Standing};
pub use instance::{InstanceInfo, PolicyName, ProviderName, SignInWays};
pub use meetings::{CreateMeeting, MeetingChange, MeetingInfo, OwnMeeting};
pub use operator::{
    AccountEntry, AccountPage, AccountsQuery, AuditEntry, ConfigurationEntry, DeniedEntry, InvitationEntry,
    LiveMeetings, MailEntry, Mailbox, NewInvitation, OperatorAccount, OrganisationEntry, PlanChange,
    StandingChange,
};
pub use policy::{Effect, PolicyInfo, PolicyRule, PolicyTable, TableDecision, TableRow};
pub use sign_in::{
    AccountSummary, Ceremony, CodeFinish, EmailBegin, EmailFinish, OperatorSignIn, PasskeyBegun,
    PasskeyFinish, PasskeyRegistration, ReturnQuery, Session,
};

use crate::ErrorCode;

/// Body of every refused HTTP request.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct Problem {
    /// What clients match on.
    pub code: ErrorCode,
    /// One sentence for a person who reads logs.
    pub message: String,
    /// What the policy said, with [`ErrorCode::NotAllowed`] and [`ErrorCode::AccountSuspended`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub denial: Option<Denial>,
    /// Seconds to wait, with [`ErrorCode::RateLimited`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retry_after_s: Option<u32>,
}

/// Why the policy said no, and what would make it say yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Denial {
    /// The rule that forbids it; none if no rule allows it.
    pub rule: Option<String>,
    /// A full sentence in English.
    pub reason: String,
    /// The smallest sets of what would unlock it: any one set suffices, all of a set is needed. Each is `account`, a
    /// [`BindingKind`], or `paid`. None if nothing that the person can do unlocks it.
    pub unlocked_by: Vec<Vec<String>>,
}
