// SPDX-License-Identifier: MIT OR Apache-2.0
//! The project's own source files, without what is built or downloaded.

use std::fs;

use anyhow::{Context as _, Result};

use crate::{shell::Project, stamp::files};

/// A source file.
#[derive(Debug)]
pub(super) struct Source {
    /// Its path inside the project.
    pub(super) path: String,
    /// What it says.
    pub(super) text: String,
}

impl Source {
    /// Makes one for a test.
    #[cfg(test)]
    pub(super) fn made(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Returns whether the file's name ends in one of `kinds`.
    pub(super) fn is(&self, kinds: &[&str]) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, kind)| kinds.contains(&kind))
    }

    /// Returns how many lines it has.
    pub(super) fn line_count(&self) -> usize {
        self.text.lines().count()
    }

    /// Returns the numbered lines of what ships: without tests and without comments.
    pub(super) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test =
            self.path.contains("/tests/") || self.path.ends_with("/tests.rs") || self.path.contains(".test.");
        let shipping = if is_test {
            ""
        } else {
            self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
        };
        shipping.lines().enumerate().filter_map(|(index, line)| {
            let code = line.split("// ").next().unwrap_or_default();
            let is_comment = ["//", "*", "/*"]
                .iter()
                .any(|start| line.trim_start().starts_with(start));
            (!is_comment && !code.trim().is_empty()).then_some((index + 1, code))
        })
    }
}

/// Reads all source files of the project.
///
/// # Errors
/// If one cannot be read.
pub(super) fn all(project: &Project) -> Result<Vec<Source>> {
    let root = project.path("");
    let mut sources = Vec::new();
    for folder in FOLDERS {
        for file in files(&root.join(folder), EXCEPT)? {
            let path = file
                .strip_prefix(&root)
                .context("a file outside the project")?
                .to_string_lossy()
                .into_owned();
            let is_built = BUILT.iter().any(|start| path.starts_with(start));
            if is_built
                || !path
                    .rsplit_once('.')
                    .is_some_and(|(_, kind)| KINDS.contains(&kind))
            {
                continue;
            }
            let text = fs::read_to_string(&file).with_context(|| format!("cannot read {path}"))?;
            sources.push(Source { path, text });
        }
    }
    Ok(sources)
}

const FOLDERS: &[&str] = &["core", "io", "apps", "dev", "web", "e2e"];
const EXCEPT: &[&str] = &["node_modules", "dist", "target", "corpus", "out"];
const BUILT: &[&str] = &["web/src/generated/paraglide/", "web/src/generated/wasm/"];
const KINDS: &[&str] = &["rs", "ts", "svelte", "js", "mjs", "css"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_what_ships() {
        let text =
            "//! doc\nuse a; // why\n\n/// doc\nfn b() {}\n#[cfg(test)]\nmod tests {\n    fn c() {}\n}\n";
        let source = Source::made("core/a/src/lib.rs", text);
        let code: Vec<_> = source.code().collect();
        assert_eq!(code, [(2, "use a; "), (5, "fn b() {}")]);
        assert_eq!(Source::made("core/a/tests/b.rs", text).code().count(), 0);
    }
}
