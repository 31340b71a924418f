// SPDX-License-Identifier: MIT OR Apache-2.0
//! Only `protocol` types cross the wire (invariant 3).

use super::{Finding, sources::Source};

/// Checks one file of the server: what it sends and receives is defined in `protocol`.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let is_wire =
        WIRE.iter().any(|start| source.path.starts_with(start)) && !NOT_WIRE.contains(&source.path.as_str());
    if !is_wire {
        return Vec::new();
    }
    let own = source.code().filter(|(_, line)| {
        let derives =
            line.contains("derive(") && (line.contains("Serialize") || line.contains("Deserialize"));
        derives || line.contains("json!(") || line.contains("serde_json::Value")
    });
    own.map(|(number, _)| {
        let message = "only types of `protocol` cross the wire: define it there";
        Finding::new(format!("{}:{number}", source.path), message)
    })
    .collect()
}

const WIRE: &[&str] = &["io/server/src/", "apps/wasm/src/"];
// Settings come from a file of the operator.
const NOT_WIRE: &[&str] = &["io/server/src/config.rs"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_defined_in_the_server_is_reported() {
        let text = "#[derive(Debug, Serialize)]\nstruct Answer { id: u8 }\n";
        assert_eq!(
            check(&Source::made("io/server/src/http/meetings.rs", text)).len(),
            1
        );
        assert_eq!(check(&Source::made("core/protocol/src/http.rs", text)), []);
        assert_eq!(check(&Source::made("io/server/src/config.rs", text)), []);
    }

    #[test]
    fn a_body_made_up_in_place_is_reported() {
        let text = "fn f() { Json(json!({ \"id\": 1 })) }\n";
        assert_eq!(
            check(&Source::made("io/server/src/http/meetings.rs", text)).len(),
            1
        );
    }
}
