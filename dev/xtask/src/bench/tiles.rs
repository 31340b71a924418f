// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a room full of tiles costs one Chromium tab, and what many joins and leaves leave behind in it.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{
    Context,
    figures::{Row, print_table},
};
use crate::{
    setup,
    shell::{read, show},
    web,
};

/// Measures 25 and 49 tiles, and 200 joins and leaves.
pub(super) fn measure(context: &Context<'_>) -> Result<()> {
    context.setup.ensure(context.project, &setup::for_browsers())?;
    web::install(context.project, context.setup, "e2e")?;
    let mut rows = Vec::new();
    for tiles in [25, 49] {
        let mut results = Vec::new();
        for _ in 0..context.rounds(ROUNDS) {
            results.push(run(context, tiles, 0)?);
        }
        let row = |what: &str, value: fn(&Value) -> Option<f64>| {
            let values = results.iter().map(|result| value(result).unwrap_or(f64::NAN));
            Row::new(format!("{tiles} tiles: {what}"), values)
        };
        rows.push(
            row("one frame of the interface, ms", |result| {
                Some(1000.0 / result["framesPerSecond"].as_f64()?)
            })
            .at_most(MILLIS_PER_FRAME),
        );
        rows.push(row("memory of the tab, MB", |result| result["memoryMb"].as_f64()).at_most(MEGABYTES));
        rows.push(row("others whose picture moves", |result| {
            result["moving"].as_f64()
        }));
        rows.push(row("processor time spent by all programs, %", |result| {
            Some(100.0 * result["machineBusy"].as_f64()?)
        }));
    }
    let leak = run(context, 1, JOINS)?;
    for (name, what, target) in [
        ("heapMb", "script memory, MB", HEAP_MEGABYTES),
        ("nodes", "nodes of the document", NODES),
        ("listeners", "listeners", NODES),
    ] {
        // The first joins fill caches, which stay.
        let of = |index: usize| leak["leak"][index][name].as_f64();
        let last = leak["leak"]
            .as_array()
            .map_or(0, |rows| rows.len().saturating_sub(1));
        let grown = of(last).zip(of(1)).map(|(last, first)| last - first);
        let row = Row::new(
            format!("grown from the 50th join to the {JOINS}th: {what}"),
            [grown.unwrap_or(f64::NAN)],
        );
        rows.push(row.at_most(target));
    }
    print_table(&rows);
    Ok(())
}

fn run(context: &Context<'_>, tiles: u32, joins: u32) -> Result<Value> {
    let mut script = context.project.command("node");
    script.args(["bench/tiles.mjs", &tiles.to_string(), SECONDS, &joins.to_string()]);
    script.current_dir(context.project.path("e2e"));
    let programs = context.project.target().join(context.build.folder());
    script.env("INCAMERA_BIN_DIR", programs).stdin(Stdio::null());
    show(&script);
    let output = read(&mut script)?;
    let line = output.lines().last().context("the script printed nothing")?;
    serde_json::from_str(line).context("the script prints JSON")
}

const ROUNDS: usize = 3;
const JOINS: u32 = 200;
const SECONDS: &str = "10";

// 50 frames per second.
const MILLIS_PER_FRAME: f64 = 20.0;
const MEGABYTES: f64 = 1200.0;

// What garbage collection leaves to chance; a tile that stayed would be 40 nodes and 0.1 MB, 150 times.
const HEAP_MEGABYTES: f64 = 3.0;
const NODES: f64 = 300.0;
