// SPDX-License-Identifier: MIT OR Apache-2.0
//! No log line and no metric holds an address, a name, a token or a code.

use std::{
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::{people::Person, support::World};

#[tokio::test]
async fn what_people_do_leaves_no_trace_of_who_they_are() {
    // All stories write here once it is in place: what they leave is looked at as well, as far as names are shared.
    let filter = EnvFilter::new("trace,hyper=info,sqlx=debug,h2=info");
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Memory)
        .finish();
    let is_first = tracing::subscriber::set_global_default(subscriber).is_ok();
    assert!(is_first, "nobody else keeps the log of the tests");

    let world = World::new().await;
    let operator_token = world.operator_token().expect("nobody is the operator").to_owned();
    let operator = world.operator().await;
    let ceremony = world.begin("quiet.person@example.org").await;
    let code = world.code("quiet.person@example.org").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    world.finish(&ceremony, wrong).await;
    let person = crate::people::signed_in(&world.finish(&ceremony, &code).await);
    let rename = "{\"name\":\"Quiet Person\"}";
    world
        .ask(Some(&person), "PATCH", "/api/account", Some(rename))
        .await;
    world
        .ask(
            Some(&person),
            "POST",
            "/api/meetings",
            Some("{\"mode\":\"standard\",\"title\":\"Quiet plan\"}"),
        )
        .await;
    world
        .ask(
            Some(&person),
            "POST",
            "/api/account/organisations",
            Some("{\"domain\":\"quiet.example\"}"),
        )
        .await;
    let standing = format!("/api/operator/accounts/{}/standing", person.id);
    let suspend = "{\"standing\":\"suspended\",\"reason\":\"Quiet reason\"}";
    world.ask(Some(&operator), "PUT", &standing, Some(suspend)).await;
    world
        .ask(
            Some(&person),
            "POST",
            "/api/sign-in/passkey/finish",
            Some("{\"ceremony\":\"x\",\"credential\":{}}"),
        )
        .await;
    world
        .ask(
            Some(&person),
            "GET",
            "/api/sign-in/oidc/none/callback?code=quietcode&state=quietstate",
            None,
        )
        .await;
    world.close_store().await;
    world.ask(Some(&person), "GET", "/api/account", None).await;

    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let log = String::from_utf8_lossy(&log);
    assert!(log.contains("store failed"), "the log is kept");
    let metrics = world.get("/metrics").await.body();
    let tokens = [&person, &operator].map(Person::token);
    let words = [
        "quiet.person",
        "Quiet Person",
        "Quiet plan",
        "Quiet reason",
        "quietcode",
        "quietstate",
    ];
    for secret in words
        .into_iter()
        .chain(tokens)
        .chain([operator_token.as_str(), ceremony.as_str()])
    {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
        assert!(!metrics.contains(secret), "{secret}");
    }
    let is_code = |line: &&str| {
        line.split(|letter: char| !letter.is_ascii_digit())
            .any(|word| word == code)
    };
    assert_eq!(
        log.lines().filter(|line| line.contains("incamera")).find(is_code),
        None
    );
}

/// Keeps what is logged.
struct Memory;

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Memory {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
