// SPDX-License-Identifier: MIT OR Apache-2.0
//! How the code is written: formatting, lints, and the invariants that `tidy` knows.

use std::process::Command;

use anyhow::Result;

use crate::{
    setup::{self, Setup},
    shell::{Project, announce, run},
    tidy,
};

/// Formatting, lints as errors, and `tidy`.
///
/// # Errors
/// If one of them finds something.
pub(crate) fn check(project: &Project) -> Result<()> {
    Setup::forbidden().ensure(project, &setup::for_lints())?;
    announce("Formatting");
    run(&mut format(project))?;
    announce("Lints");
    run(&mut lint(project))?;
    announce("Tidy");
    tidy::tidy(project)
}

/// Formats, and lets clippy mend what it can.
///
/// # Errors
/// If a tool fails.
pub(crate) fn fix(project: &Project) -> Result<()> {
    run(&mut project.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--fix",
        "--allow-dirty",
        "--allow-staged",
    ]))?;
    run(&mut project.cargo(&["fmt", "--all"]))
}

/// Compares the formatting.
pub(crate) fn format(project: &Project) -> Command {
    project.cargo(&["fmt", "--all", "--check"])
}

/// Lints all targets; warnings are errors.
pub(crate) fn lint(project: &Project) -> Command {
    project.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ])
}
