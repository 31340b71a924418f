// SPDX-License-Identifier: MIT OR Apache-2.0
//! `cargo xtask bench`: measures what docs/performance.md tells, on an optimised build, and prints it as table rows.
//!
//! One file per measurement. Those that need a browser lie with the browser tests, and are started from here.

mod forwarding;
mod namespace;
mod sizes;

use anyhow::{Result, bail};

use crate::{
    setup::{self, Setup},
    shell::{Project, announce, run},
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

/// Runs the measurements named in `wanted`, or all.
///
/// # Errors
/// If something is missing, does not build, or a measurement does not come about.
pub(crate) fn bench(project: &Project, setup: &Setup, build: Build, wanted: &[String]) -> Result<()> {
    if let Some(unknown) = wanted
        .iter()
        .find(|name| !MEASUREMENTS.iter().any(|one| one.name == *name))
    {
        let names: Vec<_> = MEASUREMENTS.iter().map(|one| one.name).collect();
        bail!("no measurement {unknown}; there are {}", names.join(", "));
    }
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
    run(&mut programs)?;
    println!("\n{}\n", machine());
    for measurement in MEASUREMENTS {
        if wanted.is_empty() || wanted.iter().any(|name| name == measurement.name) {
            announce(measurement.what);
            (measurement.measure)(project, build)?;
        }
    }
    Ok(())
}

impl Build {
    /// Returns cargo's folder of the build.
    fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "debug",
        }
    }
}

/// A measurement.
struct Measurement {
    name: &'static str,
    what: &'static str,
    measure: fn(&Project, Build) -> Result<()>,
}

const MEASUREMENTS: &[Measurement] = &[
    Measurement {
        name: "sizes",
        what: "Size of the page and of the WebAssembly module",
        measure: sizes::measure,
    },
    Measurement {
        name: "forwarding",
        what: "CPU per forwarded packet and memory per subscriber",
        measure: forwarding::measure,
    },
];

/// Says what the figures were measured on.
fn machine() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models: Vec<_> = cpus
        .lines()
        .filter_map(|line| line.strip_prefix("model name"))
        .collect();
    let model = models
        .first()
        .map_or("unknown", |line| line.trim_start_matches(['\t', ' ', ':']));
    format!("Measured on {} x {model}", models.len())
}
