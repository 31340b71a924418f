// SPDX-License-Identifier: MIT OR Apache-2.0
//! A code counts once, for ten minutes, and is not found by guessing.

use std::time::Duration;

use account::{
    CODE_VALID_FOR, CeremonyId, Code, LimitKey, LimitScope, MacKey, UnixTime,
    rules::{
        GUESSES_PER_NETWORK, GUESSES_PER_SITE, GUESSES_PER_SUBJECT, GUESSES_PER_SUBJECT_AND_NETWORK,
        MAILS_PER_SUBJECT_AND_NETWORK,
    },
};
use incamera_store::{Ceremony, Guess, Guessed, NewCeremony, Purpose, Store};

use crate::support::{NOW, email, id, key, later, new_store, register};

#[tokio::test]
async fn a_code_counts_once() {
    let (_directory, store) = new_store().await;
    begin(&store, 1, NOW).await;
    assert!(is_right(&guess(&store, 1, "123456", 1, NOW).await));
    assert!(guess(&store, 1, "123456", 1, NOW).await == Guessed::Wrong);
}

#[tokio::test]
async fn of_many_who_use_a_code_at_once_one_is_let_in() {
    let (_directory, store) = new_store().await;
    begin(&store, 1, NOW).await;
    let guesses = (0..16_u8).map(|network| {
        let store = store.clone();
        tokio::spawn(async move { guess(&store, 1, "123456", network, NOW).await })
    });
    let mut right = 0;
    for guessed in guesses.collect::<Vec<_>>() {
        right += u32::from(is_right(&guessed.await.expect("no panic")));
    }
    assert_eq!(right, 1);
}

#[tokio::test]
async fn a_code_is_void_after_ten_minutes() {
    let (_directory, store) = new_store().await;
    begin(&store, 1, NOW).await;
    assert!(guess(&store, 1, "123456", 1, NOW.plus(CODE_VALID_FOR)).await == Guessed::Wrong);
    begin(&store, 2, NOW).await;
    let last = UnixTime(NOW.plus(CODE_VALID_FOR).0 - 1);
    assert!(is_right(&guess(&store, 2, "123456", 1, last).await));
}

#[tokio::test]
async fn a_code_for_one_thing_is_none_for_another() {
    let (_directory, store) = new_store().await;
    let ada = register(&store, 1).await;
    begin(&store, 1, NOW).await;
    let mut other = a_guess(1, "123456", 1);
    other.purpose = Purpose::AddEmail;
    assert!(store.redeem_code(&other, NOW).await.expect("a working database") == Guessed::Wrong);
    let mut other = a_guess(1, "123456", 1);
    other.account = Some(ada);
    assert!(store.redeem_code(&other, NOW).await.expect("a working database") == Guessed::Wrong);
    let taken = store
        .take_ceremony(ceremony(1), Purpose::SignInEmail, None, NOW)
        .await;
    assert!(
        taken.expect("a working database").is_none(),
        "nor is it finished without the code"
    );
    assert!(is_right(&guess(&store, 1, "123456", 1, NOW).await));
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_is_void() {
    let (_directory, store) = new_store().await;
    begin(&store, 1, NOW).await;
    for network in 0..5 {
        assert!(guess(&store, 1, "000000", network, NOW).await == Guessed::Wrong);
    }
    assert!(guess(&store, 1, "123456", 9, later(599)).await == Guessed::Wrong);
}

#[tokio::test]
async fn guessing_one_address_through_many_ceremonies_and_networks_is_slowed_down_even_over_a_restart() {
    let (directory, mut store) = new_store().await;
    let mut looked_at = 0;
    for round in 0..60_u8 {
        let now = later(i64::from(round) * 60);
        begin(&store, round, now).await;
        for network in 0..4 {
            match guess(
                &store,
                round,
                "000000",
                round.wrapping_mul(4).wrapping_add(network),
                now,
            )
            .await
            {
                Guessed::Wrong => looked_at += 1,
                Guessed::Wait(wait) => assert!(wait <= GUESSES_PER_SUBJECT.max_delay),
                Guessed::Right(_) => panic!("it is not the code"),
            }
        }
        if round == 20 {
            store.close().await;
            store = Store::open(directory.path()).await.expect("the same directory");
        }
    }
    let most = GUESSES_PER_SUBJECT.most_within(Duration::from_secs(3600));
    assert!(looked_at <= most, "{looked_at} of {most}");
    begin(&store, 61, later(3600)).await;
    let owner = guess(&store, 61, "123456", 200, later(3600)).await;
    assert!(
        matches!(owner, Guessed::Wait(_)),
        "the right code is not looked at either"
    );
}

#[tokio::test]
async fn guesses_made_at_once_are_no_more_than_guesses_made_in_turn() {
    let (_directory, store) = new_store().await;
    for round in 0..8 {
        begin(&store, round, NOW).await;
    }
    let guesses = (0..64_u8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move { guess(&store, number % 8, "000000", 7, NOW).await })
    });
    let mut looked_at = 0;
    for guessed in guesses.collect::<Vec<_>>() {
        looked_at += u32::from(guessed.await.expect("no panic") == Guessed::Wrong);
    }
    assert_eq!(looked_at, GUESSES_PER_SUBJECT_AND_NETWORK.free);
}

