// SPDX-License-Identifier: MIT OR Apache-2.0
//! Passwords and keys that the operator gives this installation.

use std::path::Path;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// A password or key from the configuration. Has no `Debug`, no `Display` and no `Serialize`; its memory is wiped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// Why a secret of the configuration cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Both the value and a file with the value are given.
    #[error("a secret is given twice, as a value and as a file")]
    Twice,
    /// The file cannot be read.
    #[error("the file of a secret cannot be read")]
    Unreadable(#[source] std::io::Error),
    /// There is nothing in it.
    #[error("a secret is empty")]
    Empty,
}

impl Secret {
    /// Wraps a secret.
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// Returns the secret itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns the secret that is given as a value or as the contents of a file (without the line end), if either is.
    ///
    /// # Errors
    /// [`SecretError`] if both are given, the file cannot be read, or nothing is in it.
    pub fn of(value: Option<&Self>, file: Option<&Path>) -> Result<Option<Self>, SecretError> {
        let secret = match (value, file) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => return Err(SecretError::Twice),
            (Some(value), None) => value.clone(),
            (None, Some(file)) => {
                let text = Zeroizing::new(std::fs::read_to_string(file).map_err(SecretError::Unreadable)?);
                Self::new(text.trim_end_matches(['\r', '\n']).to_owned())
            }
        };
        if secret.0.is_empty() {
            Err(SecretError::Empty)
        } else {
            Ok(Some(secret))
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
