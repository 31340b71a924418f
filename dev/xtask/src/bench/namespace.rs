// SPDX-License-Identifier: MIT OR Apache-2.0
//! A network namespace for the bots, joined to the server's by a veth pair: packets take the kernel's real path, which
//! loopback shortens.

use std::process::Command;

use anyhow::Result;

use crate::shell::{Project, run};

/// A namespace that exists as long as this value.
#[derive(Debug)]
pub(super) struct Namespace {
    project: Project,
    name: String,
}

impl Namespace {
    /// Makes the namespace and its link. Needs root.
    ///
    /// # Errors
    /// If `ip` refuses.
    pub(super) fn new(project: &Project) -> Result<Self> {
        let name = format!("incamera-{}", std::process::id());
        let namespace = Self {
            project: project.clone(),
            name,
        };
        let name = &namespace.name;
        namespace.ip(&["netns", "add", name])?;
        namespace.ip(&[
            "link", "add", OUTER, "type", "veth", "peer", "name", INNER, "netns", name,
        ])?;
        namespace.ip(&["address", "add", &format!("{SERVER}/30"), "dev", OUTER])?;
        namespace.ip(&["link", "set", OUTER, "up"])?;
        namespace.ip(&[
            "-netns",
            name,
            "address",
            "add",
            &format!("{BOTS}/30"),
            "dev",
            INNER,
        ])?;
        namespace.ip(&["-netns", name, "link", "set", INNER, "up"])?;
        namespace.ip(&["-netns", name, "link", "set", "lo", "up"])?;
        Ok(namespace)
    }

    /// Prepares a command that runs inside.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.project.command("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    fn ip(&self, arguments: &[&str]) -> Result<()> {
        run(self.project.command("ip").args(arguments))
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // The pair would go with the namespace, but later, when the next one may be there already.
        let _ = self.ip(&["link", "delete", OUTER]);
        let _ = self.ip(&["netns", "delete", &self.name]);
    }
}

/// Where the server listens: an address of this machine only.
pub(super) const SERVER: &str = "10.98.76.1";
/// Where the bots are.
pub(super) const BOTS: &str = "10.98.76.2";
const OUTER: &str = "incamera-out";
const INNER: &str = "incamera-in";
