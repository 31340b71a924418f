// SPDX-License-Identifier: MIT OR Apache-2.0
//! A crowd of bots in one process that measures: what comes through, and how fast a removal takes effect.
//!
//! All bots share one clock, so that instants of different bots can be compared.

use std::{
    collections::BTreeMap,
    process::ExitCode,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use clap::Args;
use protocol::{MeetingLink, ParticipantId, TrackKind, TrackSource};
use serde_json::json;
use session::{KeyState, State};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    media::{Clips, measured_clip},
    rtp::{Packets, Reception},
    run::{Goal, run, write_line},
    server::ServerAddress,
    stay::{Stay, StayOptions},
    wait_for_signal,
};

/// What a crowd does.
#[derive(Args)]
pub(crate) struct LoadArgs {
    /// The meeting's link; a host link if somebody is to be removed.
    link: String,
    /// How many bots publish a picture; they watch each other.
    #[arg(long, default_value_t = 1)]
    publishers: usize,
    /// How many more bots only watch.
    #[arg(long, default_value_t = 0)]
    subscribers: usize,
    /// Leaves so many seconds after everybody is there; otherwise on SIGINT or SIGTERM.
    #[arg(long)]
    seconds: Option<f64>,
    /// The first bot removes the last publisher once everybody is there and sees it; then all leave.
    #[arg(long)]
    remove: bool,
    /// Milliseconds between two bots that join.
    #[arg(long, default_value_t = 20)]
    stagger: u64,
    /// A bot joins only when all before it see each other. A join is a commit that everybody works on: on a small machine
    /// a hundred that come faster starve each other of processor time until their connections are lost.
    #[arg(long)]
    in_turn: bool,
}

