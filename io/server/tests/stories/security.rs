// SPDX-License-Identifier: MIT OR Apache-2.0
//! What browsers are told, and whom the WebSocket refuses.

use incamera_server::ServerConfig;
use protocol::ErrorCode;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, client::IntoClientRequest as _, http::HeaderValue},
};

use crate::support::{Response, World};

#[tokio::test]
async fn every_response_carries_the_security_headers() {
    let world = World::new().await;
    for path in [
        "/",
        "/m/AAAAAAAAAAAAAAAAAAAAAA",
        "/api/nothing",
        "/healthz",
        "/assets/nothing.js",
    ] {
        let response = world.get(path).await;
        let policy = directives(&response);
        for directive in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "worker-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob: mediastream:",
            "font-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(
                policy.iter().any(|known| known == directive),
                "{path}: no {directive} in {policy:?}"
            );
        }
        assert!(
            !policy
                .iter()
                .any(|directive| directive.contains("unsafe-inline") || directive.contains('*'))
        );
        assert_eq!(response.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(
            response.header("cross-origin-resource-policy"),
            Some("same-origin")
        );
        let permissions = response.header("permissions-policy").expect("a policy");
        for feature in ["camera=(self)", "microphone=(self)", "display-capture=(self)"] {
            assert!(permissions.contains(feature), "{permissions}");
        }
    }
}

#[tokio::test]
async fn pages_connect_to_their_own_host_and_a_forged_host_adds_nothing() {
    let world = World::new().await;
    let policy = directives(&world.get("/").await);
    let own = format!("connect-src 'self' ws://{0} wss://{0}", world.address);
    assert!(policy.contains(&own), "{policy:?}");
    for forged in ["evil.example; script-src *", "a b", "*", "x'"] {
        let response = world.request("GET / HTTP/1.1", &[("host", forged)], b"").await;
        if response.status == 200 {
            assert!(
                directives(&response).contains(&String::from("connect-src 'self'")),
                "{forged}"
            );
        }
    }
}

#[tokio::test]
async fn the_page_is_asked_for_anew_and_every_meeting_is_the_page() {
    let world = World::new().await;
    let page = world.get("/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let meeting = world.get("/m/AAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!(meeting.body, page.body);
    let etag = page.header("etag").expect("an etag");
    let again = world
        .request("GET / HTTP/1.1", &[("if-none-match", etag)], b"")
        .await;
    assert_eq!((again.status, again.body.len()), (304, 0));
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_open_the_websocket() {
    let world = World::new().await;
    assert!(
        connect_from(&world, &format!("http://{}", world.address))
            .await
            .is_ok()
    );
    for origin in ["https://evil.example", "null", "http://localhost"] {
        let Err(Error::Http(response)) = connect_from(&world, origin).await else {
            panic!("{origin} was let in");
        };
        assert_eq!(response.status(), 403);
        let body = response.body().as_deref().unwrap_or_default();
        let problem: protocol::http::Problem = serde_json::from_slice(body).expect("a problem");
        assert_eq!(problem.code, ErrorCode::ForeignOrigin);
    }
}

#[tokio::test]
async fn one_address_has_only_so_many_connections() {
    let config = ServerConfig {
        connections_per_address: 2,
        ..ServerConfig::default()
    };
    let world = World::with(config).await;
    let _first = world.connect().await;
    let _second = world.connect().await;
    let refused = connect_async(format!("ws://{}/ws", world.address)).await;
    assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 429));
}

#[tokio::test]
async fn what_is_no_websocket_is_told_so() {
    let world = World::new().await;
    world.get("/ws").await.check_problem(400, ErrorCode::Malformed);
}

async fn connect_from(world: &World, origin: &str) -> Result<(), Error> {
    let mut request = format!("ws://{}/ws", world.address).into_client_request()?;
    request
        .headers_mut()
        .insert("origin", HeaderValue::from_str(origin).expect("plain text"));
    connect_async(request).await.map(drop)
}

fn directives(response: &Response) -> Vec<String> {
    let policy = response.header("content-security-policy").expect("a policy");
    policy.split("; ").map(str::to_owned).collect()
}
