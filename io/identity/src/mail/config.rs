// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operator says about the relay.

use std::{path::PathBuf, time::Duration};

use lettre::message::Mailbox;
use serde::Deserialize;

use crate::{Secret, SecretError};

/// The operator's SMTP relay. Has no `Debug`: it holds a password.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Name or address of the relay; the name its certificate is for.
    pub host: String,
    /// Usually 587 with [`MailTls::Starttls`], 465 with [`MailTls::Tls`].
    pub port: u16,
    /// How the way to the relay is encrypted.
    #[serde(default)]
    pub tls: MailTls,
    /// A file with certificates (PEM) to trust beside those of the machine, for a relay with a certificate of its own.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// With whose name to sign in to the relay, where it wants one.
    #[serde(default)]
    pub username: Option<String>,
    /// With which password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// A file with the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Who the letters are from, as in `Incamera <no-reply@example.org>`.
    pub from: String,
    /// How long to try.
    #[serde(skip)]
    pub patience: Patience,
}

/// How the way to the relay is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// It begins in clear and is encrypted before anything is said (RFC 3207). A relay that does not offer it gets nothing.
    #[default]
    Starttls,
    /// From the first byte (RFC 8314).
    Tls,
    /// Not at all: only for a relay on this machine.
    None,
}

/// How long and how often to try.
#[derive(Debug, Clone)]
pub struct Patience {
    /// For one try, from the connection to the relay's last word.
    pub attempt: Duration,
    /// Between the tries; after the last one the letter is given up.
    pub pauses: Vec<Duration>,
}

impl Default for Patience {
    fn default() -> Self {
        // Greylisting relays ask to come back after a minute or five. A code is worthless after ten.
        let pauses = [2, 10, 60, 120, 300].map(Duration::from_secs);
        Self {
            attempt: Duration::from_secs(15),
            pauses: pauses.into(),
        }
    }
}

/// Why no mail can be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum MailConfigError {
    /// `from` is not an address.
    #[error("the sender's address cannot be read")]
    From,
    /// Without encryption, the relay must be on this machine.
    #[error("a relay on another machine needs tls")]
    NotEncrypted,
    /// A name without a password, or a password without a name.
    #[error("the relay needs a username and a password, or neither")]
    HalfCredentials,
    /// The password cannot be had.
    #[error("the relay's password")]
    Secret(#[from] SecretError),
    /// The file with certificates cannot be read.
    #[error("the relay's certificates cannot be read")]
    CaFile(#[source] std::io::Error),
    /// This machine cannot make TLS connections.
    #[error("no TLS")]
    Tls(#[source] lettre::transport::smtp::Error),
}

impl MailConfig {
    pub(super) fn sender(&self) -> Result<Mailbox, MailConfigError> {
        self.from.parse().map_err(|_| MailConfigError::From)
    }
}
