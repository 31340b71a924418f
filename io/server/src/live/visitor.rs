// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who comes to a meeting: what the policy is asked with, and what the others are told.

use account::{BindingKind, Standing, UnixTime};
use meeting::Visitor;
use policy::Actor;
use protocol::{
    AccountId, Timestamp,
    identity::{IdentityClaim, IdentityLevel},
};
use store::StoredAccount;

use crate::{asker, clock::Clock};

/// Describes whoever opened a connection in the session of `account`, or without one.
pub(super) fn of(now: Timestamp, account: Option<&StoredAccount>, owner: Option<AccountId>) -> Visitor {
    let unix_now = Clock::unix_now();
    let mut visitor = Visitor::guest(now, u64::try_from(unix_now.0).unwrap_or_default());
    let Some(account) = account else { return visitor };
    if let Actor::Account(facts) = asker::actor(account, unix_now) {
        visitor = visitor.with_account(facts);
    }
    if owner == Some(account.id) {
        visitor = visitor.with_ownership();
    }
    match claim(account, unix_now) {
        Some(claim) => visitor.with_identity(claim),
        None => visitor,
    }
}

/// Says what is known of the account, by whom: an organisation before a provider, for people know it better. A provider that
/// states no assurance verifies nobody. Of an account that may not act, nothing is said.
fn claim(account: &StoredAccount, now: UnixTime) -> Option<IdentityClaim> {
    match account.standing(now) {
        Standing::Good | Standing::Limited => {}
        Standing::Suspended | Standing::Terminated => return None,
    }
    let organisation = account.organisations(now).into_iter().next();
    let provider = || {
        let mut providers = account.bindings.iter();
        let binding = providers.find(|binding| {
            binding.kind == BindingKind::Oidc && binding.assurance > 0 && binding.is_valid(now)
        })?;
        Some(binding.label.0.clone())
    };
    let level = organisation
        .or_else(provider)
        .map_or(IdentityLevel::SignedIn, |by| IdentityLevel::Verified { by });
    Some(IdentityClaim {
        level,
        name: account.name.clone(),
    })
}
