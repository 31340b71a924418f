// SPDX-License-Identifier: MIT OR Apache-2.0
//! Passkeys of honest and of other authenticators.

use incamera_identity::{ClaimedPasskey, NewCredential, PasskeyConfig, PasskeyError, Passkeys};
use protocol::AccountId;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;

#[test]
fn a_passkey_signs_in_without_saying_who_one_is() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(b"first");
    let made = register(&passkeys, &mut authenticator).expect("an honest authenticator");
    assert_eq!(made.credential_id, b"first");
    let begun = passkeys.begin_authentication().expect("a ceremony begins");
    assert_eq!(
        begun.options["publicKey"]["allowCredentials"],
        json!([]),
        "nobody is named"
    );
    assert_eq!(begun.options["publicKey"]["userVerification"], "required");
    assert_eq!(begun.options.get("mediation"), None);
    let response = authenticator.assert(&begun.options);
    let claimed = ClaimedPasskey {
        account: account(),
        credential_id: b"first".to_vec(),
    };
    assert_eq!(passkeys.claimed(&response), Ok(claimed));
    let credential = passkeys
        .finish_authentication(&begun.state, &response, account(), &made.credential)
        .expect("an honest authenticator");
    assert_ne!(credential, made.credential, "the counter moved");
    let again = passkeys.begin_authentication().expect("a ceremony begins");
    let response = authenticator.assert(&again.options);
    assert!(
        passkeys
            .finish_authentication(&again.state, &response, account(), &credential)
            .is_ok()
    );
}

#[test]
fn the_authenticator_is_asked_for_a_passkey_that_it_finds_by_itself_and_that_asks_its_owner() {
    let begun = passkeys()
        .begin_registration(account(), "Erika", [b"first".to_vec()])
        .expect("a ceremony begins");
    let options = &begun.options["publicKey"];
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["requireResidentKey"], true);
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"][0]["id"], "Zmlyc3Q");
    assert_eq!(options["rp"]["id"], "meet.example.org");
    assert_eq!(
        options["user"]["id"],
        account().to_string(),
        "the handle is the account's id"
    );
}

#[test]
fn an_account_has_several_passkeys_but_none_twice() {
    let passkeys = passkeys();
    let mut first = Authenticator::new(b"first");
    let mut second = Authenticator::new(b"second");
    let made = register(&passkeys, &mut first).expect("an honest authenticator");
    let begun = passkeys
        .begin_registration(account(), "Erika", [made.credential_id.clone()])
        .expect("a ceremony begins");
    let again = passkeys.finish_registration(&begun.state, &first.create(&begun.options));
    assert_eq!(again.err(), Some(PasskeyError::AlreadyRegistered));
    let begun = passkeys
        .begin_registration(account(), "Erika", [made.credential_id])
        .expect("a ceremony begins");
    assert!(
        passkeys
            .finish_registration(&begun.state, &second.create(&begun.options))
            .is_ok()
    );
}

#[test]
fn what_is_made_at_another_place_or_without_its_owner_is_refused() {
    check_registration(|authenticator| authenticator.origin = "https://meet.example.org.evil.example");
    check_registration(|authenticator| authenticator.origin = "http://meet.example.org");
    check_registration(|authenticator| authenticator.origin = "https://meet.example.org:8443");
    check_registration(|authenticator| authenticator.rp_id = "evil.example");
    check_registration(|authenticator| authenticator.verifies_people = false);
}

#[test]
fn an_answer_from_another_place_or_without_its_owner_does_not_sign_in() {
    check_authentication(PasskeyError::NotVerified, |authenticator| {
        authenticator.origin = "https://evil.example"
    });
    check_authentication(PasskeyError::NotVerified, |authenticator| {
        authenticator.rp_id = "evil.example"
    });
    check_authentication(PasskeyError::NotVerified, |authenticator| {
        authenticator.verifies_people = false
    });
    check_authentication(PasskeyError::NotVerified, |authenticator| {
        authenticator.user_handle = [8; 16].to_vec();
    });
    check_authentication(PasskeyError::BadResponse, |authenticator| {
        authenticator.user_handle = b"short".to_vec()
    });
    check_authentication(PasskeyError::NotVerified, |authenticator| {
        authenticator.credential_id = b"other".to_vec()
    });
    check_authentication(PasskeyError::CounterWentBack, |authenticator| {
        authenticator.counter = 0
    });
    check_authentication(PasskeyError::NotVerified, |authenticator| {
        // The same names, another key.
        let user_handle = authenticator.user_handle.clone();
        *authenticator = Authenticator::new(b"first");
        authenticator.user_handle = user_handle;
    });
}

