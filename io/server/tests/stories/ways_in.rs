// SPDX-License-Identifier: MIT OR Apache-2.0
//! Signing in and out, and what a session is.

use account::FRESH_FOR;
use protocol::{
    ErrorCode,
    http::{Session, SessionEntry},
};

use crate::{
    people::{now, signed_in},
    support::World,
};

#[tokio::test]
async fn the_first_link_makes_an_operator_and_only_once() {
    let world = World::new().await;
    let token = world.operator_token().expect("nobody is the operator").to_owned();
    let operator = world.operator().await;
    let session = world
        .ask(Some(&operator), "GET", "/api/session", None)
        .await
        .json::<Session>();
    assert!(session.is_fresh && session.account.is_some_and(|account| account.is_operator));
    assert_eq!(
        world
            .ask(Some(&operator), "GET", "/api/operator/accounts", None)
            .await
            .status,
        200
    );

    let body = format!("{{\"token\":\"{token}\"}}");
    let again = world
        .ask(None, "POST", "/api/sign-in/operator", Some(&body))
        .await;
    again.check_problem(401, ErrorCode::WrongCredentials);
    let world = world.restart().await;
    assert_eq!(world.operator_token(), None, "there is an operator");
    assert_eq!(
        world
            .ask(Some(&operator), "GET", "/api/operator/accounts", None)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn whoever_is_signed_in_becomes_the_operator_as_who_they_are() {
    let world = World::new().await;
    let ana = world.sign_in("ana@example.org").await;
    let body = format!(
        "{{\"token\":\"{}\"}}",
        world.operator_token().expect("no operator yet")
    );
    let response = world
        .ask(Some(&ana), "POST", "/api/sign-in/operator", Some(&body))
        .await;
    let session = response.json::<Session>();
    assert!(
        session
            .account
            .is_some_and(|account| account.id == ana.id && account.is_operator)
    );
}

#[tokio::test]
async fn a_code_opens_the_same_account_every_time() {
    let world = World::new().await;
    let first = world.sign_in("ana@example.org").await;
    let second = world.sign_in("Ana@Example.org").await;
    assert_eq!(first.id, second.id);
    assert_ne!(first.token(), second.token());
    let other = world.sign_in("ben@example.org").await;
    assert_ne!(first.id, other.id);
}

#[tokio::test]
async fn nothing_tells_whether_somebody_has_the_address() {
    let world = World::new().await;
    world.sign_in("ana@example.org").await;
    let mut answers = Vec::new();
    for email in ["ana@example.org", "nobody@example.org"] {
        let body = format!("{{\"email\":\"{email}\"}}");
        let begun = world
            .ask(None, "POST", "/api/sign-in/email/begin", Some(&body))
            .await;
        let ceremony = begun.json::<protocol::http::Ceremony>().ceremony.0;
        let wrong = if world.code(email).await == "000000" {
            "000001"
        } else {
            "000000"
        };
        let refused = world.finish(&ceremony, wrong).await;
        refused.check_problem(401, ErrorCode::WrongCredentials);
        answers.push((begun.status, ceremony.len(), refused.body()));
    }
    assert_eq!(answers[0], answers[1]);
    let unknown = world.finish("AAAAAAAAAAAAAAAAAAAAAA", "000000").await;
    assert_eq!(unknown.body(), answers[0].2, "nor whether there was a ceremony");
    assert_eq!(world.finish("?", "12").await.body(), answers[0].2);
}

#[tokio::test]
async fn a_code_works_once_and_only_for_its_ceremony() {
    let world = World::new().await;
    let ceremony = world.begin("ana@example.org").await;
    let code = world.code("ana@example.org").await;
    let other = world.begin("ben@example.org").await;
    if world.code("ben@example.org").await != code {
        world
            .finish(&other, &code)
            .await
            .check_problem(401, ErrorCode::WrongCredentials);
    }
    signed_in(&world.finish(&ceremony, &code).await);
    world
        .finish(&ceremony, &code)
        .await
        .check_problem(401, ErrorCode::WrongCredentials);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let world = World::new().await;
    let here = world.sign_in("ana@example.org").await;
    let there = world.sign_in("ana@example.org").await;
    let response = world.ask(Some(&here), "GET", "/api/account/sessions", None).await;
    assert!(!response.body().contains(here.token()));
    let sessions = response.json::<Vec<SessionEntry>>();
    assert_eq!(sessions.len(), 2);
    let other = sessions
        .iter()
        .find(|session| !session.is_current)
        .expect("the other one");
    let path = format!("/api/account/sessions/{}", other.id);
    let ben = world.sign_in("ben@example.org").await;
    world
        .ask(Some(&ben), "DELETE", &path, None)
        .await
        .check_problem(404, ErrorCode::NotFound);
    assert_eq!(world.ask(Some(&here), "DELETE", &path, None).await.status, 204);
    assert!(
        world
            .ask(Some(&there), "GET", "/api/session", None)
            .await
            .json::<Session>()
            .account
            .is_none()
    );
    assert!(
        world
            .ask(Some(&here), "GET", "/api/session", None)
            .await
            .json::<Session>()
            .account
            .is_some()
    );
    let out = world.ask(Some(&here), "DELETE", "/api/session", None).await;
    assert!(
        out.header("set-cookie")
            .is_some_and(|cookie| cookie.contains("Max-Age=0"))
    );
    world
        .ask(Some(&here), "GET", "/api/account", None)
        .await
        .check_problem(403, ErrorCode::NotAllowed);
}

#[tokio::test]
async fn dangerous_acts_want_a_fresh_sign_in_which_is_worth_nothing_to_who_copied_the_cookie_before() {
    let world = World::new().await;
    let ana = world.sign_in("ana@example.org").await;
    let long_ago = account::UnixTime(now().0 - i64::try_from(FRESH_FOR.as_secs()).expect("minutes") - 60);
    let stale = world.session_since(ana.id, long_ago).await;
    for (method, path, body) in [
        ("DELETE", "/api/account", None),
        ("POST", "/api/account/passkeys/begin", None),
        (
            "POST",
            "/api/account/bindings/email/begin",
            Some("{\"email\":\"a@example.org\"}"),
        ),
        ("DELETE", "/api/account/bindings/1", None),
    ] {
        world
            .ask(Some(&stale), method, path, body)
            .await
            .check_problem(403, ErrorCode::FreshSignInNeeded);
    }
    assert_eq!(
        world.ask(Some(&stale), "GET", "/api/account", None).await.status,
        200
    );
    let ceremony = world.begin("ana@example.org").await;
    let code = world.code("ana@example.org").await;
    let body = format!("{{\"ceremony\":\"{ceremony}\",\"code\":\"{code}\"}}");
    let renewed = world
        .ask(Some(&stale), "POST", "/api/sign-in/email/finish", Some(&body))
        .await;
    let fresh = signed_in(&renewed);
    let begin = async |person| {
        world
            .ask(Some(person), "POST", "/api/account/passkeys/begin", None)
            .await
    };
    assert_eq!(begin(&fresh).await.status, 200);
    begin(&stale).await.check_problem(403, ErrorCode::NotAllowed);
}

#[tokio::test]
async fn the_cookie_keeps_to_this_server_and_to_tls() {
    let world = World::new().await;
    let ceremony = world.begin("ana@example.org").await;
    let code = world.code("ana@example.org").await;
    let body = format!("{{\"ceremony\":\"{ceremony}\",\"code\":\"{code}\"}}");
    let headers = [("content-type", "application/json"), ("host", "meet.example.org")];
    let response = world
        .request(
            "POST /api/sign-in/email/finish HTTP/1.1",
            &headers,
            body.as_bytes(),
        )
        .await;
    let cookie = response.header("set-cookie").expect("a session");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.split("; ").any(|part| part == attribute), "{cookie}");
    }
    assert_eq!(response.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn without_an_invitation_a_private_instance_takes_nobody() {
    let config = incamera_server::ServerConfig {
        policy: incamera_server::PolicySource::Preset(policy::Preset::PrivateInstance),
        ..incamera_server::ServerConfig::default()
    };
    let world = World::with(config).await;
    let ceremony = world.begin("ana@example.org").await;
    let refused = world
        .finish(&ceremony, &world.code("ana@example.org").await)
        .await;
    refused.check_problem(403, ErrorCode::NotAllowed);
    let operator = world.operator().await;
    let body = "{\"email\":\"ana@example.org\"}";
    let invited = world
        .ask(Some(&operator), "POST", "/api/operator/invitations", Some(body))
        .await;
    assert_eq!(invited.status, 201, "{}", invited.body());
    world.sign_in("ana@example.org").await;
    let response = world
        .ask(Some(&operator), "GET", "/api/operator/invitations", None)
        .await;
    assert!(
        response.json::<Vec<protocol::http::InvitationEntry>>().is_empty(),
        "it is used up"
    );
}
