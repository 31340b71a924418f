// SPDX-License-Identifier: MIT OR Apache-2.0
//! The standard cases: people as they typically are, and acts under typical circumstances.

use std::collections::BTreeSet;

use account::{BindingKind, Plan, PlanLimits, Standing};
use protocol::Mode;

use crate::{
    action::{Act, Action, Hosting, InMeeting, Joining, Proof, Registration},
    facts::{AccountFacts, Actor, MeetingFacts, Permissions, Plans, Role},
};

/// Returns the people of the table. Accounts have a verified e-mail address besides what they are named after.
pub(crate) fn actors() -> Vec<(&'static str, Actor)> {
    let with = |kinds: &[BindingKind]| AccountFacts {
        bindings: [&[BindingKind::Email], kinds].concat().into_iter().collect(),
        ..AccountFacts::new()
    };
    let in_standing = |standing| AccountFacts {
        standing,
        plan: Plan::Paid,
        bindings: BTreeSet::from(BindingKind::ALL),
        oidc_assurance: 3,
        is_invited: true,
        ..AccountFacts::new()
    };
    let accounts = [
        ("unbound", AccountFacts::new()),
        ("email", with(&[])),
        ("phone", with(&[BindingKind::Phone])),
        ("oidc", with(&[BindingKind::Oidc])),
        (
            "assured_oidc",
            AccountFacts {
                oidc_assurance: 1,
                ..with(&[BindingKind::Oidc])
            },
        ),
        ("organisation", with(&[BindingKind::Organisation])),
        ("payment", with(&[BindingKind::Payment])),
        ("voucher", with(&[BindingKind::Voucher])),
        (
            "paid_plan",
            AccountFacts {
                plan: Plan::Paid,
                ..with(&[])
            },
        ),
        (
            "invitation",
            AccountFacts {
                is_invited: true,
                ..with(&[])
            },
        ),
        ("limited", in_standing(Standing::Limited)),
        ("suspended", in_standing(Standing::Suspended)),
        ("terminated", in_standing(Standing::Terminated)),
        (
            "operator",
            AccountFacts {
                is_operator: true,
                ..AccountFacts::new()
            },
        ),
    ];
    let accounts = accounts
        .into_iter()
        .map(|(name, facts)| (name, Actor::Account(facts)));
    [("guest", Actor::Guest)].into_iter().chain(accounts).collect()
}

/// Returns the acts of the table.
pub(crate) fn actions() -> Vec<(String, Action)> {
    let mut all = instance_actions();
    all.extend(meeting_actions());
    all.extend(acts());
    all
}

fn instance_actions() -> Vec<(String, Action)> {
    let register = |by| Registration {
        by,
        is_invited: false,
        is_denied: false,
    };
    let by_mail = register(Proof::Email);
    named([
        ("SeeInstance", Action::SeeInstance),
        ("SeePolicy", Action::SeePolicy),
        ("TestConnection", Action::TestConnection),
        ("SignIn", Action::SignIn),
        ("Register by e-mail", Action::Register(by_mail)),
        ("Register by a provider", Action::Register(register(Proof::Oidc))),
        (
            "Register by the first link",
            Action::Register(register(Proof::OperatorLink)),
        ),
        (
            "Register when invited",
            Action::Register(Registration {
                is_invited: true,
                ..by_mail
            }),
        ),
        (
            "Register when banned",
            Action::Register(Registration {
                is_invited: true,
                is_denied: true,
                ..by_mail
            }),
        ),
        ("UseAccount", Action::UseAccount),
        ("ChangeAccount", Action::ChangeAccount),
        (
            "AddBinding",
            Action::AddBinding {
                kind: BindingKind::Phone,
                is_denied: false,
            },
        ),
        (
            "AddBinding that was banned",
            Action::AddBinding {
                kind: BindingKind::Phone,
                is_denied: true,
            },
        ),
        ("Vouch", Action::Vouch { used: 0, slots: 5 }),
        ("Vouch without a slot left", Action::Vouch { used: 5, slots: 5 }),
        ("ManageAccounts", Action::ManageAccounts),
        (
            "ViewMetrics on the server",
            Action::ViewMetrics { is_local: true },
        ),
        (
            "ViewMetrics from elsewhere",
            Action::ViewMetrics { is_local: false },
        ),
        ("ReportPayment signed", Action::ReportPayment { is_signed: true }),
        (
            "ReportPayment unsigned",
            Action::ReportPayment { is_signed: false },
        ),
    ])
}

