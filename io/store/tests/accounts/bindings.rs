// SPDX-License-Identifier: MIT OR Apache-2.0
//! A subject is bound to one account.

use std::collections::BTreeSet;

use account::{BindingKind, EmailAddress, PhoneNumber, Plan, RECORD_LAPSES_AFTER, Standing, Subject};
use incamera_store::{AccountSearch, By, Found, NewBinding, Proof, StoreError};
use protocol::Redacted;
use serde_json::json;

use crate::support::{
    NOW, OPERATOR, email, id, key, later, new_store, oidc, register, register_operator, register_with,
};

#[tokio::test]
async fn an_account_comes_back_with_all_that_the_policy_asks_about() {
    let (_directory, store) = new_store().await;
    let mut provider = oidc("248289761001");
    provider.assurance = 2;
    provider.verification = Some(json!({"trust_framework": "eidas", "assurance_level": "substantial"}));
    let number = PhoneNumber::parse("+49 151 23456789").expect("a number");
    let bindings = vec![
        email("Ada@Example.org"),
        provider,
        NewBinding::phone(&key(), &number, NOW),
    ];
    let ada = register_with(&store, 1, bindings).await.expect("free subjects");
    let stored = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("it was made");
    assert_eq!(stored.name, Redacted(String::from("Someone 1")));
    assert_eq!(
        (stored.standing(NOW), stored.plan(NOW)),
        (Standing::Good, Plan::Free)
    );
    let kinds = BTreeSet::from([BindingKind::Email, BindingKind::Oidc, BindingKind::Phone]);
    assert_eq!(stored.binding_kinds(NOW), kinds);
    assert_eq!(stored.assurance(NOW), 2);
    let labels: Vec<_> = stored
        .bindings
        .iter()
        .map(|binding| binding.label.0.as_str())
        .collect();
    assert_eq!(labels, ["ada@example.org", "Example", "…89"]);
    assert_eq!(
        stored.bindings[1].verification,
        Some(json!({"trust_framework": "eidas", "assurance_level": "substantial"}))
    );
    let next_year = later(366 * 24 * 3600);
    assert_eq!(
        stored.binding_kinds(next_year),
        BTreeSet::from([BindingKind::Email]),
        "the others ran out"
    );
    assert_eq!(stored.assurance(next_year), 0);
    assert!(store.account(id(2)).await.expect("a working database").is_none());
}

#[tokio::test]
async fn two_accounts_do_not_share_an_address_and_a_refused_registration_leaves_nothing() {
    let (_directory, store) = new_store().await;
    register_with(&store, 1, vec![email("ada@example.org")])
        .await
        .expect("a free address");
    let second = register_with(&store, 2, vec![oidc("1"), email("ADA@example.org")]).await;
    assert!(matches!(second, Err(StoreError::SubjectTaken)), "{second:?}");
    assert!(store.account(id(2)).await.expect("a working database").is_none());
    let subject = oidc("1").subject;
    let owner = store
        .account_of_subject(&subject)
        .await
        .expect("a working database");
    assert_eq!(owner, None, "nor is the first of its bindings left");
}

#[tokio::test]
async fn of_many_who_register_one_address_at_once_one_gets_it() {
    let (_directory, store) = new_store().await;
    let attempts = (1..=24_u8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { register_with(&store, number, vec![email("ada@example.org")]).await })
    });
    let mut made = Vec::new();
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.expect("no panic") {
            Ok(id) => made.push(id),
            Err(error) => assert!(matches!(error, StoreError::SubjectTaken), "{error:?}"),
        }
    }
    assert_eq!(made.len(), 1);
    let owner = store.account_of_subject(&email("ada@example.org").subject).await;
    assert_eq!(owner.expect("a working database"), Some(made[0]));
}

#[tokio::test]
async fn binding_the_same_subject_again_renews_it() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    let first = store.bind(ada, &oidc("1"), NOW).await.expect("a free subject");
    let mut again = oidc("1");
    again.assurance = 3;
    let second = store.bind(ada, &again, later(60)).await.expect("one's own");
    assert_eq!(first, second);
    let stored = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("it was made");
    assert_eq!((stored.bindings.len(), stored.assurance(NOW)), (2, 3));
    assert_eq!(stored.bindings[1].verified_at, later(60));
}

