// SPDX-License-Identifier: MIT OR Apache-2.0
//! Signing in at a provider that is honest, lies, stalls or is gone.

use std::time::{Duration, Instant};

use account::{EmailAddress, UnixTime};
use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use incamera_identity::{
    OidcBegun, OidcCallback, OidcConfigError, OidcError, OidcProof, ProviderConfig, Providers, Secret,
    TokenFlaw, Verification,
};
use protocol::Redacted;
use reqwest::Url;
use serde_json::{Value, json};

use crate::provider::{ACCESS_TOKEN, CALLBACK, CLIENT, CODE, Keys, Mood, Provider, SECRET, Signing};

#[tokio::test]
async fn an_honest_provider_proves_who_somebody_is() {
    let world = World::start().await;
    for signing in [Signing::Rsa, Signing::Ec] {
        let begun = world.begin().await;
        world.issue(signing, &world.claims(&begun));
        let expected = OidcProof {
            issuer: world.provider.issuer(),
            subject: Redacted(String::from("person-1")),
            email: Some(EmailAddress::parse("erika@example.org").expect("an address")),
            verification: None,
            assurance: 0,
        };
        assert_eq!(
            world.finish(&begun, &callback()).await,
            Ok(expected),
            "{signing:?}"
        );
    }
    assert_eq!(
        world.provider.asked("/.well-known/openid-configuration"),
        1,
        "it is asked once"
    );
    assert_eq!(world.provider.asked("/userinfo"), 0, "nothing was left to ask");
}

#[tokio::test]
async fn the_browser_is_sent_with_a_challenge_a_nonce_and_the_state() {
    let world = World::start().await;
    let begun = world.begin().await;
    let query = |name: &str| query(&begun.url, name);
    assert!(
        begun
            .url
            .starts_with(&format!("{}/authorize?", world.provider.issuer()))
    );
    assert_eq!(query("response_type").as_deref(), Some("code"));
    assert_eq!(query("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(query("state").as_deref(), Some(STATE));
    assert_eq!(query("scope").as_deref(), Some("openid email"));
    assert_eq!(query("redirect_uri").as_deref(), Some(CALLBACK));
    assert_eq!(query("claims"), None, "this provider checks no identities");
    let other = world.begin().await;
    assert_ne!(query("nonce"), self::query(&other.url, "nonce"));
    assert_ne!(query("code_challenge"), self::query(&other.url, "code_challenge"));
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_refused() {
    let world = World::start().await;
    let other_client = json!("another-client");
    let both = json!([CLIENT, "another-client"]);
    for (claim, value, flaw) in [
        ("nonce", json!("another-nonce"), TokenFlaw::Nonce),
        ("nonce", Value::Null, TokenFlaw::Nonce),
        ("aud", other_client.clone(), TokenFlaw::Audience),
        ("aud", both, TokenFlaw::Audience),
        ("aud", json!([]), TokenFlaw::Audience),
        ("azp", other_client, TokenFlaw::Audience),
        ("iss", json!("http://127.0.0.1:1"), TokenFlaw::Issuer),
        ("exp", json!(NOW.0 - 61), TokenFlaw::Time),
        ("iat", json!(NOW.0 - 3600), TokenFlaw::Time),
        ("iat", json!(NOW.0 + 120), TokenFlaw::Time),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), TokenFlaw::AccessToken),
        ("sub", json!(""), TokenFlaw::Form),
        ("sub", json!("x".repeat(256)), TokenFlaw::Form),
    ] {
        let begun = world.begin().await;
        let mut claims = world.claims(&begun);
        claims[claim] = value;
        world.issue(Signing::Rsa, &claims);
        assert_eq!(
            world.finish(&begun, &callback()).await,
            Err(OidcError::BadToken(flaw)),
            "{claims}"
        );
    }
}

#[tokio::test]
async fn tokens_that_anybody_could_have_signed_are_refused() {
    let world = World::start().await;
    for (signing, flaw) in [
        (Signing::None, TokenFlaw::Algorithm),
        (Signing::NoneWithSignature, TokenFlaw::Algorithm),
        (Signing::MacByPublicKey, TokenFlaw::Algorithm),
        (Signing::MacBySecret, TokenFlaw::Algorithm),
        (Signing::RsaNamedEc, TokenFlaw::Signature),
    ] {
        let begun = world.begin().await;
        world.issue(signing, &world.claims(&begun));
        assert_eq!(
            world.finish(&begun, &callback()).await,
            Err(OidcError::BadToken(flaw)),
            "{signing:?}"
        );
    }
    let begun = world.begin().await;
    let foreign = Keys::generate().sign(Signing::Rsa, &world.claims(&begun));
    world.provider.script().id_token = Some(foreign);
    let expected = Err(OidcError::BadToken(TokenFlaw::Signature));
    assert_eq!(
        world.finish(&begun, &callback()).await,
        expected,
        "a key of the same name"
    );
    let begun = world.begin().await;
    let token = world.keys.sign(Signing::Rsa, &world.claims(&begun));
    let (head, signature) = token.rsplit_once('.').expect("three parts");
    let (header, _) = head.split_once('.').expect("three parts");
    let mut claims = world.claims(&begun);
    claims["sub"] = Value::from("somebody-else");
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).expect("JSON"));
    world.provider.script().id_token = Some(format!("{header}.{payload}.{signature}"));
    assert_eq!(
        world.finish(&begun, &callback()).await,
        Err(OidcError::BadToken(TokenFlaw::Signature))
    );
}

