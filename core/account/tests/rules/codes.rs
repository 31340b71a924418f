// SPDX-License-Identifier: MIT OR Apache-2.0
//! Codes, tokens and the ids of ceremonies.

use incamera_account::{CeremonyId, Code, FRESH_FOR, SessionToken, UnixTime, VoucherCode, is_fresh};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

#[test]
fn every_code_has_six_digits_and_none_is_likelier() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut counts = [[0_u32; 10]; 6];
    for _ in 0..60_000 {
        let code = Code::random(&mut rng);
        assert_eq!(code.as_str().len(), 6);
        for (place, digit) in code.as_str().bytes().enumerate() {
            counts[place][usize::from(digit - b'0')] += 1;
        }
    }
    // 6000 expected of each; five standard deviations are 367.
    for count in counts.as_flattened() {
        assert!(count.abs_diff(6000) < 367, "{counts:?}");
    }
}

#[test]
fn a_code_is_read_as_people_type_it() {
    for typed in ["012345", " 012 345 ", "012-345", "0 1 2 3 4 5"] {
        let code = Code::parse(typed).expect(typed);
        assert_eq!(code.as_str(), "012345");
    }
    for typed in [
        "",
        "12345",
        "1234567",
        "12345a",
        "１２３４５６",
        "123456; drop",
        &" ".repeat(1000),
    ] {
        assert!(Code::parse(typed).is_none(), "{typed:?}");
    }
}

#[test]
fn a_token_comes_back_from_its_text_and_only_its_hash_is_kept() {
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    let token = SessionToken::random(&mut rng);
    let text = token.to_text();
    assert_eq!(text.len(), 43);
    let read = SessionToken::parse(&text).expect("its own text");
    assert_eq!(read.hash(), token.hash());
    assert_ne!(SessionToken::random(&mut rng).hash(), token.hash());
    for broken in [
        "",
        &text[1..],
        &format!("{text}A"),
        &text.replace(&text[..1], "/"),
        &"€".repeat(43),
    ] {
        assert!(SessionToken::parse(broken).is_err(), "{broken:?}");
    }
    // The last of 43 characters carries four bits of the token: of 64 characters, 16 can stand there.
    let alphabet = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']);
    let readable = alphabet.filter(|last| SessionToken::parse(&format!("{}{last}", &text[..42])).is_ok());
    assert_eq!(readable.count(), 16, "one token has one text");
}

#[test]
fn a_sign_in_is_fresh_for_ten_minutes() {
    let then = UnixTime(1_000_000);
    assert!(is_fresh(then, then));
    assert!(is_fresh(then, then.plus(FRESH_FOR)));
    assert!(!is_fresh(then, UnixTime(then.plus(FRESH_FOR).0 + 1)));
    assert!(
        is_fresh(then, UnixTime(then.0 - 5)),
        "a clock that was set back asks nobody again"
    );
}

#[test]
fn an_id_of_a_ceremony_is_not_seen_in_a_log() {
    let id = CeremonyId::random(&mut ChaCha20Rng::seed_from_u64(9));
    assert!(!format!("{id:?}").contains(&id.to_string()));
    assert_eq!(id.to_string().parse(), Ok(id));
}

proptest! {
    #[test]
    fn a_voucher_code_survives_how_people_type(seed: u64, lower: bool, without_dashes: bool) {
        let code = VoucherCode::random(&mut ChaCha20Rng::seed_from_u64(seed));
        let mut typed = code.to_text();
        prop_assert_eq!(typed.len(), 29);
        typed = typed.replace('1', "l").replace('0', "o");
        if lower { typed = typed.to_lowercase(); }
        if without_dashes { typed = typed.replace('-', " "); }
        let read = VoucherCode::parse(&typed).expect("what was handed out");
        prop_assert_eq!(read.hash(), code.hash());
    }

    #[test]
    fn no_text_is_too_odd_to_be_refused(text in ".{0,80}") {
        prop_assert!(VoucherCode::parse(&text).is_err());
        prop_assert!(text.parse::<CeremonyId>().is_err() || text.len() == 22);
        prop_assert!(SessionToken::parse(&text).is_err() || text.len() == 43);
    }
}
