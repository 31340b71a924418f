// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bans, licences and sources of all dependencies. Advisories need a database from the network and are not asked for.

use anyhow::Result;

use crate::{
    setup::{Need, Setup, Source},
    shell::{Project, find_program, run},
};

/// Runs cargo-deny with `deny.toml`.
///
/// # Errors
/// If a dependency breaks a rule, or the tool is missing.
pub(crate) fn deny(project: &Project, setup: &Setup) -> Result<()> {
    setup.ensure(project, &[CARGO_DENY])?;
    let program = find_program("cargo-deny").unwrap_or_else(|| own(project));
    run(project.command(program).args([
        "--offline",
        "--all-features",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))
}

fn own(project: &Project) -> std::path::PathBuf {
    project.tools().join("bin/cargo-deny")
}

const CARGO_DENY: Need = Need {
    what: "cargo-deny",
    why: "checks bans, licences and sources of all dependencies",
    is_there: |project| find_program("cargo-deny").is_some() || own(project).exists(),
    source: Source::Steps(
        |project, _| {
            let mut install = project.cargo(&[
                "install",
                "cargo-deny",
                "--version",
                "0.20.2",
                "--locked",
                "--root",
            ]);
            run(install
                .arg(project.tools())
                .arg("--target-dir")
                .arg(project.tools().join("build")))
        },
        "cargo install cargo-deny --locked",
    ),
};
