// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a decision says, and what would unlock a denied act.

use std::{collections::BTreeSet, fmt, sync::Arc};

use account::BindingKind;

/// The id of a rule: its `@id`, in kebab-case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(Arc<str>);

impl RuleId {
    pub(crate) fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// Returns it as it stands in the policy.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an actor may do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Allowed {
        /// The first rule that permits it.
        rule: RuleId,
    },
    /// It may not.
    Denied(Denial),
}

impl Decision {
    /// Returns whether the actor may.
    pub const fn is_allowed(&self) -> bool {
        match self {
            Self::Allowed { .. } => true,
            Self::Denied(_) => false,
        }
    }

    /// Returns the denial, if it is one.
    pub fn denial(self) -> Option<Denial> {
        match self {
            Self::Allowed { .. } => None,
            Self::Denied(denial) => Some(denial),
        }
    }
}

/// Why an actor may not do something, in a form that can be shown to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The rule that forbids it, or else the rule that would permit it to somebody else; `None` if no rule permits it to anybody.
    pub rule: Option<RuleId>,
    /// The rule's reason, an English sentence.
    pub reason: Arc<str>,
    /// The smallest sets that the actor could add to be allowed, smallest first and the easiest first; empty if nothing helps.
    pub unlocked_by: Vec<BTreeSet<Unlock>>,
}

/// Something that an actor can add to what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unlock {
    /// An account: sign in.
    Account,
    /// A binding. An OpenID binding counts as one that states no level of assurance.
    Binding(BindingKind),
    /// An OpenID binding whose provider states a level of assurance of at least 1.
    AssuredOidc,
    /// The paid plan.
    PaidPlan,
    /// The operator's invitation.
    Invitation,
}

impl Unlock {
    /// All of them, easiest first.
    pub const ALL: [Self; 10] = [
        Self::Account,
        Self::Binding(BindingKind::Email),
        Self::Binding(BindingKind::Phone),
        Self::Binding(BindingKind::Oidc),
        Self::Binding(BindingKind::Organisation),
        Self::Binding(BindingKind::Payment),
        Self::Binding(BindingKind::Voucher),
        Self::AssuredOidc,
        Self::PaidPlan,
        Self::Invitation,
    ];

    /// Returns the name as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Binding(kind) => kind.as_str(),
            Self::AssuredOidc => "assured_oidc",
            Self::PaidPlan => "paid_plan",
            Self::Invitation => "invitation",
        }
    }
}

impl fmt::Display for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
