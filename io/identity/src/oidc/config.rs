// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operator says about a provider.

use std::path::PathBuf;

use reqwest::Url;
use serde::Deserialize;

use crate::{
    Secret, SecretError,
    outbound::{MayBeLocal, is_allowed},
};

/// An OpenID provider that people may sign in with. Has no `Debug`: it holds a secret.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderConfig {
    /// What it is called in addresses: small letters, digits and `-`.
    pub id: String,
    /// What people see.
    pub name: String,
    /// The issuer, to the letter as the provider writes it.
    pub issuer: String,
    /// Under which the provider knows this installation.
    pub client_id: String,
    /// The secret that goes with it; none for a public client.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// A file with the secret.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// What to ask for beside `openid`.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
}

/// Why a provider cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum OidcConfigError {
    /// Empty, too long, or with characters other than small letters, digits and `-`.
    #[error("a provider's id may have small letters, digits and hyphens")]
    Id,
    /// Two providers have the same id.
    #[error("two providers have the same id")]
    IdTwice,
    /// Not an https address (or one of this machine) without query.
    #[error("a provider's issuer must be an https address")]
    Issuer,
    /// The address to which browsers come back is not one.
    #[error("the address to come back to cannot be read")]
    Callback,
    /// The client's secret cannot be had.
    #[error("a provider's client secret")]
    Secret(#[from] SecretError),
    /// This machine cannot make TLS connections.
    #[error("no TLS")]
    Tls(#[source] reqwest::Error),
}

impl ProviderConfig {
    /// Returns the issuer's address if the rest of the configuration makes sense, too.
    pub(super) fn checked_issuer(&self) -> Result<Url, OidcConfigError> {
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=32).contains(&self.id.len()) || !self.id.bytes().all(is_id) {
            return Err(OidcConfigError::Id);
        }
        let url: Url = self.issuer.parse().map_err(|_| OidcConfigError::Issuer)?;
        // OpenID Connect Core, section 1.2: no query, no fragment.
        if !is_allowed(&url, MayBeLocal::Yes) || url.query().is_some() || url.fragment().is_some() {
            return Err(OidcConfigError::Issuer);
        }
        Ok(url)
    }
}

fn default_scopes() -> Vec<String> {
    vec![String::from("email")]
}
