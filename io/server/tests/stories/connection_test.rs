// SPDX-License-Identifier: MIT OR Apache-2.0
//! Trying the connection needs no meeting, leaves nothing behind, and is nothing to live on.

use protocol::{
    ErrorCode,
    http::{ConnectionTestAnswer, Problem},
};
use serde_json::json;

use crate::support::{Response, World};

#[tokio::test]
async fn both_offers_are_answered_with_candidates_for_udp_and_tcp() {
    let world = World::new().await;
    let response = begin(&world, &offer("sendonly"), "0", &offer("recvonly")).await;
    assert_eq!(response.status, 200, "{}", response.body());
    let answer = response.json::<ConnectionTestAnswer>();
    assert!(
        answer.sending.0.contains("a=recvonly"),
        "the server hears the one"
    );
    assert!(
        answer.receiving.0.contains("a=sendonly"),
        "and speaks to the other"
    );
    for sdp in [&answer.sending.0, &answer.receiving.0] {
        let candidates = sdp.lines().filter(|line| line.starts_with("a=candidate"));
        let ways: Vec<_> = candidates.map(str::to_ascii_lowercase).collect();
        for way in [" udp ", " tcp "] {
            assert!(ways.iter().any(|line| line.contains(way)), "{sdp}");
        }
    }
    assert!(answer.seconds <= 30, "nobody holds a call in it");
    assert!(
        world
            .store
            .occupied_meetings()
            .await
            .expect("an answer")
            .is_empty(),
        "nothing is written down"
    );
}

#[tokio::test]
async fn what_is_no_test_is_refused() {
    let world = World::new().await;
    let (sends, receives) = (offer("sendonly"), offer("recvonly"));
    for (sending, mid, receiving) in [
        ("v=0", "0", receives.as_str()),
        (sends.as_str(), "0", "v=0"),
        (sends.as_str(), "7", receives.as_str()),
        (receives.as_str(), "0", receives.as_str()),
    ] {
        let response = begin(&world, sending, mid, receiving).await;
        assert_eq!(response.status, 400, "{}", response.body());
        assert_eq!(response.json::<Problem>().code, ErrorCode::Malformed);
    }
    let response = begin(&world, &sends.repeat(40), "0", &receives).await;
    assert_eq!(response.status, 413, "{}", response.body());
}

#[tokio::test]
async fn one_address_has_so_many_tests_and_no_more() {
    let world = World::new().await;
    let (sending, receiving) = (offer("sendonly"), offer("recvonly"));
    let mut answered = 0;
    let refused = loop {
        let response = begin(&world, &sending, "0", &receiving).await;
        if response.status != 200 {
            break response;
        }
        answered += 1;
        assert!(answered <= 60, "there is an end to it");
    };
    assert_eq!(refused.status, 429, "{}", refused.body());
    assert!(answered >= 10, "a room full of people gets its turn");
}

async fn begin(world: &World, sending: &str, mid: &str, receiving: &str) -> Response {
    let body = json!({"sending": sending, "mid": mid, "receiving": receiving}).to_string();
    world
        .ask(None, "POST", "/api/connection-tests", Some(&body))
        .await
}

/// An offer as browsers make it, with one audio line.
fn offer(direction: &str) -> String {
    let fingerprint = ["AB"; 32].join(":");
    [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        &format!("a={direction}"),
        "a=rtcp-mux",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        &format!("a=fingerprint:sha-256 {fingerprint}"),
        "a=setup:actpass",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=ssrc:1234 cname:one",
        "",
    ]
    .join("\r\n")
}
