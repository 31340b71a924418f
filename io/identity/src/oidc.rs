// SPDX-License-Identifier: MIT OR Apache-2.0
//! OpenID Connect as a relying party (OpenID Connect Core 1.0): authorization code flow with PKCE.
//!
//! Any number of providers, each asked only when somebody chooses it: one that is down hinders neither the start nor the
//! others. Of what a provider tells, the subject, a verified e-mail address and how well the identity was checked are
//! kept; names, birthdays and the like are dropped where they are read.

mod assurance;
mod ceremony;
mod config;
mod provider;
mod token;

use std::{collections::BTreeMap, time::Duration};

use account::{EmailAddress, UnixTime};
use protocol::Redacted;
use serde::Deserialize;

pub use self::{
    assurance::Verification,
    config::{OidcConfigError, ProviderConfig},
    token::TokenFlaw,
};
use self::{ceremony::Ceremony, provider::Provider};
use crate::outbound::Outbound;

/// The providers of the configuration.
pub struct Providers {
    providers_by_id: BTreeMap<String, Provider>,
}

/// A sign-in that has begun at a provider. Has no `Debug`: the ceremony holds what proves that it is ours.
#[derive(Clone)]
pub struct OidcBegun {
    /// Where to send the browser.
    pub url: String,
    /// For the caller to keep until the browser comes back, for ten minutes at most.
    pub ceremony: Vec<u8>,
}

/// With what the browser comes back (RFC 6749, section 4.1.2; RFC 9207). Has no `Debug`: the code is worth a sign-in.
#[derive(Clone, Deserialize)]
pub struct OidcCallback {
    /// Good for one token, by us alone.
    #[serde(default)]
    pub code: Option<String>,
    /// Whose sign-in it is.
    #[serde(default)]
    pub state: Option<String>,
    /// Which provider sent the browser back, if it says so.
    #[serde(default)]
    pub iss: Option<String>,
    /// Why there is no code.
    #[serde(default)]
    pub error: Option<String>,
}

/// What a provider proved of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcProof {
    /// The provider's name for itself; a subject means something only together with it.
    pub issuer: String,
    /// The provider's name for the person.
    pub subject: Redacted<String>,
    /// The person's address, if the provider says that it was verified.
    pub email: Option<EmailAddress>,
    /// How the identity was checked, if the provider says so.
    pub verification: Option<Verification>,
    /// The same as a number from 0 (nothing is said) to 3.
    pub assurance: u8,
}

/// Why nothing is proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    /// The configuration has no such provider.
    #[error("no such provider")]
    UnknownProvider,
    /// The provider does not answer, or not in time.
    #[error("the provider cannot be reached")]
    Unreachable,
    /// The provider's answer makes no sense, or its endpoints are not encrypted.
    #[error("the provider's answer cannot be used")]
    BadProvider,
    /// The provider, or the person there, said no; or the code was spent or forged.
    #[error("the provider refused")]
    Refused,
    /// The browser came back to a sign-in that is not this one.
    #[error("the answer belongs to another sign-in")]
    WrongState,
    /// The token does not prove anything.
    #[error("the provider's token does not hold")]
    BadToken(#[from] TokenFlaw),
}

impl Providers {
    /// Makes ready for the providers. `callback` gives the redirect URI of a provider's id. Asks nobody.
    ///
    /// # Errors
    /// [`OidcConfigError`] if a provider's configuration cannot work.
    pub fn new(
        configs: &[ProviderConfig],
        callback: impl Fn(&str) -> String,
    ) -> Result<Self, OidcConfigError> {
        Self::with_timeout(configs, callback, TIMEOUT)
    }

    /// The same, with an own limit to how long one request to a provider may take.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_timeout(
        configs: &[ProviderConfig],
        callback: impl Fn(&str) -> String,
        timeout: Duration,
    ) -> Result<Self, OidcConfigError> {
        let mut providers_by_id = BTreeMap::new();
        if configs.is_empty() {
            return Ok(Self { providers_by_id });
        }
        let outbound = Outbound::new(timeout).map_err(OidcConfigError::Tls)?;
        for config in configs {
            let provider = Provider::new(config, callback(&config.id), outbound.clone())?;
            if providers_by_id.insert(config.id.clone(), provider).is_some() {
                return Err(OidcConfigError::IdTwice);
            }
        }
        Ok(Self { providers_by_id })
    }

    /// Returns id and name of each provider.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.providers_by_id
            .iter()
            .map(|(id, provider)| (id.as_str(), provider.name()))
    }

    /// Begins a sign-in. `state` must be as unguessable as a key: it is how the ceremony is found again.
    ///
    /// # Errors
    /// [`OidcError`] if there is no such provider or it cannot be asked.
    pub async fn begin(&self, provider: &str, state: &str, now: UnixTime) -> Result<OidcBegun, OidcError> {
        let (id, provider) = self
            .providers_by_id
            .get_key_value(provider)
            .ok_or(OidcError::UnknownProvider)?;
        provider.begin(id, state, now).await
    }

    /// Ends a sign-in: trades the code for a token and checks it. The ceremony is spent, whatever comes of it.
    ///
    /// # Errors
    /// [`OidcError`] if nothing is proven.
    pub async fn finish(
        &self,
        provider: &str,
        ceremony: &[u8],
        callback: &OidcCallback,
        now: UnixTime,
    ) -> Result<OidcProof, OidcError> {
        let (id, provider) = self
            .providers_by_id
            .get_key_value(provider)
            .ok_or(OidcError::UnknownProvider)?;
        let ceremony = Ceremony::read(ceremony, id, callback, now)?;
        let outcome = provider.finish(ceremony, callback, now).await;
        if let Err(error) = &outcome {
            tracing::warn!(provider = id, ?error, "no proof from the provider");
        }
        outcome
    }
}

// Somebody waits for a page.
const TIMEOUT: Duration = Duration::from_secs(10);
