// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the commands need on the machine, how to see whether it is there, and where it comes from.
//!
//! Needs are data: [`Setup::ensure`] names all that is missing at once, installs it or says how, and looks again.

use std::process::Stdio;

use anyhow::{Result, bail};

use crate::{
    machine::Packages,
    shell::{Project, announce, find_program, read},
    wasm,
};

/// Whether this run may install anything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    may_install: bool,
}

/// Something a command needs on the machine.
#[derive(Clone)]
pub(crate) struct Need {
    /// Its name.
    pub(crate) what: &'static str,
    /// What for.
    pub(crate) why: &'static str,
    /// Whether it is there.
    pub(crate) is_there: fn(&Project) -> bool,
    /// Where it comes from.
    pub(crate) source: Source,
}

/// Where a [`Need`] comes from.
#[derive(Clone)]
pub(crate) enum Source {
    /// Debian packages.
    Debian(&'static [&'static str]),
    /// A function of ours that installs it, and how to do the same by hand.
    Steps(fn(&Project, Packages) -> Result<()>, &'static str),
    /// Only a person can bring it.
    Person(&'static str),
}

impl Setup {
    /// Everything missing is installed.
    pub(crate) fn allowed() -> Self {
        Self { may_install: true }
    }

    /// Nothing is installed; what is missing is named.
    pub(crate) fn forbidden() -> Self {
        Self { may_install: false }
    }

    /// Makes sure that everything in `needs` is there.
    ///
    /// # Errors
    /// A list of what is missing and how to get it, when it may not or cannot be installed.
    pub(crate) fn ensure(self, project: &Project, needs: &[Need]) -> Result<()> {
        let missing = missing(project, needs);
        if missing.is_empty() {
            return Ok(());
        }
        let packages = Packages::of_this_machine();
        if !self.may_install {
            bail!("{}", list("missing, and --no-setup forbids installing", &missing));
        }
        if missing
            .iter()
            .any(|need| matches!(need.source, Source::Person(_)))
        {
            bail!("{}", list("missing", &missing));
        }
        let wanted: Vec<_> = missing
            .iter()
            .flat_map(|need| need.source.packages())
            .copied()
            .collect();
        if let (false, Some(obstacle)) = (wanted.is_empty(), packages.obstacle()) {
            bail!("{}", list(&format!("{obstacle}. Missing"), &missing));
        }
        for need in missing.iter().filter(|need| !need.source.packages().is_empty()) {
            announce(&format!("Installing {}: {}", need.what, need.why));
        }
        if !wanted.is_empty()
            && let Err(error) = packages.install(project, &wanted)
        {
            bail!("{}", list(&format!("{error:#}. Missing"), &missing));
        }
        for need in &missing {
            if let Source::Steps(install, _) = need.source {
                announce(&format!("Installing {}: {}", need.what, need.why));
                if let Err(error) = install(project, packages) {
                    bail!(
                        "{}",
                        list(&format!("{error:#}. Missing"), std::slice::from_ref(need))
                    );
                }
            }
        }
        let still = self::missing(project, &missing);
        if !still.is_empty() {
            bail!("{}", list("still missing after installing", &still));
        }
        Ok(())
    }

    /// Installs what is pinned by a lock file of ours, if this run may.
    ///
    /// # Errors
    /// If it may not, or the installation fails.
    pub(crate) fn install(self, what: &str, why: &str, steps: impl FnOnce() -> Result<()>) -> Result<()> {
        if !self.may_install {
            bail!("missing, and --no-setup forbids installing:\n  {what}\n      {why}");
        }
        announce(&format!("Installing {what}: {why}"));
        steps()
    }
}

impl Source {
    fn packages(&self) -> &'static [&'static str] {
        match self {
            Self::Debian(packages) => packages,
            Self::Steps(..) | Self::Person(_) => &[],
        }
    }

    fn by_hand(&self) -> String {
        match self {
            Self::Debian(packages) => format!("apt-get install {}", packages.join(" ")),
            Self::Steps(_, by_hand) | Self::Person(by_hand) => (*by_hand).to_owned(),
        }
    }
}

/// Installs everything that any command needs.
///
/// # Errors
/// A list of what is missing.
pub(crate) fn everything(project: &Project) -> Result<()> {
    let needs: Vec<_> = [for_lints(), for_wasm(), for_build(), for_browsers()].concat();
    Setup::allowed().ensure(project, &needs)?;
    println!("Everything is there.");
    Ok(())
}

/// What building the server and the web client needs, besides the WebAssembly module.
pub(crate) fn for_build() -> Vec<Need> {
    vec![
        Need {
            what: "a C compiler",
            why: "builds SQLite and the TLS library into the server",
            is_there: |_| find_program("cc").is_some() && find_program("make").is_some(),
            source: Source::Debian(&["build-essential"]),
        },
        Need {
            what: "Node.js 20.19 or newer, with npm",
            why: "builds and tests the web client",
            is_there: |project| find_program("npm").is_some() && node_version(project) >= Some((20, 19)),
            source: Source::Person(
                "install Node.js 20 (Debian 12's own is too old), so that `node` and `npm` are on the path",
            ),
        },
    ]
}

