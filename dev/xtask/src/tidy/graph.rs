// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who depends on whom, as `cargo metadata` tells it. Knows no rule.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The packages of the workspace and everything they depend on. Dependencies of tests are left out: what ships is what
/// the rules are about.
#[derive(Debug, Default)]
pub(super) struct Graph {
    packages: BTreeMap<String, Package>,
}

/// A package.
#[derive(Debug, Default)]
struct Package {
    name: String,
    /// Where it lies in the project; `None` for packages of others.
    folder: Option<String>,
    edges: Vec<Edge>,
}

/// A dependency.
#[derive(Debug, Clone)]
struct Edge {
    to: String,
    /// Whether it holds on every target, not only on some.
    is_everywhere: bool,
}

/// A package of the workspace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its folder in the project, such as `core/sfu`.
    pub(super) folder: &'a str,
    id: &'a str,
}

/// A direct dependency of a member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dependency<'a> {
    /// The name of the package it leads to.
    pub(super) name: &'a str,
    /// Its folder, if it is one of ours.
    pub(super) folder: Option<&'a str>,
    /// Whether it holds on every target.
    pub(super) is_everywhere: bool,
}

impl Graph {
    /// Reads what `cargo metadata --format-version 1` prints.
    pub(super) fn from_metadata(json: &str) -> Result<Self> {
        let metadata: Value = serde_json::from_str(json).context("cargo metadata did not print JSON")?;
        let root = metadata["workspace_root"].as_str().context("no workspace_root")?;
        let mut graph = Self::default();
        for package in metadata["packages"].as_array().context("no packages")? {
            let id = text(&package["id"])?;
            let manifest = text(&package["manifest_path"])?;
            let is_ours = package["source"].is_null();
            let inside = manifest
                .strip_prefix(root)
                .and_then(|path| path.strip_suffix("/Cargo.toml"));
            let folder = inside
                .filter(|_| is_ours)
                .map(|path| path.trim_start_matches('/').to_owned());
            graph.packages.insert(
                id,
                Package {
                    name: text(&package["name"])?,
                    folder,
                    edges: Vec::new(),
                },
            );
        }
        for node in metadata["resolve"]["nodes"].as_array().context("no resolve")? {
            let package = graph
                .packages
                .get_mut(&text(&node["id"])?)
                .context("a node without a package")?;
            for dependency in node["deps"].as_array().context("no deps")? {
                package.edges.extend(edge(dependency)?);
            }
        }
        Ok(graph)
    }

    /// Makes a graph from lines such as `"core/sfu incamera-sfu: str0m, incamera-protocol"`; a package without a line is
    /// somebody else's, and a dependency with `?` behind it holds only on some targets.
    #[cfg(test)]
    pub(super) fn from_lines(lines: &[&str]) -> Self {
        let mut graph = Self::default();
        for line in lines {
            let (head, dependencies) = line.split_once(':').expect("a line has a colon");
            let (folder, name) = head
                .split_once(' ')
                .map_or((None, head), |(folder, name)| (Some(folder), name));
            let edges = dependencies
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(|name| Edge {
                    to: name.trim_end_matches('?').to_owned(),
                    is_everywhere: !name.ends_with('?'),
                });
            let edges: Vec<_> = edges.collect();
            for edge in &edges {
                let other = graph.packages.entry(edge.to.clone()).or_default();
                other.name.clone_from(&edge.to);
            }
            let package = graph.packages.entry(name.to_owned()).or_default();
            *package = Package {
                name: name.to_owned(),
                folder: folder.map(str::to_owned),
                edges,
            };
        }
        graph
    }

    /// Returns how many packages there are.
    pub(super) fn package_count(&self) -> usize {
        self.packages.len()
    }