#[tokio::test]
async fn a_token_response_without_a_token_or_with_nonsense_proves_nothing() {
    let world = World::start().await;
    let begun = world.begin().await;
    assert_eq!(
        world.finish(&begun, &callback()).await,
        Err(OidcError::BadToken(TokenFlaw::Missing))
    );
    for nonsense in ["", "x", "a.b.c", "..", "e30.e30.", "e30.e30.e30"] {
        let begun = world.begin().await;
        world.provider.script().id_token = Some(String::from(nonsense));
        assert_eq!(
            world.finish(&begun, &callback()).await,
            Err(OidcError::BadProvider),
            "{nonsense:?}"
        );
    }
}

#[tokio::test]
async fn a_token_is_held_against_its_access_token() {
    let world = World::start().await;
    let begun = world.begin().await;
    let mut claims = world.claims(&begun);
    let hash = digest::digest(&digest::SHA256, ACCESS_TOKEN.as_bytes());
    claims["at_hash"] = Value::from(URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]));
    world.issue(Signing::Ec, &claims);
    assert!(world.finish(&begun, &callback()).await.is_ok());
}

#[tokio::test]
async fn a_provider_that_changed_its_keys_is_asked_for_them_once() {
    let mut world = World::start().await;
    let begun = world.begin().await;
    world.keys = Keys::generate();
    world.provider.script().keys = world.keys.public();
    world.issue(Signing::Rsa, &world.claims(&begun));
    assert!(world.finish(&begun, &callback()).await.is_ok());
    assert_eq!(world.provider.asked("/keys"), 2);
    let begun = world.begin().await;
    world.provider.script().id_token = Some(Keys::generate().sign(Signing::Rsa, &world.claims(&begun)));
    assert!(world.finish(&begun, &callback()).await.is_err());
    assert_eq!(
        world.provider.asked("/keys"),
        3,
        "a foreign key leads to one more question, not to many"
    );
}