#[tokio::test]
async fn a_phone_number_that_ran_out_may_come_to_somebody_else() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    let number = PhoneNumber::parse("+49 151 23456789").expect("a number");
    let phone = |now| NewBinding::phone(&key(), &number, now);
    store.bind(ada, &phone(NOW), NOW).await.expect("a free number");
    let early = store.bind(bob, &phone(later(60)), later(60)).await;
    assert!(matches!(early, Err(StoreError::SubjectTaken)), "{early:?}");
    let next_year = later(366 * 24 * 3600);
    store
        .bind(bob, &phone(next_year), next_year)
        .await
        .expect("ran out");
    let ada = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("it was made");
    assert_eq!(ada.bindings.len(), 1);
}

#[tokio::test]
async fn the_last_way_to_sign_in_stays_unless_the_operator_takes_it() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let ada = register(&store, 1).await;
    let provider = store.bind(ada, &oidc("1"), NOW).await.expect("a free subject");
    store
        .unbind(ada, provider, By::Owner, NOW)
        .await
        .expect("the address is left");
    let stored = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("it was made");
    let address = stored.bindings[0].id;
    let last = store.unbind(ada, address, By::Owner, NOW).await;
    assert!(matches!(last, Err(StoreError::LastWayIn)), "{last:?}");
    let stored = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("it was made");
    assert_eq!(stored.bindings.len(), 1, "it is still there");
    store
        .unbind(ada, address, By::Operator(OPERATOR), NOW)
        .await
        .expect("the operator may");
}

#[tokio::test]
async fn both_ways_in_cannot_be_removed_at_once() {
    for _ in 0..10 {
        let (_directory, store) = new_store().await;
        let ada = register(&store, 1).await;
        store.bind(ada, &oidc("1"), NOW).await.expect("a free subject");
        let stored = store
            .account(ada)
            .await
            .expect("a working database")
            .expect("it was made");
        let removals = stored.bindings.iter().map(|binding| {
            let (store, binding) = (store.clone(), binding.id);
            tokio::spawn(async move { store.unbind(ada, binding, By::Owner, NOW).await.is_ok() })
        });
        let mut removed = 0;
        for removal in removals.collect::<Vec<_>>() {
            removed += u32::from(removal.await.expect("no panic"));
        }
        assert_eq!(removed, 1);
    }
}

#[tokio::test]
async fn nobody_removes_a_binding_of_somebody_else() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    let provider = store.bind(ada, &oidc("1"), NOW).await.expect("a free subject");
    let removed = store.unbind(bob, provider, By::Owner, NOW).await;
    assert!(matches!(removed, Err(StoreError::UnknownBinding)), "{removed:?}");
    let owner = store
        .account_of_subject(&oidc("1").subject)
        .await
        .expect("a working database");
    assert_eq!(owner, Some(ada));
}

#[tokio::test]
async fn no_account_gathers_bindings_without_end() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    let mut bound = 1;
    let refused = loop {
        match store.bind(ada, &oidc(&bound.to_string()), NOW).await {
            Ok(_) => bound += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::TooMany), "{refused:?}");
    assert_eq!(bound, 32);
}

#[tokio::test]
async fn who_has_an_address_at_an_organisation_belongs_to_it_while_it_is_one() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    let eve = register_with(&store, 3, vec![email("eve@sub.example.org")])
        .await
        .expect("a free address");
    let unclaimed = store
        .prove_organisation("example.org", Proof::Dns(ada), NOW)
        .await;
    assert!(
        matches!(unclaimed, Err(StoreError::UnknownOrganisation)),
        "{unclaimed:?}"
    );
    store
        .claim_organisation(ada, "example.org", NOW)
        .await
        .expect("a first claim");
    store
        .prove_organisation("example.org", Proof::Dns(ada), NOW)
        .await
        .expect("a claimed domain");
    let claims = store
        .claimed_organisations(ada)
        .await
        .expect("a working database");
    assert!(claims.len() == 1 && claims[0].is_proven, "{claims:?}");
    for (account, expected) in [(ada, true), (bob, true), (eve, false)] {
        let stored = store
            .account(account)
            .await
            .expect("a working database")
            .expect("it was made");
        assert_eq!(
            stored.binding_kinds(NOW).contains(&BindingKind::Organisation),
            expected
        );
        assert_eq!(stored.organisations(NOW).contains("example.org"), expected);
    }
    store
        .remove_organisation(OPERATOR, "example.org", NOW)
        .await
        .expect("it was one");
    let stored = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("it was made");
    assert_eq!(stored.organisations(NOW), BTreeSet::new());
}

