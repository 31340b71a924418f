// SPDX-License-Identifier: MIT OR Apache-2.0
//! The policy in force, for everyone it governs.

use serde::{Deserialize, Serialize};

/// Answer to `GET /api/policy`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct PolicyInfo {
    /// The preset's name, or the file's.
    pub name: String,
    /// SHA-256 of `cedar`, in hexadecimal.
    pub hash: String,
    /// The whole text.
    pub cedar: String,
    /// Its rules in words.
    pub rules: Vec<PolicyRule>,
    /// What it says in the standard cases.
    pub table: PolicyTable,
}

/// One rule of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PolicyRule {
    /// Its `@id`.
    pub id: String,
    /// Whether it allows or forbids.
    pub effect: Effect,
    /// Its `@reason`: a full sentence in English.
    pub reason: String,
}

/// What a rule does where it applies. What no rule permits is forbidden, and a rule that forbids wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "PolicyEffect")]
pub enum Effect {
    /// Allows.
    Permit,
    /// Forbids.
    Forbid,
}

/// The decisions in the standard cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PolicyTable {
    /// The actions asked for, in the order of each row's decisions.
    pub actions: Vec<String>,
    /// One per actor.
    pub rows: Vec<TableRow>,
}

/// What one actor may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TableRow {
    /// Who, as in `guest` or `e-mail`.
    pub actor: String,
    /// One per action.
    pub decisions: Vec<TableDecision>,
}

/// One decision and the rule it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TableDecision {
    /// Whether it is allowed.
    pub allowed: bool,
    /// The rule that allows or forbids it; none if no rule allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub rule: Option<String>,
}