#[tokio::test]
async fn another_browser_another_code_or_a_late_return_proves_nothing() {
    let world = World::start().await;
    let begun = world.begin().await;
    world.issue(Signing::Rsa, &world.claims(&begun));
    let with = |change: fn(&mut OidcCallback)| {
        let mut callback = callback();
        change(&mut callback);
        callback
    };
    let finish = |callback: OidcCallback| {
        let (world, begun) = (&world, &begun);
        async move { world.finish(begun, &callback).await.err() }
    };
    let other_state = with(|callback| callback.state = Some(String::from("another-state")));
    assert_eq!(finish(other_state).await, Some(OidcError::WrongState));
    assert_eq!(
        finish(with(|callback| callback.state = None)).await,
        Some(OidcError::WrongState)
    );
    let mixed_up = with(|callback| callback.iss = Some(String::from("https://another.example")));
    assert_eq!(finish(mixed_up).await, Some(OidcError::WrongState));
    let denied = with(|callback| callback.error = Some(String::from("access_denied")));
    assert_eq!(finish(denied).await, Some(OidcError::Refused));
    assert_eq!(
        finish(with(|callback| callback.code = None)).await,
        Some(OidcError::Refused)
    );
    assert_eq!(world.provider.asked("/token"), 0, "no code was given away");
    let other_code = with(|callback| callback.code = Some(String::from("code-2")));
    assert_eq!(finish(other_code).await, Some(OidcError::Refused));
    let late = UnixTime(NOW.0 + 601);
    let outcome = world
        .providers
        .finish("test", &begun.ceremony, &callback(), late)
        .await;
    assert_eq!(outcome, Err(OidcError::WrongState));
    assert_eq!(
        world.providers.finish("test", b"{}", &callback(), NOW).await,
        Err(OidcError::WrongState)
    );
    assert_eq!(
        world
            .providers
            .finish("other", &begun.ceremony, &callback(), NOW)
            .await,
        Err(OidcError::UnknownProvider)
    );
    let other = world.begin().await;
    assert_eq!(
        world.finish(&begun, &callback()).await,
        Err(OidcError::Refused),
        "the verifier is of another sign-in"
    );
    world.issue(Signing::Rsa, &world.claims(&other));
    assert!(world.finish(&other, &callback()).await.is_ok());
}

#[tokio::test]
async fn a_provider_that_names_itself_in_answers_must_always_do_so() {
    let world = World::start().await;
    world.provider.script().metadata["authorization_response_iss_parameter_supported"] = Value::from(true);
    let begun = world.begin().await;
    world.issue(Signing::Rsa, &world.claims(&begun));
    assert_eq!(
        world.finish(&begun, &callback()).await,
        Err(OidcError::WrongState)
    );
    let named = OidcCallback {
        iss: Some(world.provider.issuer()),
        ..callback()
    };
    assert!(world.finish(&begun, &named).await.is_ok());
}

#[tokio::test]
async fn an_address_that_nobody_verified_is_dropped() {
    let world = World::start().await;
    for is_verified in [json!(false), Value::Null] {
        let begun = world.begin().await;
        let mut claims = world.claims(&begun);
        claims["email_verified"] = is_verified;
        world.issue(Signing::Rsa, &claims);
        assert_eq!(
            world.finish(&begun, &callback()).await.expect("a proof").email,
            None
        );
    }
    let begun = world.begin().await;
    let mut claims = world.claims(&begun);
    claims["email"] = Value::from("erika@example.org\r\nBcc: everybody@example.org");
    world.issue(Signing::Rsa, &claims);
    assert_eq!(
        world.finish(&begun, &callback()).await.expect("a proof").email,
        None
    );
}

#[tokio::test]
async fn how_an_identity_was_checked_is_asked_for_and_kept_without_the_claims() {
    let world = World::start().await;
    world.provider.script().metadata["verified_claims_supported"] = Value::from(true);
    let begun = world.begin().await;
    assert!(
        query(&begun.url, "claims")
            .expect("the address has it")
            .contains("trust_framework")
    );
    world.issue(Signing::Rsa, &world.claims(&begun));
    let verification =
        json!({"trust_framework": "eidas", "assurance_level": "substantial", "time": "2026-05-01T12:00Z"});
    let verified = json!({"verification": verification, "claims": {"given_name": "Erika"}});
    world.provider.script().user_info = json!({"sub": "person-1", "verified_claims": verified});
    let proof = world.finish(&begun, &callback()).await.expect("a proof");
    let expected = Verification {
        trust_framework: String::from("eidas"),
        assurance_level: Some(String::from("substantial")),
        time: Some(String::from("2026-05-01T12:00Z")),
    };
    assert_eq!((proof.verification, proof.assurance), (Some(expected), 2));
}

