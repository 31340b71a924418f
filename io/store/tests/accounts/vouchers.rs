// SPDX-License-Identifier: MIT OR Apache-2.0
//! A voucher is used once, and costs its maker the slot if it was for the wrong person.

use std::time::Duration;

use account::{
    BindingKind, StandingRecord, UnixTime, VOUCHER_SLOTS, VOUCHER_VALID_FOR, VoucherCode, VoucherState,
};
use incamera_store::{BindingId, By, NewBinding, Store, StoreError, StoredVoucher};
use protocol::AccountId;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

use crate::support::{NOW, OPERATOR, id, key, new_store, register, register_operator, suspended};

#[tokio::test]
async fn of_many_who_use_a_voucher_at_once_one_is_vouched_for() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    issue(&store, ada, 1, NOW).await.expect("a free slot");
    for number in 2..=13 {
        register(&store, number).await;
    }
    let uses = (2..=13_u8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { redeem(&store, id(number), 1, NOW).await })
    });
    let mut vouched = 0;
    for used in uses.collect::<Vec<_>>() {
        match used.await.expect("no panic") {
            Ok(_) => vouched += 1,
            Err(error) => assert!(matches!(error, StoreError::UnknownVoucher), "{error:?}"),
        }
    }
    assert_eq!(vouched, 1);
}

#[tokio::test]
async fn vouchers_made_at_once_are_no_more_than_the_slots() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    let made = (0..20_u8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { issue(&store, ada, number, NOW).await })
    });
    let mut issued = 0;
    for voucher in made.collect::<Vec<_>>() {
        match voucher.await.expect("no panic") {
            Ok(_) => issued += 1,
            Err(error) => assert!(matches!(error, StoreError::NoFreeSlot), "{error:?}"),
        }
    }
    assert_eq!(issued, VOUCHER_SLOTS);
    assert_eq!(store.free_slots(ada, NOW).await.expect("a working database"), 0);
}

#[tokio::test]
async fn nobody_vouches_for_themselves_nor_twice_for_one() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    issue(&store, ada, 1, NOW).await.expect("a free slot");
    let own = redeem(&store, ada, 1, NOW).await;
    assert!(matches!(own, Err(StoreError::OwnVoucher)), "{own:?}");
    redeem(&store, bob, 1, NOW).await.expect("an open voucher");
    issue(&store, ada, 2, NOW).await.expect("a free slot");
    let twice = redeem(&store, bob, 2, NOW).await;
    assert!(matches!(twice, Err(StoreError::AlreadyVouched)), "{twice:?}");
    let binding = NewBinding::voucher_of_operator(&key(), bob);
    let twice = store.vouch_as_operator(OPERATOR, bob, &binding, NOW).await;
    assert!(matches!(twice, Err(StoreError::AlreadyVouched)), "{twice:?}");
    let binding = NewBinding::voucher_of_operator(&key(), ada);
    store
        .vouch_as_operator(OPERATOR, ada, &binding, NOW)
        .await
        .expect("not vouched for yet");
    assert!(is_vouched(&store, ada).await && is_vouched(&store, bob).await);
    assert_eq!(store.free_slots(ada, NOW).await.expect("a working database"), 3);
}

#[tokio::test]
async fn an_old_code_and_a_wrong_one_vouch_for_nobody() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    issue(&store, ada, 1, NOW).await.expect("a free slot");
    for (code, now) in [(2, NOW), (1, NOW.plus(VOUCHER_VALID_FOR))] {
        let refused = redeem(&store, bob, code, now).await;
        assert!(matches!(refused, Err(StoreError::UnknownVoucher)), "{refused:?}");
    }
    assert_eq!(
        store
            .free_slots(ada, NOW.plus(VOUCHER_VALID_FOR))
            .await
            .expect("a working database"),
        5
    );
}

#[tokio::test]
async fn taking_a_voucher_back_takes_the_binding_and_frees_the_slot() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    let voucher = issue(&store, ada, 1, NOW).await.expect("a free slot");
    redeem(&store, bob, 1, NOW).await.expect("an open voucher");
    let others = store.withdraw_voucher(bob, voucher.id, NOW).await;
    assert!(matches!(others, Err(StoreError::UnknownVoucher)), "{others:?}");
    store
        .withdraw_voucher(ada, voucher.id, NOW)
        .await
        .expect("one's own");
    assert!(!is_vouched(&store, bob).await);
    assert_eq!(store.free_slots(ada, NOW).await.expect("a working database"), 5);
    let again = redeem(&store, bob, 1, NOW).await;
    assert!(matches!(again, Err(StoreError::UnknownVoucher)), "{again:?}");
}

