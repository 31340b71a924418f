// SPDX-License-Identifier: MIT OR Apache-2.0
//! One try to give one letter to the relay.
//!
//! Each try has a connection of its own: after a try that was cut off, nobody can tell which answer of the relay belongs
//! to what.

use std::{error::Error as _, io, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    address::Envelope,
    message::Mailbox,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use serde::Serialize;

use super::config::{MailConfig, MailConfigError, MailTls};
use crate::{Secret, outbound::is_loopback_host};

/// Why a try failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum MailFailure {
    /// The relay says no, for good, with this code (RFC 5321, section 4.2.1).
    #[error("refused by the relay with {0}")]
    Refused(u16),
    /// The relay says not now, with this code.
    #[error("put off by the relay with {0}")]
    Delayed(u16),
    /// The relay did not finish in time.
    #[error("the relay did not answer in time")]
    Timeout,
    /// No connection, or it broke, or something else than a relay listens there.
    #[error("the relay cannot be reached")]
    Unreachable,
    /// The relay offers no encryption, or is not who it should be.
    #[error("no encrypted connection to the relay")]
    Tls,
    /// The relay does not take the operator's name and password.
    #[error("the relay does not accept the credentials")]
    Credentials,
    /// The relay lacks what is needed: a way to sign in that is known here.
    #[error("the relay cannot do what is needed")]
    Protocol,
}

impl MailFailure {
    /// Returns whether another try may end better. What only the operator can mend is not tried again.
    pub const fn is_temporary(self) -> bool {
        match self {
            Self::Delayed(_) | Self::Timeout | Self::Unreachable => true,
            Self::Refused(_) | Self::Tls | Self::Credentials | Self::Protocol => false,
        }
    }
}

pub(super) struct Delivery {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    must_encrypt: bool,
}

impl Delivery {
    pub(super) fn new(config: &MailConfig, from: &Mailbox) -> Result<Self, MailConfigError> {
        if config.tls == MailTls::None && !is_loopback_host(&config.host) {
            return Err(MailConfigError::NotEncrypted);
        }
        let tls = match config.tls {
            MailTls::Starttls => Tls::Required(tls_parameters(config)?),
            MailTls::Tls => Tls::Wrapper(tls_parameters(config)?),
            MailTls::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(config.patience.attempt))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        let password = Secret::of(config.password.as_ref(), config.password_file.as_deref())?;
        builder = match (&config.username, password) {
            (None, None) => builder,
            (Some(name), Some(password)) => {
                builder.credentials(Credentials::new(name.clone(), password.expose().to_owned()))
            }
            (Some(_), None) | (None, Some(_)) => return Err(MailConfigError::HalfCredentials),
        };
        Ok(Self {
            transport: builder.build(),
            must_encrypt: config.tls != MailTls::None,
        })
    }

    pub(super) async fn attempt(
        &self,
        envelope: &Envelope,
        text: &[u8],
        limit: Duration,
    ) -> Result<(), MailFailure> {
        match tokio::time::timeout(limit, self.transport.send_raw(envelope, text)).await {
            Err(_) => Err(MailFailure::Timeout),
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.failure(&error)),
        }
    }

    fn failure(&self, error: &lettre::transport::smtp::Error) -> MailFailure {
        if let Some(code) = error.status() {
            let code = u16::from(code);
            return match code {
                // RFC 4954, section 6.
                530 | 534 | 535 | 538 => MailFailure::Credentials,
                _ if error.is_permanent() => MailFailure::Refused(code),
                _ => MailFailure::Delayed(code),
            };
        }
        if error.is_timeout() {
            return MailFailure::Timeout;
        }
        if error.is_tls() || (error.is_client() && self.must_encrypt) || is_bad_certificate(error) {
            return MailFailure::Tls;
        }
        // A connection that closes in the middle of a line and a line that is not SMTP are not told apart.
        if error.is_client() {
            MailFailure::Protocol
        } else {
            MailFailure::Unreachable
        }
    }
}

fn tls_parameters(config: &MailConfig) -> Result<TlsParameters, MailConfigError> {
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(file) = &config.ca_file {
        let pem = std::fs::read(file).map_err(MailConfigError::CaFile)?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(MailConfigError::Tls)?);
    }
    builder.build().map_err(MailConfigError::Tls)
}

/// A handshake that fails comes as invalid data of the connection.
fn is_bad_certificate(error: &lettre::transport::smtp::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause
            .downcast_ref::<io::Error>()
            .is_some_and(|cause| cause.kind() == io::ErrorKind::InvalidData)
        {
            return true;
        }
        source = cause.source();
    }
    false
}
