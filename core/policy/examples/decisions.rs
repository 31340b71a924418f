// SPDX-License-Identifier: MIT OR Apache-2.0
//! Measures what decisions cost. `cargo xtask bench policy` runs it, and reads its lines: a name, a tab, microseconds.
//!
//! Argument: how often to repeat. Each repetition prints one line per case, the mean of many decisions.

use std::{collections::BTreeSet, hint::black_box, io::Write as _, time::Instant};

use account::{BindingKind, PlanLimits, Standing};
use incamera_policy::{
    AccountFacts, Act, Action, Actor, Hosting, InMeeting, Joining, MeetingFacts, Plans, Policy, Preset, Role,
};
use protocol::Mode;

fn main() -> std::io::Result<()> {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok());
    let policy = Policy::preset(Preset::default());
    let (person, meeting) = (Actor::Account(person()), meeting());
    let in_meeting = |act, role| Action::InMeeting(InMeeting { act, role, meeting });
    let chat = in_meeting(Act::Chat, Role::Participant);
    let lock = in_meeting(Act::LockMeeting, Role::Participant);
    let join = Action::JoinMeeting(Joining {
        meeting,
        people_now: 3,
        is_own: false,
        has_host_key: false,
        is_kept_out: false,
    });
    let host = Action::HostMeeting(Hosting {
        mode: Mode::E2ee,
        people: 5,
        minutes: 30,
        open_meetings: 0,
        plans: Plans {
            free: LIMITS,
            paid: LIMITS,
        },
    });
    let mut out = std::io::stdout().lock();
    for _ in 0..rounds.unwrap_or(5) {
        for (name, actor, action) in [
            ("a guest joins", &Actor::Guest, &join),
            ("an account joins", &person, &join),
            ("a guest writes in the chat", &Actor::Guest, &chat),
            ("an account writes in the chat", &person, &chat),
            ("an account hosts end-to-end", &person, &host),
            ("a participant is refused to lock", &person, &lock),
            ("a guest is refused to host", &Actor::Guest, &host),
        ] {
            let cost = microseconds(DECISIONS, || policy.allows(black_box(actor), black_box(action)));
            writeln!(out, "decision: {name}\t{cost}")?;
        }
        for (name, actor, action) in [
            ("a participant who would lock", &person, &lock),
            ("a guest who would host end-to-end", &Actor::Guest, &host),
        ] {
            let cost = microseconds(EXPLANATIONS, || {
                policy.decide(black_box(actor), black_box(action))
            });
            writeln!(out, "explanation: {name}\t{cost}")?;
        }
        let cost = microseconds(READINGS, || Policy::preset(black_box(Preset::default())));
        writeln!(out, "reading: a policy\t{cost}")?;
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement is what the clock is read for"
)]
#[expect(clippy::cast_precision_loss, reason = "a few seconds in nanoseconds")]
fn microseconds<T>(times: u32, decide: impl Fn() -> T) -> f64 {
    let begin = Instant::now();
    for _ in 0..times {
        black_box(decide());
    }
    begin.elapsed().as_nanos() as f64 / 1000.0 / f64::from(times)
}

fn person() -> AccountFacts {
    AccountFacts {
        bindings: BTreeSet::from([BindingKind::Email, BindingKind::Phone, BindingKind::Organisation]),
        organisations: BTreeSet::from([String::from("example.org")]),
        ..AccountFacts::new()
    }
}

fn meeting() -> MeetingFacts {
    MeetingFacts::new(Mode::E2ee, Some(Standing::Good), 100)
}

const LIMITS: PlanLimits = PlanLimits {
    people: 10,
    minutes: 60,
    open_meetings: 3,
};

// Together about a second: long enough that a busy machine's interruptions even out.
const DECISIONS: u32 = 10_000;
const EXPLANATIONS: u32 = 300;
const READINGS: u32 = 10;