#[tokio::test]
async fn a_ban_costs_the_voucher_the_slot_even_after_the_banned_account_is_gone() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let (ada, eve) = (register(&store, 1).await, register(&store, 2).await);
    let voucher = issue(&store, ada, 1, NOW).await.expect("a free slot");
    redeem(&store, eve, 1, NOW).await.expect("an open voucher");
    decide(&store, eve, &suspended(None)).await;
    assert_eq!(
        store.vouchers(ada, NOW).await.expect("a working database")[0].state,
        VoucherState::Lost
    );
    let back = store.withdraw_voucher(ada, voucher.id, NOW).await;
    assert!(matches!(back, Err(StoreError::UnknownVoucher)), "{back:?}");
    let binding = store
        .account(eve)
        .await
        .expect("a working database")
        .expect("it exists")
        .bindings[1]
        .id;
    store
        .unbind(eve, binding, By::Owner, NOW)
        .await
        .expect("the address is left");
    store.erase(eve, NOW).await.expect("it exists");
    store
        .prune(NOW.plus(VOUCHER_VALID_FOR))
        .await
        .expect("a working database");
    assert_eq!(store.free_slots(ada, NOW).await.expect("a working database"), 4);
}

#[tokio::test]
async fn a_pardon_gives_the_slot_back_its_use() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let (ada, eve) = (register(&store, 1).await, register(&store, 2).await);
    issue(&store, ada, 1, NOW).await.expect("a free slot");
    redeem(&store, eve, 1, NOW).await.expect("an open voucher");
    decide(&store, eve, &suspended(None)).await;
    decide(&store, eve, &StandingRecord::GOOD).await;
    assert_eq!(
        store.vouchers(ada, NOW).await.expect("a working database")[0].state,
        VoucherState::Redeemed
    );
    store.erase(eve, NOW).await.expect("it exists");
    assert_eq!(
        store.free_slots(ada, NOW).await.expect("a working database"),
        5,
        "who leaves frees it"
    );
}

#[tokio::test]
async fn open_vouchers_of_a_banned_account_are_void() {
    let (_directory, store) = new_store().await;
    register_operator(&store).await;
    let (eve, bob) = (register(&store, 1).await, register(&store, 2).await);
    issue(&store, eve, 1, NOW).await.expect("a free slot");
    decide(&store, eve, &suspended(None)).await;
    decide(&store, eve, &StandingRecord::GOOD).await;
    let used = redeem(&store, bob, 1, NOW).await;
    assert!(matches!(used, Err(StoreError::UnknownVoucher)), "{used:?}");
}

#[tokio::test]
async fn until_it_is_used_a_code_tells_who_vouches() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    issue(&store, ada, 1, NOW).await.expect("a free slot");
    let maker = async |number| {
        store
            .voucher_maker(&code(number).hash())
            .await
            .expect("a working database")
    };
    assert_eq!((maker(1).await, maker(2).await), (Some(ada), None));
    redeem(&store, bob, 1, NOW).await.expect("an open voucher");
    assert_eq!(maker(1).await, None);
}

#[tokio::test]
async fn one_phone_number_vouches_for_no_more_people_by_moving_from_account_to_account() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    issue(&store, ada, 1, NOW).await.expect("a free slot");
    redeem(&store, bob, 1, NOW).await.expect("an open voucher");
    store.erase(ada, NOW).await.expect("it exists");
    assert!(!is_vouched(&store, bob).await, "nobody answers for bob");
}

async fn issue(
    store: &Store,
    account: AccountId,
    number: u8,
    now: UnixTime,
) -> Result<StoredVoucher, StoreError> {
    store.issue_voucher(account, &code(number).hash(), now).await
}

async fn redeem(
    store: &Store,
    account: AccountId,
    number: u8,
    now: UnixTime,
) -> Result<BindingId, StoreError> {
    let code = code(number);
    let binding = NewBinding::voucher(&key(), &code);
    store.redeem_voucher(account, &code.hash(), &binding, now).await
}

async fn decide(store: &Store, account: AccountId, record: &StandingRecord) {
    let kept = Duration::from_secs(1000);
    store
        .set_standing(OPERATOR, account, record, kept, NOW)
        .await
        .expect("it exists");
}

async fn is_vouched(store: &Store, account: AccountId) -> bool {
    let stored = store
        .account(account)
        .await
        .expect("a working database")
        .expect("it exists");
    stored.binding_kinds(NOW).contains(&BindingKind::Voucher)
}

fn code(number: u8) -> VoucherCode {
    VoucherCode::random(&mut ChaCha20Rng::from_seed([number; 32]))
}

#[tokio::test]
async fn who_may_vouch_no_more_vouches_for_nobody() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    for number in 1..=3 {
        issue(&store, ada, number, NOW).await.expect("a free slot");
    }
    redeem(&store, bob, 1, NOW).await.expect("an open voucher");
    let makers = store.voucher_makers_in("example.org").await;
    assert_eq!(makers.expect("a working database"), [ada]);
    let withdrawn = store
        .withdraw_vouchers(ada, NOW)
        .await
        .expect("a working database");
    assert_eq!(withdrawn, [bob]);
    let known = store
        .account(bob)
        .await
        .expect("a working database")
        .expect("an account");
    assert!(!known.binding_kinds(NOW).contains(&BindingKind::Voucher));
    let late = redeem(&store, bob, 2, NOW).await;
    assert!(matches!(late, Err(StoreError::UnknownVoucher)), "{late:?}");
    assert_eq!(
        store.free_slots(ada, NOW).await.expect("a working database"),
        VOUCHER_SLOTS
    );
    let makers = store.voucher_makers_in("example.org").await;
    assert!(makers.expect("a working database").is_empty());
}
