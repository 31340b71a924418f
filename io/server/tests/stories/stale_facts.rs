// SPDX-License-Identifier: MIT OR Apache-2.0
//! Facts change while people are here: what was true a moment ago counts no more, and who did what is written down.

use account::{BindingKind, EmailAddress, PhoneNumber, Standing, StandingRecord};
use incamera_server::ServerConfig;
use protocol::{
    ErrorCode, ServerMessage,
    http::{MeetingInfo, VoucherMade},
};
use store::{AuditAction, By, NewBinding};

use crate::{
    people::{Person, now},
    support::{World, hello, open_to_all},
};

#[tokio::test]
async fn whoever_is_suspended_comes_back_to_every_meeting_as_who_it_is_by_then() {
    let world = World::with(open_to_all()).await;
    let operator = world.operator().await;
    let ana = world.account("ana@example.org").await;
    let meeting = world.create_meeting("standard").await;
    let mut guest = world.connect().await;
    let mut client = world.connect_as(Some(&ana)).await;
    for one in [&mut client, &mut guest] {
        one.say(&hello(meeting, None)).await;
        let welcome = one.next().await;
        assert!(
            matches!(welcome, Some(ServerMessage::Welcome { .. })),
            "{welcome:?}"
        );
    }
    let path = format!("/api/operator/accounts/{}/standing", ana.id);
    let body = "{\"standing\":\"suspended\",\"reason\":\"An example.\"}";
    let done = world.ask(Some(&operator), "PUT", &path, Some(body)).await;
    assert_eq!(done.status, 200, "{}", done.body());
    assert_eq!(client.closed().await, Some(1013), "try again");
    guest.check_alive().await;
    let mut client = world.connect_as(Some(&ana)).await;
    client.say(&hello(meeting, None)).await;
    let Some(ServerMessage::Welcome { roster, .. }) = client.next().await else {
        panic!("not a welcome");
    };
    let own = roster.last().expect("she is in it");
    assert_eq!(own.identity, None, "nothing is said of who is suspended");
}

#[tokio::test]
async fn a_voucher_is_void_while_its_maker_may_not_vouch() {
    let world = World::with(ServerConfig::default()).await;
    let operator = world.operator().await;
    let (ana, ben) = (
        world.account("ana@example.org").await,
        world.account("ben@example.org").await,
    );
    let number = PhoneNumber::parse("+49 151 23456789").expect("a number");
    let phone = NewBinding::phone(&world.macs().await, &number, now());
    world
        .store
        .bind(ana.id, &phone, now())
        .await
        .expect("a free number");
    let made = world.ask(Some(&ana), "POST", "/api/account/vouchers", None).await;
    let code = made.json::<VoucherMade>().code.0;
    let decide = async |standing| {
        let record = StandingRecord {
            standing,
            ..StandingRecord::GOOD
        };
        let kept = std::time::Duration::from_secs(60);
        let decided = world
            .store
            .set_standing(operator.id, ana.id, &record, kept, now());
        decided.await.expect("a known account");
    };
    decide(Standing::Limited).await;
    redeem(&world, &ben, &code)
        .await
        .check_problem(401, ErrorCode::WrongCredentials);
    decide(Standing::Good).await;
    assert_eq!(redeem(&world, &ben, &code).await.status, 200);
}

#[tokio::test]
async fn with_the_phone_number_go_the_vouchers_that_it_spoke_for() {
    let world = World::with(ServerConfig::default()).await;
    let operator = world.operator().await;
    for by_operator in [false, true] {
        let name = |who: &str| format!("{who}-{by_operator}@example.org");
        let (ana, ben) = (
            world.account(&name("ana")).await,
            world.account(&name("ben")).await,
        );
        let second = EmailAddress::parse(&name("second")).expect("an address");
        let second = NewBinding::email(&world.macs().await, &second);
        let number = PhoneNumber::parse("+49 151 23456789").expect("a number");
        let phone = NewBinding::phone(&world.macs().await, &number, now());
        let mut ids = Vec::new();
        for binding in [second, phone] {
            ids.push(world.store.bind(ana.id, &binding, now()).await.expect("free"));
        }
        let made = world.ask(Some(&ana), "POST", "/api/account/vouchers", None).await;
        let code = made.json::<VoucherMade>().code.0;
        assert_eq!(redeem(&world, &ben, &code).await.status, 200);
        let is_vouched = async || {
            let account = world.store.account(ben.id).await.expect("an answer");
            let kinds = account.expect("an account").binding_kinds(now());
            kinds.contains(&BindingKind::Voucher)
        };
        let remove = async |id: store::BindingId| {
            let (person, path) = if by_operator {
                (
                    &operator,
                    format!("/api/operator/accounts/{}/bindings/{id}", ana.id),
                )
            } else {
                (&ana, format!("/api/account/bindings/{id}"))
            };
            world.ask(Some(person), "DELETE", &path, None).await.status
        };
        assert_eq!(remove(ids[0]).await, 200);
        assert!(is_vouched().await, "her phone number is there still");
        assert_eq!(remove(ids[1]).await, 200);
        assert!(!is_vouched().await);
    }
}

