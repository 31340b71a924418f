// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who is banned does not come back with the same phone, address, payment or OpenID subject.

use std::time::Duration;

use account::{BindingKind, PhoneNumber, Plan, Standing, StandingRecord, UnixTime};
use incamera_store::{AuditAction, By, NewBinding, Store, StoreError};
use protocol::AccountId;

use crate::support::{
    NOW, OPERATOR, email, id, key, later, new_store, oidc, register, register_operator, register_with,
    suspended,
};

const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

#[tokio::test]
async fn a_suspended_person_who_erases_the_account_does_not_come_back_before_the_end() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let phone = NewBinding::phone(
        &key(),
        &PhoneNumber::parse("+4915123456789").expect("a number"),
        NOW,
    );
    let subjects = [email("eve@example.org"), oidc("eve"), phone];
    let eve = register_with(&store, 1, subjects.to_vec())
        .await
        .expect("free subjects");
    decide(&store, eve, &suspended(Some(later(1000))), NOW).await;
    store.erase(eve, later(10)).await.expect("it exists");
    for (number, subject) in (2..).zip(&subjects) {
        assert!(
            store
                .is_denied(&subject.subject, later(20))
                .await
                .expect("a working database")
        );
        let back = register_at(&store, number, subject, later(20)).await;
        assert!(matches!(back, Err(StoreError::SubjectDenied)), "{back:?}");
    }
    let denied = store
        .denied(None, 10, later(20))
        .await
        .expect("a working database");
    assert!(
        denied
            .iter()
            .all(|entry| entry.account.is_none() && entry.until == later(1000)),
        "{denied:?}"
    );
    let kinds: Vec<_> = denied.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [BindingKind::Phone, BindingKind::Oidc, BindingKind::Email]);
    for (number, subject) in (2..).zip(&subjects) {
        register_at(&store, number, subject, later(1000))
            .await
            .expect("it is over");
    }
    store.prune(later(1000)).await.expect("a working database");
    assert_eq!(store.denied(None, 10, NOW).await.expect("a working database"), []);
}

#[tokio::test]
async fn what_a_banned_account_removes_or_adds_is_denied_as_well() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let eve = register_with(&store, 1, vec![email("eve@example.org"), oidc("eve")])
        .await
        .expect("free subjects");
    let bob = register(&store, 2).await;
    decide(&store, eve, &suspended(Some(later(1000))), NOW).await;
    let stored = store
        .account(eve)
        .await
        .expect("a working database")
        .expect("it exists");
    store
        .unbind(eve, stored.bindings[1].id, By::Owner, NOW)
        .await
        .expect("the address is left");
    store
        .bind(eve, &oidc("another"), NOW)
        .await
        .expect("a free subject");
    for subject in ["eve", "another"] {
        assert!(
            store
                .is_denied(&oidc(subject).subject, NOW)
                .await
                .expect("a working database")
        );
    }
    let taken = store.bind(bob, &oidc("eve"), NOW).await;
    assert!(matches!(taken, Err(StoreError::SubjectDenied)), "{taken:?}");
    decide(&store, eve, &terminated(), later(500)).await;
    assert!(
        store
            .is_denied(&oidc("eve").subject, later(2000))
            .await
            .expect("a working database"),
        "longer, too"
    );
}

#[tokio::test]
async fn a_pardon_lifts_what_the_ban_denied() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    for record in [suspended(None), terminated()] {
        let eve = register_with(&store, 1, vec![email("eve@example.org")])
            .await
            .expect("a free address");
        decide(&store, eve, &record, NOW).await;
        assert_eq!(standing(&store, eve, later(1_000_000)).await, record.standing);
        decide(&store, eve, &StandingRecord::GOOD, later(1)).await;
        assert_eq!(standing(&store, eve, later(1)).await, Standing::Good);
        assert!(
            !store
                .is_denied(&email("eve@example.org").subject, later(1))
                .await
                .expect("a working database")
        );
        store.erase(eve, later(2)).await.expect("it exists");
    }
}

#[tokio::test]
async fn a_termination_denies_for_as_long_as_the_operator_configured() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let eve = register_with(&store, 1, vec![email("eve@example.org")])
        .await
        .expect("a free address");
    decide(&store, eve, &terminated(), NOW).await;
    store.erase(eve, NOW).await.expect("it exists");
    let subject = email("eve@example.org").subject;
    let last = UnixTime(NOW.plus(KEPT).0 - 1);
    assert!(store.is_denied(&subject, last).await.expect("a working database"));
    assert!(
        !store
            .is_denied(&subject, NOW.plus(KEPT))
            .await
            .expect("a working database")
    );
}

