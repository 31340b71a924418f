// SPDX-License-Identifier: MIT OR Apache-2.0
//! The payment webhook: only what the provider signed counts, once, in whatever order it comes.

use hmac::{Hmac, Mac as _};
use identity::Secret;
use incamera_server::{PaymentConfig, ServerConfig};
use protocol::{
    ErrorCode,
    http::{Account, Plan},
};
use sha2::Sha256;

use crate::{
    people::{Person, now},
    support::{Response, World},
};

#[tokio::test]
async fn a_signed_payment_gives_the_plan_and_a_cancellation_takes_it_back() {
    let world = world().await;
    let ana = world.account("ana@example.org").await;
    let (paid, ended) = (
        checkout(&ana, "evt_1"),
        subscription("deleted", "canceled", 30, "evt_2"),
    );
    let active = subscription("created", "active", 60, "evt_0");
    assert_eq!(
        send(&world, &active, now().0, SECRET).await.status,
        204,
        "whose it is, nobody said yet"
    );
    assert_eq!(plan(&world, &ana).await, Plan::Free);
    assert_eq!(send(&world, &paid, now().0, SECRET).await.status, 204);
    assert_eq!(plan(&world, &ana).await, Plan::Paid);
    assert_eq!(
        send(&world, &paid, now().0, SECRET).await.status,
        204,
        "a replay is thanked for"
    );
    assert_eq!(send(&world, &ended, now().0, SECRET).await.status, 204);
    assert_eq!(plan(&world, &ana).await, Plan::Free);
    for replayed in [&paid, &active] {
        assert_eq!(send(&world, replayed, now().0, SECRET).await.status, 204);
        assert_eq!(plan(&world, &ana).await, Plan::Free, "a replay changes nothing");
    }
}

#[tokio::test]
async fn forged_and_old_events_change_nothing() {
    let world = world().await;
    let ana = world.account("ana@example.org").await;
    let paid = checkout(&ana, "evt_1");
    for (at, secret) in [
        (now().0, "another secret"),
        (now().0 - 3600, SECRET),
        (now().0 + 3600, SECRET),
    ] {
        send(&world, &paid, at, secret)
            .await
            .check_problem(403, ErrorCode::NotAllowed);
    }
    let json = [("content-type", "application/json")];
    let line = "POST /api/webhooks/payment HTTP/1.1";
    let unsigned = world.request(line, &json, paid.as_bytes()).await;
    unsigned.check_problem(403, ErrorCode::NotAllowed);
    let tampered = format!("{paid} ");
    let signature = signature(&paid, now().0, SECRET);
    let headers = [
        ("content-type", "application/json"),
        ("stripe-signature", signature.as_str()),
    ];
    let tampered = world.request(line, &headers, tampered.as_bytes()).await;
    tampered.check_problem(403, ErrorCode::NotAllowed);
    assert_eq!(plan(&world, &ana).await, Plan::Free);
}

#[tokio::test]
async fn without_a_secret_there_is_no_webhook() {
    let world = World::with(ServerConfig::default()).await;
    send(&world, "{}", now().0, SECRET)
        .await
        .check_problem(404, ErrorCode::NotFound);
}

async fn world() -> World {
    World::with(ServerConfig {
        payment: PaymentConfig {
            secret: Some(Secret::new(String::from(SECRET))),
            link: None,
        },
        ..ServerConfig::default()
    })
    .await
}

async fn plan(world: &World, person: &Person) -> Plan {
    let account = world.ask(Some(person), "GET", "/api/account", None).await;
    account.json::<Account>().plan
}

fn checkout(person: &Person, id: &str) -> String {
    let at = now().0 - 60;
    format!(
        "{{\"id\":\"{id}\",\"object\":\"event\",\"type\":\"checkout.session.completed\",\"created\":{at},\"data\":{{\"object\":{{\
         \"object\":\"checkout.session\",\"client_reference_id\":\"{}\",\"customer\":\"cus_1\",\"subscription\":\"sub_1\",\
         \"mode\":\"subscription\",\"payment_status\":\"paid\"}}}}}}",
        person.id
    )
}

fn subscription(what: &str, status: &str, seconds_ago: i64, id: &str) -> String {
    let at = now().0 - seconds_ago;
    let end = now().0 + 30 * 24 * 3600;
    format!(
        "{{\"id\":\"{id}\",\"object\":\"event\",\"type\":\"customer.subscription.{what}\",\"created\":{at},\"data\":{{\"object\":\
         {{\"object\":\"subscription\",\"id\":\"sub_1\",\"customer\":\"cus_1\",\"status\":\"{status}\",\
         \"current_period_end\":{end}}}}}}}"
    )
}

async fn send(world: &World, event: &str, at: i64, secret: &str) -> Response {
    let signature = signature(event, at, secret);
    let headers = [
        ("content-type", "application/json"),
        ("stripe-signature", signature.as_str()),
    ];
    let line = "POST /api/webhooks/payment HTTP/1.1";
    world.request(line, &headers, event.as_bytes()).await
}

/// Signs as the provider's documentation says: HMAC-SHA-256 over the time, a full stop and the body.
fn signature(event: &str, at: i64, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length");
    mac.update(format!("{at}.{event}").as_bytes());
    let tag = mac.finalize().into_bytes();
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

const SECRET: &str = "whsec_of_the_tests";
