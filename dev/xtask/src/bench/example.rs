// SPDX-License-Identifier: MIT OR Apache-2.0
//! Measuring programs that are examples of the crate they measure, so that xtask links none of it. They print lines of a
//! name, a tab and microseconds, each name once per round.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use super::{Build, Context, figures::Row};
use crate::shell::{read, run};

/// Builds `example` of `package`, runs it and returns a row per name.
///
/// # Errors
/// If it does not build, or prints anything else.
pub(super) fn measure(
    context: &Context<'_>,
    package: &str,
    example: &str,
    usual_rounds: usize,
) -> Result<Vec<Row>> {
    let mut build = context
        .project
        .cargo(&["build", "--package", package, "--example", example]);
    if context.build == Build::Release {
        build.arg("--release");
    }
    run(&mut build)?;
    let program = context.build.program(context.project, "examples").join(example);
    let rounds = context.rounds(usual_rounds).to_string();
    rows(&read(context.project.command(program).arg(rounds))?)
}

fn rows(said: &str) -> Result<Vec<Row>> {
    let mut figures: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for line in said.lines() {
        let (name, value) = line.split_once('\t').context("a line without a figure")?;
        let value = value.parse().with_context(|| format!("{value} is no figure"))?;
        figures.entry(name).or_default().push(value);
    }
    let rows = figures.into_iter();
    Ok(rows
        .map(|(name, values)| Row::new(format!("{name}, us"), values))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_becomes_a_row_of_all_its_rounds() {
        let found = rows("decision: a\t1.5\nreading\t2000\ndecision: a\t2.5\n").expect("these are figures");
        let shown: Vec<_> = found
            .iter()
            .map(|row| (row.what.as_str(), row.figures.median()))
            .collect();
        assert_eq!(
            shown,
            [("decision: a, us", Some(2.0)), ("reading, us", Some(2000.0))]
        );
        assert!(rows("decision: a").is_err());
        assert!(rows("decision: a\tslow").is_err());
    }
}
