// SPDX-License-Identifier: MIT OR Apache-2.0
//! The description of the HTTP interface says what the server does.

use protocol::{ErrorCode, http::MeetingInfo};
use serde_json::Value;

use crate::support::World;

#[tokio::test]
async fn what_can_be_read_looks_as_described() {
    let world = World::new().await;
    let operator = world.operator().await;
    let document: Value = serde_json::from_slice(&world.get("/api/openapi.json").await.body).expect("JSON");
    let body = "{\"mode\":\"e2ee\",\"title\":\"Monday\"}";
    let made = world
        .ask(Some(&operator), "POST", "/api/meetings", Some(body))
        .await;
    let meeting = made.json::<MeetingInfo>().id.to_string();
    world.sign_in("ana@example.org").await;
    let invited = "{\"email\":\"ben@example.org\"}";
    world
        .ask(
            Some(&operator),
            "POST",
            "/api/operator/invitations",
            Some(invited),
        )
        .await;
    let mut read = 0;
    for (path, operations) in document["paths"].as_object().expect("paths") {
        let operation = &operations["get"];
        if operation.is_null() || path == "/ws" || path.contains("{provider}") {
            continue;
        }
        let id = if path.starts_with("/api/operator") {
            operator.id.to_string()
        } else {
            meeting.clone()
        };
        let path = path.replace("{id}", &id);
        let response = world.ask(Some(&operator), "GET", &path, None).await;
        let described = &operation["responses"]["200"];
        assert_eq!(response.status, 200, "{path}: {}", response.body());
        let content = described["content"].as_object().expect("content");
        let content_type = response.header("content-type").expect("a content type");
        let essence = content_type.split(';').next().unwrap_or_default();
        assert!(content.contains_key(essence), "{path}: {content_type}");
        let schema = &content[essence]["schema"];
        if schema.is_object() {
            let body: Value = serde_json::from_slice(&response.body).expect("JSON");
            check_schema(&document, schema, &body, &path);
        }
        read += 1;
    }
    assert!(read >= 20);
}

#[tokio::test]
async fn every_code_is_described() {
    let world = World::new().await;
    let document: Value = serde_json::from_slice(&world.get("/api/openapi.json").await.body).expect("JSON");
    let described = document["components"]["schemas"]["ErrorCode"]["enum"]
        .as_array()
        .expect("codes");
    for code in described {
        let known: ErrorCode = serde_json::from_value(code.clone()).expect("a code of the protocol");
        assert_eq!(Some(known.as_str()), code.as_str());
    }
    // Serde lists all variants when it meets an unknown one.
    let unknown = serde_json::from_str::<ErrorCode>("\"?\"")
        .expect_err("no such code")
        .to_string();
    let listed = unknown.matches('`').count() / 2 - 1;
    assert_eq!(described.len(), listed, "{unknown}");
}

/// Checks that `value` has exactly what is described, all the way down.
#[track_caller]
fn check_schema(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#'));
        return check_schema(document, schema.expect("a schema"), value, place);
    }
    if let Some(either) = schema["oneOf"].as_array() {
        let schema = either
            .iter()
            .find(|schema| (schema["type"] == "null") == value.is_null());
        return check_schema(document, schema.expect("one of them"), value, place);
    }
    if let Some(known) = schema["enum"].as_array() {
        assert!(known.contains(value), "{place}: {value}");
    }
    match schema["type"].as_str() {
        Some("object") => {
            let Some(described) = schema["properties"].as_object() else {
                return;
            };
            let sent = value.as_object().unwrap_or_else(|| panic!("{place}: {value}"));
            for (key, value) in sent {
                let schema = described
                    .get(key)
                    .unwrap_or_else(|| panic!("{place}: {key} is not described"));
                check_schema(document, schema, value, &format!("{place} {key}"));
            }
            for key in schema["required"].as_array().into_iter().flatten() {
                let key = key.as_str().expect("a name");
                assert!(sent.contains_key(key), "{place}: {key} is missing");
            }
        }
        Some("array") => {
            let values = value.as_array().unwrap_or_else(|| panic!("{place}: {value}"));
            for value in values {
                check_schema(document, &schema["items"], value, place);
            }
        }
        Some("string") => assert!(value.is_string(), "{place}: {value}"),
        Some("integer") => assert!(value.is_i64(), "{place}: {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{place}: {value}"),
        Some("null") => assert!(value.is_null(), "{place}: {value}"),
        Some(_) | None => {}
    }
}
