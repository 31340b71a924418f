// SPDX-License-Identifier: MIT OR Apache-2.0
//! What belongs to an account: addresses, vouchers, organisations, data.

use protocol::{
    ErrorCode,
    http::{Account, BindingKind, Ceremony, OrganisationClaim, Right, VoucherMade, Vouchers},
};

use crate::support::World;

#[tokio::test]
async fn a_second_address_is_added_with_a_code_and_removed_again() {
    let world = World::new().await;
    let ana = world.sign_in("ana@example.org").await;
    let begun = world
        .ask(
            Some(&ana),
            "POST",
            "/api/account/bindings/email/begin",
            Some("{\"email\":\"ana@example.com\"}"),
        )
        .await;
    let ceremony = begun.json::<Ceremony>().ceremony.0;
    let code = world.code("ana@example.com").await;
    let body = format!("{{\"ceremony\":\"{ceremony}\",\"code\":\"{code}\"}}");
    let ben = world.sign_in("ben@example.org").await;
    let path = "/api/account/bindings/email/finish";
    // A code proves something to whom it was sent for, and to nobody else.
    world
        .ask(Some(&ben), "POST", path, Some(&body))
        .await
        .check_problem(401, ErrorCode::WrongCredentials);
    world
        .finish(&ceremony, &code)
        .await
        .check_problem(401, ErrorCode::WrongCredentials);
    let account = world
        .ask(Some(&ana), "POST", path, Some(&body))
        .await
        .json::<Account>();
    assert_eq!(account.bindings.len(), 2);
    assert_eq!(world.sign_in("ana@example.com").await.id, ana.id);

    let mut labels = account.bindings.iter();
    let first = labels
        .find(|binding| binding.label.0 == "ana@example.org")
        .expect("the first");
    let path = format!("/api/account/bindings/{}", first.id);
    world
        .ask(Some(&ben), "DELETE", &path, None)
        .await
        .check_problem(404, ErrorCode::NotFound);
    let account = world
        .ask(Some(&ana), "DELETE", &path, None)
        .await
        .json::<Account>();
    let [last] = account.bindings.as_slice() else {
        panic!("{account:?}");
    };
    let path = format!("/api/account/bindings/{}", last.id);
    world
        .ask(Some(&ana), "DELETE", &path, None)
        .await
        .check_problem(409, ErrorCode::Conflict);
}

#[tokio::test]
async fn a_voucher_unlocks_and_its_withdrawal_locks_again() {
    let world = World::with(incamera_server::ServerConfig::default()).await;
    let operator = world.operator().await;
    let ana = world.account("ana@example.org").await;
    assert!(!may_host_e2ee(&world, &ana).await);
    // Without anything strong of one's own, one vouches for nobody.
    world
        .ask(Some(&ana), "POST", "/api/account/vouchers", None)
        .await
        .check_problem(403, ErrorCode::NotAllowed);
    let made = world
        .ask(Some(&operator), "POST", "/api/account/vouchers", None)
        .await;
    assert_eq!(made.status, 201, "{}", made.body());
    let made = made.json::<VoucherMade>();
    let body = format!("{{\"code\":\"{}\"}}", made.code.0.to_lowercase());
    let path = "/api/account/bindings/voucher";
    world
        .ask(Some(&operator), "POST", path, Some(&body))
        .await
        .check_problem(409, ErrorCode::Conflict);
    let account = world
        .ask(Some(&ana), "POST", path, Some(&body))
        .await
        .json::<Account>();
    assert!(
        account
            .bindings
            .iter()
            .any(|binding| binding.kind == BindingKind::Voucher)
    );
    assert!(may_host_e2ee(&world, &ana).await);
    let ben = world.account("ben@example.org").await;
    world
        .ask(Some(&ben), "POST", path, Some(&body))
        .await
        .check_problem(401, ErrorCode::WrongCredentials);
    let vouchers = world
        .ask(Some(&operator), "GET", "/api/account/vouchers", None)
        .await;
    let vouchers = vouchers.json::<Vouchers>();
    assert_eq!((vouchers.free_slots, vouchers.vouchers.len()), (4, 1));
    assert!(vouchers.vouchers.iter().all(|voucher| voucher.is_used));
    let path = format!("/api/account/vouchers/{}", made.voucher.id);
    world
        .ask(Some(&ana), "DELETE", &path, None)
        .await
        .check_problem(404, ErrorCode::NotFound);
    assert_eq!(
        world.ask(Some(&operator), "DELETE", &path, None).await.status,
        204
    );
    assert!(!may_host_e2ee(&world, &ana).await);
}

