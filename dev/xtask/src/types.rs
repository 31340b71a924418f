// SPDX-License-Identifier: MIT OR Apache-2.0
//! Writes `web/src/generated/*.ts`, or says where they differ from the Rust types. A test of `session` does the work.

use anyhow::{Context as _, Result};

use crate::shell::{Project, run};

/// Writes the TypeScript types, or with `check` only compares them.
///
/// # Errors
/// If they differ, or the crate does not compile.
pub(crate) fn types(project: &Project, check: bool) -> Result<()> {
    let mut export = project.cargo(&[
        "test",
        "--quiet",
        "--package",
        "incamera-session",
        "--test",
        "export_bindings",
    ]);
    if !check {
        export.env("UPDATE_BINDINGS", "1");
    }
    run(&mut export).context("the TypeScript types differ from the Rust ones: run `cargo xtask types`")
}
