// SPDX-License-Identifier: MIT OR Apache-2.0
//! Feeds made-up bytes to every parser that the network reaches.
//!
//! A target is a plain function that must neither panic nor break the invariant it asserts, whatever the bytes. Targets
//! behind authentication authenticate what they are given first, so that mutations get past it. The same functions run
//! three ways: over the committed corpus with a bounded number of seeded mutations in `cargo test`; in a loop with
//! `cargo xtask fuzz TARGET SECONDS`; and under libFuzzer (`libfuzzer/`, nightly only).

pub mod corpus;
pub mod mutate;
mod script;
mod targets;

pub use targets::{TARGETS, Target, target};
