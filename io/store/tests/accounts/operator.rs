// SPDX-License-Identifier: MIT OR Apache-2.0
//! The link that makes the operator works once.

use account::{SessionToken, TokenHash};
use incamera_store::{NewAccount, NewMail, Store};
use protocol::{AccountId, Redacted};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

use crate::support::{NOW, email, id, later, new_store, register};

#[tokio::test]
async fn of_many_who_use_the_link_at_once_one_is_the_operator() {
    let (_directory, store) = new_store().await;
    assert!(!store.has_operator().await.expect("a working database"));
    store
        .set_operator_link(&token(1), later(3600))
        .await
        .expect("a working database");
    let uses = (1..=12_u8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { redeem(&store, 1, None, number).await })
    });
    let mut operators = Vec::new();
    for used in uses.collect::<Vec<_>>() {
        operators.extend(used.await.expect("no panic"));
    }
    assert_eq!(operators.len(), 1);
    let operator = store
        .account(operators[0])
        .await
        .expect("a working database")
        .expect("it was made");
    assert!(operator.is_operator && store.has_operator().await.expect("a working database"));
}

#[tokio::test]
async fn who_is_signed_in_becomes_the_operator_with_the_account_that_is_there() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    store
        .set_operator_link(&token(1), later(3600))
        .await
        .expect("a working database");
    assert_eq!(redeem(&store, 1, Some(ada), 2).await, Some(ada));
    assert!(store.account(id(2)).await.expect("a working database").is_none());
}

#[tokio::test]
async fn a_wrong_an_old_and_a_replaced_link_make_nobody_the_operator() {
    let (_directory, store) = new_store().await;
    assert_eq!(redeem(&store, 1, None, 1).await, None, "there is none");
    store
        .set_operator_link(&token(1), later(3600))
        .await
        .expect("a working database");
    assert_eq!(redeem(&store, 2, None, 1).await, None);
    store
        .set_operator_link(&token(2), later(3600))
        .await
        .expect("a working database");
    assert_eq!(
        redeem(&store, 1, None, 1).await,
        None,
        "the next start printed another"
    );
    store
        .set_operator_link(&token(3), NOW)
        .await
        .expect("a working database");
    assert_eq!(redeem(&store, 3, None, 1).await, None);
    assert!(!store.has_operator().await.expect("a working database"));
}

#[tokio::test]
async fn mail_that_cannot_be_sent_is_kept_for_a_day_and_not_without_end() {
    let (_directory, store) = new_store().await;
    for number in 0..510 {
        let mail = NewMail {
            to: Redacted(String::from("ada@example.org")),
            recipient: email("ada@example.org").subject,
            subject: Redacted(format!("{number}")),
            text: Redacted(String::from("Your code is 123456.")),
        };
        store.put_mail(&mail, NOW).await.expect("a working database");
    }
    let mails = store.mails(NOW).await.expect("a working database");
    assert_eq!((mails.len(), mails[0].subject.0.as_str()), (500, "509"));
    assert_eq!(
        store.mails(later(24 * 3600)).await.expect("a working database"),
        []
    );
    store.prune(later(24 * 3600)).await.expect("a working database");
    assert_eq!(store.mails(NOW).await.expect("a working database"), []);
}

async fn redeem(store: &Store, number: u8, signed_in: Option<AccountId>, account: u8) -> Option<AccountId> {
    let account = NewAccount {
        id: id(account),
        name: Redacted(String::from("Operator")),
        bindings: Vec::new(),
    };
    let redeemed = store
        .redeem_operator_link(&token(number), signed_in, &account, NOW)
        .await;
    redeemed.expect("a working database")
}

fn token(number: u8) -> TokenHash {
    SessionToken::random(&mut ChaCha20Rng::from_seed([number; 32])).hash()
}
