// SPDX-License-Identifier: MIT OR Apache-2.0
//! Builds package `incamera-wasm` into `web/src/generated/wasm`.
//!
//! Two toolchains can do it: rustup's with its WebAssembly target, or, where that download cannot be reached, Debian's
//! `rustc-web` with the standard library compiled from source.

mod imports;

use std::{fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::{
    machine::Packages,
    shell::{Project, announce, find_program, read, run, succeeds_within},
    stamp::Stamp,
};

/// Which toolchain the caller wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Choice {
    /// Rustup's if it has the target, else Debian's.
    Auto,
    /// Rustup's.
    Rustup,
    /// Debian's.
    Debian,
}

/// A toolchain that can compile for WebAssembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The project's own toolchain with the target added.
    Rustup,
    /// Debian's `rustc-web`.
    Debian,
}

impl Toolchain {
    /// Returns a toolchain that is there.
    pub(crate) fn find(project: &Project) -> Option<Self> {
        [Self::Rustup, Self::Debian]
            .into_iter()
            .find(|toolchain| toolchain.is_there(project))
    }

    fn is_there(self, project: &Project) -> bool {
        match self {
            Self::Rustup => {
                let mut where_to = project.command("rustc");
                where_to.args(["--print", "target-libdir", "--target", TARGET]);
                read(&mut where_to).is_ok_and(|folder| PathBuf::from(folder.trim()).is_dir())
            }
            Self::Debian => {
                let source = PathBuf::from(DEBIAN_SYSROOT).join("lib/rustlib/src/rust/library/std");
                let is_new_enough = fs::exists(DEBIAN_RUSTC).unwrap_or(false)
                    && read(project.command(DEBIAN_RUSTC).arg("--version"))
                        .is_ok_and(|text| minor(&text) >= Some(OLDEST_DEBIAN_MINOR));
                is_new_enough && source.is_dir() && find_program(DEBIAN_LINKER).is_some()
            }
        }
    }

    fn command(self, project: &Project) -> Command {
        let mut command = match self {
            Self::Rustup => project.cargo(&["build"]),
            Self::Debian => {
                let mut command = project.command("/usr/bin/cargo");
                command
                    .args(["build", "-Zbuild-std=std,panic_abort"])
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER)
                    .env_remove("RUSTUP_TOOLCHAIN");
                command
            }
        };
        command.args([
            "--package",
            "incamera-wasm",
            "--lib",
            "--profile",
            "wasm",
            "--target",
            TARGET,
        ]);
        command
            .env("RUSTFLAGS", RUSTFLAGS)
            .env("CARGO_TARGET_DIR", project.path(TARGET_FOLDER));
        command
    }
}

