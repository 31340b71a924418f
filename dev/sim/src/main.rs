// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runs one seed of the simulator and prints what happens, or searches a range of seeds for one that fails.

use std::{
    io::{Write as _, stdout},
    process::ExitCode,
};

use clap::Parser;

/// Runs random meetings on a virtual network and clock.
#[derive(Parser)]
struct Arguments {
    /// The seed to run.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many seeds to run, from that one on; the timeline is printed of one seed only, or of those that fail.
    #[arg(long, default_value_t = 1)]
    count: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = stdout().lock();
    let mut failed = 0u64;
    for seed in arguments.seed..arguments.seed + arguments.count {
        let story = incamera_sim::run_seed(seed);
        if arguments.count == 1 || !story.faults.is_empty() {
            let _ = writeln!(out, "{}", story.timeline);
        }
        for fault in &story.faults {
            let _ = writeln!(out, "seed {seed}: {fault}");
        }
        failed += u64::from(!story.faults.is_empty());
    }
    let _ = writeln!(
        out,
        "{} of {} seeds hold",
        arguments.count - failed,
        arguments.count
    );
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
