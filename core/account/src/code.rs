// SPDX-License-Identifier: MIT OR Apache-2.0
//! Six-digit codes, and the ceremonies that they end.

use std::{fmt, str::FromStr, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Six digits that were sent to somebody, who types them. No `Debug`: it is a secret while it is valid.
pub struct Code(String);

impl Code {
    /// Draws a code; each is as likely as any other.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        loop {
            let drawn = rng.next_u32();
            if drawn < EVEN_RANGE {
                return Self(format!("{:06}", drawn % CODES));
            }
        }
    }

    /// Reads a code as a person types it: spaces and dashes between the digits are of no matter.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text
            .chars()
            .take(TYPED_CHARACTERS)
            .filter(|character| !matches!(character, ' ' | '-' | '\u{a0}'))
            .collect();
        let is_code = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_code.then_some(Self(digits))
    }

    /// Returns the six digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Something begun that its beginner has to finish, soon and once: 128 random bits, known to the browser that began it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CeremonyId([u8; 16]);

impl CeremonyId {
    /// Draws an id.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Takes up what was kept.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for CeremonyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for CeremonyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CeremonyId([redacted])")
    }
}

/// A text that is no ceremony's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a ceremony's id")]
pub struct NotACeremonyId;

impl FromStr for CeremonyId {
    type Err = NotACeremonyId;

    fn from_str(text: &str) -> Result<Self, NotACeremonyId> {
        if text.len() != 22 {
            return Err(NotACeremonyId);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotACeremonyId)?;
        bytes.try_into().map(Self).map_err(|_| NotACeremonyId)
    }
}

impl Serialize for CeremonyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CeremonyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// For how long a code is valid: a mail may be slow, and a person looks for it in the spam folder.
pub const CODE_VALID_FOR: Duration = Duration::from_secs(10 * 60);

/// Wrong guesses after which a code is void, whoever guessed: enough for slips of the finger.
pub const CODE_GUESSES: u32 = 5;

const CODES: u32 = 1_000_000;

// The greatest multiple of `CODES` that 32 bits hold: what is drawn beyond would make low codes likelier.
const EVEN_RANGE: u32 = u32::MAX / CODES * CODES;

// Six digits with something between them; longer texts are no code and are not read to their end.
const TYPED_CHARACTERS: usize = 32;
