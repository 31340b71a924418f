// SPDX-License-Identifier: MIT OR Apache-2.0
//! Counts passed and failed tests in what test runners print.

use std::{fmt, ops::AddAssign};

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Those that passed.
    pub(crate) passed: u64,
    /// Those that failed.
    pub(crate) failed: u64,
    /// Those that were skipped.
    pub(crate) skipped: u64,
}

impl Tally {
    /// One check that passed or failed as a whole.
    pub(crate) fn one(has_passed: bool) -> Self {
        Self {
            passed: u64::from(has_passed),
            failed: u64::from(!has_passed),
            skipped: 0,
        }
    }

    /// Adds what one line of a test runner's output says, if it is a closing line.
    pub(crate) fn read(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        if let Some(counts) = line.strip_prefix("test result: ") {
            *self += counted(counts.split(['.', ';']), &["passed"], &["failed"], &["ignored"]);
        } else if let Some(counts) = line.strip_prefix("Tests ") {
            *self += counted(
                counts.split(['|', '(']),
                &["passed"],
                &["failed"],
                &["skipped", "todo"],
            );
        } else if let Some(count) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
            let swapped = count
                .split_once(' ')
                .map(|(word, number)| format!("{number} {word}"));
            *self += counted(
                swapped.iter().map(String::as_str),
                &["pass"],
                &["fail", "cancelled"],
                &["skipped", "todo"],
            );
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Sums up parts like "12 passed", sorted by their word.
fn counted<'a>(
    parts: impl Iterator<Item = &'a str>,
    passed: &[&str],
    failed: &[&str],
    skipped: &[&str],
) -> Tally {
    let mut tally = Tally::default();
    for part in parts {
        let mut words = part.split_whitespace();
        let (Some(Ok(number)), Some(word), None) =
            (words.next().map(str::parse::<u64>), words.next(), words.next())
        else {
            continue;
        };
        if passed.contains(&word) {
            tally.passed += number;
        } else if failed.contains(&word) {
            tally.failed += number;
        } else if skipped.contains(&word) {
            tally.skipped += number;
        }
    }
    tally
}

/// Leaves out ANSI escape sequences.
fn without_colours(line: &str) -> String {
    let mut pieces = line.split("\x1b[");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(
            piece
                .split_once(|c: char| c.is_ascii_alphabetic())
                .map_or("", |(_, rest)| rest),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rusts_test_runner_is_understood() {
        check(
            "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.01s",
            "12 passed, 1 failed, 2 skipped",
        );
    }

    #[test]
    fn nodes_test_runner_is_understood_in_both_of_its_ways_to_print() {
        check(
            "# tests 5\n# suites 0\n# pass 3\n# fail 1\n# cancelled 1\n# skipped 0",
            "3 passed, 2 failed",
        );
        check("ℹ tests 3\nℹ pass 3\nℹ fail 0", "3 passed, 0 failed");
    }

    #[test]
    fn vitest_is_understood_also_in_colours() {
        check(
            " Test Files  1 failed | 3 passed (4)\n      Tests  1 failed | 11 passed (12)",
            "11 passed, 1 failed",
        );
        check(
            "\x1b[2m      Tests \x1b[22m \x1b[1m\x1b[32m12 passed\x1b[39m\x1b[22m\x1b[90m (12)\x1b[39m",
            "12 passed, 0 failed",
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        check(
            "running 3 tests\n# Heading 3\ntest a ... ok\n3 passed, 0 failed",
            "0 passed, 0 failed",
        );
    }

    #[track_caller]
    fn check(output: &str, expected: &str) {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read(line));
        assert_eq!(tally.to_string(), expected);
    }
}
