// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which crate may link which (invariants 1 and 5, and the direction of imports).

use super::{
    Finding,
    graph::{Graph, Member},
    sources::Source,
};

/// Checks the dependency graph.
pub(super) fn check(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in graph.members() {
        findings.extend(imports_run_one_way(graph, member));
        findings.extend(sides_stay_apart(graph, member));
        findings.extend(specialities_stay_home(graph, member));
        findings.extend(bindings_stay_thin(graph, member));
    }
    for name in CLIENT.iter().chain(SERVER) {
        // A renamed crate would slip out of the rules unnoticed.
        if !graph.members().any(|member| member.name == *name) {
            findings.push(Finding::new(
                *name,
                "is named in tidy's rules, and no such package exists",
            ));
        }
    }
    findings
}

/// Checks that the bindings stay so small that nothing can be decided in them.
pub(super) fn check_bindings(sources: &[Source]) -> Vec<Finding> {
    let lines: usize = sources
        .iter()
        .filter(|one| one.path.starts_with("apps/wasm/src"))
        .map(Source::line_count)
        .sum();
    if lines > BINDINGS_LIMIT {
        let message =
            format!("has {lines} lines, at most {BINDINGS_LIMIT} are allowed: decisions belong in `session`");
        return vec![Finding::new("apps/wasm", message)];
    }
    Vec::new()
}

/// apps -> io -> core; nothing that ships links what is under dev.
fn imports_run_one_way(graph: &Graph, member: Member<'_>) -> Vec<Finding> {
    let own = layer(member.folder);
    let upward = graph
        .dependencies(member)
        .into_iter()
        .filter(|one| one.folder.is_some_and(|other| layer(other) > own));
    upward
        .map(|one| {
            Finding::new(
                member.folder,
                format!("links {}: imports run apps -> io -> core", one.name),
            )
        })
        .collect()
}

/// Client and server crates meet only in `protocol`; under dev, both sides may be linked.
fn sides_stay_apart(graph: &Graph, member: Member<'_>) -> Vec<Finding> {
    if member.folder.starts_with("dev/") {
        return Vec::new();
    }
    let (side, others) = match () {
        () if SERVER.contains(&member.name) => ("a server crate", CLIENT),
        () if CLIENT.contains(&member.name) => ("a client crate", SERVER),
        () => (
            "a crate of both sides",
            if member.folder == "apps/incamera" {
                CLIENT
            } else {
                SERVER
            },
        ),
    };
    let ways = others.iter().filter_map(|other| graph.way(member, other));
    ways.map(|way| {
        Finding::new(
            member.folder,
            format!("{side} links the other side: {}", way.join(" -> ")),
        )
    })
    .collect()
}

/// Some crates of others have one home in what ships; what attacks it under dev may use them too.
fn specialities_stay_home(graph: &Graph, member: Member<'_>) -> Vec<Finding> {
    if member.folder.starts_with("dev/") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for dependency in graph.dependencies(member) {
        // The leaf crate for the browser switches a feature on there, which is not a use.
        let is_feature_switch = member.folder == "apps/wasm" && !dependency.is_everywhere;
        for (prefix, homes) in HOMES {
            let is_one = dependency.folder.is_none() && dependency.name.starts_with(prefix);
            if is_one && !homes.contains(&member.folder) && !is_feature_switch {
                let message = format!(
                    "links {}, which is reached only through {}",
                    dependency.name,
                    homes.join(", ")
                );
                findings.push(Finding::new(member.folder, message));
            }
        }
    }
    findings
}

/// `wasm` decides nothing, so it needs nothing to decide with.
fn bindings_stay_thin(graph: &Graph, member: Member<'_>) -> Vec<Finding> {
    if member.folder != "apps/wasm" {
        return Vec::new();
    }
    let extra = graph
        .dependencies(member)
        .into_iter()
        .filter(|one| one.is_everywhere && !BINDINGS.contains(&one.name));
    extra
        .map(|one| Finding::new(member.folder, format!("links {}: wasm decides nothing", one.name)))
        .collect()
}

fn layer(folder: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| folder.starts_with(layer))
        .unwrap_or(LAYERS.len())
}

