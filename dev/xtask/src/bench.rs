// SPDX-License-Identifier: MIT OR Apache-2.0
//! `cargo xtask bench`: measures what docs/performance.md tells, on an optimised build.
use crate::{setup::Setup, shell::Project};
use anyhow::Result;
pub(crate) fn bench(_: &Project, _: &Setup, _: &[String]) -> Result<()> {
    Ok(())
}
