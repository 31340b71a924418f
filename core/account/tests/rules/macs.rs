// SPDX-License-Identifier: MIT OR Apache-2.0
//! Subjects are found again by their MAC, and by nothing else.

use incamera_account::{
    CeremonyId, Code, EmailAddress, LimitScope, MacKey, PhoneNumber, Subject, SubjectMac, UnixTime,
    VoucherCode,
};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

#[test]
fn the_same_phone_number_is_the_same_subject_however_it_is_typed() {
    let key = MacKey::new([1; 32]);
    let subject = |text: &str| key.subject(&Subject::phone(&PhoneNumber::parse(text).expect("a number")));
    assert_eq!(subject("+49 151 23456789"), subject("+49(151)234-56789"));
    assert_ne!(subject("+49 151 23456789"), subject("+49 151 23456788"));
}

#[test]
fn another_installation_cannot_compare() {
    let address = EmailAddress::parse("ada@example.org").expect("an address");
    let subject = Subject::email(&address);
    assert_ne!(
        MacKey::new([1; 32]).subject(&subject),
        MacKey::new([2; 32]).subject(&subject)
    );
}

#[test]
fn one_value_is_another_subject_for_each_kind() {
    let key = MacKey::new([1; 32]);
    let address = EmailAddress::parse("ada@example.org").expect("an address");
    let macs = [
        key.subject(&Subject::email(&address)),
        key.subject(&Subject::oidc("", address.as_str())),
        key.subject(&Subject::payment("", address.as_str())),
        key.subject(&Subject::oidc("https://one.example", address.as_str())),
        key.subject(&Subject::oidc("https://two.example", address.as_str())),
    ];
    for (index, mac) in macs.iter().enumerate() {
        assert!(!macs[index + 1..].contains(mac), "{index}");
    }
}

#[test]
fn a_code_counts_in_its_own_ceremony_only() {
    let key = MacKey::new([1; 32]);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (one, other) = (CeremonyId::random(&mut rng), CeremonyId::random(&mut rng));
    let code = Code::parse("123456").expect("a code");
    assert!(key.code(one, &code).matches(&key.code(one, &code)));
    assert!(!key.code(one, &code).matches(&key.code(other, &code)));
    assert!(
        !key.code(one, &code)
            .matches(&key.code(one, &Code::parse("123457").expect("a code")))
    );
}

#[test]
fn limits_of_different_kinds_do_not_share_a_count() {
    let key = MacKey::new([1; 32]);
    assert_ne!(
        key.limit(LimitScope::MailsToSubject, b"x"),
        key.limit(LimitScope::MailsOfNetwork, b"x")
    );
}

#[test]
fn a_count_of_a_day_begins_anew_with_the_next_however_busy_the_day_was() {
    let key = MacKey::new([1; 32]);
    let of = |who: &[u8], now| key.limit_of_day(LimitScope::SmsToPrefix, who, UnixTime(now));
    let midnight = 20_000 * 24 * 3600;
    assert_eq!(of(b"+49", midnight), of(b"+49", midnight + 24 * 3600 - 1));
    assert_ne!(of(b"+49", midnight), of(b"+49", midnight - 1));
    assert_ne!(of(b"+49", midnight), of(b"+44", midnight));
}

#[test]
fn an_organisations_record_is_the_same_whoever_asks_and_differs_by_domain() {
    let key = MacKey::new([1; 32]);
    let record = key.organisation_record("example.org");
    assert_eq!(record, key.organisation_record("example.org"));
    assert_ne!(record, key.organisation_record("example.com"));
    assert!(
        record.starts_with("incamera-verification=") && record.len() < 255,
        "{record}"
    );
}

#[test]
fn two_vouchers_are_two_subjects() {
    let key = MacKey::new([1; 32]);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut subject = || key.subject(&Subject::voucher(&VoucherCode::random(&mut rng)));
    let (one, other): (SubjectMac, SubjectMac) = (subject(), subject());
    assert_ne!(one, other);
}

proptest! {
    #[test]
    fn moving_the_border_between_issuer_and_subject_makes_another_subject(text in "[a-z:/.|]{2,20}", one in 0..20_usize, other in 0..20_usize) {
        let (one, other) = (one % (text.len() + 1), other % (text.len() + 1));
        let key = MacKey::new([1; 32]);
        let subject = |at: usize| key.subject(&Subject::oidc(&text[..at], &text[at..]));
        prop_assert_eq!(subject(one) == subject(other), one == other);
    }
}
