// SPDX-License-Identifier: MIT OR Apache-2.0
//! May this actor do this? The operator's policy, written in Cedar, its decisions, and their explanations.
//!
//! Every "may X do Y?" of the server is asked here and answered from facts that are passed in: nothing in here knows a
//! database, an account's id or a clock. What it costs is bounded, and no decision reads text.

mod action;
mod concern;
mod decision;
mod error;
mod explain;
mod facts;
mod policy;
mod preset;
mod request;
mod table;

pub use action::{Act, Action, Hosting, InMeeting, Joining, Proof, Registration};
pub use concern::Concern;
pub use decision::{Decision, Denial, RuleId, Unlock};
pub use error::{Fault, PolicyError, Problem};
pub use facts::{AccountFacts, Actor, MeetingFacts, Permissions, Plans, Role};
pub use policy::{Effect, Policy, Rule};
pub use preset::{Preset, UnknownPreset};
pub use table::{Change, Row, Table, decision_table};

/// The Cedar schema: which words a policy may use.
pub const SCHEMA: &str = include_str!("../schema.cedarschema");
