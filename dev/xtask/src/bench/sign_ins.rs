// SPDX-License-Identifier: MIT OR Apache-2.0
//! How many people sign in per second, and what a call notices of an attack on signing in.

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

/// Measures sign-ins by e-mail code through a real mail server, many at once.
pub(super) fn measure(context: &Context<'_>) -> Result<()> {
    context.setup.ensure(context.project, &setup::for_browsers())?;
    web::install(context.project, context.setup, "e2e")?;
    let mut results = Vec::new();
    for _ in 0..context.rounds(ROUNDS) {
        let mut script = context.project.command("node");
        script.args(["bench/sign-ins.mjs", SECONDS]);
        script.current_dir(context.project.path("e2e"));
        let programs = context.project.target().join(context.build.folder());
        script.env("INCAMERA_BIN_DIR", programs).stdin(Stdio::null());
        show(&script);
        let output = read(&mut script)?;
        let line = output.lines().last().context("the script printed nothing")?;
        results.push(serde_json::from_str::<Value>(line).context("the script prints JSON")?);
    }
    let row = |what: &str, value: fn(&Value) -> Option<f64>| {
        Row::new(
            what,
            results.iter().map(|result| value(result).unwrap_or(f64::NAN)),
        )
    };
    print_table(&[
        row("one sign-in of many at once, ms", |result| {
            Some(1000.0 / result["signIns"]["perSecond"].as_f64()?)
        })
        .at_most(MILLIS_PER_SIGN_IN),
        row("sign-ins that failed", |result| {
            result["signIns"]["failed"].as_f64()
        })
        .at_most(0.0),
        row("guesses per second in the attack", |result| {
            result["attack"]["perSecond"].as_f64()
        }),
        row("frames that a call loses to the attack, %", |result| {
            let frames = &result["framesPerSecond"];
            Some(100.0 * (1.0 - frames["attacked"].as_f64()? / frames["quiet"].as_f64()?))
        })
        .at_most(LOST_PER_CENT),
    ]);
    Ok(())
}

const ROUNDS: usize = 3;
const SECONDS: &str = "10";

// Two hundred a second.
const MILLIS_PER_SIGN_IN: f64 = 5.0;

// What a second of measuring may begin or end too late.
const LOST_PER_CENT: f64 = 2.0;