#[tokio::test]
async fn a_domain_that_the_operator_removed_is_not_brought_back_by_its_record() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let eve = register(&store, 1).await;
    let prove = |proof| store.prove_organisation("example.org", proof, NOW);
    store
        .claim_organisation(eve, "example.org", NOW)
        .await
        .expect("a first claim");
    prove(Proof::Dns(eve)).await.expect("a claimed domain");
    let remove = || store.remove_organisation(OPERATOR, "example.org", NOW);
    remove().await.expect("it was one");
    let twice = remove().await;
    assert!(matches!(twice, Err(StoreError::UnknownOrganisation)), "{twice:?}");
    let again = prove(Proof::Dns(eve)).await;
    assert!(matches!(again, Err(StoreError::UnknownOrganisation)), "{again:?}");
    let organisations = store.organisations().await.expect("a working database");
    assert!(organisations.is_empty(), "{organisations:?}");
    let claims = store
        .claimed_organisations(eve)
        .await
        .expect("a working database");
    assert!(!claims[0].is_proven);
    prove(Proof::Operator(OPERATOR))
        .await
        .expect("the operator has the last word");
    let organisations = store.organisations().await.expect("a working database");
    assert!(organisations[0].is_by_operator);
}

#[tokio::test]
async fn who_has_not_read_mail_at_an_organisation_for_a_year_belongs_to_it_no_longer() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let ada = register(&store, 1).await;
    store
        .prove_organisation("example.org", Proof::Operator(OPERATOR), NOW)
        .await
        .expect("the operator's word");
    let belongs = async |now| {
        let stored = store.account(ada).await.expect("a working database");
        let kinds = stored.expect("it was made").binding_kinds(now);
        assert!(kinds.contains(&BindingKind::Email), "the way in stays");
        kinds.contains(&BindingKind::Organisation)
    };
    let year = 365 * 24 * 3600;
    assert!(belongs(later(year - 1)).await);
    assert!(!belongs(later(year)).await);
    store
        .bind(ada, &email("someone1@example.org"), later(year))
        .await
        .expect("her own");
    assert!(belongs(later(year)).await);
}

#[tokio::test]
async fn an_invitation_is_used_up_by_whoever_has_the_address() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let address = EmailAddress::parse("ada@example.org").expect("an address");
    let subject = key().subject(&Subject::email(&address));
    let made = store
        .invite(OPERATOR, &address, &subject, NOW)
        .await
        .expect("a working database");
    assert!(made.is_some());
    assert!(store.is_invited(&subject, NOW).await.expect("a working database"));
    let ada = register_with(&store, 1, vec![email("ada@example.org")])
        .await
        .expect("a free address");
    assert!(
        store
            .account(ada)
            .await
            .expect("a working database")
            .expect("it was made")
            .is_invited
    );
    assert!(!store.is_invited(&subject, NOW).await.expect("a working database"));
    let bob = register(&store, 2).await;
    assert!(
        !store
            .account(bob)
            .await
            .expect("a working database")
            .expect("it was made")
            .is_invited
    );
    let address = EmailAddress::parse("someone2@example.org").expect("an address");
    let subject = key().subject(&Subject::email(&address));
    let made = store
        .invite(OPERATOR, &address, &subject, NOW)
        .await
        .expect("a working database");
    assert!(made.is_none(), "who has an account is invited at once");
    assert!(
        store
            .account(bob)
            .await
            .expect("a working database")
            .expect("it was made")
            .is_invited
    );
}

#[tokio::test]
async fn an_invitation_that_was_taken_back_or_is_old_invites_nobody() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let address = EmailAddress::parse("ada@example.org").expect("an address");
    let subject = key().subject(&Subject::email(&address));
    let made = store
        .invite(OPERATOR, &address, &subject, NOW)
        .await
        .expect("a working database");
    let made = made.expect("nobody has the address");
    assert!(
        !store
            .is_invited(&subject, made.expires_at)
            .await
            .expect("a working database")
    );
    store
        .withdraw_invitation(OPERATOR, made.id, NOW)
        .await
        .expect("it is there");
    let ada = register_with(&store, 1, vec![email("ada@example.org")])
        .await
        .expect("a free address");
    assert!(
        !store
            .account(ada)
            .await
            .expect("a working database")
            .expect("it was made")
            .is_invited
    );
}

