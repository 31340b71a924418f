// SPDX-License-Identifier: MIT OR Apache-2.0
//! How long a removed person and the others can still decode each other, in end-to-end encrypted meetings of bots.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{
    Context,
    crowd::Crowd,
    figures::{Figures, Row, print_table},
    server::Server,
};

/// Measures both sizes of meeting. Each has its own table, so that a small machine still measures the small one.
pub(super) fn measure(context: &Context<'_>) -> Result<()> {
    for size in SIZES {
        measure_size(context, size)?;
    }
    Ok(())
}

fn measure_size(context: &Context<'_>, size: &Size) -> Result<()> {
    let mut runs = Vec::new();
    for _ in 0..context.rounds(size.runs) {
        runs.push(remove_once(context, size)?);
    }
    let mut rows = Vec::new();
    for (what, of) in [
        ("last frame of the removed at the others", "ofRemovedMs"),
        ("last frame of the others at the removed", "ofOthersMs"),
        ("others seal with new keys", "newKeysMs"),
    ] {
        let slowest: Result<Vec<f64>> = runs.iter().map(|run| nearly_slowest(run, of)).collect();
        let what = format!("N = {}: {what}, 95 % within, ms", size.people);
        rows.push(Row::new(what, slowest?).at_most(TARGET_MILLIS));
    }
    print_table(&rows);
    Ok(())
}

struct Size {
    people: u16,
    publishers: u16,
    runs: usize,
}

fn remove_once(context: &Context<'_>, size: &Size) -> Result<Value> {
    let server = Server::start(context.project, context.build, "127.0.0.1")?;
    let bot = || {
        context
            .project
            .command(context.build.program(context.project, "incamera-bot"))
    };
    let link = server.new_meeting(bot(), "e2ee")?;
    let publishers = size.publishers.to_string();
    let subscribers = (size.people - size.publishers).to_string();
    let arguments = ["--publishers", &publishers, "--subscribers", &subscribers];
    let crowd = Crowd::join(
        bot(),
        &link,
        &[&arguments[..], &["--remove", "--in-turn"]].concat(),
    )?;
    let report = crowd.report(RUN_LIMIT)?;
    let removal = &report["removal"];
    let others = usize::from(size.people) - 1;
    for (of, expected) in [("ofRemovedMs", others), ("newKeysMs", others)] {
        let found = removal[of].as_array().map_or(0, Vec::len);
        ensure!(found == expected, "{of} of {found} bots instead of {expected}");
    }
    Ok(removal.clone())
}

/// Returns the 95th percentile over all receivers of a run.
fn nearly_slowest(run: &Value, of: &str) -> Result<f64> {
    let values = run[of].as_array().into_iter().flatten();
    let figures: Figures = values.filter_map(Value::as_f64).collect();
    figures
        .percentile(0.95)
        .with_context(|| format!("no bot says {of}"))
}

const SIZES: &[Size] = &[
    Size {
        people: 10,
        publishers: 10,
        runs: 5,
    },
    // A hundred publishers would measure the machine: ten thousand video streams.
    Size {
        people: 100,
        publishers: 5,
        runs: 3,
    },
];

const TARGET_MILLIS: f64 = 1000.0;

// A hundred people who come in turn: five thousand commits are worked through before the removal.
const RUN_LIMIT: Duration = Duration::from_secs(600);
