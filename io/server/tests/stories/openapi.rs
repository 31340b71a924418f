// SPDX-License-Identifier: MIT OR Apache-2.0
//! The description of the HTTP interface says what the server does.

use protocol::ErrorCode;
use serde_json::Value;

use crate::support::World;

#[tokio::test]
async fn every_described_resource_answers_as_described() {
    let world = World::new().await;
    let document: Value = serde_json::from_slice(&world.get("/api/openapi.json").await.body).expect("JSON");
    let meeting = world.create_meeting("e2ee").await;
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() >= 6);
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().expect("operations") {
            let path = path.replace("{id}", &meeting.to_string());
            let response = match method.as_str() {
                "get" => world.get(&path).await,
                "post" => world.post(&path, "{\"mode\":\"standard\"}").await,
                other => panic!("the test knows no {other}"),
            };
            let described = &operation["responses"][response.status.to_string()];
            assert!(
                response.status < 300 && described.is_object(),
                "{method} {path}: {}",
                response.status
            );
            let content = described["content"].as_object().expect("content");
            let content_type = response.header("content-type").expect("a content type");
            let essence = content_type.split(';').next().unwrap_or_default();
            assert!(content.contains_key(essence), "{method} {path}: {content_type}");
            if let Some(reference) = content[essence]["schema"]["$ref"].as_str() {
                let body: Value = serde_json::from_slice(&response.body).expect("JSON");
                check_properties(&document, reference, &body);
            }
        }
    }
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

/// Checks that `body` has exactly the described properties.
#[track_caller]
fn check_properties(document: &Value, reference: &str, body: &Value) {
    let schema = document
        .pointer(reference.trim_start_matches('#'))
        .expect("a schema");
    let described = schema["properties"].as_object().expect("properties");
    let sent = body.as_object().expect("an object");
    assert!(sent.keys().all(|key| described.contains_key(key)), "{body}");
    let required = schema["required"].as_array().expect("required properties");
    assert!(
        required
            .iter()
            .all(|key| key.as_str().is_some_and(|key| sent.contains_key(key))),
        "{body}"
    );
}
