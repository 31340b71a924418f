// SPDX-License-Identifier: MIT OR Apache-2.0
//! Rules for every source file: licence line, length, what a Rust file opens with, words that STYLE.md rules out.

use super::{Finding, sources::Source};

/// Checks one file.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let at_top = |message: &str| Finding::new(source.path.clone(), message);
    let mut lines = source.text.lines().skip_while(|line| line.starts_with("#!/"));
    if !lines.next().is_some_and(|line| line.contains(LICENCE)) {
        findings.push(at_top(
            "the first line has to be the licence: `// SPDX-License-Identifier: MIT OR Apache-2.0`",
        ));
    }
    if source.is(&["rs"]) && !lines.next().is_some_and(|line| line.starts_with("//!")) {
        findings.push(at_top(
            "a Rust file opens with `//!`: what it owns, and what it does not know",
        ));
    }
    if source.line_count() > LINE_WALL {
        findings.push(at_top(&format!(
            "has {} lines, at most {LINE_WALL} are allowed",
            source.line_count()
        )));
    }
    for (index, line) in source.text.lines().enumerate() {
        let line_start = line.trim_start();
        for (kinds, word, message) in WORDS {
            // The rules have to name what they forbid.
            let is_rule = source.path.starts_with("dev/xtask/src/tidy/");
            if source.is(kinds) && line_start.starts_with(word) && !is_rule {
                findings.push(Finding::new(format!("{}:{}", source.path, index + 1), *message));
            }
        }
    }
    if source.path.starts_with("web/src/") && source.path != LOGGER {
        let spoken = source.code().filter(|(_, line)| mentions(line, "console"));
        findings.extend(spoken.map(|(number, _)| {
            Finding::new(
                format!("{}:{number}", source.path),
                format!("no `console`: the one logger is {LOGGER}"),
            )
        }));
    }
    findings
}

/// Returns whether a line uses a member of `object`, and not of something whose name merely ends like it.
fn mentions(line: &str, object: &str) -> bool {
    line.match_indices(&format!("{object}.")).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '$')
    })
}

const LICENCE: &str = "SPDX-License-Identifier: MIT OR Apache-2.0";
// A file of this length is a folder that was not made yet; 400 is the habit.
const LINE_WALL: usize = 800;
const LOGGER: &str = "web/src/log.ts";
const WORDS: &[(&[&str], &str, &str)] = &[
    (&["rs"], "#[ignore", "no ignored tests: mend it or leave it out"),
    (
        &["rs"],
        "#[should_panic",
        "no `should_panic`: assert the typed error",
    ),
    (
        &["rs"],
        "#![allow(",
        "`#![expect(..., reason = \"...\")]` tells when it is no longer needed",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_as_it_should_be_has_no_findings() {
        check_file("core/a/src/lib.rs", &format!("{RUST}//! What.\n"), &[]);
        check_file(
            "web/src/a.svelte",
            "<!-- SPDX-License-Identifier: MIT OR Apache-2.0 -->\n",
            &[],
        );
        check_file("e2e/a.mjs", &format!("#!/usr/bin/env node\n{RUST}"), &[]);
    }

    #[test]
    fn a_missing_licence_is_reported() {
        check_file(
            "web/src/a.ts",
            "export {};\n",
            &["the first line has to be the licence"],
        );
    }

    #[test]
    fn a_rust_file_without_its_opening_words_is_reported() {
        check_file(
            "core/a/src/lib.rs",
            &format!("{RUST}use a;\n"),
            &["a Rust file opens with"],
        );
    }

    #[test]
    fn a_file_beyond_the_wall_is_reported() {
        let long = format!("{RUST}{}", "export {};\n".repeat(LINE_WALL));
        check_file("web/src/a.ts", &long, &["has 801 lines"]);
    }

    #[test]
    fn console_in_the_client_is_reported_except_in_the_logger() {
        let text = format!("{RUST}console.log(1);\n// console.log(2)\nmyconsole.log(3);\n");
        check_file("web/src/a.ts", &text, &["no `console`"]);
        check_file("web/src/log.ts", &text, &[]);
        check_file("e2e/a.mjs", &text, &[]);
    }

    #[test]
    fn ignored_tests_are_reported() {
        check_file(
            "core/a/src/lib.rs",
            &format!("{RUST}//! What.\n    #[ignore]\n"),
            &["no ignored tests"],
        );
    }

    #[track_caller]
    fn check_file(path: &str, text: &str, expected: &[&str]) {
        let findings: Vec<_> = check(&Source::made(path, text))
            .iter()
            .map(Finding::to_string)
            .collect();
        assert_eq!(findings.len(), expected.len(), "{findings:#?}");
        for (finding, expected) in findings.iter().zip(expected) {
            assert!(finding.contains(expected), "{finding}");
        }
    }

    const RUST: &str = "// SPDX-License-Identifier: MIT OR Apache-2.0\n";
}
