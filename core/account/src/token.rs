// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a browser holds to be signed in, and how long that lasts.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::UnixTime;

/// 256 random bits. Whoever holds them is signed in; only their hash is kept. No `Debug`.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<[u8; 32]>);

impl SessionToken {
    /// Draws a token.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Reads a token as [`Self::to_text`] wrote it.
    ///
    /// # Errors
    /// [`NotASessionToken`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotASessionToken> {
        if text.len() != 43 {
            return Err(NotASessionToken);
        }
        let mut bytes = Zeroizing::new([0; 32]);
        // The decoder wants room for what the text might hold, which is 33 bytes.
        let mut room = Zeroizing::new([0; 33]);
        let length = URL_SAFE_NO_PAD
            .decode_slice(text, room.as_mut_slice())
            .map_err(|_| NotASessionToken)?;
        bytes.copy_from_slice(
            room.get(..length)
                .filter(|read| read.len() == 32)
                .ok_or(NotASessionToken)?,
        );
        Ok(Self(bytes))
    }

    /// Returns the token as cookies and links carry it: 43 characters of base64url.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_slice())
    }

    /// Returns what is kept of it. A plain hash suffices: nobody tries 2^256 tokens.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_slice()).into())
    }
}

/// SHA-256 of a [`SessionToken`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A text that is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token")]
pub struct NotASessionToken;

/// Returns whether somebody who signed in at `auth_time` may do what is dangerous in the wrong hands.
pub fn is_fresh(auth_time: UnixTime, now: UnixTime) -> bool {
    now.saturating_since(auth_time) <= FRESH_FOR
}

/// For how long after a sign-in dangerous acts need no further one.
pub const FRESH_FOR: Duration = Duration::from_secs(10 * 60);

/// A session that is not used for this long is over: a month of holidays does not sign anybody out.
pub const SESSION_IDLE_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// A session is over after this long even if it is used all the time, so that a stolen cookie does not work for ever.
pub const SESSION_LIVES_FOR: Duration = Duration::from_secs(180 * 24 * 3600);

/// A use of a session is written down only this long after the one before: reading is cheap, writing is not.
pub const SESSION_USE_NOTED_AFTER: Duration = Duration::from_secs(60);
