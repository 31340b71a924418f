// SPDX-License-Identifier: MIT OR Apache-2.0
//! Other pages can send a visitor's cookie, and nothing comes of it.

use protocol::{ErrorCode, http::Session};

use crate::{people::Person, support::World};

#[tokio::test]
async fn another_pages_request_changes_nothing() {
    let world = World::new().await;
    let ana = world.sign_in("ana@example.org").await;
    let json = ("content-type", "application/json");
    for (headers, status, code) in [
        (vec![("content-type", "text/plain")], 415, ErrorCode::Malformed),
        (
            vec![("content-type", "application/x-www-form-urlencoded")],
            415,
            ErrorCode::Malformed,
        ),
        (vec![], 415, ErrorCode::Malformed),
        (
            vec![json, ("origin", "https://evil.example")],
            403,
            ErrorCode::ForeignOrigin,
        ),
        (vec![json, ("origin", "null")], 403, ErrorCode::ForeignOrigin),
        (
            vec![json, ("sec-fetch-site", "cross-site")],
            403,
            ErrorCode::ForeignOrigin,
        ),
        (
            vec![json, ("sec-fetch-site", "same-site")],
            403,
            ErrorCode::ForeignOrigin,
        ),
    ] {
        for line in [
            "DELETE /api/account HTTP/1.1",
            "DELETE /api/session HTTP/1.1",
            "POST /api/account/vouchers HTTP/1.1",
        ] {
            let cookie = ana.cookie();
            let mut headers = headers.clone();
            headers.push(("cookie", &cookie));
            world
                .request(line, &headers, b"{}")
                .await
                .check_problem(status, code);
        }
    }
    assert!(is_signed_in(&world, &ana).await);
}

#[tokio::test]
async fn another_site_ties_no_provider_to_an_account() {
    let world = World::new().await;
    let ana = world.sign_in("ana@example.org").await;
    let cookie = ana.cookie();
    for (site, problem) in [
        ("cross-site", "foreign_origin"),
        ("same-site", "foreign_origin"),
        ("same-origin", "not_found"),
        ("none", "not_found"),
    ] {
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", site)];
        let line = "GET /api/account/bindings/oidc/none HTTP/1.1";
        let response = world.request(line, &headers, b"").await;
        let place = format!("/account?problem={problem}");
        assert_eq!(
            (response.status, response.header("location")),
            (303, Some(place.as_str())),
            "{site}"
        );
    }
}

#[tokio::test]
async fn the_own_page_may() {
    let world = World::new().await;
    let ana = world.sign_in("ana@example.org").await;
    let origin = format!("http://{}", world.address);
    let cookie = ana.cookie();
    let headers = [
        ("content-type", "application/json"),
        ("origin", origin.as_str()),
        ("sec-fetch-site", "same-origin"),
        ("cookie", cookie.as_str()),
    ];
    let out = world.request("DELETE /api/session HTTP/1.1", &headers, b"").await;
    assert_eq!(out.status, 204);
    assert!(!is_signed_in(&world, &ana).await);
}

async fn is_signed_in(world: &World, person: &Person) -> bool {
    let session = world.ask(Some(person), "GET", "/api/session", None).await;
    session.json::<Session>().account.is_some()
}
