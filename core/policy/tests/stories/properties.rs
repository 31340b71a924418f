// SPDX-License-Identifier: MIT OR Apache-2.0
//! What holds of every preset, whatever the account has and whatever the meeting is.

use std::collections::BTreeSet;

use account::{BindingKind, Plan, Standing};
use incamera_policy::{
    AccountFacts, Act, Action, Actor, Hosting, InMeeting, Joining, MeetingFacts, Permissions, Plans, Policy,
    Preset, Proof, Registration, Role, Unlock,
};
use proptest::{bool, collection::btree_set, prelude::*, sample::select, test_runner::TestRunner};
use protocol::Mode;

use super::support::PLANS;

#[test]
fn a_suspended_or_terminated_account_never_hosts() {
    let standing = select(vec![Standing::Suspended, Standing::Terminated]);
    check(
        (account(), standing, hosting(), host_act()),
        |policy, (facts, standing, hosting, host_act)| {
            let actor = Actor::Account(AccountFacts { standing, ..facts });
            prop_assert!(!policy.allows(&actor, &host_act));
            let denial = policy.decide(&actor, &Action::HostMeeting(hosting)).denial();
            let unlocked_by = denial.map(|denial| denial.unlocked_by);
            prop_assert_eq!(unlocked_by, Some(vec![]), "it is denied, and nothing unlocks it");
            Ok(())
        },
    );
}

#[test]
fn joining_never_needs_an_account() {
    check((account(), joining()), |policy, (facts, joining)| {
        let actor = Actor::Account(facts);
        for action in [Action::JoinMeeting(joining), Action::PassLobby(joining)] {
            prop_assert_eq!(
                policy.allows(&Actor::Guest, &action),
                policy.allows(&actor, &action)
            );
        }
        Ok(())
    });
}

#[test]
fn an_open_meeting_lets_every_guest_in() {
    check((mode(), owner(), 1_u32..), |policy, (mode, owner, limit)| {
        let joining = Joining {
            meeting: MeetingFacts::new(mode, owner, limit),
            people_now: limit - 1,
            is_own: false,
            has_host_key: false,
            is_kept_out: false,
        };
        prop_assert!(policy.allows(&Actor::Guest, &Action::JoinMeeting(joining)));
        prop_assert!(policy.allows(&Actor::Guest, &Action::PassLobby(joining)));
        Ok(())
    });
}

#[test]
fn more_bindings_never_take_a_right_away() {
    let added = btree_set(select(BindingKind::ALL.to_vec()), 0..=6);
    let more = (added, 0_u8..=3, any::<bool>(), any::<bool>());
    check((account(), more, action()), |policy, (facts, more, action)| {
        let (added, assurance, is_paying, is_invited) = more;
        let mut richer = facts.clone();
        richer.bindings.extend(added);
        richer.oidc_assurance = richer.oidc_assurance.max(assurance);
        richer.plan = if is_paying { Plan::Paid } else { facts.plan };
        richer.is_invited |= is_invited;
        let may_before = policy.allows(&Actor::Account(facts), &action);
        prop_assert!(!may_before || policy.allows(&Actor::Account(richer), &action));
        Ok(())
    });
}

#[test]
fn an_account_in_good_standing_may_all_that_a_guest_may() {
    check((account(), action()), |policy, (mut facts, action)| {
        facts.standing = Standing::Good;
        let may_as_guest = policy.allows(&Actor::Guest, &action);
        prop_assert!(!may_as_guest || policy.allows(&Actor::Account(facts), &action));
        Ok(())
    });
}

#[test]
fn what_is_said_to_unlock_does_and_nothing_less_would() {
    check((actor(), action()), |policy, (actor, action)| {
        let Some(denial) = policy.decide(&actor, &action).denial() else {
            return Ok(());
        };
        prop_assert!(denial.rule.is_some() && denial.reason.ends_with('.'));
        for set in &denial.unlocked_by {
            prop_assert!(is_allowed_with(policy, &actor, &action, set));
            // A guest's set begins with the account, which is no part to leave out.
            for left_out in set.iter().filter(|one| **one != Unlock::Account) {
                let smaller = set.iter().copied().filter(|one| one != left_out).collect();
                prop_assert!(!is_allowed_with(policy, &actor, &action, &smaller));
            }
        }
        Ok(())
    });
}

