// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is remembered while the browser is at the provider.

use std::time::Duration;

use account::UnixTime;
use serde::{Deserialize, Serialize};

use super::{OidcCallback, OidcError};

/// Has no `Debug`: with the verifier and a stolen code, a token can be had.
#[derive(Serialize, Deserialize)]
pub(super) struct Ceremony {
    pub(super) provider: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) pkce_verifier: String,
    pub(super) begun_at: UnixTime,
}

impl Ceremony {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("strings and a number are JSON")
    }

    /// Reads the ceremony that the browser comes back to, if it is this one.
    pub(super) fn read(
        bytes: &[u8],
        provider: &str,
        callback: &OidcCallback,
        now: UnixTime,
    ) -> Result<Self, OidcError> {
        let ceremony: Self = serde_json::from_slice(bytes).map_err(|_| OidcError::WrongState)?;
        let is_this =
            ceremony.provider == provider && callback.state.as_deref() == Some(ceremony.state.as_str());
        let is_old = now.saturating_since(ceremony.begun_at) > VALID_FOR;
        if is_this && !is_old {
            Ok(ceremony)
        } else {
            Err(OidcError::WrongState)
        }
    }
}

// Signing in at a provider can mean a second device and a forgotten password.
const VALID_FOR: Duration = Duration::from_secs(10 * 60);
