// SPDX-License-Identifier: MIT OR Apache-2.0
//! What would unlock a denied act: found by trying, so that it is true of every policy, an operator's own included.

use std::{collections::BTreeSet, sync::Arc};

use account::{BindingKind, Plan, Standing};

use crate::{
    action::{Action, Registration},
    decision::{Denial, Unlock},
    facts::{AccountFacts, Actor, Role},
    policy::{Answer, Policy},
};

/// Explains a denial by a rule that forbids.
pub(crate) fn forbidden(policy: &Policy, actor: &Actor, action: &Action, rule: usize) -> Denial {
    denial(policy, Some(rule), unlocking_sets(policy, actor, action))
}

/// Explains a denial because no rule permits: the rule is the one that would, under the best circumstances.
pub(crate) fn not_permitted(policy: &Policy, actor: &Actor, action: &Action) -> Denial {
    let unlocked_by = unlocking_sets(policy, actor, action);
    let rule = match unlocked_by.first() {
        Some(smallest) => {
            let (actor, action) = with(actor, action, smallest);
            permitting(policy, &actor, &action)
        }
        None => under_best_circumstances(policy, actor, action),
    };
    denial(policy, rule, unlocked_by)
}

/// Explains a denial because a rule could not be computed.
pub(crate) fn unanswered() -> Denial {
    Denial {
        rule: None,
        reason: Arc::from(UNANSWERED),
        unlocked_by: Vec::new(),
    }
}

fn denial(policy: &Policy, rule: Option<usize>, unlocked_by: Vec<BTreeSet<Unlock>>) -> Denial {
    let rule = rule.map(|rule| &policy.rules()[rule]);
    Denial {
        rule: rule.map(|rule| rule.id.clone()),
        reason: rule.map_or_else(|| Arc::from(NEVER), |rule| Arc::clone(&rule.reason)),
        unlocked_by,
    }
}

/// Returns the sets that unlock and of which no part does, smallest first.
fn unlocking_sets(policy: &Policy, actor: &Actor, action: &Action) -> Vec<BTreeSet<Unlock>> {
    let unlocks = |set: &BTreeSet<Unlock>| {
        let (actor, action) = with(actor, action, set);
        policy.allows(&actor, &action)
    };
    let (given, candidates) = candidates(actor, action);
    let mut found: Vec<BTreeSet<Unlock>> = Vec::new();
    let everything: BTreeSet<_> = given.iter().chain(&candidates).copied().collect();
    // One decision settles nearly all denials that nothing unlocks, such as those in a meeting.
    if everything.is_empty() || !unlocks(&everything) {
        return found;
    }
    for size in 0..=SET_SIZE {
        for choice in choices(&candidates, size) {
            let set: BTreeSet<_> = given.iter().copied().chain(choice).collect();
            let is_new = !set.is_empty() && !found.iter().any(|smaller| covers(&set, smaller));
            if is_new && unlocks(&set) {
                found.push(set);
            }
        }
        if size + 1 == SET_SIZE && !found.is_empty() {
            break;
        }
    }
    found
}

/// Returns whether who adds `larger` adds all of `smaller`.
fn covers(larger: &BTreeSet<Unlock>, smaller: &BTreeSet<Unlock>) -> bool {
    let plain_oidc = Unlock::Binding(BindingKind::Oidc);
    let is_covered =
        |one: &Unlock| larger.contains(one) || (*one == plain_oidc && larger.contains(&Unlock::AssuredOidc));
    smaller.iter().all(is_covered)
}

/// Returns what every set has to begin with, and what can be added to it.
fn candidates(actor: &Actor, action: &Action) -> (Option<Unlock>, Vec<Unlock>) {
    if matches!(action, Action::Register(_)) {
        // Whoever is about to become an account has nothing else to add.
        return (None, vec![Unlock::Invitation]);
    }
    let (given, facts) = match actor {
        Actor::Guest => (Some(Unlock::Account), &AccountFacts::new()),
        Actor::Account(facts) => (None, facts),
    };
    let is_absent = |unlock: &Unlock| match unlock {
        Unlock::Account => false,
        Unlock::Binding(kind) => !facts.bindings.contains(kind),
        Unlock::AssuredOidc => facts.oidc_assurance == 0 || !facts.bindings.contains(&BindingKind::Oidc),
        Unlock::PaidPlan => facts.plan == Plan::Free,
        Unlock::Invitation => !facts.is_invited,
    };
    (given, Unlock::ALL.into_iter().filter(is_absent).collect())
}

