// SPDX-License-Identifier: MIT OR Apache-2.0
//! Builds the web client into `web/dist`, and installs the npm packages that its lock file names.

use std::{fs, time::SystemTime};

use anyhow::{Context as _, Result};

use crate::{
    setup::{self, Setup},
    shell::{Project, announce, run},
    stamp::Stamp,
    wasm,
};

/// Installs what is missing and builds the WebAssembly module and the web client.
///
/// # Errors
/// If something is missing or a tool fails.
pub(crate) fn web(project: &Project, setup: &Setup) -> Result<()> {
    setup.ensure(project, &[setup::for_wasm(), setup::for_build()].concat())?;
    install(project, setup, "web")?;
    wasm::build(project, wasm::Choice::Auto)?;
    build(project)
}

/// Installs the npm packages of a folder, unless they are newer than its lock file.
///
/// # Errors
/// If they may not be installed, or npm fails.
pub(crate) fn install(project: &Project, setup: &Setup, folder: &str) -> Result<()> {
    let lock = changed_at(project, &format!("{folder}/package-lock.json"));
    let installed = changed_at(project, &format!("{folder}/node_modules/.package-lock.json"));
    if installed.is_some() && installed >= lock {
        return Ok(());
    }
    let what = format!("the npm packages of {folder}/package-lock.json");
    let why = format!("{folder}/ is built and tested with them");
    setup.install(&what, &why, || {
        run(&mut project.npm(folder, &["ci", "--no-audit", "--no-fund"]))
    })
}

/// Builds `web/dist`, unless nothing that goes into it changed.
///
/// # Errors
/// If the bundler fails.
pub(crate) fn build(project: &Project) -> Result<()> {
    let stamp = Stamp::of("web").and_path(&project.path("web"), NOT_INPUTS)?;
    if project.path("web/dist/index.html").exists() && stamp.is_done(project, "web") {
        return Ok(());
    }
    announce("Building the web client");
    run(&mut project.npm("web", &["run", "build"]))?;
    stamp
        .set_done(project, "web")
        .context("the web client is built, but not noted as built")
}

fn changed_at(project: &Project, file: &str) -> Option<SystemTime> {
    fs::metadata(project.path(file))
        .and_then(|found| found.modified())
        .ok()
}

const NOT_INPUTS: &[&str] = &["node_modules", "dist", "paraglide"];
