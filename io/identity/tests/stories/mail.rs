// SPDX-License-Identifier: MIT OR Apache-2.0
//! Letters to relays of all kinds.

use std::time::{Duration, Instant};

use account::{Code, EmailAddress};
use incamera_identity::{
    Language, Letter, MailConfig, MailConfigError, MailFailure, MailStats, MailTls, Mailer, NotPosted,
    Patience, Secret, Sender, Written,
};

use crate::relay::{Behaviour, Relay};

#[tokio::test]
async fn a_letter_reaches_the_relay_as_it_was_written() {
    let mut relay = Relay::start(&[Behaviour::Take]).await;
    let mailer = Mailer::start(&config(&relay)).expect("a configuration that works");
    mailer.post(&reader(), &letter()).expect("there is room");
    mailer.drained().await;
    let heard = relay.heard_until("QUIT").await;
    assert!(
        heard.contains(&String::from("MAIL FROM:<no-reply@meet.example.org>")),
        "{heard:?}"
    );
    assert!(heard.contains(&String::from("RCPT TO:<erika@example.org>")));
    assert!(heard.contains(&String::from("Auto-Submitted: auto-generated")));
    assert!(heard.contains(&String::from("    482913")));
    assert!(
        heard
            .iter()
            .any(|line| line.starts_with("Message-ID: <") && line.ends_with("@meet.example.org>"))
    );
    assert!(
        heard
            .iter()
            .any(|line| line.starts_with("Content-Type: text/plain"))
    );
    assert_eq!(
        mailer.stats(),
        MailStats {
            posted: 1,
            sent: 1,
            ..MailStats::default()
        }
    );
}

#[tokio::test]
async fn a_german_letter_survives_the_way() {
    let mut relay = Relay::start(&[Behaviour::Take]).await;
    let mailer = Mailer::start(&config(&relay)).expect("a configuration that works");
    let sender = Sender {
        name: "Büro\r\nBcc: everybody@example.org",
        origin: "https://meet.example.org",
    };
    mailer
        .post(&reader(), &Letter::Invitation.write(Language::German, sender))
        .expect("there is room");
    mailer.drained().await;
    let heard = relay.heard_until("QUIT").await;
    assert!(
        heard
            .iter()
            .any(|line| line.starts_with("Subject: Sie sind zu =?utf-8?")),
        "{heard:?}"
    );
    assert!(
        heard.iter().any(|line| line.contains("=C3=B6nnen")),
        "quoted-printable: {heard:?}"
    );
    assert!(!heard.iter().any(|line| line.starts_with("Bcc:")));
    assert_eq!(heard.iter().filter(|line| line.starts_with("RCPT")).count(), 1);
}

#[tokio::test]
async fn line_ends_in_a_subject_make_no_header() {
    let mut relay = Relay::start(&[Behaviour::Take]).await;
    let mailer = Mailer::start(&config(&relay)).expect("a configuration that works");
    let subject = String::from("Hello\r\nBcc: everybody@example.org\r\n\r\nbody");
    mailer
        .post(
            &reader(),
            &Written {
                subject,
                body: String::from("text\n.\nQUIT\n"),
            },
        )
        .expect("there is room");
    mailer.drained().await;
    let heard = relay.heard_until("QUIT").await;
    assert!(!heard.iter().any(|line| line.starts_with("Bcc:")), "{heard:?}");
    assert_eq!(mailer.stats().sent, 1);
}

#[tokio::test]
async fn a_line_with_a_single_dot_does_not_end_the_letter() {
    let mut relay = Relay::start(&[Behaviour::Take]).await;
    let mailer = Mailer::start(&config(&relay)).expect("a configuration that works");
    let body = String::from("first\n.\nRCPT TO:<everybody@example.org>\nlast\n");
    mailer
        .post(
            &reader(),
            &Written {
                subject: String::from("Dots"),
                body,
            },
        )
        .expect("there is room");
    mailer.drained().await;
    let heard = relay.heard_until(".").await;
    assert_eq!(
        heard.last().map(String::as_str),
        Some(".."),
        "RFC 5321, section 4.5.2"
    );
    let heard = relay.heard_until("QUIT").await;
    assert!(heard.contains(&String::from("last")), "{heard:?}");
}

