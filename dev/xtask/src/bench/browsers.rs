// SPDX-License-Identifier: MIT OR Apache-2.0
//! How long somebody at a browser waits: from "Join now" to the first picture of somebody else.

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

/// Measures meetings of 3 and of 10 people in both modes, with the script that drives the browser.
pub(super) fn measure(context: &Context<'_>) -> Result<()> {
    context.setup.ensure(context.project, &setup::for_browsers())?;
    web::install(context.project, context.setup, "e2e")?;
    let mut rows = Vec::new();
    for (mode, people) in [
        ("e2ee", "3"),
        ("e2ee", "10"),
        ("standard", "3"),
        ("standard", "10"),
    ] {
        let mut script = context.project.command("node");
        script.args(["bench/join.mjs", mode, people, &context.rounds(RUNS).to_string()]);
        script.current_dir(context.project.path("e2e"));
        let programs = context.project.target().join(context.build.folder());
        script.env("INCAMERA_BIN_DIR", programs).stdin(Stdio::null());
        show(&script);
        let output = read(&mut script)?;
        let line = output.lines().last().context("the script printed nothing")?;
        let result: Value = serde_json::from_str(line).context("the script prints JSON")?;
        for (of, what, target) in [
            ("shownMs", "to the first picture shown", Some(TARGET_MILLIS)),
            ("allMs", "until everybody is shown", None),
        ] {
            let values = result[of]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_f64);
            let row = Row::new(
                format!("{people} people, {mode}: \"Join now\" {what}, ms"),
                values,
            );
            rows.push(match target {
                Some(target) => row.at_most(target),
                None => row,
            });
        }
    }
    print_table(&rows);
    Ok(())
}

const RUNS: usize = 7;
const TARGET_MILLIS: f64 = 1000.0;