    /// Returns the packages of the workspace.
    pub(super) fn members(&self) -> impl Iterator<Item = Member<'_>> {
        self.packages.iter().filter_map(|(id, package)| {
            Some(Member {
                name: &package.name,
                folder: package.folder.as_deref()?,
                id,
            })
        })
    }

    /// Returns what a member depends on by itself.
    pub(super) fn dependencies(&self, member: Member<'_>) -> Vec<Dependency<'_>> {
        let edges = &self.packages[member.id].edges;
        edges
            .iter()
            .map(|edge| {
                let to = &self.packages[&edge.to];
                Dependency {
                    name: &to.name,
                    folder: to.folder.as_deref(),
                    is_everywhere: edge.is_everywhere,
                }
            })
            .collect()
    }

    /// Returns the way from a member to a package, both ends included, if it depends on it, directly or not.
    pub(super) fn way(&self, from: Member<'_>, to: &str) -> Option<Vec<&str>> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut seen = BTreeSet::from([from.id]);
        let mut open = vec![from.id];
        while let Some(id) = open.pop() {
            let (id, package) = self
                .packages
                .get_key_value(id)
                .expect("every edge leads to a package");
            if package.name == to && id != from.id {
                let mut way = vec![package.name.as_str()];
                let mut at = id.as_str();
                while let Some(before) = came_from.get(at) {
                    way.insert(0, &self.packages[*before].name);
                    at = before;
                }
                return Some(way);
            }
            for edge in &package.edges {
                if seen.insert(&edge.to) {
                    came_from.insert(&edge.to, id);
                    open.push(&edge.to);
                }
            }
        }
        None
    }
}

/// Reads one dependency of the resolved graph; `None` if only tests have it.
fn edge(dependency: &Value) -> Result<Option<Edge>> {
    let kinds = dependency["dep_kinds"].as_array().context("no dep_kinds")?;
    let shipping: Vec<_> = kinds.iter().filter(|kind| kind["kind"] != "dev").collect();
    if shipping.is_empty() {
        return Ok(None);
    }
    let is_everywhere = shipping.iter().any(|kind| kind["target"].is_null());
    Ok(Some(Edge {
        to: text(&dependency["pkg"])?,
        is_everywhere,
    }))
}

fn text(value: &Value) -> Result<String> {
    Ok(value
        .as_str()
        .context("cargo metadata has changed its shape")?
        .to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_metadata_is_read_without_what_only_tests_need() {
        let graph = Graph::from_metadata(METADATA).expect("it is well-formed");
        let members: Vec<_> = graph
            .members()
            .map(|member| (member.name, member.folder))
            .collect();
        assert_eq!(members, [("a", "core/a")]);
        let a = graph.members().next().expect("there is one");
        let dependencies: Vec<_> = graph
            .dependencies(a)
            .iter()
            .map(|one| (one.name, one.is_everywhere))
            .collect();
        assert_eq!(dependencies, [("b", true), ("d", false)]);
        assert_eq!(graph.way(a, "b"), Some(vec!["a", "b"]));
        assert_eq!(graph.way(a, "c"), None);
    }

    #[test]
    fn the_way_to_a_distant_package_is_told() {
        let graph = Graph::from_lines(&["core/a a: b", "b: c", "c: a, d"]);
        let a = graph.members().next().expect("there is one");
        assert_eq!(graph.way(a, "d"), Some(vec!["a", "b", "c", "d"]));
    }

    const METADATA: &str = r#"{
        "workspace_root": "/p",
        "packages": [
            {"id": "1", "name": "a", "source": null, "manifest_path": "/p/core/a/Cargo.toml"},
            {"id": "2", "name": "b", "source": "registry", "manifest_path": "/r/b/Cargo.toml"},
            {"id": "3", "name": "c", "source": "registry", "manifest_path": "/r/c/Cargo.toml"},
            {"id": "4", "name": "d", "source": "registry", "manifest_path": "/r/d/Cargo.toml"}
        ],
        "resolve": {"nodes": [
            {"id": "1", "deps": [
                {"pkg": "2", "dep_kinds": [{"kind": "dev", "target": null}, {"kind": null, "target": null}]},
                {"pkg": "3", "dep_kinds": [{"kind": "dev", "target": null}]},
                {"pkg": "4", "dep_kinds": [{"kind": null, "target": "cfg(unix)"}]}
            ]},
            {"id": "2", "deps": []}, {"id": "3", "deps": []}, {"id": "4", "deps": []}
        ]}
    }"#;
}