#[tokio::test]
async fn the_operator_lets_one_subject_back() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let eve = register_with(&store, 1, vec![email("eve@example.org")])
        .await
        .expect("a free address");
    decide(&store, eve, &terminated(), NOW).await;
    store.erase(eve, NOW).await.expect("it exists");
    let denied = store.denied(None, 10, NOW).await.expect("a working database");
    store
        .lift_denied(OPERATOR, denied[0].id, NOW)
        .await
        .expect("it is there");
    let again = store.lift_denied(OPERATOR, denied[0].id, NOW).await;
    assert!(matches!(again, Err(StoreError::UnknownDenied)), "{again:?}");
    register_with(&store, 2, vec![email("eve@example.org")])
        .await
        .expect("let back");
}

#[tokio::test]
async fn banning_and_coming_back_at_once_leaves_no_gap() {
    for _ in 0..20 {
        let (_directory, store) = new_store().await;
        register_operator(&store).await;
        let eve = register_with(&store, 1, vec![email("eve@example.org"), oidc("eve")])
            .await
            .expect("free subjects");
        let bob = register(&store, 2).await;
        let provider = store
            .account(eve)
            .await
            .expect("a working database")
            .expect("it exists")
            .bindings[1]
            .id;
        let ban = {
            let store = store.clone();
            tokio::spawn(async move { decide(&store, eve, &suspended(None), NOW).await })
        };
        let escape = {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .unbind(eve, provider, By::Owner, NOW)
                    .await
                    .expect("the address is left");
                store.bind(bob, &oidc("eve"), NOW).await
            })
        };
        ban.await.expect("no panic");
        let escaped = escape.await.expect("no panic").is_ok();
        let is_denied = store
            .is_denied(&oidc("eve").subject, NOW)
            .await
            .expect("a working database");
        assert!(
            escaped || is_denied,
            "either it was gone before the ban, or the ban has it"
        );
    }
}

#[tokio::test]
async fn what_the_operator_does_is_written_down() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let ada = register(&store, 1).await;
    decide(&store, ada, &suspended(Some(later(60))), NOW).await;
    store
        .grant_plan(OPERATOR, ada, Plan::Paid, later(1))
        .await
        .expect("it exists");
    let log = store.audit_log(None, 2).await.expect("a working database");
    let lines: Vec<_> = log
        .iter()
        .map(|line| (line.at, line.entry.action, line.entry.detail.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            (later(1), AuditAction::PlanGranted, "paid"),
            (NOW, AuditAction::StandingChanged, "suspended: spam"),
        ]
    );
    assert!(
        log.iter()
            .all(|line| line.entry.actor == Some(OPERATOR) && line.entry.about == Some(ada))
    );
    let next = store
        .audit_log(Some(log[1].id), 100)
        .await
        .expect("a working database");
    assert!(next.iter().all(|line| line.id < log[1].id) && !next.is_empty());
    let stored = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("it exists");
    assert_eq!(stored.plan(NOW), Plan::Paid);
}

#[tokio::test]
async fn nothing_is_decided_about_an_account_that_does_not_exist() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let decided = store
        .set_standing(OPERATOR, id(9), &terminated(), KEPT, NOW)
        .await;
    assert!(matches!(decided, Err(StoreError::UnknownAccount)), "{decided:?}");
    let granted = store.grant_plan(OPERATOR, id(9), Plan::Paid, NOW).await;
    assert!(matches!(granted, Err(StoreError::UnknownAccount)), "{granted:?}");
}

async fn decide(store: &Store, account: AccountId, record: &StandingRecord, now: UnixTime) {
    store
        .set_standing(OPERATOR, account, record, KEPT, now)
        .await
        .expect("it exists");
}

async fn standing(store: &Store, account: AccountId, now: UnixTime) -> Standing {
    let stored = store
        .account(account)
        .await
        .expect("a working database")
        .expect("it exists");
    stored.standing(now)
}

async fn register_at(
    store: &Store,
    number: u8,
    binding: &NewBinding,
    now: UnixTime,
) -> Result<(), StoreError> {
    let account = incamera_store::NewAccount {
        id: id(number),
        name: protocol::Redacted(String::from("Eve again")),
        bindings: vec![binding.clone()],
    };
    store.register(&account, now).await
}

fn terminated() -> StandingRecord {
    StandingRecord {
        standing: Standing::Terminated,
        reason: None,
        until: None,
    }
}
