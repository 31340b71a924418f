// SPDX-License-Identifier: MIT OR Apache-2.0
//! What means the same is the same, and what is nothing is refused.

use incamera_account::{EmailAddress, PhoneNumber, parse_domain};
use proptest::prelude::*;

#[test]
fn an_address_is_read_as_people_type_it() {
    for (typed, read) in [
        ("ada@example.org", "ada@example.org"),
        ("  Ada.Lovelace@Example.ORG\n", "ada.lovelace@example.org"),
        ("o'brien+meetings@example.org", "o'brien+meetings@example.org"),
        ("ada@Bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        // A dot of another script is a dot (UTS 46).
        ("ada@example。org", "ada@example.org"),
    ] {
        let address = EmailAddress::parse(typed).expect(typed);
        assert_eq!(address.as_str(), read);
        assert_eq!(address.domain(), read.split_once('@').expect("an address").1);
    }
}

#[test]
fn what_is_no_address_is_refused() {
    let long_local = format!("{}@example.org", "a".repeat(65));
    let long_domain = format!("ada@{}example.org", "a.".repeat(125));
    for typed in [
        "",
        "@",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@@example.org",
        "ada@localhost",
        "ada@127.0.0.1",
        "ada@[127.0.0.1]",
        "ada@example.org.",
        "ada@-example.org",
        "ada@exa mple.org",
        "ada@example..org",
        ".ada@example.org",
        "ada.@example.org",
        "a..da@example.org",
        "a da@example.org",
        "\"ada lovelace\"@example.org",
        "ada(comment)@example.org",
        "ada@example.org, eve@example.org",
        "ada\r\nBcc: eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada\0@example.org",
        "аda@example.org", // a Cyrillic letter
        "ada@exam\u{ad}\u{ad}ple.org\u{0}",
        &long_local,
        &long_domain,
    ] {
        assert!(EmailAddress::parse(typed).is_err(), "{typed:?}");
    }
}

#[test]
fn a_number_is_read_as_people_type_it() {
    for typed in [
        "+4915123456789",
        "+49 151 23456789",
        " +49 (151) 234-567-89 ",
        "+49/151.23456789",
    ] {
        let number = PhoneNumber::parse(typed).expect(typed);
        assert_eq!(number.as_str(), "+4915123456789");
        assert_eq!(number.mask(), "…89");
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for typed in [
        "",
        "+",
        "0151 23456789",
        "004915123456789",
        "+0049 151 23456789",
        "+49 151",
        "+1234567890123456",
        "+49 151 2345678x",
        "+49 151 23456789;ext=1",
        "++4915123456789",
        "+４９１５１２３４５６７８９",
        "+49151234567\n89",
    ] {
        assert!(PhoneNumber::parse(typed).is_err(), "{typed:?}");
    }
}

#[test]
fn neither_is_seen_in_a_log() {
    let address = EmailAddress::parse("ada@example.org").expect("an address");
    let number = PhoneNumber::parse("+4915123456789").expect("a number");
    let logged = format!("{address:?} {number:?}");
    assert!(!logged.contains("ada") && !logged.contains("49151"), "{logged}");
}

proptest! {
    #[test]
    fn reading_an_address_twice_changes_nothing(text in ".{0,40}@.{0,40}") {
        if let Ok(address) = EmailAddress::parse(&text) {
            prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
            prop_assert!(address.as_str().is_ascii());
            prop_assert!(!address.as_str().bytes().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_control()));
        }
    }

    #[test]
    fn case_does_not_make_another_address(local in "[a-z0-9]{1,10}(\\.[a-z+]{1,10})?", domain in "[a-z]{1,8}\\.[a-z]{2,5}") {
        let lower = EmailAddress::parse(&format!("{local}@{domain}"));
        let upper = EmailAddress::parse(&format!("{local}@{domain}").to_uppercase());
        prop_assert!(lower.is_ok());
        prop_assert_eq!(lower, upper);
    }

    #[test]
    fn reading_a_domain_twice_changes_nothing(text in ".{0,60}") {
        if let Ok(domain) = parse_domain(&text) {
            prop_assert_eq!(parse_domain(&domain), Ok(domain));
        }
    }

    #[test]
    fn reading_a_number_twice_changes_nothing(text in "\\+[0-9 ()/.x-]{0,24}") {
        if let Ok(number) = PhoneNumber::parse(&text) {
            prop_assert_eq!(PhoneNumber::parse(number.as_str()), Ok(number.clone()));
            prop_assert!(number.as_str()[1..].bytes().all(|byte| byte.is_ascii_digit()));
        }
    }
}