/// Returns every choice of `size` of the candidates, the easiest first.
fn choices(candidates: &[Unlock], size: usize) -> Vec<Vec<Unlock>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, first) in candidates.iter().enumerate() {
        for mut rest in choices(&candidates[index + 1..], size - 1) {
            rest.insert(0, *first);
            all.push(rest);
        }
    }
    all
}

/// Returns the actor and the action as they would be with `unlocks` added.
pub(crate) fn with(actor: &Actor, action: &Action, unlocks: &BTreeSet<Unlock>) -> (Actor, Action) {
    let mut action = *action;
    if let (Action::Register(Registration { is_invited, .. }), true) =
        (&mut action, unlocks.contains(&Unlock::Invitation))
    {
        *is_invited = true;
        return (actor.clone(), action);
    }
    let mut facts = match actor {
        Actor::Guest => AccountFacts::new(),
        Actor::Account(facts) => facts.clone(),
    };
    for unlock in unlocks {
        match unlock {
            Unlock::Account => {}
            Unlock::Binding(kind) => {
                facts.bindings.insert(*kind);
            }
            Unlock::AssuredOidc => {
                facts.bindings.insert(BindingKind::Oidc);
                facts.oidc_assurance = facts.oidc_assurance.max(1);
            }
            Unlock::PaidPlan => facts.plan = Plan::Paid,
            Unlock::Invitation => facts.is_invited = true,
        }
    }
    (Actor::Account(facts), action)
}

fn permitting(policy: &Policy, actor: &Actor, action: &Action) -> Option<usize> {
    match policy.answer(actor, action) {
        Answer::Permitted(rule) => Some(rule),
        Answer::Forbidden(_) | Answer::NotPermitted | Answer::Unanswered => None,
    }
}

/// Returns the rule that permits the act to the one who has everything, or at least to the operator.
fn under_best_circumstances(policy: &Policy, actor: &Actor, action: &Action) -> Option<usize> {
    let (actor, action) = with(actor, &at_its_best(action), &BTreeSet::from(Unlock::ALL));
    permitting(policy, &actor, &action).or_else(|| {
        let Actor::Account(mut facts) = actor else {
            return None;
        };
        facts.standing = Standing::Good;
        facts.is_operator = true;
        permitting(policy, &Actor::Account(facts), &action)
    })
}

/// Returns the action with the facts under which it is likeliest to be permitted.
fn at_its_best(action: &Action) -> Action {
    let mut action = *action;
    match &mut action {
        Action::SeeInstance
        | Action::SeePolicy
        | Action::TestConnection
        | Action::SignIn
        | Action::UseAccount
        | Action::ChangeAccount
        | Action::AddBinding { .. }
        | Action::Vouch { .. }
        | Action::HostMeeting(_)
        | Action::SeeMeeting(_)
        | Action::ManageAccounts => {}
        Action::Register(registration) => registration.is_invited = true,
        Action::ManageMeeting { is_own, .. } => *is_own = true,
        Action::JoinMeeting(joining) | Action::PassLobby(joining) => {
            joining.is_own = true;
            joining.has_host_key = true;
        }
        Action::InMeeting(one) => one.role = Role::Host,
        Action::ViewMetrics { is_local } => *is_local = true,
        Action::ReportPayment { is_signed } => *is_signed = true,
    }
    action
}

/// Sets are looked for up to this size, besides the account itself. Of the largest size only while no smaller one was
/// found: there are 84 of them, and nobody reads a list of ways that each need three proofs.
const SET_SIZE: usize = 3;
const NEVER: &str = "No rule of this instance's policy allows this.";
const UNANSWERED: &str = "The policy of this instance cannot decide this, so that it is not allowed.";
