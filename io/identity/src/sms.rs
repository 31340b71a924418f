// SPDX-License-Identifier: MIT OR Apache-2.0
//! The operator's SMS gateway: an HTTP webhook that takes `{"to": ..., "text": ...}`.
//!
//! Sends to allowed prefixes only. How many messages an account, an address or a prefix may cause in a day is the
//! store's to count.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use account::PhoneNumber;
use openidconnect::http::{
    Method, Request,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
};
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::{
    Secret, SecretError,
    outbound::{MayBeLocal, Outbound, OutboundError, is_allowed},
};

/// Where the gateway is, and where it may send. Has no `Debug`: it holds the gateway's secret.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsConfig {
    /// An https address, or one of this machine.
    pub url: String,
    /// Sent as `Authorization: Bearer`.
    #[serde(default)]
    pub bearer: Option<Secret>,
    /// A file with the bearer secret.
    #[serde(default)]
    pub bearer_file: Option<PathBuf>,
    /// The beginnings of phone numbers that may be written to, such as `+49`. SMS fraud lives on expensive countries: what
    /// is not listed is refused.
    pub prefixes: Vec<String>,
}

/// Why the gateway cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum SmsConfigError {
    /// Neither https nor on this machine.
    #[error("the SMS gateway's address is neither https nor on this machine")]
    Url,
    /// Not of the form `+` and digits, or none.
    #[error("the SMS gateway needs prefixes such as +49")]
    Prefixes,
    /// The bearer secret cannot be had or cannot be sent.
    #[error("the SMS gateway's secret")]
    Secret(#[from] SecretError),
    /// The bearer secret has characters that a header cannot carry.
    #[error("the SMS gateway's secret has characters that a header cannot carry")]
    BadSecret,
    /// This machine cannot make TLS connections.
    #[error("no TLS")]
    Tls(#[source] reqwest::Error),
}

/// Why an SMS was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// The operator did not list its prefix.
    #[error("numbers of this country are not allowed")]
    CountryNotAllowed,
    /// The gateway answered with this HTTP status.
    #[error("the SMS gateway refused with status {0}")]
    Refused(u16),
    /// The gateway did not answer in time.
    #[error("the SMS gateway did not answer in time")]
    Timeout,
    /// The gateway cannot be reached.
    #[error("the SMS gateway cannot be reached")]
    Unreachable,
}

/// How many messages went out since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct SmsStats {
    /// Taken by the gateway.
    pub sent: u64,
    /// Not taken, for whatever reason.
    pub failed: u64,
}

/// The way to the operator's gateway.
#[derive(Clone)]
pub struct SmsGateway {
    inner: Arc<Inner>,
}

struct Inner {
    url: Url,
    authorization: Option<HeaderValue>,
    prefixes: Vec<String>,
    outbound: Outbound,
    sent: AtomicU64,
    failed: AtomicU64,
}

impl SmsGateway {
    /// Makes ready to send. Does not connect.
    ///
    /// # Errors
    /// [`SmsConfigError`] if the configuration cannot work.
    pub fn new(config: &SmsConfig) -> Result<Self, SmsConfigError> {
        Self::with_timeout(config, TIMEOUT)
    }

    /// The same, with an own limit to how long the gateway may take.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_timeout(config: &SmsConfig, timeout: Duration) -> Result<Self, SmsConfigError> {
        let url: Url = config.url.parse().map_err(|_| SmsConfigError::Url)?;
        if !is_allowed(&url, MayBeLocal::Yes) {
            return Err(SmsConfigError::Url);
        }
        let is_prefix = |prefix: &String| {
            prefix.strip_prefix('+').is_some_and(|digits| {
                (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        if config.prefixes.is_empty() || !config.prefixes.iter().all(is_prefix) {
            return Err(SmsConfigError::Prefixes);
        }
        let secret = Secret::of(config.bearer.as_ref(), config.bearer_file.as_deref())?;
        let authorization = secret
            .map(|secret| HeaderValue::try_from(format!("Bearer {}", secret.expose())))
            .transpose()
            .map_err(|_| SmsConfigError::BadSecret)?;
        let inner = Inner {
            url,
            authorization: authorization.map(|mut value| {
                value.set_sensitive(true);
                value
            }),
            prefixes: config.prefixes.clone(),
            outbound: Outbound::new(timeout).map_err(SmsConfigError::Tls)?,
            sent: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Returns the longest listed prefix of a phone number, by which to cap.
    ///
    /// # Errors
    /// [`SmsError::CountryNotAllowed`] if none is.
    pub fn prefix(&self, phone: &PhoneNumber) -> Result<&str, SmsError> {
        let fitting = self
            .inner
            .prefixes
            .iter()
            .filter(|prefix| phone.as_str().starts_with(prefix.as_str()));
        fitting
            .max_by_key(|prefix| prefix.len())
            .map(String::as_str)
            .ok_or(SmsError::CountryNotAllowed)
    }

    /// Hands a message to the gateway.
    ///
    /// # Errors
    /// [`SmsError`] if the number is not allowed or the gateway did not take it in time.
    pub async fn send(&self, phone: &PhoneNumber, text: &str) -> Result<(), SmsError> {
        self.prefix(phone)?;
        let outcome = self.inner.post(phone.as_str(), text).await;
        let counter = if outcome.is_ok() {
            &self.inner.sent
        } else {
            &self.inner.failed
        };
        counter.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = outcome {
            tracing::warn!(%error, "sms not sent");
        }
        outcome
    }

    /// Returns how many messages went out since the start.
    pub fn stats(&self) -> SmsStats {
        SmsStats {
            sent: self.inner.sent.load(Ordering::Relaxed),
            failed: self.inner.failed.load(Ordering::Relaxed),
        }
    }
}

impl Inner {
    async fn post(&self, to: &str, text: &str) -> Result<(), SmsError> {
        let body = serde_json::to_vec(&Message { to, text }).expect("two strings are JSON");
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.as_str().parse().map_err(|_| SmsError::Unreachable)?;
        request
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(authorization) = &self.authorization {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        let answer = self
            .outbound
            .fetch(request, MayBeLocal::Yes)
            .await
            .map_err(|error| match error {
                OutboundError::Timeout => SmsError::Timeout,
                OutboundError::NotEncrypted | OutboundError::Unreachable | OutboundError::TooLarge => {
                    SmsError::Unreachable
                }
            })?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(SmsError::Refused(answer.status().as_u16()))
        }
    }
}

#[derive(Serialize)]
struct Message<'a> {
    to: &'a str,
    text: &'a str,
}

// Somebody waits for the answer on a page; gateways take a second or two.
const TIMEOUT: Duration = Duration::from_secs(10);