#[tokio::test]
async fn user_information_counts_only_for_the_same_person() {
    let world = World::start().await;
    for (subject, expected) in [("person-1", Ok(true)), ("person-2", Err(OidcError::BadProvider))] {
        let begun = world.begin().await;
        let mut claims = world.claims(&begun);
        claims.as_object_mut().expect("an object").remove("email");
        world.issue(Signing::Rsa, &claims);
        let info = json!({"sub": subject, "email": "erika@example.org", "email_verified": true});
        world.provider.script().user_info = info;
        let outcome = world.finish(&begun, &callback()).await;
        assert_eq!(outcome.map(|proof| proof.email.is_some()), expected, "{subject}");
    }
}

#[tokio::test]
async fn a_provider_that_is_ill_is_a_typed_error_and_holds_nobody_up() {
    for (mood, expected) in [
        (Mood::Failing, OidcError::Unreachable),
        (Mood::Stalling, OidcError::Unreachable),
        (Mood::Flooding, OidcError::BadProvider),
        (Mood::Redirecting, OidcError::BadProvider),
    ] {
        let world = World::start().await;
        world.provider.script().mood = mood;
        let began = Instant::now();
        for _ in 0..20 {
            assert_eq!(
                world.providers.begin("test", STATE, NOW).await.err(),
                Some(expected),
                "{mood:?}"
            );
        }
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{mood:?}: a failure is remembered for a while"
        );
        assert_eq!(
            world.provider.asked("/keys"),
            0,
            "{mood:?}: no redirect is followed"
        );
        world.provider.script().mood = Mood::Well;
        let later = UnixTime(NOW.0 + 5);
        assert!(
            world.providers.begin("test", STATE, later).await.is_ok(),
            "{mood:?}: and then it is asked again"
        );
    }
}

#[tokio::test]
async fn a_provider_that_is_gone_hinders_neither_the_start_nor_the_others() {
    let (gone, here) = (Provider::start().await, World::start().await);
    let config = [
        config("gone", &gone.issuer()),
        config("here", &here.provider.issuer()),
    ];
    drop(gone);
    let providers = Providers::new(&config, |_| String::from(CALLBACK)).expect("a configuration that works");
    assert_eq!(
        providers.iter().collect::<Vec<_>>(),
        [("gone", "Provider gone"), ("here", "Provider here")]
    );
    assert_eq!(
        providers.begin("gone", STATE, NOW).await.err(),
        Some(OidcError::Unreachable)
    );
    assert!(providers.begin("here", STATE, NOW).await.is_ok());
    assert_eq!(
        providers.begin("else", STATE, NOW).await.err(),
        Some(OidcError::UnknownProvider)
    );
}

#[tokio::test]
async fn what_was_learnt_is_asked_for_again_after_an_hour_and_kept_if_nobody_answers() {
    let world = World::start().await;
    world.begin().await;
    let hour_later = UnixTime(NOW.0 + 3600);
    assert!(world.providers.begin("test", STATE, hour_later).await.is_ok());
    assert_eq!(world.provider.asked("/.well-known/openid-configuration"), 2);
    world.provider.script().mood = Mood::Failing;
    let day_later = UnixTime(NOW.0 + 86_400);
    assert!(world.providers.begin("test", STATE, day_later).await.is_ok());
    assert_eq!(world.provider.asked("/.well-known/openid-configuration"), 3);
}