/// Builds the module, its bindings and their types; the last two only if the compiler's output changed.
///
/// # Errors
/// If a tool fails, or the module imports something that only a C runtime would give.
pub(crate) fn build(project: &Project, choice: Choice) -> Result<()> {
    announce("Building the WebAssembly module");
    let toolchain = match choice {
        Choice::Auto => Toolchain::find(project).context("no toolchain for WebAssembly")?,
        Choice::Rustup => Toolchain::Rustup,
        Choice::Debian => Toolchain::Debian,
    };
    run(&mut toolchain.command(project))?;
    let compiled = project
        .path(TARGET_FOLDER)
        .join(TARGET)
        .join("wasm/incamera_wasm.wasm");
    let module = fs::read(&compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let stamp = Stamp::of(&format!("{} {BINDGEN:?}", bindgen_version(project)?)).and(&module);
    let bound = project.path(OUT).join(BOUND);
    if bound.exists() && stamp.is_done(project, "wasm") {
        return Ok(());
    }
    let mut bindgen = project.command(project.tools().join("bin/wasm-bindgen"));
    bindgen
        .args(BINDGEN)
        .arg("--out-dir")
        .arg(project.path(OUT))
        .arg(&compiled);
    run(&mut bindgen)?;
    let module = fs::read(&bound)?;
    let foreign = imports::modules(&module).context("the module cannot be read back")?;
    if foreign.iter().any(|name| name == "env") {
        fs::remove_file(&bound)?;
        bail!("the module imports \"env\": a dependency expects a C runtime, which no browser has");
    }
    println!("  {}: {} kB", bound.display(), module.len() / 1000);
    stamp.set_done(project, "wasm")
}

/// Adds rustup's target, or Debian's toolchain where rustup's download cannot be reached.
///
/// # Errors
/// If neither is to be had.
pub(crate) fn install_toolchain(project: &Project, packages: Packages) -> Result<()> {
    if find_program("rustup").is_some()
        && succeeds_within(
            RUSTUP_LIMIT,
            project.command("rustup").args(["target", "add", TARGET]),
        )?
    {
        return Ok(());
    }
    println!("  rustup's target is not to be had here: taking Debian's toolchain.");
    packages.install(project, &["rustc-web", "cargo-web", "rust-web-src", "lld-19"])
}

/// Returns whether `wasm-bindgen` is there in the version of the library.
pub(crate) fn has_bindgen(project: &Project) -> bool {
    let program = project.tools().join("bin/wasm-bindgen");
    let Ok(version) = bindgen_version(project) else {
        return false;
    };
    program.exists()
        && read(project.command(program).arg("--version"))
            .is_ok_and(|text| text.split_whitespace().any(|word| word == version))
}

/// Installs `wasm-bindgen` in the version of the library.
///
/// # Errors
/// If it does not build.
pub(crate) fn install_bindgen(project: &Project, _: Packages) -> Result<()> {
    let version = bindgen_version(project)?;
    let mut install = project.cargo(&["install", "wasm-bindgen-cli", "--version", &format!("={version}")]);
    install
        .arg("--root")
        .arg(project.tools())
        .arg("--target-dir")
        .arg(project.tools().join("build"));
    // It runs for seconds and is compiled once: half the compile time for a little of its speed.
    install
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off");
    run(&mut install)?;
    let _ = fs::remove_dir_all(project.tools().join("build"));
    Ok(())
}

fn bindgen_version(project: &Project) -> Result<String> {
    let lock = fs::read_to_string(project.path("Cargo.lock")).context("cannot read Cargo.lock")?;
    locked_version(&lock, "wasm-bindgen").context("Cargo.lock does not name wasm-bindgen")
}

fn locked_version(lock: &str, package: &str) -> Option<String> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(rest.split_once('"')?.0.to_owned())
}

fn minor(version: &str) -> Option<u32> {
    version.split_whitespace().nth(1)?.split('.').nth(1)?.parse().ok()
}

const TARGET: &str = "wasm32-unknown-unknown";
// Apart from `target`: two toolchains in one folder would throw out each other's artefacts.
const TARGET_FOLDER: &str = "target-wasm";
const OUT: &str = "web/src/generated/wasm";
const BOUND: &str = "incamera_wasm_bg.wasm";
const RUSTFLAGS: &str = "--cfg getrandom_backend=\"wasm_js\"";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SYSROOT: &str = "/usr";
const DEBIAN_LINKER: &str = "wasm-ld-19";
// The workspace's `rust-version`; Debian's plain `rustc` is older.
const OLDEST_DEBIAN_MINOR: u32 = 95;
// Long enough for the 20 MB over a slow line; where the server is out of reach this is what a first run loses.
const RUSTUP_LIMIT: Duration = Duration::from_secs(30);
// Debian's wasm-opt (108) exports the wrong table from a module with two, so that it cannot be started; and what it inlines makes
// the module larger once compressed. Without its names the module is as small as the compiler made it.
const BINDGEN: &[&str] = &[
    "--target",
    "web",
    "--remove-name-section",
    "--remove-producers-section",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_package_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"registry\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }

    #[test]
    fn the_minor_version_of_a_compiler_is_read_from_what_it_says() {
        assert_eq!(
            minor("rustc 1.96.0 (d0ad4ecc1 2026-05-25) (built from a source tarball)"),
            Some(96)
        );
        assert_eq!(minor("nonsense"), None);
    }
}
