// SPDX-License-Identifier: MIT OR Apache-2.0
//! A story that the seed writes: people come, go, are removed, lose their network, chat; then it is quiet, and
//! everything must fit.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use rand::Rng as _;
use session::Command;

use crate::{ClientId, Link, Timeline, World};

/// What came of one seed.
pub struct Story {
    /// What happened.
    pub timeline: Timeline,
    /// What does not fit; empty in a good run.
    pub faults: Vec<String>,
}

/// Runs the story of one seed.
pub fn run_seed(seed: u64) -> Story {
    let mut world = World::new(seed);
    let outcome = catch_unwind(AssertUnwindSafe(|| tell(&mut world)));
    let faults = outcome.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        vec![text.unwrap_or_else(|| "panicked".to_owned())]
    });
    Story {
        timeline: world.timeline().clone(),
        faults,
    }
}

fn tell(world: &mut World) -> Vec<String> {
    let mut told = Told::default();
    let steps = world.rng().random_range(3..=STEPS);
    told.host = Some(world.join_as_host("hana"));
    for _ in 0..steps {
        let pause = Duration::from_millis(world.rng().random_range(0..=PAUSE_MS));
        world.run_for(pause);
        told.step(world);
    }
    if told.is_server_down {
        world.start_server();
    }
    for id in world.wanted() {
        world.set_online(id, true);
    }
    world.run_for(Duration::from_secs(5));
    // The host itself may still be on the way in at the first time.
    for _ in 0..2 {
        told.repeat_removals(world);
        if world.run_until(QUIET_WITHIN, |world| world.faults().is_empty()) {
            break;
        }
    }
    world.faults()
}

#[derive(Default)]
struct Told {
    host: Option<ClientId>,
    offline: Option<ClientId>,
    is_server_down: bool,
    joined: usize,
}

impl Told {
    fn step(&mut self, world: &mut World) {
        let wanted = world.wanted();
        let someone = wanted[world.rng().random_range(0..wanted.len())];
        let is_host = Some(someone) == self.host;
        match world.rng().random_range(0..20) {
            0..=6 if wanted.len() < PEOPLE => self.join(world),
            7 | 8 if !is_host => world.leave(someone),
            9 if !is_host => world.vanish(someone),
            10 | 11 if !is_host => self.remove(world, someone),
            12 | 13 => world.cut(someone),
            14 if self.offline.is_none() => {
                world.set_online(someone, false);
                self.offline = Some(someone);
            }
            15 => world.reload(someone),
            16 if !self.is_server_down => {
                world.stop_server();
                self.is_server_down = true;
            }
            17 | 18 => world.command(
                someone,
                Command::Chat {
                    text: "hello".to_owned(),
                    reply_to: None,
                },
            ),
            _ => self.mend(world),
        }
    }

    fn join(&mut self, world: &mut World) {
        let name = NAMES[self.joined % NAMES.len()];
        self.joined += 1;
        let way = Link {
            latency: Duration::from_millis(world.rng().random_range(1..=80)),
            jitter: Duration::from_millis(world.rng().random_range(0..=60)),
        };
        let link = e2ee::invitation(&world.host_link());
        world.join_with(name, link, way);
    }

    fn remove(&self, world: &mut World, whom: ClientId) {
        let Some(host) = self.host else {
            return;
        };
        // An interface offers to remove only those whom it shows.
        let me = world.me(whom);
        if me.is_some_and(|me| {
            world
                .view(host)
                .participants
                .iter()
                .any(|shown| shown.participant == me)
        }) {
            world.remove(host, whom);
        }
    }

    /// A click on "remove" that the host's reload or a lost connection swallowed is made again.
    fn repeat_removals(&self, world: &mut World) {
        let wanted = world.wanted();
        for id in world.client_ids().filter(|id| !wanted.contains(id)) {
            self.remove(world, id);
        }
    }

    fn mend(&mut self, world: &mut World) {
        if let Some(id) = self.offline.take() {
            world.set_online(id, true);
        }
        if std::mem::take(&mut self.is_server_down) {
            world.start_server();
        }
    }
}

const NAMES: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];

// Small groups and short stories meet the same races as large ones, and a thousand of them fit into a test run.
const PEOPLE: usize = 5;
const STEPS: u32 = 14;
const PAUSE_MS: u64 = 1500;

// The slowest way to quiet: a vanished person times out after a restart (30 s), then three committers in turn.
const QUIET_WITHIN: Duration = Duration::from_secs(90);
