// SPDX-License-Identifier: MIT OR Apache-2.0
//! How software is installed on this machine: Debian's packages, as root or through sudo, or not at all.

use std::{
    fs,
    io::{IsTerminal as _, stdin},
    os::unix::fs::MetadataExt as _,
    process::Command,
};

use anyhow::{Result, bail};

use crate::shell::{Project, find_program, run};

/// Who may install Debian packages here, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packages {
    /// `apt-get`, as root.
    AsRoot,
    /// `apt-get` through `sudo`.
    ThroughSudo,
    /// There is no `apt-get`.
    NoApt,
    /// There is `apt-get`, but neither root nor `sudo`.
    NoRights,
}

impl Packages {
    /// Looks at the machine.
    pub(crate) fn of_this_machine() -> Self {
        if find_program("apt-get").is_none() {
            return Self::NoApt;
        }
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        match is_root {
            true => Self::AsRoot,
            false if find_program("sudo").is_some() => Self::ThroughSudo,
            false => Self::NoRights,
        }
    }

    /// Returns why nothing can be installed, if that is so.
    pub(crate) fn obstacle(self) -> Option<&'static str> {
        match self {
            Self::AsRoot | Self::ThroughSudo => None,
            Self::NoApt => {
                Some("this machine has no apt-get; only Debian and its relatives are set up by themselves")
            }
            Self::NoRights => Some("installing Debian packages needs root or sudo, and there is neither"),
        }
    }

    /// Installs Debian packages, with fresh package lists if the present ones do not do.
    ///
    /// # Errors
    /// If the packages are not to be had or the person running this may not install them.
    pub(crate) fn install(self, project: &Project, packages: &[&str]) -> Result<()> {
        if let Some(obstacle) = self.obstacle() {
            bail!("{obstacle}");
        }
        let mut install = vec!["install", "--yes", "--no-install-recommends"];
        install.extend(packages);
        if run(&mut self.apt(project, &install)).is_ok() {
            return Ok(());
        }
        println!("  The package lists may be missing or old: fetching them anew.");
        run(&mut self.apt(project, &["update"]))?;
        run(&mut self.apt(project, &install))
    }

    fn apt(self, project: &Project, arguments: &[&str]) -> Command {
        // Only as root is the environment passed on, so the question about it goes through `env`.
        let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"];
        words.extend(arguments);
        if self == Self::ThroughSudo {
            // Without a terminal a password prompt would wait for ever.
            let quietly: &[&str] = if stdin().is_terminal() {
                &["sudo"]
            } else {
                &["sudo", "--non-interactive"]
            };
            words.splice(0..0, quietly.iter().copied());
        }
        let mut command = project.command(words[0]);
        command.args(&words[1..]);
        command
    }
}
