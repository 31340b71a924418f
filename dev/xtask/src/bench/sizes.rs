// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a browser downloads.

use std::{path::Path, process::Stdio};

use anyhow::{Context as _, Result};

use super::Context as Bench;
use crate::{
    shell::{Project, run},
    stamp::files,
};

/// Prints the WebAssembly module's size, and has the web client's own script print the page's.
pub(super) fn measure(bench: &Bench<'_>) -> Result<()> {
    let project = bench.project;
    run(project
        .command("node")
        .arg("scripts/size.js")
        .current_dir(project.path("web")))?;
    let built = files(&project.path("web/dist"), &[])?;
    let module = built
        .iter()
        .find(|file| file.extension().is_some_and(|kind| kind == "wasm"));
    let module = module.context("the web client has no WebAssembly module")?;
    let plain = std::fs::metadata(module)?.len();
    println!(
        "\n| WebAssembly module | bytes |\n|---|---|\n| plain | {plain} |\n| gzip | {} |\n",
        gzip(project, module)?
    );
    Ok(())
}

fn gzip(project: &Project, file: &Path) -> Result<usize> {
    let output = project
        .command("gzip")
        .args(["-9", "--stdout"])
        .arg(file)
        .stderr(Stdio::inherit())
        .output();
    Ok(output.context("cannot start gzip")?.stdout.len())
}
