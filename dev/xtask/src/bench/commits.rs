// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a commit costs each member and the server, by the size of the meeting: no network, one thread.

use anyhow::Result;

use super::{Context, example, figures::print_table};

/// Measures and prints.
pub(super) fn measure(context: &Context<'_>) -> Result<()> {
    print_table(&example::measure(context, "incamera-sim", "commits", ROUNDS)?);
    Ok(())
}

const ROUNDS: usize = 3;
