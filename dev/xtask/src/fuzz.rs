// SPDX-License-Identifier: MIT OR Apache-2.0
//! Fuzzes one target: with libFuzzer where a nightly toolchain and cargo-fuzz are there, else with the seeded mutation
//! loop of `dev/fuzz`, which needs neither.

use std::process::Stdio;

use anyhow::Result;

use crate::shell::{Project, find_program, run};

/// Fuzzes `target` for `seconds`.
///
/// # Errors
/// If the target breaks or does not exist.
pub(crate) fn fuzz(project: &Project, target: &str, seconds: u64) -> Result<()> {
    if has_libfuzzer(project) {
        let mut fuzz = project.command("cargo");
        fuzz.current_dir(project.path("dev/fuzz/libfuzzer"));
        fuzz.args(["+nightly", "fuzz", "run", "--fuzz-dir", ".", target])
            .arg(project.path("dev/fuzz/corpus").join(target));
        fuzz.args(["--".to_owned(), format!("-max_total_time={seconds}")]);
        return run(&mut fuzz);
    }
    println!("  No nightly toolchain with cargo-fuzz: mutating the corpus without looking at coverage.");
    let mut mutate = project.cargo(&["run", "--package", "incamera-fuzz", "--", "mutate", target]);
    run(mutate.arg(seconds.to_string()))
}

/// Writes the made part of the corpus anew.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn corpus(project: &Project) -> Result<()> {
    run(&mut project.cargo(&["run", "--package", "incamera-fuzz", "--", "corpus"]))
}

fn has_libfuzzer(project: &Project) -> bool {
    let mut nightly = project.command("cargo");
    nightly
        .args(["+nightly", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    find_program("cargo-fuzz").is_some() && nightly.status().is_ok_and(|status| status.success())
}