#[tokio::test]
async fn without_a_relay_nothing_is_written_to_an_address_that_was_erased() {
    let world = World::with(ServerConfig::default()).await;
    let ana = world.account("ana@example.org").await;
    assert_eq!(
        world.ask(Some(&ana), "DELETE", "/api/account", None).await.status,
        204
    );
    let mails = world.store.mails(now()).await.expect("the database answers");
    assert!(mails.iter().all(|mail| mail.to.0 != "ana@example.org"));
}

#[tokio::test]
async fn a_code_by_mail_shows_again_that_the_address_is_read() {
    let world = World::with(ServerConfig::default()).await;
    let ana = world.account("ana@example.org").await;
    let address = EmailAddress::parse("ana@example.org").expect("an address");
    let before = account::UnixTime(now().0 - 1000);
    let binding = NewBinding::email(&world.macs().await, &address);
    world.store.bind(ana.id, &binding, before).await.expect("her own");
    world.sign_in("ana@example.org").await;
    let account = world.store.account(ana.id).await.expect("the database answers");
    let account = account.expect("her account");
    assert!(account.bindings[0].verified_at > before);
}

#[tokio::test]
async fn the_operator_does_not_lock_the_installation() {
    let world = World::with(ServerConfig::default()).await;
    let operator = world.operator().await;
    let path = format!("/api/operator/accounts/{}/standing", operator.id);
    let body = "{\"standing\":\"suspended\",\"reason\":\"A slip.\"}";
    let refused = world.ask(Some(&operator), "PUT", &path, Some(body)).await;
    refused.check_problem(409, ErrorCode::Conflict);
}

#[tokio::test]
async fn a_meeting_of_nobody_or_of_no_length_is_malformed() {
    let world = World::with(open_to_all()).await;
    let ana = world.account("ana@example.org").await;
    for field in ["minutes", "people"] {
        let body = format!("{{\"mode\":\"standard\",\"{field}\":0}}");
        let refused = world.ask(Some(&ana), "POST", "/api/meetings", Some(&body)).await;
        refused.check_problem(400, ErrorCode::Malformed);
    }
    let made = world.ask(
        Some(&ana),
        "POST",
        "/api/meetings",
        Some("{\"mode\":\"standard\"}"),
    );
    let path = format!("/api/meetings/{}", made.await.json::<MeetingInfo>().id);
    let refused = world
        .ask(Some(&ana), "PATCH", &path, Some("{\"minutes\":0}"))
        .await;
    refused.check_problem(400, ErrorCode::Malformed);
}

#[tokio::test]
async fn reading_mail_and_taking_data_along_is_written_down() {
    let world = World::with(ServerConfig::default()).await;
    let operator = world.operator().await;
    let ana = world.sign_in("ana@example.org").await;
    for (person, path) in [(&ana, "/api/account/export"), (&operator, "/api/operator/mail")] {
        assert_eq!(world.ask(Some(person), "GET", path, None).await.status, 200);
    }
    let entries = world
        .store
        .audit_log(None, 100)
        .await
        .expect("the database answers");
    for (action, actor) in [
        (AuditAction::DataExported, &ana),
        (AuditAction::MailRead, &operator),
    ] {
        let mut entries = entries.iter().map(|stored| &stored.entry);
        assert!(
            entries.any(|entry| entry.action == action && entry.actor == Some(actor.id)),
            "{action:?}"
        );
    }
}

#[tokio::test]
async fn what_a_removed_binding_said_is_no_longer_said_in_a_meeting() {
    let world = World::with(open_to_all()).await;
    let ana = world.account("ana@example.org").await;
    let mut provider = NewBinding::oidc(&world.macs().await, "https://id.example", "ana", "Example", now());
    provider.assurance = 1;
    let id = world
        .store
        .bind(ana.id, &provider, now())
        .await
        .expect("a free subject");
    let meeting = world.create_meeting("standard").await;
    let mut client = world.connect_as(Some(&ana)).await;
    client.say(&hello(meeting, None)).await;
    let welcome = client.next().await;
    assert!(
        matches!(welcome, Some(ServerMessage::Welcome { .. })),
        "{welcome:?}"
    );
    let path = format!("/api/account/bindings/{id}");
    let done = world.ask(Some(&ana), "DELETE", &path, None).await;
    assert_eq!(done.status, 200, "{}", done.body());
    assert_eq!(client.closed().await, Some(1013), "try again");
    let gone = world.store.unbind(ana.id, id, By::Owner, now()).await;
    assert!(gone.is_err());
    let account = world.store.account(ana.id).await.expect("the database answers");
    let kinds = account.expect("her account").binding_kinds(now());
    assert!(!kinds.contains(&BindingKind::Oidc));
}

async fn redeem(world: &World, person: &Person, code: &str) -> crate::support::Response {
    let body = format!("{{\"code\":\"{code}\"}}");
    world
        .ask(Some(person), "POST", "/api/account/bindings/voucher", Some(&body))
        .await
}
