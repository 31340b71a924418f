// SPDX-License-Identifier: MIT OR Apache-2.0
//! What it costs to ask the policy. The measuring program is an example of `core/policy`, so that xtask does not link Cedar.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::{
    Build, Context,
    figures::{Row, print_table},
};
use crate::shell::{read, run};

/// Builds the program, runs it and prints its figures.
pub(super) fn measure(context: &Context<'_>) -> Result<()> {
    let mut build = context
        .project
        .cargo(&["build", "--package", "incamera-policy", "--example", EXAMPLE]);
    if context.build == Build::Release {
        build.arg("--release");
    }
    run(&mut build)?;
    let program = context.build.program(context.project, "examples").join(EXAMPLE);
    let rounds = context.rounds(ROUNDS).to_string();
    let said = read(context.project.command(program).arg(rounds))?;
    print_table(&rows(&said)?);
    Ok(())
}

/// Reads lines of a name, a tab and microseconds, each name once per round.
fn rows(said: &str) -> Result<Vec<Row>> {
    let mut figures: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for line in said.lines() {
        let (name, value) = line.split_once('\t').context("a line without a figure")?;
        let value = value.parse().with_context(|| format!("{value} is no figure"))?;
        figures.entry(name).or_default().push(value);
    }
    let rows = figures.into_iter().map(|(name, values)| {
        let row = Row::new(format!("{name}, us"), values);
        if name.starts_with("decision") {
            row.at_most(TARGET_MICROS)
        } else {
            row
        }
    });
    Ok(rows.collect())
}

const EXAMPLE: &str = "decisions";
const ROUNDS: usize = 5;
const TARGET_MICROS: f64 = 50.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_becomes_a_row_of_all_its_rounds() {
        let found = rows("decision: a\t1.5\nreading\t2000\ndecision: a\t2.5\n").expect("these are figures");
        let shown: Vec<_> = found
            .iter()
            .map(|row| (row.what.as_str(), row.figures.median(), row.at_most))
            .collect();
        assert_eq!(
            shown,
            [
                ("decision: a, us", Some(2.0), Some(TARGET_MICROS)),
                ("reading, us", Some(2000.0), None)
            ]
        );
        assert!(rows("decision: a").is_err());
        assert!(rows("decision: a\tslow").is_err());
    }
}
