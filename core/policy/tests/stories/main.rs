// SPDX-License-Identifier: MIT OR Apache-2.0
//! What policies decide, one story per file.

mod concerns;
mod explanations;
mod golden;
mod hosting;
mod in_meeting;
mod properties;
mod refused;
mod rules;
mod support;
