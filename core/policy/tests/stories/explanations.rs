// SPDX-License-Identifier: MIT OR Apache-2.0
//! Explanations are found by trying, and so are true of rules that nobody here wrote.

use account::BindingKind;
use incamera_policy::{Act, Action, Actor, Policy, Preset, Proof, Registration, Role};
use protocol::Mode;

use super::support::{act, allowed, denied, denied_by, extended, host, joining, meeting, sets, with};

#[test]
fn a_rule_that_wants_two_things_is_explained_by_both() {
    let policy = extended(
        Preset::Open,
        r#"@id("two-proofs") @reason("Hosting needs a phone number and a payment.")
           forbid (principal, action == Action::"HostMeeting", resource)
           unless { principal is Account && principal.bindings.containsAll([Binding::"phone", Binding::"payment"]) };"#,
    );
    let denial = denied(&policy, &Actor::Guest, &host(Mode::Standard));
    assert_eq!(&*denial.reason, "Hosting needs a phone number and a payment.");
    assert_eq!(sets(&denial.unlocked_by), "account + phone + payment");
    let halfway = Actor::Account(with(&[BindingKind::Phone]));
    assert_eq!(
        sets(&denied(&policy, &halfway, &host(Mode::Standard)).unlocked_by),
        "payment"
    );
}

#[test]
fn a_rule_that_wants_only_an_account_is_explained_by_it_alone() {
    let policy = extended(
        Preset::Open,
        r#"@id("no-strangers") @reason("Joining needs an account on this instance.")
           forbid (principal is Guest, action == Action::"JoinMeeting", resource);"#,
    );
    let join = Action::JoinMeeting(joining(meeting()));
    let denial = denied(&policy, &Actor::Guest, &join);
    assert_eq!(sets(&denial.unlocked_by), "account");
    allowed(&policy, &Actor::Account(with(&[])), &join);
}

#[test]
fn whoever_registers_without_an_invitation_is_told_so() {
    let policy = Policy::preset(Preset::PrivateInstance);
    let registration = Registration {
        by: Proof::Email,
        is_invited: false,
        is_denied: false,
    };
    let denial = denied(&policy, &Actor::Guest, &Action::Register(registration));
    assert_eq!(sets(&denial.unlocked_by), "invitation");
    let banned = Registration {
        is_denied: true,
        ..registration
    };
    let denial = denied(&policy, &Actor::Guest, &Action::Register(banned));
    assert_eq!(denial.unlocked_by, []);
}

#[test]
fn what_only_a_role_gives_is_unlocked_by_nothing_and_still_has_a_reason() {
    let policy = Policy::preset(Preset::VerifiedE2ee);
    let lock = act(Act::LockMeeting, Role::Participant, meeting());
    let denial = denied(&policy, &Actor::Account(with(&[BindingKind::Phone])), &lock);
    assert_eq!(&*denial.reason, "Only hosts and co-hosts may do this.");
    assert_eq!(denial.unlocked_by, []);
    let console = denied(&policy, &Actor::Guest, &Action::ManageAccounts);
    assert_eq!(
        &*console.reason,
        "Only the operator of this instance may do this."
    );
}

#[test]
fn what_no_rule_permits_is_denied_without_one() {
    let policy = Policy::parse(
        r#"@id("reading") @reason("Everybody may read the policy.")
           permit (principal, action == Action::"SeePolicy", resource);"#,
    );
    let policy = policy.expect("one rule is a policy");
    allowed(&policy, &Actor::Guest, &Action::SeePolicy);
    assert_eq!(
        denied_by(&policy, &Actor::Guest, &host(Mode::Standard)),
        "no rule"
    );
}

#[test]
fn a_rule_that_overflows_denies_even_if_another_permits() {
    let policy = extended(
        Preset::Open,
        r#"@id("overflowing") @reason("Too much is asked for.")
           forbid (principal, action == Action::"HostMeeting", resource)
           when { context.people * 9223372036854775807 > 0 };"#,
    );
    let denial = denied(&policy, &Actor::Guest, &host(Mode::Standard));
    assert_eq!(denial.rule, None);
    assert_eq!(denial.unlocked_by, []);
    allowed(&policy, &Actor::Guest, &Action::SeePolicy);
}

#[test]
fn an_operators_rule_may_speak_of_an_organisation() {
    let policy = extended(
        Preset::VerifiedE2ee,
        r#"@id("own-staff") @reason("Staff of example.org may host any meeting.")
           permit (principal is Account, action == Action::"HostMeeting", resource)
           when { principal.organisations.contains("example.org") };"#,
    );
    let mut facts = with(&[]);
    denied(&policy, &Actor::Account(facts.clone()), &host(Mode::E2ee));
    facts.organisations.insert(String::from("example.org"));
    assert_eq!(
        allowed(&policy, &Actor::Account(facts), &host(Mode::E2ee)),
        "own-staff"
    );
}
