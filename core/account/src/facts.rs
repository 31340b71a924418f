// SPDX-License-Identifier: MIT OR Apache-2.0
//! The words in which an account is described. They stand in `protocol`, where the pages read the same ones.

pub use protocol::http::{BindingKind, Plan, PlanLimits, Standing};
