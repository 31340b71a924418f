// SPDX-License-Identifier: MIT OR Apache-2.0
//! `cargo xtask test`: every test there is, from how the code is written to browsers in a meeting.
//!
//! All parts run even if an early one fails; the last line sums up.

use anyhow::{Result, bail};

use crate::{
    check,
    part::{self, Counts, Outcome},
    setup::{self, Setup},
    shell::{Project, announce},
    stamp::files,
    tally::Tally,
    tidy, wasm, web,
};

/// Runs every test, or the parts and names that `filter` picks.
///
/// # Errors
/// If something is missing or a test fails.
pub(crate) fn test(project: &Project, setup: &Setup, filter: &[String]) -> Result<()> {
    let plan = Plan::new(filter);
    setup.ensure(project, &plan.needs())?;
    let mut outcomes = Vec::new();
    for part in &plan.parts {
        outcomes.extend(part.run(project, setup, &plan.names)?);
    }
    announce("Summary");
    let mut sum = Tally::default();
    for Outcome { name, tally, took } in &outcomes {
        println!(
            "  {name}: {} ({} s)",
            tally.to_string().replace(", ", " and "),
            took.as_secs()
        );
        sum += *tally;
    }
    println!("{sum}");
    if sum.failed > 0 {
        bail!("not everything passed");
    }
    Ok(())
}

/// What is to be run.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    parts: Vec<Part>,
    names: Vec<String>,
}

impl Plan {
    /// Words that name parts pick these; all other words pick tests by name, in Rust if no part is named.
    fn new(filter: &[String]) -> Self {
        let part_of = |word: &String| Part::ALL.into_iter().find(|part| part.word() == word);
        let mut parts: Vec<_> = Part::ALL
            .into_iter()
            .filter(|part| filter.iter().any(|word| word == part.word()))
            .collect();
        let names: Vec<_> = filter
            .iter()
            .filter(|word| part_of(word).is_none())
            .cloned()
            .collect();
        if parts.is_empty() {
            parts = if names.is_empty() {
                Part::ALL.to_vec()
            } else {
                vec![Part::Rust]
            };
        }
        Self { parts, names }
    }

    fn needs(&self) -> Vec<setup::Need> {
        let mut needs = Vec::new();
        for part in &self.parts {
            needs.extend(match part {
                Part::Check => setup::for_lints(),
                Part::Rust => setup::for_build(),
                Part::Wasm => setup::for_wasm(),
                Part::Web => [setup::for_build(), setup::for_wasm()].concat(),
                Part::Browsers => [setup::for_build(), setup::for_wasm(), setup::for_browsers()].concat(),
            });
        }
        let mut seen = Vec::new();
        needs.retain(|need| {
            !seen.contains(&need.what) && {
                seen.push(need.what);
                true
            }
        });
        needs
    }
}

/// A part of all the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Check,
    Rust,
    Wasm,
    Web,
    Browsers,
}

impl Part {
    const ALL: [Self; 5] = [Self::Check, Self::Rust, Self::Wasm, Self::Web, Self::Browsers];

    fn word(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Rust => "rust",
            Self::Wasm => "wasm",
            Self::Web => "web",
            Self::Browsers => "browsers",
        }
    }

    fn run(self, project: &Project, setup: &Setup, names: &[String]) -> Result<Vec<Outcome>> {
        match self {
            Self::Check => Ok(vec![
                part::command("Formatting", &mut check::format(project), Counts::AsOne)?,
                part::command("Lints", &mut check::lint(project), Counts::AsOne)?,
                part::function("Tidy", || tidy::tidy(project)),
            ]),
            Self::Rust => rust(project, names),
            Self::Wasm => Ok(vec![part::function("WebAssembly", || {
                wasm::build(project, wasm::Choice::Auto)
            })]),
            Self::Web => of_web(project, setup, names),
            Self::Browsers => browsers(project, setup, names),
        }
    }
}

fn rust(project: &Project, names: &[String]) -> Result<Vec<Outcome>> {
    let mut tests = project.cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    if !names.is_empty() {
        // Documentation tests understand only one name.
        tests.args(["--lib", "--bins", "--tests", "--"]).args(names);
    }
    let name = "Rust tests, the simulator and the fuzz corpus";
    Ok(vec![part::command(name, &mut tests, counts(names))?])
}