const LAYERS: &[&str] = &["core/", "io/", "apps/", "dev/"];
const CLIENT: &[&str] = &[
    "incamera-e2ee",
    "incamera-session",
    "incamera-segmentation",
    "incamera-bot",
    "incamera-wasm",
];
const SERVER: &[&str] = &[
    "incamera-account",
    "incamera-policy",
    "incamera-identity",
    "incamera-delivery",
    "incamera-meeting",
    "incamera-sfu",
    "incamera-store",
    "incamera-media",
    "incamera-server",
    "incamera",
];
const HOMES: &[(&str, &[&str])] = &[
    ("openmls", &["core/e2ee", "core/delivery", "core/mls-memory"]),
    ("sqlx", &["io/store"]),
    ("rusqlite", &["io/store"]),
    ("libsqlite3-sys", &["io/store"]),
    ("cedar-policy", &["core/policy"]),
    ("webauthn-rs", &["io/identity"]),
    ("openidconnect", &["io/identity"]),
    ("lettre", &["io/identity"]),
    ("str0m", &["core/sfu", "io/media", "apps/bot"]),
    ("axum", &["io/server"]),
    ("quinn-udp", &["io/media"]),
];
const BINDINGS: &[&str] = &[
    "incamera-e2ee",
    "incamera-protocol",
    "incamera-segmentation",
    "incamera-session",
    "js-sys",
    "rand_chacha",
    "serde",
    "serde_json",
    "wasm-bindgen",
    "zeroize",
];
// Room for one short function per call in each direction. Whoever needs more is about to decide something there.
const BINDINGS_LIMIT: usize = 800;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_as_it_should_be_has_no_findings() {
        assert_eq!(check(&house(&[])), []);
    }

    #[test]
    fn a_server_crate_that_reaches_the_keys_is_reported_with_the_way() {
        reports(
            &[
                "core/meeting incamera-meeting: incamera-protocol, glue",
                "glue: incamera-e2ee",
            ],
            "core/meeting: a server crate links the other side: incamera-meeting -> glue -> incamera-e2ee",
        );
    }

    #[test]
    fn a_client_crate_that_reaches_the_server_is_reported() {
        reports(
            &["core/session incamera-session: incamera-e2ee, incamera-sfu"],
            "core/session: a client crate links the other side: incamera-session -> incamera-sfu",
        );
    }

    #[test]
    fn what_both_sides_share_links_neither() {
        reports(
            &["core/protocol incamera-protocol: incamera-delivery"],
            "core/protocol: a crate of both sides links the other side: incamera-protocol -> incamera-delivery",
        );
    }

    #[test]
    fn core_that_links_io_is_reported() {
        reports(
            &["core/sfu incamera-sfu: incamera-protocol, incamera-media"],
            "core/sfu: links incamera-media: imports run apps -> io -> core",
        );
    }

    #[test]
    fn what_ships_does_not_link_the_simulator() {
        reports(
            &["apps/bot incamera-bot: incamera-session, incamera-sim"],
            "apps/bot: links incamera-sim: imports run apps -> io -> core",
        );
    }

    #[test]
    fn openmls_and_sql_away_from_home_are_reported() {
        reports(
            &["core/session incamera-session: incamera-e2ee, openmls_traits"],
            "core/session: links openmls_traits, which is reached only through core/e2ee, core/delivery, core/mls-memory",
        );
        reports(
            &["io/server incamera-server: incamera-store, sqlx"],
            "io/server: links sqlx, which is reached only through io/store",
        );
        reports(
            &["apps/wasm incamera-wasm: incamera-session, openmls"],
            "apps/wasm: links openmls, which is reached only through core/e2ee, core/delivery, core/mls-memory",
        );
    }

    #[test]
    fn bindings_that_link_more_than_they_bind_are_reported() {
        reports(
            &["apps/wasm incamera-wasm: incamera-session, hmac"],
            "apps/wasm: links hmac: wasm decides nothing",
        );
    }

    #[test]
    fn bindings_that_grow_are_reported() {
        let large = Source::made("apps/wasm/src/lib.rs", &"fn f() {}\n".repeat(BINDINGS_LIMIT + 1));
        assert_eq!(check_bindings(&[large]).len(), 1);
        assert_eq!(
            check_bindings(&[Source::made("apps/wasm/src/lib.rs", "fn f() {}\n")]),
            []
        );
    }

    #[test]
    fn a_crate_that_the_rules_name_and_that_is_gone_is_reported() {
        let graph = Graph::from_lines(&["core/protocol incamera-protocol: serde"]);
        assert!(
            check(&graph)
                .iter()
                .any(|finding| finding.place == "incamera-e2ee")
        );
    }

    #[track_caller]
    fn reports(changed: &[&str], expected: &str) {
        let findings: Vec<_> = check(&house(changed)).iter().map(Finding::to_string).collect();
        assert!(
            findings.iter().any(|finding| finding == expected),
            "{findings:#?}"
        );
    }

    fn house(changed: &[&str]) -> Graph {
        let lines = [
            "core/protocol incamera-protocol: serde",
            "core/mls-memory incamera-mls-memory: openmls",
            "core/e2ee incamera-e2ee: incamera-protocol, incamera-mls-memory, openmls",
            "core/segmentation incamera-segmentation: thiserror",
            "core/session incamera-session: incamera-protocol, incamera-e2ee",
            "core/account incamera-account: incamera-protocol",
            "core/policy incamera-policy: incamera-account, cedar-policy",
            "core/delivery incamera-delivery: incamera-protocol, incamera-mls-memory, openmls",
            "core/meeting incamera-meeting: incamera-protocol, incamera-delivery, incamera-policy",
            "core/sfu incamera-sfu: incamera-protocol, str0m",
            "io/store incamera-store: incamera-account, sqlx",
            "io/identity incamera-identity: incamera-account, webauthn-rs",
            "io/media incamera-media: incamera-sfu, quinn-udp",
            "io/server incamera-server: incamera-store, incamera-media, incamera-meeting, axum",
            "apps/incamera incamera: incamera-server",
            "apps/bot incamera-bot: incamera-session, incamera-e2ee, str0m",
            "apps/wasm incamera-wasm: incamera-session, incamera-segmentation, wasm-bindgen, openmls?",
            "dev/sim incamera-sim: incamera-session, incamera-meeting",
        ];
        Graph::from_lines(&[&lines[..], changed].concat())
    }
}
