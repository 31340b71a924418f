// SPDX-License-Identifier: MIT OR Apache-2.0
//! The invariants of ARCHITECTURE.md that a machine can check. Each file here is one group of rules, a function from
//! what it looks at to findings, and is itself tried on fixtures that break it.

mod graph;
mod layers;
mod purity;
mod secrets;
mod sources;
mod text;
mod wire;

use std::fmt;

use anyhow::{Result, bail};

use crate::{
    shell::{Project, read},
    types,
};

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Where: a path with a line, or a package.
    place: String,
    /// What is wrong, and what to do about it.
    message: String,
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Checks all rules and reports every finding.
///
/// # Errors
/// If a rule is broken.
pub(crate) fn tidy(project: &Project) -> Result<()> {
    let metadata = read(&mut project.cargo(&["metadata", "--format-version", "1", "--locked"]))?;
    let graph = graph::Graph::from_metadata(&metadata)?;
    let sources = sources::all(project)?;
    let mut findings = layers::check(&graph);
    findings.extend(purity::check_graph(&graph));
    for source in &sources {
        findings.extend(text::check(source));
        findings.extend(purity::check_source(source));
        findings.extend(secrets::check(source));
        findings.extend(wire::check(source));
    }
    findings.extend(secrets::check_all(&sources));
    findings.extend(layers::check_bindings(&sources));
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    let types = types::types(project, true);
    if !findings.is_empty() {
        bail!("tidy: {} broken rules", findings.len());
    }
    types?;
    println!(
        "tidy: {} files, {} packages, nothing to mend",
        sources.len(),
        graph.package_count()
    );
    Ok(())
}