#[tokio::test]
async fn whoever_guesses_from_one_place_does_not_keep_the_owner_out() {
    let (_directory, store) = new_store().await;
    for hour in 0..48 {
        let now = later(hour * 3600);
        let round = u8::try_from(hour).expect("a small number");
        begin(&store, round, now).await;
        for _ in 0..20 {
            guess(&store, round, "000000", 7, now).await;
        }
        begin(&store, 100 + round, now).await;
        assert!(
            matches!(
                guess(&store, 100 + round, "123456", 7, now).await,
                Guessed::Wait(_)
            ),
            "whoever guesses waits, with the right code as well"
        );
        assert!(
            is_right(&guess(&store, 100 + round, "123456", 8, now).await),
            "{hour}"
        );
    }
}

#[tokio::test]
async fn a_site_with_very_many_networks_is_slowed_down_as_one() {
    let (_directory, store) = new_store().await;
    let site = Some(key().limit(LimitScope::GuessesOfSite, b"one"));
    let mut looked_at = 0;
    for number in 0..GUESSES_PER_SITE.free + 50 {
        let network = key().limit(LimitScope::GuessesOfNetwork, &number.to_be_bytes());
        let guess = Guess {
            network,
            site,
            ..a_guess(99, "000000", 0)
        };
        let guessed = store.redeem_code(&guess, NOW).await.expect("a working database");
        looked_at += u32::from(guessed == Guessed::Wrong);
    }
    assert_eq!(looked_at, GUESSES_PER_SITE.free);
}

#[tokio::test]
async fn a_network_that_guesses_at_nothing_is_slowed_down_as_well() {
    let (_directory, store) = new_store().await;
    for number in 0..GUESSES_PER_NETWORK.free {
        let number = u8::try_from(number).expect("a small number");
        assert!(guess(&store, number, "000000", 7, NOW).await == Guessed::Wrong);
    }
    assert!(matches!(
        guess(&store, 99, "000000", 7, NOW).await,
        Guessed::Wait(_)
    ));
    assert!(
        guess(&store, 99, "000000", 8, NOW).await == Guessed::Wrong,
        "others are not"
    );
}

#[tokio::test]
async fn right_codes_do_not_slow_anybody_down() {
    let (_directory, store) = new_store().await;
    for number in 0..100 {
        begin(&store, number, NOW).await;
        assert!(
            is_right(&guess(&store, number, "123456", 7, NOW).await),
            "{number}"
        );
    }
}

