// SPDX-License-Identifier: MIT OR Apache-2.0
//! The policy in force: read at the start, and again whenever the operator's file changes. A broken file changes nothing.

use std::{path::Path, sync::Arc, time::Duration};

use policy::{Policy, PolicyError, decision_table};
use protocol::http::{Effect, PolicyInfo, PolicyRule, PolicyTable, TableDecision, TableRow};
use store::{AuditAction, AuditEntry, Store};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use crate::{PolicySource, clock::Clock, metrics::Metrics};

/// A policy and how it is shown to those whom it governs.
pub(crate) struct InForce {
    pub(crate) policy: Arc<Policy>,
    pub(crate) info: PolicyInfo,
}

/// Why there is no policy to start with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("the file cannot be read")]
    Read(#[from] std::io::Error),
    #[error("the file holds no usable policy:\n{0}")]
    Policy(#[from] PolicyError),
}

impl InForce {
    /// Reads the policy that the operator chose.
    pub(crate) fn load(source: &PolicySource) -> Result<Self, LoadError> {
        match source {
            PolicySource::Preset(preset) => {
                Ok(Self::new(String::from(preset.as_str()), Policy::preset(*preset)))
            }
            PolicySource::File(file) => Self::parse(file, &std::fs::read_to_string(file)?),
        }
    }

    fn parse(file: &Path, text: &str) -> Result<Self, LoadError> {
        let policy = Policy::parse(text)?;
        let name = file.file_name().unwrap_or(file.as_os_str());
        Ok(Self::new(name.to_string_lossy().into_owned(), policy))
    }

    fn new(name: String, policy: Policy) -> Self {
        let rules = policy.rules().iter().map(|rule| PolicyRule {
            id: rule.id.to_string(),
            effect: match rule.effect {
                policy::Effect::Permit => Effect::Permit,
                policy::Effect::Forbid => Effect::Forbid,
            },
            reason: String::from(&*rule.reason),
        });
        let info = PolicyInfo {
            name,
            hash: String::from(policy.hash()),
            cedar: String::from(policy.text()),
            rules: rules.collect(),
            table: table(&policy),
        };
        Self {
            policy: Arc::new(policy),
            info,
        }
    }
}

/// Lays the decisions in the standard cases out with one row per actor.
fn table(policy: &Policy) -> PolicyTable {
    let table = decision_table(policy);
    let mut shown = PolicyTable {
        actions: Vec::new(),
        rows: Vec::new(),
    };
    for row in table.rows() {
        if !shown.actions.contains(&row.action) {
            shown.actions.push(row.action.clone());
        }
        let decision = TableDecision {
            allowed: row.decision.is_allowed(),
            rule: match &row.decision {
                policy::Decision::Allowed { rule } => Some(rule.to_string()),
                policy::Decision::Denied(denial) => denial.rule.as_ref().map(ToString::to_string),
            },
        };
        match shown.rows.iter_mut().find(|known| known.actor == row.actor) {
            Some(known) => known.decisions.push(decision),
            None => shown.rows.push(TableRow {
                actor: String::from(row.actor),
                decisions: vec![decision],
            }),
        }
    }
    shown
}

/// Looks at the operator's file until the server stops, and puts what it holds into force.
pub(crate) async fn watch_file(
    file: &Path,
    in_force: &watch::Sender<Arc<InForce>>,
    store: &Store,
    metrics: &Metrics,
    mut stopping: watch::Receiver<bool>,
) {
    let mut seen = Ok(in_force.borrow().info.cedar.clone());
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
        }
        let path = file.to_path_buf();
        let found = tokio::task::spawn_blocking(move || std::fs::read_to_string(path)).await;
        let found = found
            .expect("reading a file does not panic")
            .map_err(|error| error.kind());
        if found == seen {
            continue;
        }
        let loaded = match &found {
            Ok(text) => InForce::parse(file, text),
            Err(kind) => Err(LoadError::Read((*kind).into())),
        };
        match loaded {
            Ok(fresh) => {
                tracing::info!(hash = fresh.info.hash, "the policy has changed");
                let hash = fresh.info.hash.clone();
                in_force.send_replace(Arc::new(fresh));
                metrics.policy_changes.add_one();
                let entry = AuditEntry {
                    actor: None,
                    action: AuditAction::PolicyChanged,
                    about: None,
                    detail: hash,
                };
                if let Err(error) = store.audit(&entry, Clock::unix_now()).await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "cannot write down that the policy has changed"
                    );
                }
            }
            Err(error) => {
                tracing::error!(%error, "the policy file is not usable: the policy before stays in force");
                metrics.policy_refusals.add_one();
            }
        }
        seen = found;
    }
}

// An operator who saves the file looks at the page next. Reading a few kilobytes costs nothing.
const LOOK_EVERY: Duration = Duration::from_secs(1);
