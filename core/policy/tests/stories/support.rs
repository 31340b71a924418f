// SPDX-License-Identifier: MIT OR Apache-2.0
//! People, meetings and questions that the stories share.

use std::collections::BTreeSet;

use account::{BindingKind, PlanLimits};
use incamera_policy::{
    AccountFacts, Act, Action, Actor, Decision, Denial, Hosting, InMeeting, Joining, MeetingFacts, Plans,
    Policy, Preset, Role, Unlock,
};
use protocol::Mode;

pub(crate) const PLANS: Plans = Plans {
    free: PlanLimits {
        people: 10,
        minutes: 60,
        open_meetings: 3,
    },
    paid: PlanLimits {
        people: 100,
        minutes: 0,
        open_meetings: 50,
    },
};

pub(crate) fn with(bindings: &[BindingKind]) -> AccountFacts {
    AccountFacts {
        bindings: bindings.iter().copied().collect(),
        ..AccountFacts::new()
    }
}

pub(crate) fn host(mode: Mode) -> Action {
    Action::HostMeeting(small(mode))
}

pub(crate) fn small(mode: Mode) -> Hosting {
    Hosting {
        mode,
        people: 5,
        minutes: 30,
        open_meetings: 0,
        plans: PLANS,
    }
}

pub(crate) fn meeting() -> MeetingFacts {
    MeetingFacts::new(Mode::E2ee, None, 10)
}

pub(crate) fn joining(meeting: MeetingFacts) -> Joining {
    Joining {
        meeting,
        people_now: 3,
        is_own: false,
        has_host_key: false,
        is_kept_out: false,
    }
}

pub(crate) fn act(act: Act, role: Role, meeting: MeetingFacts) -> Action {
    Action::InMeeting(InMeeting { act, role, meeting })
}

pub(crate) fn default_policy() -> Policy {
    Policy::preset(Preset::default())
}

/// Reads a preset with one more rule.
pub(crate) fn extended(preset: Preset, rule: &str) -> Policy {
    Policy::parse(&format!("{}\n{rule}", preset.text())).expect("the rule is correct")
}

/// Asks, and returns the rule that allowed it.
#[track_caller]
pub(crate) fn allowed(policy: &Policy, actor: &Actor, action: &Action) -> String {
    match policy.decide(actor, action) {
        Decision::Allowed { rule } => rule.to_string(),
        Decision::Denied(denial) => panic!("{actor:?} may not {action:?}: {denial:?}"),
    }
}

/// Asks, and returns the denial.
#[track_caller]
pub(crate) fn denied(policy: &Policy, actor: &Actor, action: &Action) -> Denial {
    let decision = policy.decide(actor, action);
    let Some(denial) = decision.denial() else {
        panic!("{actor:?} may {action:?}");
    };
    assert!(!policy.allows(actor, action), "both ways of asking say the same");
    denial
}

/// Asks, and returns the rule that stands in the way.
#[track_caller]
pub(crate) fn denied_by(policy: &Policy, actor: &Actor, action: &Action) -> String {
    let denial = denied(policy, actor, action);
    denial
        .rule
        .map_or_else(|| String::from("no rule"), |rule| rule.to_string())
}

/// Writes what unlocks as `a + b | c`.
pub(crate) fn sets(sets: &[BTreeSet<Unlock>]) -> String {
    let sets = sets.iter().map(|set| {
        let names: Vec<_> = set.iter().copied().map(Unlock::as_str).collect();
        names.join(" + ")
    });
    sets.collect::<Vec<_>>().join(" | ")
}
