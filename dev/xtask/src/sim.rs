// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runs the simulator: the random meeting of one seed with its timeline, or many seeds in a row.

use anyhow::Result;

use crate::shell::{Project, run};

/// Runs `count` seeds from `seed` on; the timeline is printed of a single one, and of those that fail.
///
/// # Errors
/// If a seed's meeting does not end as it should.
pub(crate) fn sim(project: &Project, seed: u64, count: u64) -> Result<()> {
    let mut stories = project.cargo(&[
        "run",
        "--package",
        "incamera-sim",
        "--",
        "--seed",
        &seed.to_string(),
    ]);
    run(stories.args(["--count", &count.to_string()]))
}
