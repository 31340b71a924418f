// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who holds a token is signed in, until somebody says otherwise or time does.

use account::{SESSION_IDLE_FOR, SESSION_LIVES_FOR, SessionToken, TokenHash, UnixTime};
use incamera_store::{NewSession, SessionId, Store, StoreError};
use protocol::{AccountId, Redacted, http::SignedInBy};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

use crate::support::{NOW, id, later, new_store, register};

#[tokio::test]
async fn a_token_finds_its_account_and_no_other_token_does() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    open(&store, ada, 1, NOW).await;
    let found = store
        .signed_in(&token(1), NOW)
        .await
        .expect("a working database")
        .expect("open");
    assert_eq!((found.account.id, found.session.by), (ada, SignedInBy::Passkey));
    assert_eq!(found.account.bindings.len(), 1, "with what the policy asks about");
    assert!(
        store
            .signed_in(&token(2), NOW)
            .await
            .expect("a working database")
            .is_none()
    );
}

#[tokio::test]
async fn a_use_is_written_down_at_most_once_a_minute() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    open(&store, ada, 1, NOW).await;
    for (second, noted) in [(59, 0), (60, 60), (119, 60), (121, 121)] {
        store
            .signed_in(&token(1), later(second))
            .await
            .expect("a working database");
        let sessions = store
            .sessions(ada, later(second))
            .await
            .expect("a working database");
        assert_eq!(sessions[0].last_used_at, later(noted), "after {second} s");
    }
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_in_the_end_anyway() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    open(&store, ada, 1, NOW).await;
    open(&store, ada, 2, NOW).await;
    let is_open = async |number, now| {
        store
            .signed_in(&token(number), now)
            .await
            .expect("a working database")
            .is_some()
    };
    let idle = i64::try_from(SESSION_IDLE_FOR.as_secs()).expect("a month");
    let life = i64::try_from(SESSION_LIVES_FOR.as_secs()).expect("half a year");
    let mut used = 0;
    while used + idle - 1 < life {
        used += idle - 1;
        assert!(is_open(1, later(used)).await, "used again after {used} s");
    }
    assert!(!is_open(2, later(idle)).await);
    assert!(!is_open(1, later(life)).await);
    assert_eq!(
        store
            .sessions(ada, later(life))
            .await
            .expect("a working database"),
        []
    );
    store.prune(later(life)).await.expect("a working database");
    assert!(!is_open(1, NOW).await, "it is gone for good");
}

#[tokio::test]
async fn sessions_are_closed_one_by_one_or_all_but_one_and_only_by_their_owner() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    let mut sessions = Vec::new();
    for number in 1..=4 {
        sessions.push(open(&store, ada, number, NOW).await);
    }
    let others = open(&store, bob, 5, NOW).await;
    let closed = store.close_session(bob, sessions[0]).await;
    assert!(matches!(closed, Err(StoreError::UnknownSession)), "{closed:?}");
    store.close_session(ada, sessions[0]).await.expect("one's own");
    assert!(
        store
            .signed_in(&token(1), NOW)
            .await
            .expect("a working database")
            .is_none()
    );
    store
        .close_sessions(ada, Some(sessions[1]))
        .await
        .expect("a working database");
    let left = store.sessions(ada, NOW).await.expect("a working database");
    assert_eq!(
        left.into_iter().map(|session| session.id).collect::<Vec<_>>(),
        [sessions[1]]
    );
    store.close_sessions(ada, None).await.expect("a working database");
    assert_eq!(store.sessions(ada, NOW).await.expect("a working database"), []);
    assert_eq!(
        store.sessions(bob, NOW).await.expect("a working database")[0].id,
        others
    );
}

#[tokio::test]
async fn proving_again_who_one_is_makes_the_session_fresh() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    let session = open(&store, ada, 1, NOW).await;
    store
        .renew_auth(ada, session, &token(9), later(3600))
        .await
        .expect("one's own");
    let signed_in = async |token| {
        let found = store.signed_in(&token, later(3600)).await;
        found.expect("a working database")
    };
    assert!(
        signed_in(token(1)).await.is_none(),
        "a copy of the old token is void"
    );
    let found = signed_in(token(9)).await.expect("open");
    assert_eq!(
        (found.session.created_at, found.session.auth_time),
        (NOW, later(3600))
    );
    let others = store.renew_auth(bob, session, &token(8), later(7200)).await;
    assert!(matches!(others, Err(StoreError::UnknownSession)), "{others:?}");
}

#[tokio::test]
async fn of_too_many_sessions_those_unused_for_longest_are_closed() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    for number in 0..60_u8 {
        open(&store, ada, number, later(i64::from(number))).await;
    }
    let sessions = store.sessions(ada, later(60)).await.expect("a working database");
    assert_eq!(sessions.len(), 50);
    assert!(
        store
            .signed_in(&token(9), later(60))
            .await
            .expect("a working database")
            .is_none()
    );
    assert!(
        store
            .signed_in(&token(10), later(60))
            .await
            .expect("a working database")
            .is_some()
    );
}

#[tokio::test]
async fn nobody_signs_in_to_an_account_that_does_not_exist() {
    let (_directory, store) = new_store().await;
    let opened = store.open_session(&session(id(9), 1), NOW).await;
    assert!(matches!(opened, Err(StoreError::UnknownAccount)), "{opened:?}");
}

#[tokio::test]
async fn hundreds_sign_in_at_once_without_an_error() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    let sign_ins = (0..400_u64).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let token = SessionToken::random(&mut ChaCha20Rng::seed_from_u64(number)).hash();
            let session = NewSession {
                token,
                ..session(ada, 0)
            };
            store.open_session(&session, NOW).await?;
            store.signed_in(&token, later(61)).await.map(drop)
        })
    });
    for sign_in in sign_ins.collect::<Vec<_>>() {
        sign_in.await.expect("no panic").expect("no error");
    }
}

async fn open(store: &Store, account: AccountId, number: u8, now: UnixTime) -> SessionId {
    store
        .open_session(&session(account, number), now)
        .await
        .expect("a known account")
}

fn session(account: AccountId, number: u8) -> NewSession {
    NewSession {
        token: token(number),
        account,
        by: SignedInBy::Passkey,
        device: Redacted(String::from("Firefox on Linux")),
    }
}

fn token(number: u8) -> TokenHash {
    SessionToken::random(&mut ChaCha20Rng::from_seed([number; 32])).hash()
}
