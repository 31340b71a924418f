// SPDX-License-Identifier: MIT OR Apache-2.0
//! Passkeys belong to one account and are used in turn.

use incamera_store::{By, NewPasskey, StoreError};

use protocol::Redacted;

use crate::support::{NOW, OPERATOR, later, new_store, register, register_operator};

#[tokio::test]
async fn a_passkey_is_found_by_its_id_and_belongs_to_one_account() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    let id = store.add_passkey(ada, &passkey(1), NOW).await.expect("a new one");
    let again = store.add_passkey(bob, &passkey(1), NOW).await;
    assert!(matches!(again, Err(StoreError::PasskeyExists)), "{again:?}");
    let found = store
        .passkey(&[1; 40])
        .await
        .expect("a working database")
        .expect("it was added");
    assert_eq!((found.id, found.account), (id, ada));
    assert_eq!((found.credential_id, found.credential), (vec![1; 40], vec![1, 0]));
    assert_eq!(store.passkeys(bob).await.expect("a working database"), []);
    for refused in [
        store.rename_passkey(bob, id, "mine").await,
        store.remove_passkey(bob, id, NOW).await,
    ] {
        assert!(matches!(refused, Err(StoreError::UnknownPasskey)), "{refused:?}");
    }
    store.rename_passkey(ada, id, "Laptop").await.expect("one's own");
    assert_eq!(
        store.passkeys(ada).await.expect("a working database")[0].name.0,
        "Laptop"
    );
}

#[tokio::test]
async fn of_two_uses_that_were_checked_against_the_same_state_one_counts() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    let id = store.add_passkey(ada, &passkey(1), NOW).await.expect("a new one");
    let uses = (1..=8_u8).map(|counter| {
        let store = store.clone();
        let changed = [1, counter];
        tokio::spawn(async move { store.note_passkey_use(id, &[1, 0], Some(&changed), NOW).await })
    });
    let mut counted = 0;
    for noted in uses.collect::<Vec<_>>() {
        counted += u32::from(noted.await.expect("no panic").expect("a working database"));
    }
    assert_eq!(counted, 1);
}

#[tokio::test]
async fn a_passkey_without_a_counter_is_used_as_often_as_one_likes() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    let id = store.add_passkey(ada, &passkey(1), NOW).await.expect("a new one");
    for second in 0..3 {
        let noted = store.note_passkey_use(id, &[1, 0], None, later(second)).await;
        assert!(noted.expect("a working database"));
    }
    let stored = store.passkeys(ada).await.expect("a working database");
    assert_eq!(stored[0].last_used_at, Some(later(2)));
}

#[tokio::test]
async fn the_last_passkey_stays_if_nothing_else_lets_its_owner_in() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let ada = register(&store, 1).await;
    let one = store.add_passkey(ada, &passkey(1), NOW).await.expect("a new one");
    let other = store.add_passkey(ada, &passkey(2), NOW).await.expect("a new one");
    let address = store
        .account(ada)
        .await
        .expect("a working database")
        .expect("it was made")
        .bindings[0]
        .id;
    store
        .unbind(ada, address, By::Operator(OPERATOR), NOW)
        .await
        .expect("the operator may");
    store
        .remove_passkey(ada, one, NOW)
        .await
        .expect("another is left");
    let last = store.remove_passkey(ada, other, NOW).await;
    assert!(matches!(last, Err(StoreError::LastWayIn)), "{last:?}");
    assert_eq!(store.passkeys(ada).await.expect("a working database").len(), 1);
}

#[tokio::test]
async fn no_account_gathers_passkeys_without_end() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    for number in 0..32 {
        store
            .add_passkey(ada, &passkey(number), NOW)
            .await
            .expect("not too many");
    }
    let refused = store.add_passkey(ada, &passkey(32), NOW).await;
    assert!(matches!(refused, Err(StoreError::TooMany)), "{refused:?}");
}

fn passkey(number: u8) -> NewPasskey {
    NewPasskey {
        credential_id: vec![number; 40],
        credential: vec![number, 0],
        name: Redacted(String::from("Phone")),
    }
}
