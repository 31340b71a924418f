// SPDX-License-Identifier: MIT OR Apache-2.0
//! `incamera-fuzz corpus` writes the made corpus; `incamera-fuzz mutate TARGET SECONDS` mutates it for a while.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its terminal"
)]

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context as _, Result, bail};
use incamera_fuzz::{TARGETS, corpus, mutate::Mutator, target};

fn main() -> ExitCode {
    let words: Vec<_> = env::args().skip(1).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["corpus"] => corpus::write(),
        ["mutate", name, seconds] => mutate(name, seconds),
        _ => Err(anyhow::anyhow!(
            "usage: incamera-fuzz corpus | mutate TARGET SECONDS"
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Mutates for some seconds from a fresh seed. What breaks the target is written beside the corpus.
fn mutate(name: &str, seconds: &str) -> Result<()> {
    let names = || {
        TARGETS
            .iter()
            .map(|target| target.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let target = target(name).with_context(|| format!("no target {name}; there are {}", names()))?;
    let end = Instant::now() + Duration::from_secs(seconds.parse().context("seconds are a number")?);
    let inputs: Vec<_> = corpus::read(name)?.into_iter().map(|(_, input)| input).collect();
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .context("the clock is before 1970")?;
    let seed = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    println!("{name}: {} inputs, seed {seed}", inputs.len());
    let mut mutator = Mutator::new(seed);
    let mut count = 0_u64;
    while Instant::now() < end {
        let input = mutator.mutation(&inputs);
        if catch_unwind(AssertUnwindSafe(|| (target.run)(&input))).is_err() {
            let path = format!(
                "{}/corpus/{name}/found-{seed}-{count}",
                env!("CARGO_MANIFEST_DIR")
            );
            fs::write(&path, &input).with_context(|| format!("cannot write {path}"))?;
            bail!("{name} breaks; the input is in {path}");
        }
        count += 1;
    }
    println!("{name}: {count} mutations, nothing broke");
    Ok(())
}
