// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whoever guesses waits longer and longer, and a restart does not forgive.

use account::CODE_GUESSES;
use protocol::{ErrorCode, http::Problem};

use crate::support::World;

#[tokio::test]
async fn wrong_codes_cost_time_and_a_restart_does_not_forgive_them() {
    let world = World::new().await;
    let ceremony = world.begin("ana@example.org").await;
    let code = world.code("ana@example.org").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..CODE_GUESSES {
        let response = world.finish(&ceremony, wrong).await;
        response.check_problem(401, ErrorCode::WrongCredentials);
    }
    // The ceremony is spent, even for who has the code.
    let response = world.finish(&ceremony, &code).await;
    assert!(matches!(response.status, 401 | 429), "{}", response.body());
    let world = world.restart().await;
    // Even the right code of another ceremony has to wait.
    let ceremony = world.begin("ana@example.org").await;
    let code = world.code("ana@example.org").await;
    let response = world.finish(&ceremony, &code).await;
    response.check_problem(429, ErrorCode::RateLimited);
    assert!(response.header("retry-after").is_some());
    assert!(
        response
            .json::<Problem>()
            .retry_after_s
            .is_some_and(|wait| wait > 1)
    );
    // Nobody else is kept waiting.
    world.sign_in("ben@example.org").await;
}

#[tokio::test]
async fn an_address_gets_only_so_many_codes() {
    let world = World::new().await;
    let body = "{\"email\":\"ana@example.org\"}";
    let mut sent = 0;
    loop {
        let response = world
            .ask(None, "POST", "/api/sign-in/email/begin", Some(body))
            .await;
        if response.status == 429 {
            break;
        }
        assert_eq!(response.status, 202);
        sent += 1;
        assert!(sent < 20, "mails without end");
    }
    let world = world.restart().await;
    let response = world
        .ask(None, "POST", "/api/sign-in/email/begin", Some(body))
        .await;
    response.check_problem(429, ErrorCode::RateLimited);
    world.begin("ben@example.org").await;
}

#[tokio::test]
async fn one_address_takes_only_so_many_steps() {
    let config = incamera_server::ServerConfig {
        sign_ins_per_minute: 3,
        ..crate::support::open_to_all()
    };
    let world = World::with(config).await;
    for _ in 0..3 {
        let response = world.ask(None, "POST", "/api/sign-in/passkey/begin", None).await;
        assert_eq!(response.status, 200, "{}", response.body());
    }
    let response = world.ask(None, "POST", "/api/sign-in/passkey/begin", None).await;
    response.check_problem(429, ErrorCode::RateLimited);
    // Whoever does not sign in is not concerned.
    world.create_meeting("standard").await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_everybody_has_their_own_allowance() {
    let config = incamera_server::ServerConfig {
        sign_ins_per_minute: 1,
        trusted_proxies: vec!["127.0.0.1/32".parse().expect("a network")],
        ..crate::support::open_to_all()
    };
    let world = World::with(config).await;
    for (forwarded, status) in [("192.0.2.1", 200), ("192.0.2.2", 200), ("192.0.2.1", 429)] {
        let headers = [
            ("content-type", "application/json"),
            ("x-forwarded-for", forwarded),
        ];
        let response = world
            .request("POST /api/sign-in/passkey/begin HTTP/1.1", &headers, b"")
            .await;
        assert_eq!(response.status, status, "{forwarded}");
    }
}