/// What building the WebAssembly module needs.
pub(crate) fn for_wasm() -> Vec<Need> {
    vec![
        Need {
            what: "a Rust toolchain for WebAssembly",
            why: "compiles the key code for the browser",
            is_there: |project| wasm::Toolchain::find(project).is_some(),
            source: Source::Steps(
                wasm::install_toolchain,
                "rustup target add wasm32-unknown-unknown\n      or: apt-get install rustc-web cargo-web rust-web-src lld-19",
            ),
        },
        Need {
            what: "wasm-bindgen",
            why: "joins the WebAssembly module to TypeScript; its version must be that of the library in Cargo.lock",
            is_there: wasm::has_bindgen,
            source: Source::Steps(
                wasm::install_bindgen,
                "cargo install wasm-bindgen-cli --version =X --root target/tools, with X from Cargo.lock",
            ),
        },
    ]
}

/// What the tests in browsers need.
pub(crate) fn for_browsers() -> Vec<Need> {
    vec![
        Need {
            what: "Chromium",
            why: "one of the two browsers that the tests drive",
            is_there: |_| find_program("chromium").is_some(),
            source: Source::Debian(&["chromium"]),
        },
        Need {
            what: "Firefox ESR",
            why: "one of the two browsers that the tests drive",
            is_there: |_| find_program("firefox-esr").is_some(),
            source: Source::Debian(&["firefox-esr"]),
        },
        Need {
            what: "a font with emoji",
            why: "the safety code is seven emoji, and the screenshots show it",
            is_there: |_| std::path::Path::new("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf").exists(),
            source: Source::Debian(&["fonts-noto-color-emoji"]),
        },
        Need {
            what: "tcpdump",
            why: "the tests capture the media port and look for plaintext",
            is_there: |_| find_program("tcpdump").is_some(),
            source: Source::Debian(&["tcpdump"]),
        },
        Need {
            what: "aiosmtpd for Debian's Python",
            why: "the mail server that the tests of sign-in codes send through",
            is_there: |_| std::path::Path::new("/usr/lib/python3/dist-packages/aiosmtpd").exists(),
            source: Source::Debian(&["python3-aiosmtpd"]),
        },
    ]
}

/// What the measurements need besides.
pub(crate) fn for_bench() -> Vec<Need> {
    vec![Need {
        what: "ip (iproute2)",
        why: "the measurements run in a network namespace of their own",
        is_there: |_| find_program("ip").is_some(),
        source: Source::Debian(&["iproute2"]),
    }]
}

/// What the checks of the Rust code need.
pub(crate) fn for_lints() -> Vec<Need> {
    vec![Need {
        what: "rustfmt and clippy",
        why: "check how the code is written",
        is_there: |project| {
            ["fmt", "clippy"].iter().all(|name| {
                let mut version = project.cargo(&[name, "--version"]);
                version
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .is_ok_and(|status| status.success())
            })
        },
        source: Source::Steps(
            |project, _| {
                crate::shell::run(
                    project
                        .command("rustup")
                        .args(["component", "add", "rustfmt", "clippy"]),
                )
            },
            "rustup component add rustfmt clippy",
        ),
    }]
}

fn missing(project: &Project, needs: &[Need]) -> Vec<Need> {
    needs
        .iter()
        .filter(|need| !(need.is_there)(project))
        .cloned()
        .collect()
}

fn list(head: &str, needs: &[Need]) -> String {
    let items = needs.iter().map(|need| {
        format!(
            "\n  {}\n      {}\n      {}",
            need.what,
            need.why,
            need.source.by_hand()
        )
    });
    format!("{head}:{}", items.collect::<String>())
}

fn node_version(project: &Project) -> Option<(u32, u32)> {
    let text = read(project.command("node").arg("--version")).ok()?;
    let mut numbers = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_setup_everything_missing_is_named_at_once() {
        let needs = [
            need("one", Source::Debian(&["one-package"])),
            need("two", Source::Person("ask for two")),
        ];
        let error = Setup::forbidden()
            .ensure(&Project::find(), &needs)
            .expect_err("both are missing");
        let text = error.to_string();
        assert!(text.contains("--no-setup forbids installing"), "{text}");
        assert!(
            text.contains("one\n") && text.contains("apt-get install one-package"),
            "{text}"
        );
        assert!(text.contains("two\n") && text.contains("ask for two"), "{text}");
    }

    #[test]
    fn nothing_is_installed_while_a_person_has_to_bring_something() {
        let steps = Source::Steps(|_, _| panic!("must not be installed"), "by hand");
        let needs = [need("one", steps), need("two", Source::Person("ask for two"))];
        let error = Setup::allowed()
            .ensure(&Project::find(), &needs)
            .expect_err("two is missing");
        assert!(error.to_string().contains("ask for two"), "{error}");
    }

    #[test]
    fn what_is_missing_after_installing_is_named() {
        let needs = [need("one", Source::Steps(|_, _| Ok(()), "by hand"))];
        let error = Setup::allowed()
            .ensure(&Project::find(), &needs)
            .expect_err("one is still missing");
        assert!(
            error.to_string().contains("still missing after installing"),
            "{error}"
        );
    }

    fn need(what: &'static str, source: Source) -> Need {
        Need {
            what,
            why: "the test wants it",
            is_there: |_| false,
            source,
        }
    }
}