#[tokio::test]
async fn a_relay_that_says_later_is_asked_again() {
    let relay = Relay::start(&[
        Behaviour::SayToMail("451 come back"),
        Behaviour::Close,
        Behaviour::Take,
    ])
    .await;
    let mailer = Mailer::start(&config(&relay)).expect("a configuration that works");
    mailer.post(&reader(), &letter()).expect("there is room");
    mailer.drained().await;
    let stats = mailer.stats();
    assert_eq!(
        (stats.sent, stats.delayed, stats.lost, stats.refused),
        (1, 2, 0, 0)
    );
    assert_eq!(stats.last_failure, Some(MailFailure::Unreachable));
}

#[tokio::test]
async fn a_relay_that_says_never_is_not_asked_again() {
    check_refused(&[Behaviour::SayToMail("550 no")], MailFailure::Refused(550)).await;
    check_refused(&[Behaviour::SayToAuth("535 who?")], MailFailure::Credentials).await;
}

#[tokio::test]
async fn a_relay_that_never_answers_is_given_up() {
    check_lost(&[Behaviour::Stall], MailFailure::Timeout).await;
    check_lost(&[Behaviour::StallAfterData], MailFailure::Timeout).await;
    check_lost(&[Behaviour::Close], MailFailure::Unreachable).await;
    check_lost(&[Behaviour::Babble], MailFailure::Unreachable).await;
}

#[tokio::test]
async fn a_relay_that_is_down_hinders_no_start_and_loses_letters_in_the_end() {
    let relay = Relay::start(&[Behaviour::Take]).await;
    let config = config(&relay);
    drop(relay);
    let mailer = Mailer::start(&config).expect("a configuration that works");
    mailer.post(&reader(), &letter()).expect("there is room");
    mailer.drained().await;
    assert_eq!(
        (mailer.stats().lost, mailer.stats().last_failure),
        (1, Some(MailFailure::Unreachable))
    );
}

#[tokio::test]
async fn posting_never_waits_for_a_relay_that_stalls_and_the_waiting_room_is_bounded() {
    let relay = Relay::start(&[Behaviour::Stall]).await;
    let patience = Patience {
        attempt: Duration::from_secs(60),
        pauses: Vec::new(),
    };
    let mailer = Mailer::start(&MailConfig {
        patience,
        ..config(&relay)
    })
    .expect("a configuration that works");
    let (reader, letter) = (reader(), letter());
    let began = Instant::now();
    let accepted = std::iter::repeat_with(|| mailer.post(&reader, &letter))
        .take(10_000)
        .take_while(Result::is_ok)
        .count();
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "the relay would take a minute each"
    );
    assert_eq!(mailer.post(&reader, &letter), Err(NotPosted::QueueFull));
    assert!((1000..5000).contains(&accepted), "{accepted}");
    assert_eq!(mailer.stats().waiting, accepted as u64);
}

#[tokio::test]
async fn the_way_to_the_relay_is_encrypted_before_anything_is_said() {
    let mut relay = Relay::start(&[Behaviour::StartTls]).await;
    let ca_file = Some(relay.certificate.clone());
    let mailer = Mailer::start(&MailConfig {
        tls: MailTls::Starttls,
        ca_file,
        ..config(&relay)
    })
    .expect("a configuration that works");
    mailer.post(&reader(), &letter()).expect("there is room");
    mailer.drained().await;
    assert_eq!(
        mailer.stats(),
        MailStats {
            posted: 1,
            sent: 1,
            ..MailStats::default()
        }
    );
    let clear = relay.heard_until("STARTTLS").await;
    assert_eq!(clear.len(), 2, "a greeting and STARTTLS: {clear:?}");
    assert!(
        relay
            .heard_until("QUIT")
            .await
            .contains(&String::from("    482913"))
    );
}