/// Runs a crowd and prints, as lines of JSON, when it is complete and what it measured.
pub(crate) async fn load(args: LoadArgs) -> anyhow::Result<ExitCode> {
    let server = ServerAddress::parse(&args.link)?;
    let link = MeetingLink::parse(&args.link)?;
    let size = args.publishers + args.subscribers;
    ensure!(
        !args.remove || args.publishers >= 2,
        "a removal takes a host and somebody else who publish"
    );
    let crowd = Arc::new(Crowd::new(size, args.remove.then(|| args.publishers - 1)));
    let clips = Arc::new(if args.remove {
        Clips::load()
    } else {
        Clips::unknown(measured_clip())
    });
    let (stopper, stop) = watch::channel(false);
    let conductor = tokio::spawn(conduct(
        Arc::clone(&crowd),
        stopper,
        args.seconds.map(Duration::from_secs_f64),
    ));
    let mut bots = JoinSet::new();
    for index in 0..size {
        let goal = Goal {
            lasts: Some(AT_MOST),
            people: None,
            until_removed: crowd.target == Some(index),
            writes_events: false,
            joins_within: JOIN_WITHIN,
        };
        let options = args.options(&link, index);
        let member = crowd.member(index);
        let unseeing = Arc::new(watch::Sender::new(0));
        bots.spawn(run(
            server.clone(),
            options,
            Arc::clone(&clips),
            goal,
            unseeing,
            stop.clone(),
            Some(member),
        ));
        sleep(Duration::from_millis(args.stagger)).await;
        if args.in_turn {
            // Who fails says why at the end.
            let _ = timeout(JOIN_WITHIN, crowd.see_each_other(index + 1)).await;
        }
    }
    let mut problems = Vec::new();
    while let Some(finished) = bots.join_next().await {
        let report = finished.context("a bot panicked")??;
        problems.extend(
            report
                .problem
                .map(|problem| format!("{}: {problem}", report.name)),
        );
    }
    conductor.abort();
    write_line(&crowd.report(&problems));
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl LoadArgs {
    fn options(&self, link: &MeetingLink, index: usize) -> StayOptions {
        let publishes = index < self.publishers;
        StayOptions {
            link: link.clone(),
            name: format!("Bot {}", index + 1),
            clip: index,
            publish: if publishes {
                vec![TrackKind::Camera]
            } else {
                Vec::new()
            },
            say: None,
            misbehave: Vec::new(),
            declines_recording: false,
            remove: None,
            height: 360,
            reception: if self.remove {
                Reception::Frames
            } else {
                Reception::Counts
            },
        }
    }
}

/// Says when everybody is there, and ends the crowd.
async fn conduct(crowd: Arc<Crowd>, stopper: watch::Sender<bool>, lasts: Option<Duration>) {
    let complete = async {
        let started_at = Instant::now();
        while crowd.missing.load(Ordering::Relaxed) > 0 {
            sleep(LOOK_INTERVAL).await;
        }
        let after = u64::try_from(started_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        write_line(&json!({"event": "complete", "people": crowd.size, "afterMs": after}));
        if crowd.target.is_some() {
            while crowd.removed_at.get().is_none() {
                sleep(LOOK_INTERVAL).await;
            }
            sleep(AFTERMATH).await;
        } else {
            match lasts {
                Some(lasts) => sleep(lasts).await,
                None => std::future::pending().await,
            }
        }
    };
    tokio::select! {
        () = complete => {}
        () = wait_for_signal() => {}
    }
    let _ = stopper.send(true);
}

/// What the bots of one process share.
pub(crate) struct Crowd {
    size: usize,
    /// The index of who is to be removed.
    target: Option<usize>,
    target_id: OnceLock<ParticipantId>,
    missing: AtomicUsize,
    /// How many people each bot sees in the meeting.
    seen: Vec<AtomicUsize>,
    complete_at: OnceLock<Instant>,
    removed_at: OnceLock<Instant>,
    found: Mutex<Vec<Found>>,
}

/// What one bot found.
struct Found {
    index: usize,
    packets: Packets,
    last_decodable: BTreeMap<TrackSource, Instant>,
    /// When it first sealed with a new key after the removal was commanded.
    new_key_at: Option<Instant>,
}

/// One bot's place in the crowd.
pub(crate) struct Member {
    crowd: Arc<Crowd>,
    index: usize,
    is_there: bool,
}

impl Crowd {
    fn new(size: usize, target: Option<usize>) -> Self {
        Self {
            size,
            target,
            target_id: OnceLock::new(),
            missing: AtomicUsize::new(size),
            seen: (0..size).map(|_| AtomicUsize::new(0)).collect(),
            complete_at: OnceLock::new(),
            removed_at: OnceLock::new(),
            found: Mutex::new(Vec::new()),
        }
    }

    fn member(self: &Arc<Self>, index: usize) -> Member {
        Member {
            crowd: Arc::clone(self),
            index,
            is_there: false,
        }
    }

    /// Waits until each of the first `people` sees all of them.
    async fn see_each_other(&self, people: usize) {
        let is_blind = |seen: &AtomicUsize| seen.load(Ordering::Relaxed) < people;
        while self.seen[..people].iter().any(is_blind) {
            sleep(LOOK_INTERVAL).await;
        }
    }

    fn report(&self, problems: &[String]) -> serde_json::Value {
        let found = self.found.lock().expect("no bot panics while it holds the list");
        let (received, lost) = found.iter().fold((0, 0), |(received, lost), one| {
            (received + one.packets.received, lost + one.packets.lost)
        });
        let removal = self.removed_at.get().zip(self.target_id.get()).map(|(&at, &target)| {
            let spans = Spans::new(at, &found, self.target, target);
            json!({"ofRemovedMs": spans.of_removed, "ofOthersMs": spans.of_others, "newKeysMs": spans.new_keys})
        });
        json!({"event": "load", "received": received, "lost": lost, "removal": removal, "problems": problems})
    }
}

/// Milliseconds from the command to remove somebody.
#[derive(Debug, Default, PartialEq)]
struct Spans {
    /// To the last frame of the removed one that somebody else could decode, for each of these.
    of_removed: Vec<f64>,
    /// To the last frame of somebody else that the removed one could decode, for each of these.
    of_others: Vec<f64>,
    /// Until each of the others sealed with a key that the removed one does not have.
    new_keys: Vec<f64>,
}

impl Spans {
    fn new(removed_at: Instant, found: &[Found], target_index: Option<usize>, target: ParticipantId) -> Self {
        let millis = |at: Instant| at.saturating_duration_since(removed_at).as_secs_f64() * 1000.0;
        let mut spans = Self::default();
        for one in found {
            let is_target = Some(one.index) == target_index;
            for (source, &at) in &one.last_decodable {
                match (is_target, source.participant == target) {
                    (true, _) => spans.of_others.push(millis(at)),
                    (false, true) => spans.of_removed.push(millis(at)),
                    (false, false) => {}
                }
            }
            if !is_target {
                spans.new_keys.extend(one.new_key_at.map(millis));
            }
        }
        spans
    }
}

impl Member {
    /// Looks after each round whether the bot is where it should be, and has the first one remove somebody when all are.
    pub(crate) fn look(&mut self, now: Instant, stay: &mut Stay) {
        let view = stay.view().filter(|view| view.state == State::Active);
        let seen = view.map_or(0, |view| view.participants.len());
        self.crowd.seen[self.index].store(seen, Ordering::Relaxed);
        if !self.is_there {
            self.is_there = self.arrives(stay);
            if self.is_there && self.crowd.missing.fetch_sub(1, Ordering::Relaxed) == 1 {
                let _ = self.crowd.complete_at.set(now);
            }
        }
        let crowd = &self.crowd;
        let is_time = crowd.complete_at.get().is_some_and(|&at| now >= at + SETTLE);
        if self.index == 0
            && is_time
            && let Some(&target) = crowd.target_id.get()
            && crowd.removed_at.set(now).is_ok()
        {
            stay.remove(now, target);
        }
    }

    /// Keeps what the bot found.
    pub(crate) fn finish(&self, stay: &Stay) {
        let removed_at = self.crowd.removed_at.get();
        let found = Found {
            index: self.index,
            packets: stay.packets(),
            last_decodable: stay.tally().last_decodable().collect(),
            new_key_at: removed_at.and_then(|&at| stay.tally().send_key_after(at)),
        };
        let mut all = self
            .crowd
            .found
            .lock()
            .expect("no bot panics while it holds the list");
        all.push(found);
    }

    fn arrives(&self, stay: &Stay) -> bool {
        let crowd = &self.crowd;
        let Some(view) = stay
            .view()
            .filter(|view| view.state == State::Active && stay.is_flowing())
        else {
            return false;
        };
        if view.participants.len() < crowd.size {
            return false;
        }
        let Some(target) = crowd.target else { return true };
        if target == self.index {
            let own = view.participants.iter().find(|one| one.is_me);
            own.is_some_and(|own| {
                crowd.target_id.set(own.participant).is_ok() || crowd.target_id.get().is_some()
            })
        } else {
            let sees = |&participant: &ParticipantId| {
                let kind = TrackKind::Camera;
                stay.tally().decodable(TrackSource { participant, kind }) >= ENOUGH_FRAMES
            };
            let has_keys = view
                .participants
                .iter()
                .all(|other| other.is_me || other.key == KeyState::Ready);
            has_keys && crowd.target_id.get().is_some_and(sees)
        }
    }
}

// Two thirds of a second.
const ENOUGH_FRAMES: u64 = 10;

const LOOK_INTERVAL: Duration = Duration::from_millis(50);

// The last joins' commits are behind everybody, and what is measured is the removal alone.
const SETTLE: Duration = Duration::from_secs(2);

// Far more than a removal may take, so that one that takes longer shows.
const AFTERMATH: Duration = Duration::from_secs(5);

// A hundred people who all join at once wait for each other's commits.
const JOIN_WITHIN: Duration = Duration::from_secs(90);

const AT_MOST: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_tell_the_removed_one_from_the_others() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let camera = |participant| TrackSource {
            participant: ParticipantId(participant),
            kind: TrackKind::Camera,
        };
        let found = |index, last: &[(u32, u64)], key: Option<u64>| Found {
            index,
            packets: Packets::default(),
            last_decodable: last.iter().map(|&(who, at)| (camera(who), after(at))).collect(),
            new_key_at: key.map(after),
        };
        let all = [
            found(0, &[(1, 120), (7, 9000)], Some(50)),
            found(1, &[(7, 80), (8, 90)], None),
            found(2, &[(1, 130)], Some(60)),
        ];
        let spans = Spans::new(after(20), &all, Some(1), ParticipantId(1));
        assert_eq!(
            spans,
            Spans {
                of_removed: vec![100.0, 110.0],
                of_others: vec![60.0, 70.0],
                new_keys: vec![30.0, 40.0],
            }
        );
    }
}