#[tokio::test]
async fn attempts_are_counted_under_all_keys_or_under_none() {
    let (_directory, store) = new_store().await;
    let key = |who: &[u8]| key().limit(LimitScope::MailsToSubject, who);
    let (one, other) = (
        (key(b"one"), MAILS_PER_SUBJECT_AND_NETWORK),
        (key(b"other"), MAILS_PER_SUBJECT_AND_NETWORK),
    );
    for _ in 0..3 {
        assert_eq!(count(&store, &[one], NOW).await, None);
    }
    for _ in 0..5 {
        assert_eq!(
            count(&store, &[one, other], NOW).await,
            Some(Duration::from_secs(60))
        );
    }
    for _ in 0..3 {
        assert_eq!(
            count(&store, &[other], NOW).await,
            None,
            "what was refused did not count"
        );
    }
    assert_eq!(count(&store, &[other], NOW).await, Some(Duration::from_secs(60)));
    store.prune(later(3600)).await.expect("a working database");
    assert!(
        count(&store, &[other], NOW).await.is_some(),
        "nothing is forgotten too early"
    );
    store.prune(later(24 * 3600)).await.expect("a working database");
    assert_eq!(count(&store, &[other], NOW).await, None, "it was forgotten");
}

#[tokio::test]
async fn attempts_made_at_once_are_all_counted() {
    let (_directory, store) = new_store().await;
    let rule = MAILS_PER_SUBJECT_AND_NETWORK;
    let limit = (key().limit(LimitScope::MailsToSubjectOfNetwork, b"one"), rule);
    let attempts = (0..32).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { count(&store, &[limit], NOW).await })
    });
    let mut accepted = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        accepted += u32::from(attempt.await.expect("no panic").is_none());
    }
    assert_eq!(accepted, rule.free);
}

#[tokio::test]
async fn a_ceremony_without_a_code_is_taken_once_by_whoever_began_it() {
    let (_directory, store) = new_store().await;
    let (ada, bob) = (register(&store, 1).await, register(&store, 2).await);
    let begun = NewCeremony {
        id: ceremony(1),
        purpose: Purpose::AddPasskey,
        account: Some(ada),
        subject: None,
        code: None,
        state: b"challenge".to_vec(),
        expires_at: later(300),
    };
    store.begin_ceremony(&begun).await.expect("a working database");
    let take = async |account, purpose, now| {
        let taken = store.take_ceremony(ceremony(1), purpose, account, now).await;
        taken.expect("a working database")
    };
    assert!(take(Some(bob), Purpose::AddPasskey, NOW).await.is_none());
    assert!(take(None, Purpose::AddPasskey, NOW).await.is_none());
    assert!(take(Some(ada), Purpose::SignInPasskey, NOW).await.is_none());
    assert!(take(Some(ada), Purpose::AddPasskey, later(300)).await.is_none());
    let taken = take(Some(ada), Purpose::AddPasskey, later(299)).await;
    assert!(taken.is_some_and(|Ceremony { state, .. }| state == b"challenge"));
    assert!(take(Some(ada), Purpose::AddPasskey, NOW).await.is_none());
}

async fn begin(store: &Store, number: u8, now: UnixTime) {
    let begun = NewCeremony {
        id: ceremony(number),
        purpose: Purpose::SignInEmail,
        account: None,
        subject: Some(email("ada@example.org").subject),
        code: Some(key().code(ceremony(number), &Code::parse("123456").expect("a code"))),
        state: vec![number],
        expires_at: now.plus(CODE_VALID_FOR),
    };
    store.begin_ceremony(&begun).await.expect("a working database");
}

async fn guess(store: &Store, number: u8, code: &str, network: u8, now: UnixTime) -> Guessed {
    store
        .redeem_code(&a_guess(number, code, network), now)
        .await
        .expect("a working database")
}

fn a_guess(number: u8, code: &str, network: u8) -> Guess {
    let key: MacKey = key();
    Guess {
        ceremony: ceremony(number),
        purpose: Purpose::SignInEmail,
        account: None,
        code: key.code(ceremony(number), &Code::parse(code).expect("a code")),
        network: key.limit(LimitScope::GuessesOfNetwork, &[network]),
        site: None,
    }
}

async fn count(store: &Store, limits: &[(LimitKey, account::LimitRule)], now: UnixTime) -> Option<Duration> {
    store
        .count_attempt(limits, now)
        .await
        .expect("a working database")
}

fn is_right(guessed: &Guessed) -> bool {
    matches!(guessed, Guessed::Right(_))
}

fn ceremony(number: u8) -> CeremonyId {
    CeremonyId::new(*id(number).as_bytes())
}