fn meeting_actions() -> Vec<(String, Action)> {
    let host = |mode| Hosting {
        mode,
        people: PLANS.free.people,
        minutes: PLANS.free.minutes,
        open_meetings: 0,
        plans: PLANS,
    };
    let standard = host(Mode::Standard);
    let join = Joining {
        meeting: MEETING,
        people_now: 1,
        is_own: false,
        has_host_key: false,
        is_kept_out: false,
    };
    let of = |meeting| Joining { meeting, ..join };
    let locked = of(MeetingFacts {
        is_locked: true,
        ..MEETING
    });
    let lobby = of(MeetingFacts {
        has_lobby: true,
        ..MEETING
    });
    let by_host = |joining| Joining {
        has_host_key: true,
        ..joining
    };
    let owned_by = |owner_standing| {
        of(MeetingFacts {
            owner_standing,
            ..MEETING
        })
    };
    let manage = |is_own| Action::ManageMeeting {
        meeting: MEETING,
        is_own,
    };
    let larger = |change: fn(&mut Hosting)| {
        let mut hosting = standard;
        change(&mut hosting);
        Action::HostMeeting(hosting)
    };
    named([
        ("HostMeeting standard", Action::HostMeeting(standard)),
        ("HostMeeting e2ee", Action::HostMeeting(host(Mode::E2ee))),
        (
            "HostMeeting for more people than the free plan holds",
            larger(|hosting| hosting.people = PLANS.paid.people),
        ),
        (
            "HostMeeting for more people than any plan holds",
            larger(|hosting| hosting.people = PLANS.paid.people + 1),
        ),
        (
            "HostMeeting without end",
            larger(|hosting| hosting.minutes = PLANS.paid.minutes),
        ),
        (
            "HostMeeting with the free plan's meetings open",
            larger(|hosting| hosting.open_meetings = PLANS.free.open_meetings),
        ),
        ("SeeMeeting", Action::SeeMeeting(MEETING)),
        ("ManageMeeting of one's own", manage(true)),
        ("ManageMeeting of somebody else", manage(false)),
        ("JoinMeeting", Action::JoinMeeting(join)),
        ("JoinMeeting made by a guest", Action::JoinMeeting(owned_by(None))),
        (
            "JoinMeeting of a suspended account",
            Action::JoinMeeting(owned_by(Some(Standing::Suspended))),
        ),
        (
            "JoinMeeting that is full",
            Action::JoinMeeting(Joining {
                people_now: MEETING.people_limit,
                ..join
            }),
        ),
        (
            "JoinMeeting after being removed",
            Action::JoinMeeting(Joining {
                is_kept_out: true,
                ..join
            }),
        ),
        ("JoinMeeting that is locked", Action::JoinMeeting(locked)),
        (
            "JoinMeeting that is locked, with the host key",
            Action::JoinMeeting(by_host(locked)),
        ),
        ("PassLobby where there is none", Action::PassLobby(join)),
        ("PassLobby", Action::PassLobby(lobby)),
        ("PassLobby with the host key", Action::PassLobby(by_host(lobby))),
    ])
}

fn acts() -> Vec<(String, Action)> {
    let closed = MeetingFacts {
        participants: NOTHING,
        ..MEETING
    };
    let suspended = MeetingFacts {
        is_suspended: true,
        ..MEETING
    };
    let mut all = Vec::new();
    let mut add = |circumstances: &str, act: Act, role: Role, meeting| {
        let label = format!("{} as {}{circumstances}", act.name(), role.as_str());
        all.push((label, Action::InMeeting(InMeeting { act, role, meeting })));
    };
    for act in OWN_ACTS {
        add("", act, Role::Participant, MEETING);
        for role in [Role::Participant, Role::CoHost] {
            add(", closed by the hosts", act, role, closed);
            add(", suspended", act, role, suspended);
        }
    }
    for act in HOST_ACTS {
        for role in Role::ALL {
            add("", act, role, MEETING);
        }
    }
    for on in [
        |target| Act::MuteParticipant { target },
        |target| Act::RemoveParticipant { target },
        |target| Act::RenameParticipant { target },
    ] {
        for role in Role::ALL {
            add("", on(Role::Participant), role, MEETING);
        }
        for role in [Role::Host, Role::CoHost] {
            add(" on a host", on(Role::Host), role, MEETING);
        }
    }
    all
}

fn named<const N: usize>(actions: [(&str, Action); N]) -> Vec<(String, Action)> {
    let owned = actions.map(|(name, action)| (String::from(name), action));
    Vec::from(owned)
}

/// What people do for themselves.
const OWN_ACTS: [Act; 7] = [
    Act::TakePart,
    Act::Unmute,
    Act::StartVideo,
    Act::ShareScreen,
    Act::Chat,
    Act::Rename,
    Act::RecordLocally,
];

/// What only some may do, and is aimed at nobody, or at a participant.
const HOST_ACTS: [Act; 8] = [
    Act::AdmitParticipant,
    Act::LockMeeting,
    Act::ChangeSettings,
    Act::SuspendMeeting,
    Act::OpenBreakouts,
    Act::ChangeRole {
        target: Role::Participant,
        to: Role::CoHost,
    },
    Act::RotateLink,
    Act::EndMeeting,
];

const MEETING: MeetingFacts = MeetingFacts::new(Mode::Standard, Some(Standing::Good), 10);

const NOTHING: Permissions = Permissions {
    may_unmute: false,
    may_start_video: false,
    may_share_screen: false,
    may_chat: false,
    may_rename: false,
    may_record: false,
};

const PLANS: Plans = Plans {
    free: PlanLimits {
        people: 10,
        minutes: 60,
        open_meetings: 3,
    },
    paid: PlanLimits {
        people: 100,
        minutes: 0,
        open_meetings: 100,
    },
};