/// Tries something of every preset.
#[track_caller]
fn check<S: Strategy>(cases: S, holds: impl Fn(&Policy, S::Value) -> Result<(), TestCaseError>)
where
    S::Value: Clone,
{
    let policies = Preset::ALL.map(Policy::preset);
    let config = ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&cases, |case| {
        policies.iter().try_for_each(|policy| holds(policy, case.clone()))
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Adds to an actor what a person would add, independently of how the crate tries it.
fn is_allowed_with(policy: &Policy, actor: &Actor, action: &Action, set: &BTreeSet<Unlock>) -> bool {
    if let Action::Register(registration) = action {
        let is_invited = registration.is_invited || set.contains(&Unlock::Invitation);
        return policy.allows(
            actor,
            &Action::Register(Registration {
                is_invited,
                ..*registration
            }),
        );
    }
    if set.is_empty() {
        return policy.allows(actor, action);
    }
    let mut facts = match actor {
        Actor::Guest => AccountFacts::new(),
        Actor::Account(facts) => facts.clone(),
    };
    for unlock in set {
        match unlock {
            Unlock::Account => {}
            Unlock::Binding(kind) => drop(facts.bindings.insert(*kind)),
            Unlock::AssuredOidc => {
                facts.bindings.insert(BindingKind::Oidc);
                facts.oidc_assurance = 1;
            }
            Unlock::PaidPlan => facts.plan = Plan::Paid,
            Unlock::Invitation => facts.is_invited = true,
        }
    }
    policy.allows(&Actor::Account(facts), action)
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![Just(Actor::Guest), account().prop_map(Actor::Account)]
}

fn account() -> impl Strategy<Value = AccountFacts> {
    let bindings = btree_set(select(BindingKind::ALL.to_vec()), 0..=6);
    let standing = select(Standing::ALL.to_vec());
    let plan = select(Plan::ALL.to_vec());
    (standing, plan, bindings, 0_u8..=3, bool::weighted(0.2), bool::ANY).prop_map(
        |(standing, plan, bindings, oidc_assurance, is_operator, is_invited)| AccountFacts {
            standing,
            plan,
            bindings,
            oidc_assurance,
            organisations: BTreeSet::from([String::from("example.org")]),
            is_operator,
            is_invited,
        },
    )
}

fn mode() -> impl Strategy<Value = Mode> {
    select(vec![Mode::E2ee, Mode::Standard])
}

fn owner() -> impl Strategy<Value = Option<Standing>> {
    select(vec![None, Some(Standing::Good), Some(Standing::Limited)])
}

fn role() -> impl Strategy<Value = Role> {
    select(Role::ALL.to_vec())
}

fn hosting() -> impl Strategy<Value = Hosting> {
    let plans = Plans { ..PLANS };
    (mode(), 0_u32..200, 0_u32..200, 0_u32..60).prop_map(move |(mode, people, minutes, open_meetings)| {
        Hosting {
            mode,
            people,
            minutes,
            open_meetings,
            plans,
        }
    })
}

fn meeting() -> impl Strategy<Value = MeetingFacts> {
    let owner = prop_oneof![Just(None), select(Standing::ALL.to_vec()).prop_map(Some)];
    let switches = any::<[bool; 9]>();
    (mode(), owner, 0_u32..20, switches).prop_map(|(mode, owner_standing, people_limit, switches)| {
        let [has_lobby, is_locked, is_suspended, a, b, c, d, e, f] = switches;
        MeetingFacts {
            mode,
            owner_standing,
            people_limit,
            has_lobby,
            is_locked,
            is_suspended,
            participants: Permissions {
                may_unmute: a,
                may_start_video: b,
                may_share_screen: c,
                may_chat: d,
                may_rename: e,
                may_record: f,
            },
        }
    })
}

fn joining() -> impl Strategy<Value = Joining> {
    (meeting(), 0_u32..20, any::<[bool; 3]>()).prop_map(|(meeting, people_now, switches)| {
        let [is_own, has_host_key, is_kept_out] = switches;
        Joining {
            meeting,
            people_now,
            is_own,
            has_host_key,
            is_kept_out,
        }
    })
}

fn host_act() -> impl Strategy<Value = Action> {
    let acts = vec![
        Act::AdmitParticipant,
        Act::MuteParticipant {
            target: Role::Participant,
        },
        Act::RemoveParticipant { target: Role::Host },
        Act::LockMeeting,
        Act::ChangeSettings,
        Act::SuspendMeeting,
        Act::OpenBreakouts,
        Act::ChangeRole {
            target: Role::CoHost,
            to: Role::Host,
        },
        Act::RotateLink,
        Act::EndMeeting,
    ];
    in_meeting(select(acts))
}

fn own_act() -> impl Strategy<Value = Action> {
    in_meeting(select(vec![
        Act::TakePart,
        Act::Unmute,
        Act::StartVideo,
        Act::ShareScreen,
        Act::Chat,
        Act::Rename,
        Act::RecordLocally,
    ]))
}

fn in_meeting(acts: impl Strategy<Value = Act>) -> impl Strategy<Value = Action> {
    (acts, role(), meeting())
        .prop_map(|(act, role, meeting)| Action::InMeeting(InMeeting { act, role, meeting }))
}

fn action() -> impl Strategy<Value = Action> {
    let simple = select(vec![
        Action::SeeInstance,
        Action::SeePolicy,
        Action::TestConnection,
        Action::SignIn,
        Action::UseAccount,
        Action::ChangeAccount,
        Action::ManageAccounts,
        Action::ViewMetrics { is_local: false },
        Action::ReportPayment { is_signed: false },
        Action::AddBinding {
            kind: BindingKind::Phone,
            is_denied: false,
        },
    ]);
    let registration = (select(Proof::ALL.to_vec()), any::<bool>(), any::<bool>());
    let registration = registration.prop_map(|(by, is_invited, is_denied)| {
        Action::Register(Registration {
            by,
            is_invited,
            is_denied,
        })
    });
    let manage = (meeting(), any::<bool>());
    prop_oneof![
        simple,
        registration,
        (0_u32..8).prop_map(|used| Action::Vouch { used, slots: 5 }),
        hosting().prop_map(Action::HostMeeting),
        meeting().prop_map(Action::SeeMeeting),
        manage.prop_map(|(meeting, is_own)| Action::ManageMeeting { meeting, is_own }),
        joining().prop_map(Action::JoinMeeting),
        joining().prop_map(Action::PassLobby),
        host_act(),
        own_act(),
    ]
}