#[test]
fn an_answer_to_another_question_does_not_sign_in() {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(b"first");
    let made = register(&passkeys, &mut authenticator).expect("an honest authenticator");
    let [one, other] = [(); 2].map(|()| passkeys.begin_authentication().expect("a ceremony begins"));
    let response = authenticator.assert(&one.options);
    let finish = |state: &[u8], response: &Value, account| {
        passkeys
            .finish_authentication(state, response, account, &made.credential)
            .err()
    };
    assert_eq!(
        finish(&other.state, &response, account()),
        Some(PasskeyError::NotVerified)
    );
    assert_eq!(
        finish(&one.state, &response, AccountId::new([8; 16])),
        Some(PasskeyError::NotVerified)
    );
    let registration = passkeys
        .begin_registration(account(), "Erika", [])
        .expect("a ceremony begins");
    assert_eq!(
        finish(&registration.state, &response, account()),
        Some(PasskeyError::BadState)
    );
    assert_eq!(finish(b"", &response, account()), Some(PasskeyError::BadState));
    let mut changed = response.clone();
    changed["response"]["signature"] = Value::from("MEUCIQ");
    assert_eq!(
        finish(&one.state, &changed, account()),
        Some(PasskeyError::NotVerified)
    );
    assert_eq!(
        finish(&one.state, &response, account()),
        None,
        "and the right one does"
    );
}

#[test]
fn answers_of_any_form_are_refused_in_words() {
    let passkeys = passkeys();
    let begun = passkeys
        .begin_registration(account(), "Erika", [])
        .expect("a ceremony begins");
    let mut authenticator = Authenticator::new(b"first");
    let good = authenticator.create(&begun.options);
    let mut bad = vec![json!(null), json!({}), json!([]), json!({"id": 1}), json!("x")];
    for (field, value) in [
        ("attestationObject", "AAAA"),
        ("clientDataJSON", "AAAA"),
        ("attestationObject", "!"),
    ] {
        let mut changed = good.clone();
        changed["response"][field] = Value::from(value);
        bad.push(changed);
    }
    for response in bad {
        assert_eq!(
            passkeys.finish_registration(&begun.state, &response).err(),
            Some(PasskeyError::BadResponse)
        );
        assert_eq!(passkeys.claimed(&response), Err(PasskeyError::BadResponse));
    }
    assert_eq!(
        passkeys.finish_registration(b"{}", &good).err(),
        Some(PasskeyError::BadState)
    );
}

#[test]
fn passkeys_are_offered_only_where_browsers_make_them() {
    let at = |rp_id: &str, origins: &[&str]| {
        let origins = origins.iter().map(|origin| String::from(*origin)).collect();
        Passkeys::new(&PasskeyConfig {
            rp_id: rp_id.to_owned(),
            origins,
            name: String::from("Incamera"),
        })
        .is_ok()
    };
    assert!(at("localhost", &["http://localhost:8080"]));
    assert!(at(
        "example.org",
        &["https://meet.example.org", "https://meet.example.org:8443"]
    ));
    assert!(!at("127.0.0.1", &["http://127.0.0.1:8080"]));
    assert!(!at("meet.example.org", &["http://meet.example.org"]));
    assert!(!at("example.org", &["https://example.org.evil.example"]));
    assert!(!at("example.org", &["https://notexample.org"]));
    assert!(!at(
        "example.org",
        &["https://example.org", "https://evil.example"]
    ));
    assert!(!at("example.org", &[]));
}

#[test]
fn on_localhost_the_port_does_not_matter() {
    let config = PasskeyConfig {
        rp_id: String::from("localhost"),
        origins: vec![String::from("http://localhost:8080")],
        name: String::from("Incamera"),
    };
    let passkeys = Passkeys::new(&config).expect("a configuration that works");
    let mut authenticator = Authenticator::new(b"first");
    authenticator.origin = "http://localhost:45678";
    authenticator.rp_id = "localhost";
    assert!(register(&passkeys, &mut authenticator).is_ok());
}

#[track_caller]
fn check_registration(spoil: impl Fn(&mut Authenticator)) {
    let mut authenticator = Authenticator::new(b"first");
    spoil(&mut authenticator);
    assert_eq!(
        register(&passkeys(), &mut authenticator).err(),
        Some(PasskeyError::NotVerified)
    );
}

#[track_caller]
fn check_authentication(expected: PasskeyError, spoil: impl Fn(&mut Authenticator)) {
    let passkeys = passkeys();
    let mut authenticator = Authenticator::new(b"first");
    let made = register(&passkeys, &mut authenticator).expect("an honest authenticator");
    spoil(&mut authenticator);
    let begun = passkeys.begin_authentication().expect("a ceremony begins");
    let response = authenticator.assert(&begun.options);
    let outcome = passkeys.finish_authentication(&begun.state, &response, account(), &made.credential);
    assert_eq!(outcome.err(), Some(expected));
}

fn register(passkeys: &Passkeys, authenticator: &mut Authenticator) -> Result<NewCredential, PasskeyError> {
    let begun = passkeys
        .begin_registration(account(), "Erika", [])
        .expect("a ceremony begins");
    passkeys.finish_registration(&begun.state, &authenticator.create(&begun.options))
}

fn passkeys() -> Passkeys {
    let config = PasskeyConfig {
        rp_id: String::from("meet.example.org"),
        origins: vec![String::from("https://meet.example.org")],
        name: String::from("Incamera"),
    };
    Passkeys::new(&config).expect("a configuration that works")
}

fn account() -> AccountId {
    AccountId::new([7; 16])
}
