// SPDX-License-Identifier: MIT OR Apache-2.0
//! The HTTP resources.

use incamera_server::ServerConfig;
use protocol::{
    ErrorCode, Mode,
    http::{MeetingInfo, Problem},
    limits,
};

use crate::support::{World, open_to_all};

#[tokio::test]
async fn a_meeting_is_made_and_found() {
    let world = World::new().await;
    for (text, mode) in [("e2ee", Mode::E2ee), ("standard", Mode::Standard)] {
        let id = world.create_meeting(text).await;
        let response = world.get(&format!("/api/meetings/{id}")).await;
        assert_eq!(response.status, 200);
        let info: MeetingInfo = serde_json::from_slice(&response.body).expect("a meeting");
        assert_eq!((info.id, info.mode, info.is_ended), (id, mode, false));
    }
}

#[tokio::test]
async fn bodies_that_are_no_request_are_refused_with_a_code() {
    let world = World::new().await;
    let key = "A".repeat(43);
    for body in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "{\"mode\":\"plain\"}",
        "{\"mode\":\"e2ee\",\"host_key\":\"short\"}",
        "{\"mode\":\"e2ee\"} trailing",
        &format!("{{\"mode\":\"e2ee\",\"host_key\":\"{key}=\"}}"),
        &"[".repeat(10_000),
    ] {
        world
            .post("/api/meetings", body)
            .await
            .check_problem(400, ErrorCode::Malformed);
    }
    let whole = format!("{{\"mode\":\"e2ee\",\"host_key\":\"{key}\",\"from_the_future\":1}}");
    assert_eq!(world.post("/api/meetings", &whole).await.status, 201);
}

#[tokio::test]
async fn a_body_over_its_limit_is_refused() {
    let world = World::new().await;
    let body = format!(
        "{{\"mode\":\"e2ee\",\"x\":\"{}\"}}",
        "x".repeat(limits::HTTP_BODY_BYTES)
    );
    world
        .post("/api/meetings", &body)
        .await
        .check_problem(413, ErrorCode::TooLarge);
}

#[tokio::test]
async fn a_form_of_another_page_makes_no_meeting() {
    let world = World::new().await;
    let headers = [("content-type", "text/plain")];
    let response = world
        .request("POST /api/meetings HTTP/1.1", &headers, b"{\"mode\":\"e2ee\"}")
        .await;
    response.check_problem(415, ErrorCode::Malformed);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found_in_json() {
    let world = World::new().await;
    for id in ["AAAAAAAAAAAAAAAAAAAAAA", "x", "%00", "AAAAAAAAAAAAAAAAAAAAA%2F"] {
        let response = world.get(&format!("/api/meetings/{id}")).await;
        response.check_problem(404, ErrorCode::UnknownMeeting);
    }
    for path in [
        "/api",
        "/api/",
        "/api/nothing",
        "/api/meetings/a/b",
        "/assets/nothing.js",
        "/nothing.png",
    ] {
        world.get(path).await.check_problem(404, ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn a_wrong_method_is_refused_with_a_code() {
    let world = World::new().await;
    for line in [
        "PUT /api/meetings HTTP/1.1",
        "PUT /api/meetings/AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1",
        "POST /api/openapi.json HTTP/1.1",
        "POST /healthz HTTP/1.1",
        "POST /ws HTTP/1.1",
        "POST / HTTP/1.1",
    ] {
        world
            .request(line, &[], b"")
            .await
            .check_problem(405, ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn one_address_makes_only_so_many_meetings() {
    let config = ServerConfig {
        meetings_per_minute: 2,
        ..open_to_all()
    };
    let world = World::with(config).await;
    for _ in 0..2 {
        world.create_meeting("e2ee").await;
    }
    let third = world.post("/api/meetings", "{\"mode\":\"e2ee\"}").await;
    third.check_problem(429, ErrorCode::RateLimited);
}

#[tokio::test]
async fn a_failing_database_makes_the_server_unready_but_not_dead() {
    let world = World::new().await;
    assert_eq!(world.get("/readyz").await.status, 200);
    world.close_store().await;
    world
        .get("/readyz")
        .await
        .check_problem(503, ErrorCode::Unavailable);
    assert_eq!(world.get("/healthz").await.status, 200);
    let response = world.post("/api/meetings", "{\"mode\":\"e2ee\"}").await;
    response.check_problem(500, ErrorCode::Internal);
    let problem: Problem = serde_json::from_slice(&response.body).expect("a problem");
    assert_eq!(
        problem.message, "internal error",
        "the cause is nobody else's business"
    );
}

#[tokio::test]
async fn a_stopped_media_worker_makes_the_server_unready() {
    let world = World::new().await;
    world.stop_media().await;
    world
        .get("/readyz")
        .await
        .check_problem(503, ErrorCode::Unavailable);
    assert_eq!(world.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn metrics_count_and_tell_nobody_apart() {
    let world = World::new().await;
    let meeting = world.create_meeting("standard").await;
    let (mut client, _) = world.join(meeting, None).await;
    client.check_alive().await;
    let response = world.get("/metrics").await;
    let text = response.body();
    for line in [
        "incamera_connections 1",
        "incamera_live_meetings 1",
        "incamera_participants 1",
        "incamera_meetings_created_total 1",
        "incamera_http_requests_total{status=\"201\"} 1",
    ] {
        assert!(
            text.lines().any(|known| known == line),
            "{line} is not in\n{text}"
        );
    }
    assert!(!text.contains(&meeting.to_string()));
    assert!(!text.contains("127.0.0.1"));
}
