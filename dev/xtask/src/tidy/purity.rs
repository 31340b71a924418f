// SPDX-License-Identifier: MIT OR Apache-2.0
//! `core` is pure (invariants 1, 2 and 4): no I/O, no clock, no randomness of its own; the server's part of it holds no
//! private group state and reads no payload. Clippy bans the calls (core/clippy.toml); this bans the crates and the types.

use super::{Finding, graph::Graph, sources::Source};

/// Checks what the crates of `core` link.
pub(super) fn check_graph(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in graph
        .members()
        .filter(|member| member.folder.starts_with("core/"))
    {
        for dependency in graph
            .dependencies(member)
            .iter()
            .filter(|one| WORLDLY.contains(&one.name))
        {
            findings.push(Finding::new(
                member.folder,
                format!("links {}: core touches nothing", dependency.name),
            ));
        }
        let ways = UNREACHABLE.iter().filter_map(|name| graph.way(member, name));
        findings.extend(ways.map(|way| Finding::new(member.folder, format!("reaches {}", way.join(" -> ")))));
    }
    findings
}

/// Checks what a file of `core` names.
pub(super) fn check_source(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, word, except, message) in WORDS {
        if !source.path.starts_with(folder) || except.contains(&source.path.as_str()) || !source.is(&["rs"]) {
            continue;
        }
        let found = source.code().filter(|(_, line)| line.contains(word));
        findings.extend(found.map(|(number, _)| Finding::new(format!("{}:{number}", source.path), *message)));
    }
    findings
}

// By themselves; below OpenMLS some of them are out of our hands, and its provider's documentation says so.
const WORLDLY: &[&str] = &[
    "chrono",
    "crossbeam-channel",
    "getrandom",
    "parking_lot",
    "quinn-udp",
    "rand",
    "rayon",
    "reqwest",
    "smol",
    "socket2",
    "time",
    "web-time",
];
const UNREACHABLE: &[&str] = &["axum", "hyper", "mio", "sqlx", "tokio"];
// They run where the crate is compiled, and are no part of it.
const BUILD_SCRIPTS: &[&str] = &["core/session/build.rs"];
const WORDS: &[(&str, &str, &[&str], &str)] = &[
    (
        "core/delivery/",
        "MlsGroup",
        &[],
        "delivery holds no private group state: use `PublicGroup`",
    ),
    (
        "core/delivery/",
        "SignatureKeyPair",
        &[],
        "delivery holds no private key",
    ),
    ("core/", "unsafe ", &[], "no `unsafe` in core"),
    ("core/", "static mut", &[], "no global state in core"),
    ("core/", "thread_local!", &[], "no global state in core"),
    ("core/", "OnceLock", &[], "no global state in core"),
    ("core/", "LazyLock", &[], "no global state in core"),
    (
        "core/",
        "env::var",
        BUILD_SCRIPTS,
        "core does not read the environment",
    ),
    ("core/", "fs::", BUILD_SCRIPTS, "core does not read files"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pure_crate_has_no_findings() {
        assert_eq!(
            check_graph(&Graph::from_lines(&[
                "core/a a: rand_core, openmls",
                "openmls: rand, web-time"
            ])),
            []
        );
        assert_eq!(check_graph(&Graph::from_lines(&["io/a a: tokio, rand"])), []);
    }

    #[test]
    fn randomness_and_clocks_are_reported() {
        let findings = check_graph(&Graph::from_lines(&["core/a a: rand, chrono"]));
        assert_eq!(findings.len(), 2, "{findings:?}");
    }

    #[test]
    fn a_runtime_is_reported_however_far_away() {
        let findings = check_graph(&Graph::from_lines(&["core/a a: b", "b: tokio"]));
        assert_eq!(
            findings.iter().map(Finding::to_string).collect::<Vec<_>>(),
            ["core/a: reaches a -> b -> tokio"]
        );
    }

    #[test]
    fn private_group_state_in_delivery_is_reported_outside_of_tests() {
        let text = "use openmls::MlsGroup;\n#[cfg(test)]\nmod tests {\n    use openmls::MlsGroup;\n}\n";
        let findings = check_source(&Source::made("core/delivery/src/lib.rs", text));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(check_source(&Source::made("core/e2ee/src/lib.rs", text)), []);
    }

    #[test]
    fn global_state_in_core_is_reported() {
        let text = "static A: OnceLock<u8> = OnceLock::new();\n";
        assert_eq!(check_source(&Source::made("core/a/src/lib.rs", text)).len(), 1);
        assert_eq!(check_source(&Source::made("io/a/src/lib.rs", text)), []);
    }
}
