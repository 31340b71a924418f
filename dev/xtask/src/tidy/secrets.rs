// SPDX-License-Identifier: MIT OR Apache-2.0
//! Keys and plaintext have no `Debug` (invariant 6): what cannot be printed cannot end up in a log.
//!
//! A `Debug` written by hand is a redaction, and allowed where nothing promises that there is none.

use super::{Finding, sources::Source};

/// Checks the types that one file defines: who promises to have no `Debug`, or erases itself, keeps the promise.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    if !source.is(&["rs"]) || source.path.starts_with("dev/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for item in items(&source.text) {
        let is_secret = item.promises || item.erases || SECRETS.contains(&item.name.as_str());
        if (is_secret && item.derives_debug) || (item.promises && item.writes_debug) {
            let message = format!("{} is secret and has `Debug`", item.name);
            findings.push(Finding::new(format!("{}:{}", source.path, item.line), message));
        }
    }
    findings
}

/// Checks that the secrets known by name still exist under their names.
pub(super) fn check_all(sources: &[Source]) -> Vec<Finding> {
    let rust = sources.iter().filter(|source| source.is(&["rs"]));
    let defined: Vec<_> = rust
        .flat_map(|source| items(&source.text))
        .map(|item| item.name)
        .collect();
    let gone = SECRETS
        .iter()
        .filter(|name| !defined.iter().any(|defined| defined == *name));
    gone.map(|name| Finding::new(*name, "is on tidy's list of secrets, and no such type exists"))
        .collect()
}

/// A type definition, as far as this rule looks.
struct Item {
    name: String,
    line: usize,
    /// Its documentation says that it has no `Debug`.
    promises: bool,
    /// It erases itself or a part of it when dropped.
    erases: bool,
    derives_debug: bool,
    writes_debug: bool,
}

fn items(text: &str) -> Vec<Item> {
    let lines: Vec<_> = text.lines().collect();
    let mut items = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = defined(line) else { continue };
        let above: Vec<_> = lines[..index]
            .iter()
            .rev()
            .copied()
            .take_while(|line| is_attached(line))
            .collect();
        let derives: String = above
            .iter()
            .filter(|line| line.contains("derive("))
            .copied()
            .collect();
        items.push(Item {
            line: index + 1,
            promises: above.iter().any(|line| line.contains("no `Debug`")),
            erases: derives.contains("Zeroize")
                || body(&lines[index..]).any(|line| line.contains("Zeroizing<")),
            derives_debug: derives.contains("Debug"),
            writes_debug: lines.iter().any(|line| prints(line).as_deref() == Some(&name)),
            name,
        });
    }
    items
}

/// Returns the name of the type that a line begins to define.
fn defined(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
    let is_definition = matches!(words.next(), Some("struct" | "enum"));
    words.next().filter(|_| is_definition).map(name_of)
}

/// Returns the name of the type for which a line begins to implement `Debug`.
fn prints(line: &str) -> Option<String> {
    let (head, rest) = line.split_once(" for ")?;
    (head.trim_start().starts_with("impl") && head.ends_with("Debug")).then(|| name_of(rest))
}

/// Returns whether a line is documentation or an attribute of what follows.
fn is_attached(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("///") || line.starts_with("#[")
}

/// Returns the lines of the definition that begins with the first one.
fn body<'a>(lines: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let is_end = |line: &&&str| line.starts_with('}') || line.ends_with(';');
    let length = lines
        .iter()
        .position(|line| is_end(&line))
        .map_or(lines.len(), |at| at + 1);
    lines[..length].iter().copied()
}

fn name_of(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

const SECRETS: &[&str] = &[
    "BaseKey",
    "FrameKey",
    "FrameSide",
    "HostKey",
    "InstanceKeys",
    "KeyUpdate",
    "MeetingLink",
    "Member",
    "ResumeToken",
    "StandardKey",
    "StandardKeys",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_promises_no_debug_and_derives_it_is_reported() {
        reports(
            "/// A key. Has no `Debug`.\n#[derive(Clone, Debug)]\npub struct Key([u8; 32]);\n",
            1,
        );
        reports(
            "/// A key. Has no `Debug`.\n#[derive(Clone)]\npub struct Key([u8; 32]);\n",
            0,
        );
    }

    #[test]
    fn who_erases_itself_and_can_be_printed_is_reported() {
        reports("#[derive(Debug, ZeroizeOnDrop)]\nstruct Key([u8; 32]);\n", 1);
        reports(
            "#[derive(Debug)]\nstruct Key {\n    bytes: Zeroizing<[u8; 32]>,\n}\n",
            1,
        );
        reports(
            "#[derive(Debug)]\nstruct Plain {\n    bytes: Vec<u8>,\n}\nstruct Key {\n    b: Zeroizing<u8>,\n}\n",
            0,
        );
    }

    #[test]
    fn debug_written_by_hand_breaks_the_promise_and_is_otherwise_a_redaction() {
        let written = "pub(crate) struct BaseKey<'a>(&'a [u8]);\nimpl fmt::Debug for BaseKey<'_> {\n}\n";
        reports(written, 0);
        reports(&format!("/// Has no `Debug`.\n{written}"), 1);
    }

    #[test]
    fn a_secret_known_by_name_that_derives_debug_is_reported() {
        reports("#[derive(Debug)]\npub struct HostKey(u8);\n", 1);
        reports("#[derive(Debug)]\npub struct HostKeyName(u8);\n", 0);
    }

    #[test]
    fn a_secret_known_by_name_may_not_vanish() {
        let gone = check_all(&[Source::made("core/a/src/lib.rs", "struct BaseKey;\n")]);
        assert_eq!(gone.len(), SECRETS.len() - 1);
    }

    #[track_caller]
    fn reports(text: &str, expected: usize) {
        let findings = check(&Source::made("core/a/src/lib.rs", text));
        assert_eq!(findings.len(), expected, "{findings:?}");
    }
}