fn of_web(project: &Project, setup: &Setup, names: &[String]) -> Result<Vec<Outcome>> {
    web::install(project, setup, "web")?;
    // Types and bundle take in the WebAssembly module's bindings.
    let mut outcomes = vec![part::function("Web client", || {
        wasm::build(project, wasm::Choice::Auto)?;
        web::build(project)
    })];
    outcomes.push(part::command(
        "Web types",
        &mut project.npm("web", &["run", "check"]),
        Counts::AsOne,
    )?);
    let mut tests = project.npm("web", &["test", "--"]);
    if !names.is_empty() {
        tests.args(["--passWithNoTests", "--testNamePattern", &names.join("|")]);
    }
    outcomes.push(part::command(
        "Web tests",
        tests.env("NO_COLOR", "1"),
        counts(names),
    )?);
    Ok(outcomes)
}

fn browsers(project: &Project, setup: &Setup, names: &[String]) -> Result<Vec<Outcome>> {
    web::install(project, setup, "web")?;
    web::install(project, setup, "e2e")?;
    let built = part::function("Programs for the browser tests", || {
        wasm::build(project, wasm::Choice::Auto)?;
        web::build(project)?;
        crate::shell::run(&mut programs(project))
    });
    if built.tally.failed > 0 {
        return Ok(vec![built]);
    }
    let mut tests = project.npm("e2e", &["test"]);
    if !names.is_empty() {
        // Names of stories' files or of tests in them; npm would hand the pattern to the stories instead of to node.
        tests = project.command("node");
        tests
            .current_dir(project.path("e2e"))
            .args(["--test", "--test-concurrency=1"]);
        let stories = stories(project)?;
        let chosen: Vec<_> = stories
            .iter()
            .filter(|story| names.iter().any(|name| story.contains(name)))
            .collect();
        if chosen.is_empty() {
            tests
                .args(["--test-name-pattern", &names.join("|")])
                .args(stories);
        } else {
            tests.args(chosen);
        }
    }
    tests.env("NO_COLOR", "1");
    Ok(vec![
        built,
        part::command("Browser tests", &mut tests, counts(names))?,
    ])
}

fn stories(project: &Project) -> Result<Vec<String>> {
    let files = files(&project.path("e2e/stories"), &[])?;
    let names = files
        .iter()
        .filter_map(|file| Some(format!("stories/{}", file.file_name()?.to_str()?)));
    Ok(names.filter(|name| name.ends_with(".test.mjs")).collect())
}

/// Builds the server and the bot with the features that `cargo test --workspace` gave their dependencies, so that
/// nothing is compiled twice: only where tests are built as well do the features that tests ask for count.
fn programs(project: &Project) -> std::process::Command {
    project.cargo(&["build", "--workspace", "--locked", "--bins", "--tests"])
}

fn counts(names: &[String]) -> Counts {
    if names.is_empty() {
        Counts::Tests
    } else {
        Counts::FilteredTests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_filter_everything_runs() {
        check(&[], &Part::ALL, &[]);
    }

    #[test]
    fn words_that_name_parts_pick_parts_in_their_order() {
        check(&["web", "check"], &[Part::Check, Part::Web], &[]);
    }

    #[test]
    fn other_words_pick_tests_by_name_in_rust_unless_a_part_is_named() {
        check(&["first_commit"], &[Part::Rust], &["first_commit"]);
        check(&["browsers", "remove"], &[Part::Browsers], &["remove"]);
    }

    #[test]
    fn what_several_parts_need_is_asked_for_once() {
        let needs = Plan::new(&[]).needs();
        let mut names: Vec<_> = needs.iter().map(|need| need.what).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), needs.len());
    }

    #[track_caller]
    fn check(filter: &[&str], parts: &[Part], names: &[&str]) {
        let filter: Vec<_> = filter.iter().map(|word| (*word).to_owned()).collect();
        let plan = Plan::new(&filter);
        assert_eq!(plan.parts, parts);
        assert_eq!(plan.names, names);
    }
}
