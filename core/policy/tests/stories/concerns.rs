// SPDX-License-Identifier: MIT OR Apache-2.0
//! What an operator is warned of before a correct but odd policy governs anybody.

use incamera_policy::{Policy, Preset};

use super::support::extended;

#[test]
fn presets_raise_no_concern() {
    for preset in Preset::ALL {
        assert_eq!(Policy::preset(preset).concerns(), [], "{preset}");
    }
}

#[test]
fn a_rule_that_punishes_a_binding_raises_one() {
    check(
        r#"@id("no-phones") @reason("Phones do not host.")
           forbid (principal is Account, action == Action::"HostMeeting", resource)
           when { principal.bindings.contains(Binding::"phone") };"#,
        "adding \"phone\" takes a right away: HostMeeting standard",
    );
}

#[test]
fn keeping_guests_out_raises_one() {
    check(
        r#"@id("no-strangers") @reason("Joining needs an account on this instance.")
           forbid (principal is Guest, action == Action::"JoinMeeting", resource);"#,
        "a guest who has the link may not join: people need accounts to come in",
    );
}

#[test]
fn a_policy_that_hides_itself_raises_one() {
    check(
        r#"@id("secret") @reason("The rules are for members.")
           forbid (principal is Guest, action == Action::"SeePolicy", resource);"#,
        "guests may not read the policy that governs them",
    );
}

#[test]
fn locking_out_the_operator_or_peoples_data_raises_concerns() {
    check(
        r#"@id("closed") @reason("Closed.")
           forbid (principal, action in [Action::"ManageAccounts", Action::"HostMeeting"], resource);"#,
        "nobody may host a meeting, not even the operator\nthe operator may not use the console",
    );
    check(
        r#"@id("gone") @reason("This account is closed.")
           forbid (principal is Account, action == Action::"UseAccount", resource)
           when { principal.standing == Standing::"terminated" };"#,
        "an account that is terminated cannot see, export or erase its own data",
    );
}

#[test]
fn a_suspended_account_that_hosts_raises_one() {
    let policy = Policy::parse(
        r#"@id("all") @reason("Everybody may do everything.") permit (principal, action, resource);"#,
    );
    let found = told(&policy.expect("one rule is a policy"));
    assert_eq!(
        found,
        "an account that is suspended may host meetings, by rule all\n\
         an account that is terminated may host meetings, by rule all"
    );
}

#[track_caller]
fn check(rule: &str, expected: &str) {
    assert_eq!(told(&extended(Preset::VerifiedE2ee, rule)), expected);
}

fn told(policy: &Policy) -> String {
    let told: Vec<_> = policy.concerns().iter().map(ToString::to_string).collect();
    told.join("\n")
}