#[tokio::test]
async fn a_provider_that_sends_elsewhere_is_not_followed() {
    for (field, value) in [
        ("issuer", "https://another.example"),
        ("jwks_uri", "http://keys.example/keys"),
        ("authorization_endpoint", "http://login.example/authorize"),
        ("authorization_endpoint", "javascript:alert(1)"),
    ] {
        let world = World::start().await;
        world.provider.script().metadata[field] = Value::from(value);
        assert_eq!(
            world.providers.begin("test", STATE, NOW).await.err(),
            Some(OidcError::BadProvider),
            "{field} {value}"
        );
    }
    let world = World::start().await;
    world.provider.script().metadata["token_endpoint"] = Value::from("http://token.example/token");
    let begun = world.begin().await;
    assert_eq!(
        world.finish(&begun, &callback()).await,
        Err(OidcError::BadProvider)
    );
}

#[test]
fn a_configuration_that_cannot_work_is_refused_at_the_start() {
    let refused = |configs: &[ProviderConfig]| {
        Providers::new(configs, |_| String::from(CALLBACK))
            .err()
            .expect("it cannot work")
    };
    let good = config("test", "https://id.example.org");
    assert!(matches!(
        refused(&[config("Test!", "https://id.example.org")]),
        OidcConfigError::Id
    ));
    assert!(matches!(
        refused(&[good.clone(), good.clone()]),
        OidcConfigError::IdTwice
    ));
    for issuer in [
        "http://id.example.org",
        "https://id.example.org?x=y",
        "id.example.org",
        "https://id.example.org#x",
    ] {
        assert!(
            matches!(refused(&[config("test", issuer)]), OidcConfigError::Issuer),
            "{issuer}"
        );
    }
    let empty = ProviderConfig {
        client_secret: Some(Secret::new(String::new())),
        ..good
    };
    assert!(matches!(refused(&[empty]), OidcConfigError::Secret(_)));
}

struct World {
    provider: Provider,
    keys: Keys,
    providers: Providers,
}

impl World {
    async fn start() -> Self {
        let provider = Provider::start().await;
        let keys = Keys::generate();
        provider.script().keys = keys.public();
        let configs = [config("test", &provider.issuer())];
        let timeout = Duration::from_millis(1500);
        let providers = Providers::with_timeout(&configs, |_| String::from(CALLBACK), timeout)
            .expect("a configuration that works");
        Self {
            provider,
            keys,
            providers,
        }
    }

    async fn begin(&self) -> OidcBegun {
        let begun = self
            .providers
            .begin("test", STATE, NOW)
            .await
            .expect("the provider answers");
        self.provider.script().challenge = query(&begun.url, "code_challenge").expect("the address has it");
        begun
    }

    fn claims(&self, begun: &OidcBegun) -> Value {
        json!({"iss": self.provider.issuer(), "sub": "person-1", "aud": CLIENT, "exp": NOW.0 + 300, "iat": NOW.0,
            "nonce": query(&begun.url, "nonce"), "email": "Erika@Example.org", "email_verified": true,
            "name": "Erika Mustermann"})
    }

    fn issue(&self, signing: Signing, claims: &Value) {
        self.provider.script().id_token = Some(self.keys.sign(signing, claims));
    }

    async fn finish(&self, begun: &OidcBegun, callback: &OidcCallback) -> Result<OidcProof, OidcError> {
        self.providers
            .finish("test", &begun.ceremony, callback, NOW)
            .await
    }
}

fn config(id: &str, issuer: &str) -> ProviderConfig {
    ProviderConfig {
        id: id.to_owned(),
        name: format!("Provider {id}"),
        issuer: issuer.to_owned(),
        client_id: String::from(CLIENT),
        client_secret: Some(Secret::new(String::from(SECRET))),
        client_secret_file: None,
        scopes: vec![String::from("openid"), String::from("email")],
    }
}

fn callback() -> OidcCallback {
    OidcCallback {
        code: Some(String::from(CODE)),
        state: Some(String::from(STATE)),
        iss: None,
        error: None,
    }
}

fn query(url: &str, name: &str) -> Option<String> {
    let url: Url = url.parse().expect("well formed");
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

const STATE: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const NOW: UnixTime = UnixTime(1_790_000_000);
