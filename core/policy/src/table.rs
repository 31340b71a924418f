// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a policy means: its decisions for people as they typically are, and how two policies differ in them.

mod cases;

use std::fmt;

pub(crate) use cases::{actions, actors};

use crate::{
    decision::{Decision, RuleId, Unlock},
    policy::Policy,
};

/// Computes the decisions of a policy for every standard case.
pub fn decision_table(policy: &Policy) -> Table {
    let actors = actors();
    let mut rows = Vec::new();
    for (action, what) in actions() {
        for (actor, who) in &actors {
            rows.push(Row {
                action: action.clone(),
                actor,
                decision: policy.decide(who, &what),
            });
        }
    }
    Table { rows }
}

/// The decisions of a policy for every standard case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    rows: Vec<Row>,
}

/// One decision of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What is done, with its circumstances: an action's name and a few words.
    pub action: String,
    /// Who does it, in a few words.
    pub actor: &'static str,
    /// What the policy says.
    pub decision: Decision,
}

impl Table {
    /// Returns all decisions: action by action, and for each action actor by actor in the same order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns what is allowed in only one of two tables, `self` being the earlier one.
    pub fn diff(&self, later: &Self) -> Vec<Change> {
        let pairs = self.rows.iter().zip(&later.rows);
        let changed =
            pairs.filter(|(before, after)| before.decision.is_allowed() != after.decision.is_allowed());
        let changes = changed.map(|(before, after)| Change {
            action: before.action.clone(),
            actor: before.actor,
            before: before.decision.clone(),
            after: after.decision.clone(),
        });
        changes.collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for rows in self.rows.chunk_by(|one, next| one.action == next.action) {
            let [first, ..] = rows else { continue };
            writeln!(f, "{}", first.action)?;
            let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
            for row in rows {
                let outcome = outcome(&row.decision);
                match groups.iter_mut().find(|(known, _)| *known == outcome) {
                    Some((_, actors)) => actors.push(row.actor),
                    None => groups.push((outcome, vec![row.actor])),
                }
            }
            // "yes" before "no".
            groups.sort_by_key(|(outcome, _)| outcome.starts_with("no"));
            for (outcome, actors) in groups {
                writeln!(f, "    {outcome}: {}", people(&actors, rows))?;
            }
        }
        Ok(())
    }
}

/// A decision that differs between two policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub action: String,
    /// Who does it.
    pub actor: &'static str,
    /// What the one policy says.
    pub before: Decision,
    /// What the other one says.
    pub after: Decision,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, rule) = match &self.after {
            Decision::Allowed { rule } => ('+', rule.as_str()),
            Decision::Denied(denial) => ('-', denial.rule.as_ref().map_or("no rule", RuleId::as_str)),
        };
        write!(f, "{sign} {}: {} ({rule})", self.action, self.actor)
    }
}

/// Names those among all of an action's actors, by the few that are missing where that is shorter.
fn people(actors: &[&str], all: &[Row]) -> String {
    let missing: Vec<_> = all
        .iter()
        .map(|row| row.actor)
        .filter(|one| !actors.contains(one))
        .collect();
    match missing.len() {
        0 => String::from("everybody"),
        few if few < actors.len() => format!("everybody but {}", missing.join(", ")),
        _ => actors.join(", "),
    }
}

/// Writes a decision in one line: yes or no, by which rule, and what unlocks it.
fn outcome(decision: &Decision) -> String {
    match decision {
        Decision::Allowed { rule } => format!("yes, {rule}"),
        Decision::Denied(denial) => {
            let rule = denial.rule.as_ref().map_or("no rule", RuleId::as_str);
            let sets = denial.unlocked_by.iter().map(|set| {
                let names: Vec<_> = set.iter().copied().map(Unlock::as_str).collect();
                names.join(" + ")
            });
            let sets: Vec<_> = sets.collect();
            if sets.is_empty() {
                format!("no, {rule}")
            } else {
                format!("no, {rule} (unlocked by {})", sets.join(" | "))
            }
        }
    }
}