#[tokio::test]
async fn a_relay_with_a_strange_certificate_or_without_encryption_learns_nothing() {
    for behaviours in [&[Behaviour::StartTls], &[Behaviour::Take]] {
        let mut relay = Relay::start(behaviours).await;
        let mailer = Mailer::start(&MailConfig {
            tls: MailTls::Starttls,
            ..config(&relay)
        })
        .expect("a configuration that works");
        mailer.post(&reader(), &letter()).expect("there is room");
        mailer.drained().await;
        assert_eq!(
            (mailer.stats().refused, mailer.stats().last_failure),
            (1, Some(MailFailure::Tls))
        );
        let heard = relay.heard_so_far();
        let is_harmless = |line: &String| {
            ["EHLO", "STARTTLS", "QUIT"]
                .iter()
                .any(|verb| line.starts_with(verb))
        };
        assert!(heard.iter().all(is_harmless), "{heard:?}");
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_work_is_refused_at_the_start() {
    let relay = Relay::start(&[Behaviour::Take]).await;
    let refused = |config: MailConfig| Mailer::start(&config).err().expect("it cannot work");
    let elsewhere = MailConfig {
        host: String::from("relay.example.org"),
        ..config(&relay)
    };
    assert!(matches!(refused(elsewhere), MailConfigError::NotEncrypted));
    let nobody = MailConfig {
        from: String::from("nobody\r\nBcc: everybody@example.org"),
        ..config(&relay)
    };
    assert!(matches!(refused(nobody), MailConfigError::From));
    let half = MailConfig {
        password: None,
        ..config(&relay)
    };
    assert!(matches!(refused(half), MailConfigError::HalfCredentials));
    let twice = MailConfig {
        password_file: Some(relay.certificate.clone()),
        ..config(&relay)
    };
    assert!(matches!(refused(twice), MailConfigError::Secret(_)));
}

async fn check_refused(behaviours: &'static [Behaviour], expected: MailFailure) {
    let stats = stats_after_one(behaviours).await;
    let expected = MailStats {
        posted: 1,
        refused: 1,
        last_failure: Some(expected),
        ..MailStats::default()
    };
    assert_eq!(stats, expected, "{behaviours:?}");
}

async fn check_lost(behaviours: &'static [Behaviour], expected: MailFailure) {
    let stats = stats_after_one(behaviours).await;
    let expected = MailStats {
        posted: 1,
        delayed: 2,
        lost: 1,
        last_failure: Some(expected),
        ..MailStats::default()
    };
    assert_eq!(stats, expected, "{behaviours:?}");
}

async fn stats_after_one(behaviours: &'static [Behaviour]) -> MailStats {
    let relay = Relay::start(behaviours).await;
    let mailer = Mailer::start(&config(&relay)).expect("a configuration that works");
    mailer.post(&reader(), &letter()).expect("there is room");
    mailer.drained().await;
    mailer.stats()
}

fn config(relay: &Relay) -> MailConfig {
    MailConfig {
        host: String::from("localhost"),
        port: relay.port,
        tls: MailTls::None,
        ca_file: None,
        username: Some(String::from("incamera")),
        password: Some(Secret::new(String::from("correct horse"))),
        password_file: None,
        from: String::from("Incamera <no-reply@meet.example.org>"),
        patience: Patience {
            attempt: Duration::from_millis(700),
            pauses: vec![Duration::from_millis(1); 2],
        },
    }
}

fn reader() -> EmailAddress {
    EmailAddress::parse("erika@example.org").expect("an address")
}

fn letter() -> Written {
    let code = Code::parse("482913").expect("six digits");
    let sender = Sender {
        name: "Incamera",
        origin: "https://meet.example.org",
    };
    Letter::SignInCode { code: &code }.write(Language::English, sender)
}
