// SPDX-License-Identifier: MIT OR Apache-2.0
//! One part of `cargo xtask test`: runs a command, shows what it prints and counts the tests in it.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use crate::{
    shell::{announce, show},
    tally::Tally,
};

/// What came of one part.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// What was tried, in words.
    pub(crate) name: &'static str,
    /// How many tests passed and failed.
    pub(crate) tally: Tally,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Whether a part prints counts of tests or counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counts {
    /// It is one check as a whole.
    AsOne,
    /// A test runner prints how many; at least one has to run.
    Tests,
    /// A test runner prints how many; a filter may leave none.
    FilteredTests,
}

/// Runs a command and counts.
///
/// # Errors
/// If the command cannot be started.
pub(crate) fn command(name: &'static str, command: &mut Command, counts: Counts) -> Result<Outcome> {
    announce(name);
    show(command);
    let started = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .stdin(Stdio::null())
        .spawn()
        .context("cannot start it")?;
    let output = BufReader::new(child.stdout.take().expect("its output is piped"));
    let mut tally = Tally::default();
    for line in output.split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        println!("{line}");
        tally.read(&line);
    }
    let has_succeeded = child.wait()?.success();
    Ok(Outcome {
        name,
        tally: judge(tally, has_succeeded, counts),
        took: started.elapsed(),
    })
}

/// Runs a function of ours that counts as one check.
pub(crate) fn function(name: &'static str, check: impl FnOnce() -> Result<()>) -> Outcome {
    announce(name);
    let started = Instant::now();
    let result = check();
    if let Err(error) = &result {
        println!("{name}: {error:#}");
    }
    Outcome {
        name,
        tally: Tally::one(result.is_ok()),
        took: started.elapsed(),
    }
}

/// Makes the exit status and the counts agree: a runner that fails without counting a failure has failed all the same.
fn judge(tally: Tally, has_succeeded: bool, counts: Counts) -> Tally {
    if counts == Counts::AsOne {
        return Tally::one(has_succeeded);
    }
    let mut tally = tally;
    let has_run_none = tally.passed == 0 && counts == Counts::Tests;
    if tally.failed == 0 && (!has_succeeded || has_run_none) {
        tally.failed = 1;
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_fails_without_a_failed_test_counts_as_a_failure() {
        assert_eq!(
            judge(passed(3), false, Counts::Tests).to_string(),
            "3 passed, 1 failed"
        );
    }

    #[test]
    fn a_runner_that_ran_nothing_counts_as_a_failure_unless_filtered() {
        assert_eq!(
            judge(passed(0), true, Counts::Tests).to_string(),
            "0 passed, 1 failed"
        );
        assert_eq!(
            judge(passed(0), true, Counts::FilteredTests).to_string(),
            "0 passed, 0 failed"
        );
    }

    #[test]
    fn a_check_as_a_whole_ignores_what_its_output_counts() {
        assert_eq!(
            judge(passed(7), true, Counts::AsOne).to_string(),
            "1 passed, 0 failed"
        );
    }

    fn passed(passed: u64) -> Tally {
        Tally {
            passed,
            ..Tally::default()
        }
    }
}
