// SPDX-License-Identifier: MIT OR Apache-2.0
//! What it costs to ask the policy.

use anyhow::Result;

use super::{Context, example, figures::print_table};

/// Measures and prints.
pub(super) fn measure(context: &Context<'_>) -> Result<()> {
    let rows = example::measure(context, "incamera-policy", "decisions", ROUNDS)?;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            if row.what.starts_with("decision") {
                row.at_most(TARGET_MICROS)
            } else {
                row
            }
        })
        .collect();
    print_table(&rows);
    Ok(())
}

const ROUNDS: usize = 5;
const TARGET_MICROS: f64 = 50.0;
