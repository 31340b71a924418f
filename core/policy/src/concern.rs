// SPDX-License-Identifier: MIT OR Apache-2.0
//! What an operator should know about a policy that is correct Cedar and yet says something that hardly anybody wants.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use account::{BindingKind, Plan, Standing};

use crate::{
    action::Action,
    decision::{RuleId, Unlock},
    explain,
    facts::{AccountFacts, Actor},
    policy::{Answer, Policy},
    table,
};

/// Something odd about a policy. No error: the operator may want it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    /// An account in this standing may host.
    HostsInBadStanding {
        /// The standing.
        standing: Standing,
        /// The rule that permits it.
        rule: RuleId,
    },
    /// A guest may not join an open meeting.
    GuestsStayOut,
    /// Nobody may host: neither the operator nor an account that has everything.
    NobodyHosts,
    /// Who has a binding may do less than who has not.
    TakesAway {
        /// What is added.
        unlock: Unlock,
        /// What is then denied to at least one of the standard cases.
        action: String,
    },
    /// The operator cannot reach the console.
    OperatorLockedOut,
    /// An account in this standing can neither see, export nor erase what is kept about it.
    OwnDataOutOfReach {
        /// The standing.
        standing: Standing,
    },
    /// Those whom the policy governs may not read it.
    Secret,
}

impl fmt::Display for Concern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostsInBadStanding { standing, rule } => {
                write!(
                    f,
                    "an account that is {} may host meetings, by rule {rule}",
                    standing.as_str()
                )
            }
            Self::GuestsStayOut => {
                f.write_str("a guest who has the link may not join: people need accounts to come in")
            }
            Self::NobodyHosts => f.write_str("nobody may host a meeting, not even the operator"),
            Self::TakesAway { unlock, action } => {
                write!(f, "adding \"{unlock}\" takes a right away: {action}")
            }
            Self::OperatorLockedOut => f.write_str("the operator may not use the console"),
            Self::OwnDataOutOfReach { standing } => {
                let standing = standing.as_str();
                write!(
                    f,
                    "an account that is {standing} cannot see, export or erase its own data"
                )
            }
            Self::Secret => f.write_str("guests may not read the policy that governs them"),
        }
    }
}

/// Looks a policy over.
pub(crate) fn concerns(policy: &Policy) -> Vec<Concern> {
    let mut found = Vec::new();
    let operator = Actor::Account(AccountFacts {
        is_operator: true,
        ..everything(Standing::Good)
    });
    let actions = table::actions();
    let is_hosting = |action: &Action| matches!(action, Action::HostMeeting(_));
    let hosting = || actions.iter().filter(|(_, action)| is_hosting(action));
    for standing in [Standing::Suspended, Standing::Terminated] {
        let actor = Actor::Account(everything(standing));
        let mut rules = hosting().filter_map(|(_, action)| match policy.answer(&actor, action) {
            Answer::Permitted(rule) => Some(rule),
            Answer::Forbidden(_) | Answer::NotPermitted | Answer::Unanswered => None,
        });
        if let Some(rule) = rules.next() {
            let rule = policy.rules()[rule].id.clone();
            found.push(Concern::HostsInBadStanding { standing, rule });
        }
    }
    for standing in Standing::ALL {
        let actor = Actor::Account(everything(standing));
        if !policy.allows(&actor, &Action::SignIn) || !policy.allows(&actor, &Action::UseAccount) {
            found.push(Concern::OwnDataOutOfReach { standing });
        }
    }
    let likeliest = [
        operator.clone(),
        Actor::Account(everything(Standing::Good)),
        Actor::Account(AccountFacts {
            is_operator: true,
            ..AccountFacts::new()
        }),
    ];
    if !hosting().any(|(_, action)| likeliest.iter().any(|actor| policy.allows(actor, action))) {
        found.push(Concern::NobodyHosts);
    }
    let open_meeting = actions
        .iter()
        .find(|(_, action)| matches!(action, Action::JoinMeeting(_)));
    if open_meeting.is_some_and(|(_, join)| !policy.allows(&Actor::Guest, join)) {
        found.push(Concern::GuestsStayOut);
    }
    if !policy.allows(&operator, &Action::ManageAccounts) {
        found.push(Concern::OperatorLockedOut);
    }
    if !policy.allows(&Actor::Guest, &Action::SeePolicy) {
        found.push(Concern::Secret);
    }
    found.extend(taken_away(policy, &actions));
    found
}

/// Returns the first right of each action that is lost by adding something.
fn taken_away(policy: &Policy, actions: &[(String, Action)]) -> Vec<Concern> {
    let actors = table::actors();
    let mut lost = BTreeMap::new();
    for (name, action) in actions {
        let allowed = actors.iter().filter(|(_, actor)| policy.allows(actor, action));
        for (_, actor) in allowed {
            for unlock in Unlock::ALL {
                let (richer, same) = explain::with(actor, action, &BTreeSet::from([unlock]));
                if !policy.allows(&richer, &same) {
                    lost.entry((action.name(), unlock)).or_insert(name);
                }
            }
        }
    }
    let concerns = lost.into_iter().map(|((_, unlock), action)| Concern::TakesAway {
        unlock,
        action: action.clone(),
    });
    concerns.collect()
}

fn everything(standing: Standing) -> AccountFacts {
    AccountFacts {
        standing,
        plan: Plan::Paid,
        bindings: BTreeSet::from(BindingKind::ALL),
        oidc_assurance: 3,
        is_invited: true,
        ..AccountFacts::new()
    }
}
