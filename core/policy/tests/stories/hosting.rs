// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who hosts what, by preset, standing and plan.

use account::{BindingKind, Plan, Standing};
use incamera_policy::{AccountFacts, Action, Actor, Hosting, Policy, Preset};
use protocol::Mode;

use super::support::{allowed, default_policy, denied, denied_by, host, sets, small, with};

#[test]
fn an_email_address_hosts_standard_meetings_and_no_end_to_end_ones() {
    let policy = default_policy();
    let actor = Actor::Account(with(&[BindingKind::Email]));
    assert_eq!(
        allowed(&policy, &actor, &host(Mode::Standard)),
        "hosting-needs-a-binding"
    );
    let denial = denied(&policy, &actor, &host(Mode::E2ee));
    assert_eq!(
        &*denial.reason,
        "Hosting end-to-end encrypted meetings needs an account with one strong binding."
    );
    assert_eq!(
        sets(&denial.unlocked_by),
        "phone | organisation | payment | voucher | assured_oidc"
    );
}

#[test]
fn each_strong_binding_hosts_end_to_end_meetings() {
    let policy = default_policy();
    for kind in [
        BindingKind::Phone,
        BindingKind::Organisation,
        BindingKind::Payment,
        BindingKind::Voucher,
    ] {
        let actor = Actor::Account(with(&[BindingKind::Email, kind]));
        allowed(&policy, &actor, &host(Mode::E2ee));
    }
}

#[test]
fn a_provider_counts_only_once_it_states_a_level_of_assurance() {
    let policy = default_policy();
    for (oidc_assurance, may_host) in [(0, false), (1, true), (3, true)] {
        let actor = Actor::Account(AccountFacts {
            oidc_assurance,
            ..with(&[BindingKind::Oidc])
        });
        assert_eq!(
            policy.allows(&actor, &host(Mode::E2ee)),
            may_host,
            "{oidc_assurance}"
        );
    }
    let without_binding = Actor::Account(AccountFacts {
        oidc_assurance: 3,
        ..with(&[BindingKind::Email])
    });
    denied(&policy, &without_binding, &host(Mode::E2ee));
}

#[test]
fn a_guest_hosts_nothing_and_reads_what_it_takes() {
    let policy = default_policy();
    let denial = denied(&policy, &Actor::Guest, &host(Mode::E2ee));
    assert_eq!(
        sets(&denial.unlocked_by),
        "account + phone | account + organisation | account + payment | account + voucher | account + assured_oidc"
    );
    let denial = denied(&policy, &Actor::Guest, &host(Mode::Standard));
    assert_eq!(
        sets(&denial.unlocked_by),
        "account + email | account + phone | account + oidc | account + organisation | account + payment | account + voucher",
        "the easiest comes first, and assurance by a provider is more than the provider"
    );
}

#[test]
fn a_guest_hosts_where_the_operator_wants_it_so() {
    let policy = Policy::preset(Preset::Open);
    assert_eq!(
        allowed(&policy, &Actor::Guest, &host(Mode::E2ee)),
        "everybody-hosts"
    );
}

#[test]
fn a_private_instance_is_for_the_invited() {
    let policy = Policy::preset(Preset::PrivateInstance);
    let mut facts = with(&BindingKind::ALL);
    let denial = denied(&policy, &Actor::Account(facts.clone()), &host(Mode::Standard));
    assert_eq!(sets(&denial.unlocked_by), "invitation");
    facts.is_invited = true;
    allowed(&policy, &Actor::Account(facts), &host(Mode::E2ee));
}

#[test]
fn organisations_and_payers_host_end_to_end_where_only_they_may() {
    let policy = Policy::preset(Preset::OrganisationOnly);
    let phone = Actor::Account(with(&[BindingKind::Email, BindingKind::Phone]));
    let denial = denied(&policy, &phone, &host(Mode::E2ee));
    assert_eq!(sets(&denial.unlocked_by), "organisation | paid_plan");
    allowed(
        &policy,
        &Actor::Account(with(&[BindingKind::Organisation])),
        &host(Mode::E2ee),
    );
    let paying = AccountFacts {
        plan: Plan::Paid,
        ..with(&[BindingKind::Email])
    };
    allowed(&policy, &Actor::Account(paying), &host(Mode::E2ee));
}

#[test]
fn nothing_unlocks_what_a_suspension_took() {
    let policy = default_policy();
    let actor = Actor::Account(AccountFacts {
        standing: Standing::Suspended,
        ..with(&[BindingKind::Email])
    });
    let denial = denied(&policy, &actor, &host(Mode::Standard));
    assert_eq!(&*denial.reason, "A suspended account hosts no meetings.");
    assert_eq!(denial.unlocked_by, []);
}

#[test]
fn a_limited_account_hosts_standard_meetings_only() {
    for preset in [Preset::Open, Preset::VerifiedE2ee, Preset::OrganisationOnly] {
        let policy = Policy::preset(preset);
        let actor = Actor::Account(AccountFacts {
            standing: Standing::Limited,
            ..with(&BindingKind::ALL)
        });
        allowed(&policy, &actor, &host(Mode::Standard));
        assert_eq!(
            denied_by(&policy, &actor, &host(Mode::E2ee)),
            "limited-accounts-host-standard-meetings-only"
        );
    }
}

#[test]
fn a_plan_limits_people_length_and_open_meetings() {
    check(|hosting| hosting.people = 10, "allowed");
    check(|hosting| hosting.people = 11, "plan-limits-people: paid_plan");
    check(|hosting| hosting.people = 101, "plan-limits-people: ");
    check(|hosting| hosting.minutes = 60, "allowed");
    check(|hosting| hosting.minutes = 61, "plan-limits-length: paid_plan");
    check(|hosting| hosting.minutes = 0, "plan-limits-length: paid_plan");
    check(|hosting| hosting.open_meetings = 2, "allowed");
    check(
        |hosting| hosting.open_meetings = 3,
        "plan-limits-open-meetings: paid_plan",
    );
    check(
        |hosting| hosting.open_meetings = 50,
        "plan-limits-open-meetings: ",
    );
}

/// Asks for a standard meeting with an e-mail address and the free plan.
#[track_caller]
fn check(change: fn(&mut Hosting), expected: &str) {
    let policy = default_policy();
    let mut hosting = small(Mode::Standard);
    change(&mut hosting);
    let actor = Actor::Account(with(&[BindingKind::Email]));
    let found = match policy.decide(&actor, &Action::HostMeeting(hosting)).denial() {
        None => String::from("allowed"),
        Some(denial) => {
            let rule = denial.rule.expect("a limit is a rule");
            format!("{rule}: {}", sets(&denial.unlocked_by))
        }
    };
    assert_eq!(found, expected);
}
