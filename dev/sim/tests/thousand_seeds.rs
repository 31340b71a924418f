// SPDX-License-Identifier: MIT OR Apache-2.0
//! A thousand stories that seeds write. `INCAMERA_SIM_SEED` runs one of them and shows it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use incamera_sim::run_seed;

#[test]
fn a_thousand_seeds_all_end_well() {
    if let Some(seed) = std::env::var("INCAMERA_SIM_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
    {
        let story = run_seed(seed);
        show(&story.timeline.to_string());
        assert!(story.faults.is_empty(), "seed {seed}: {:#?}", story.faults);
        return;
    }
    let next = AtomicU64::new(0);
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let failed: Vec<(u64, String)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|_| scope.spawn(|| run_until_out(&next)))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker only runs seeds"))
            .collect()
    });
    if let Some((seed, text)) = failed.first() {
        let seeds: Vec<u64> = failed.iter().map(|(seed, _)| *seed).collect();
        panic!("{text}\nseeds {seeds:?} fail; the one above is seed {seed}: cargo xtask sim --seed {seed}");
    }
}

fn run_until_out(next: &AtomicU64) -> Vec<(u64, String)> {
    let mut failed = Vec::new();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= SEEDS {
            return failed;
        }
        let story = run_seed(seed);
        if !story.faults.is_empty() {
            failed.push((seed, format!("{}\n{:#?}", story.timeline, story.faults)));
        }
    }
}

#[expect(clippy::print_stdout, reason = "the timeline is what was asked for")]
fn show(text: &str) {
    println!("{text}");
}

const SEEDS: u64 = 1000;
