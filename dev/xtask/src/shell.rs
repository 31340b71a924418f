// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runs other programs. Knows where the project's folders are, and how a failed command is reported.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// Where the project's folders are.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    /// Finds the project from where cargo started this program.
    pub(crate) fn find() -> Self {
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = here
            .ancestors()
            .nth(2)
            .expect("dev/xtask lies two folders below the root")
            .to_owned();
        Self { root }
    }

    /// Returns a path inside the project.
    pub(crate) fn path(&self, inside: impl AsRef<Path>) -> PathBuf {
        self.root.join(inside)
    }

    /// Returns cargo's target folder.
    pub(crate) fn target(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.root.join("target"),
        }
    }

    /// Returns where tools of a fixed version are installed, out of the way of the machine's own.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target().join("tools")
    }

    /// Returns the path of one of the project's own programs, as `cargo build` leaves it.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target().join("debug").join(name)
    }

    /// Prepares a cargo command in the project's root.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("cargo");
        command.args(arguments);
        command
    }

    /// Prepares an npm command in a folder of the project.
    pub(crate) fn npm(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = self.command("npm");
        command.current_dir(self.path(folder)).args(arguments);
        command
    }

    /// Prepares a command in the project's root, without what `cargo run` put into the environment.
    ///
    /// With it a second cargo of another version finds the first one's libraries, and every build script that looks at
    /// `CARGO_*` runs again.
    pub(crate) fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            let is_cargos = text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_");
            if is_cargos || ["CARGO", "LD_LIBRARY_PATH", "RUST_RECURSION_COUNT"].contains(&&*text) {
                command.env_remove(&name);
            }
        }
        command
    }
}

/// Shows a command and runs it.
///
/// # Errors
/// If it cannot be started or does not succeed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    show(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", name(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", line(command));
    }
    Ok(())
}

/// Runs a command silently and returns what it printed.
///
/// # Errors
/// If it cannot be started, does not succeed or prints something other than text.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", name(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", line(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} did not print text", name(command)))
}

/// Runs a command and ends it when it takes longer than `limit`. Returns whether it succeeded in time.
///
/// # Errors
/// If it cannot be started.
pub(crate) fn succeeds_within(limit: Duration, command: &mut Command) -> Result<bool> {
    show(command);
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {}", name(command)))?;
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(false);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Finds a program on the path, or where administrators' programs lie.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Says what is being done, so that a long silence has a name.
pub(crate) fn announce(what: &str) {
    println!("==> {what}");
}

/// Returns a command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Shows a command before it runs.
pub(crate) fn show(command: &Command) {
    println!("  > {}", line(command));
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}