#[tokio::test]
async fn the_operator_finds_accounts_by_address_name_and_id_page_by_page() {
    let (_directory, store) = new_store().await;
    for number in 1..=9 {
        register(&store, number).await;
    }
    store.rename(id(4), "Ünal Ärmel").await.expect("it exists");
    let found = async |search: AccountSearch| {
        let found = store
            .search_accounts(&search, None, 100)
            .await
            .expect("a working database");
        found.into_iter().map(|account| account.id).collect::<Vec<_>>()
    };
    let text = |text: &str| AccountSearch::Text(Redacted(String::from(text)));
    assert_eq!(found(AccountSearch::Id(id(3))).await, [id(3)]);
    assert_eq!(
        found(AccountSearch::Subject(email("someone7@example.org").subject)).await,
        [id(7)]
    );
    assert_eq!(found(text("someone5@")).await, [id(5)]);
    assert_eq!(found(text("SOMEONE5")).await, [id(5)]);
    assert_eq!(found(text("ärmel")).await, [id(4)]);
    assert_eq!(
        found(text("example.org")).await,
        [],
        "an address is found by its beginning"
    );
    assert_eq!(
        found(text("%")).await,
        [],
        "no character has a meaning of its own"
    );
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = store
            .search_accounts(&AccountSearch::All, after, 4)
            .await
            .expect("a working database");
        let Some(last) = page.last() else { break };
        after = Some(last.number);
        pages.push(page.into_iter().map(|account| account.id).collect::<Vec<_>>());
    }
    assert_eq!(
        pages,
        [
            vec![id(9), id(8), id(7), id(6)],
            vec![id(5), id(4), id(3), id(2)],
            vec![id(1)]
        ]
    );
}

#[tokio::test]
async fn a_domain_whose_record_is_gone_for_long_is_an_organisations_no_longer() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    let domain = "example.org";
    store
        .claim_organisation(ada, domain, NOW)
        .await
        .expect("an account");
    let prove = async |now| store.prove_organisation(domain, Proof::Dns(ada), now).await;
    let note = async |found, now| {
        store
            .note_record(domain, found, now)
            .await
            .expect("a working database")
    };
    prove(NOW).await.expect("a claimed domain");
    assert!(
        store
            .records_to_check(later(-1), 9)
            .await
            .expect("a working database")
            .is_empty()
    );
    assert_eq!(
        store.records_to_check(NOW, 9).await.expect("a working database"),
        [domain]
    );
    let gone_at = later(1000);
    let long = i64::try_from(RECORD_LAPSES_AFTER.as_secs()).expect("days");
    let end = later(1000 + long);
    assert!(!note(Found::NoRecord, gone_at).await);
    assert!(
        store
            .records_to_check(NOW, 9)
            .await
            .expect("a working database")
            .is_empty()
    );
    assert!(
        !note(Found::NoAnswer, end).await,
        "a name server that fails proves nothing"
    );
    assert!(!note(Found::NoRecord, later(999 + long)).await);
    assert!(!note(Found::Record, end).await, "it is back");
    assert!(!note(Found::NoRecord, end).await, "and gone anew");
    let last = later(1000 + 2 * long);
    assert!(note(Found::NoRecord, last).await);
    let stored = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("an account");
    assert!(stored.organisations(last).is_empty());
    prove(last).await.expect("the record is there again");
    let stored = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("an account");
    assert!(stored.organisations(last).contains(domain));
}

#[tokio::test]
async fn the_operators_word_needs_no_record() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let ada = register(&store, 1).await;
    let domain = "example.org";
    store
        .claim_organisation(ada, domain, NOW)
        .await
        .expect("an account");
    for proof in [Proof::Dns(ada), Proof::Operator(OPERATOR), Proof::Dns(ada)] {
        store
            .prove_organisation(domain, proof, NOW)
            .await
            .expect("a claimed domain");
    }
    let organisations = store.organisations().await.expect("a working database");
    assert!(
        organisations
            .iter()
            .all(|organisation| organisation.is_by_operator)
    );
    assert!(
        store
            .records_to_check(later(9), 9)
            .await
            .expect("a working database")
            .is_empty()
    );
    assert!(
        !store
            .note_record(domain, Found::NoRecord, NOW)
            .await
            .expect("a working database")
    );
}