#[tokio::test]
async fn an_organisations_addresses_count_once_it_is_proved() {
    let world = World::with(incamera_server::ServerConfig {
        resolver: Some(([127, 0, 0, 1], 9).into()),
        ..incamera_server::ServerConfig::default()
    })
    .await;
    let ana = world.account("ana@example.org").await;
    let claim = world
        .ask(
            Some(&ana),
            "POST",
            "/api/account/organisations",
            Some("{\"domain\":\"Example.org\"}"),
        )
        .await;
    let claim = claim.json::<OrganisationClaim>();
    assert_eq!(
        (claim.domain.as_str(), claim.record_name.as_str()),
        ("example.org", "_incamera.example.org")
    );
    assert!(!claim.is_proven && claim.record_value.starts_with("incamera-verification="));
    let path = "/api/account/organisations/example.org/check";
    world
        .ask(Some(&ana), "POST", path, None)
        .await
        .check_problem(503, ErrorCode::Unavailable);
    assert!(!may_host_e2ee(&world, &ana).await);
    let operator = world.operator().await;
    let entered = world
        .ask(
            Some(&operator),
            "POST",
            "/api/operator/organisations",
            Some("{\"domain\":\"example.org\"}"),
        )
        .await;
    assert_eq!(entered.status, 201, "{}", entered.body());
    assert!(may_host_e2ee(&world, &ana).await);
    assert!(
        world
            .ask(Some(&ana), "POST", path, None)
            .await
            .json::<OrganisationClaim>()
            .is_proven
    );
    assert_eq!(
        world
            .ask(
                Some(&operator),
                "DELETE",
                "/api/operator/organisations/example.org",
                None
            )
            .await
            .status,
        204
    );
    assert!(!may_host_e2ee(&world, &ana).await);
}

#[tokio::test]
async fn an_account_is_exported_and_then_gone() {
    let world = World::new().await;
    let ana = world.sign_in("ana@example.org").await;
    let made = world
        .ask(
            Some(&ana),
            "POST",
            "/api/meetings",
            Some("{\"mode\":\"standard\",\"title\":\"Plan\"}"),
        )
        .await;
    let meeting = made.json::<protocol::http::MeetingInfo>().id;
    let export = world.ask(Some(&ana), "GET", "/api/account/export", None).await;
    assert!(
        export
            .header("content-disposition")
            .is_some_and(|value| value.starts_with("attachment"))
    );
    for known in ["ana@example.org", "Plan", "Ana"] {
        assert!(export.body().contains(known), "{known}");
    }
    assert!(!export.body().contains(ana.token()));
    let erased = world.ask(Some(&ana), "DELETE", "/api/account", None).await;
    assert_eq!(erased.status, 204);
    world
        .ask(Some(&ana), "GET", "/api/account", None)
        .await
        .check_problem(403, ErrorCode::NotAllowed);
    world
        .get(&format!("/api/meetings/{meeting}"))
        .await
        .check_problem(404, ErrorCode::UnknownMeeting);
    assert_ne!(
        world.sign_in("ana@example.org").await.id,
        ana.id,
        "who comes back is somebody new"
    );
}

#[tokio::test]
async fn names_are_bounded_and_for_the_eye() {
    let world = World::new().await;
    let ana = world.sign_in("ana@example.org").await;
    let change = async |name: &str| {
        let body = serde_json::json!({ "name": name }).to_string();
        world.ask(Some(&ana), "PATCH", "/api/account", Some(&body)).await
    };
    assert_eq!(change(" Ana B. ").await.json::<Account>().name.0, "Ana B.");
    change("a\u{0}b").await.check_problem(400, ErrorCode::Malformed);
    change(&"x".repeat(129))
        .await
        .check_problem(400, ErrorCode::Malformed);
}

#[tokio::test]
async fn without_a_gateway_no_code_goes_to_a_phone() {
    let world = World::new().await;
    let ana = world.sign_in("ana@example.org").await;
    let body = "{\"phone\":\"+49 151 23456789\"}";
    let response = world
        .ask(
            Some(&ana),
            "POST",
            "/api/account/bindings/phone/begin",
            Some(body),
        )
        .await;
    response.check_problem(503, ErrorCode::Unavailable);
}

async fn may_host_e2ee(world: &World, person: &crate::people::Person) -> bool {
    let rights = world.ask(Some(person), "GET", "/api/account/rights", None).await;
    let rights = rights.json::<Vec<Right>>();
    let right = rights
        .iter()
        .find(|right| right.action == "host_e2ee")
        .expect("a line");
    assert_eq!(right.allowed, right.denial.is_none());
    right.allowed
}
