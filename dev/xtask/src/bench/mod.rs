// SPDX-License-Identifier: MIT OR Apache-2.0
//! `cargo xtask bench`: measures what docs/performance.md tells, on an optimised build, and prints it as tables.
//!
//! One file per measurement. Those that need a browser lie with the browser tests, and are started from here.

mod browsers;
mod commits;
mod crowd;
mod example;
mod figures;
mod floor;
mod forwarding;
mod namespace;
mod policy;
mod removal;
mod server;
mod sign_ins;
mod sizes;
mod tiles;

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{
    setup::{self, Setup},
    shell::{Project, announce, read, run},
    wasm, web,
};

/// Which build is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// The optimised one.
    Release,
    /// The one that tests run on: only to try a measurement itself.
    Dev,
}

/// How to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Which build.
    pub(crate) build: Build,
    /// Whether to take what is built already.
    pub(crate) is_built: bool,
    /// How often to repeat each measurement, if not as often as usual.
    pub(crate) rounds: Option<usize>,
}

/// Runs the measurements named in `wanted`, or all.
///
/// # Errors
/// If something is missing, does not build, or a measurement does not come about.
pub(crate) fn bench(project: &Project, setup: &Setup, plan: &Plan, wanted: &[String]) -> Result<()> {
    if let Some(unknown) = wanted
        .iter()
        .find(|name| !MEASUREMENTS.iter().any(|one| one.name == *name))
    {
        let names: Vec<_> = MEASUREMENTS.iter().map(|one| one.name).collect();
        bail!("no measurement {unknown}; there are {}", names.join(", "));
    }
    if !plan.is_built {
        build(project, setup, plan.build)?;
    }
    println!("\n{}\n", machine(project));
    let context = Context {
        project,
        setup,
        build: plan.build,
        rounds: plan.rounds,
    };
    let mut failed = Vec::new();
    for measurement in MEASUREMENTS {
        if wanted.is_empty() || wanted.iter().any(|name| name == measurement.name) {
            announce(measurement.what);
            if let Err(error) = (measurement.measure)(&context) {
                println!("  {}: {error:#}", measurement.name);
                failed.push(measurement.name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("not measured: {}", failed.join(", "));
    }
    Ok(())
}

fn build(project: &Project, setup: &Setup, build: Build) -> Result<()> {
    setup.ensure(
        project,
        &[setup::for_build(), setup::for_wasm(), setup::for_bench()].concat(),
    )?;
    web::install(project, setup, "web")?;
    wasm::build(project, wasm::Choice::Auto)?;
    web::build(project)?;
    let mut programs = project.cargo(&["build", "--package", "incamera", "--package", "incamera-bot"]);
    if build == Build::Release {
        programs.arg("--release");
    }
    run(&mut programs)
}

impl Build {
    /// Returns cargo's folder of the build.
    fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "debug",
        }
    }

    /// Returns the path of one of the project's programs.
    fn program(self, project: &Project, name: &str) -> PathBuf {
        project.target().join(self.folder()).join(name)
    }
}

/// What every measurement needs to know.
struct Context<'a> {
    project: &'a Project,
    setup: &'a Setup,
    build: Build,
    rounds: Option<usize>,
}

impl Context<'_> {
    /// Returns how often to measure.
    fn rounds(&self, usual: usize) -> usize {
        self.rounds.unwrap_or(usual)
    }
}

/// A measurement.
struct Measurement {
    name: &'static str,
    what: &'static str,
    measure: fn(&Context<'_>) -> Result<()>,
}

const MEASUREMENTS: &[Measurement] = &[
    Measurement {
        name: "sizes",
        what: "Size of the page and of the WebAssembly module",
        measure: sizes::measure,
    },
    Measurement {
        name: "join",
        what: "\"Join now\" to the first picture of somebody else, in Chromium",
        measure: browsers::measure,
    },
    Measurement {
        name: "tiles",
        what: "A room full of tiles in one Chromium tab, and what joins and leaves leave behind",
        measure: tiles::measure,
    },
    Measurement {
        name: "commits",
        what: "What a commit costs, by the size of the meeting",
        measure: commits::measure,
    },
    Measurement {
        name: "removal",
        what: "Removal to the last frame that can be decoded",
        measure: removal::measure,
    },
    Measurement {
        name: "forwarding",
        what: "CPU per forwarded packet and memory per subscriber",
        measure: forwarding::measure,
    },
    Measurement {
        name: "sign-ins",
        what: "Sign-ins per second, and what a call notices of an attack on signing in",
        measure: sign_ins::measure,
    },
    Measurement {
        name: "policy",
        what: "One decision of the policy",
        measure: policy::measure,
    },
];

/// Says what the figures were measured on.
fn machine(project: &Project) -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models: Vec<_> = cpus
        .lines()
        .filter_map(|line| line.strip_prefix("model name"))
        .collect();
    let model = models
        .first()
        .map_or("unknown", |line| line.trim_start_matches(['\t', ' ', ':']));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let git = |arguments: &[&str]| read(project.command("git").args(arguments)).unwrap_or_default();
    let commit = git(&["rev-parse", "--short", "HEAD"]);
    let is_changed = !git(&["status", "--porcelain"]).trim().is_empty();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!(
        "Measured on {} x {model}, Linux {}, load average {} before, commit {}{}",
        models.len(),
        kernel.trim(),
        load.split(' ').next().unwrap_or_default(),
        commit.trim(),
        if is_changed { " with changes" } else { "" }
    )
}
