// SPDX-License-Identifier: MIT OR Apache-2.0
//! The world that proves identities: mail, passkeys, OpenID providers, SMS gateways, DNS, payments.
//!
//! Speaks with it and says what came of it. Decides nothing and stores nothing: the state of a ceremony goes back to the
//! caller, who keeps it bounded and forgets it. Everything that answers is bounded in time and size.

mod dns;
mod language;
mod letter;
mod mail;
mod oidc;
mod outbound;
mod passkey;
mod payment;
mod secret;
mod sms;

pub use dns::{DnsConfigError, DomainError, Domains, record_name};
pub use language::Language;
pub use letter::{Letter, Sender, Written, sms_text};
pub use mail::{MailConfig, MailConfigError, MailFailure, MailStats, MailTls, Mailer, NotPosted, Patience};
pub use oidc::{
    OidcBegun, OidcCallback, OidcConfigError, OidcError, OidcProof, ProviderConfig, Providers, TokenFlaw,
    Verification,
};
pub use passkey::{Begun, ClaimedPasskey, NewCredential, PasskeyConfig, PasskeyError, Passkeys};
pub use payment::{PaymentError, PaymentWebhook};
pub use secret::{Secret, SecretError};
pub use sms::{SmsConfig, SmsConfigError, SmsError, SmsGateway, SmsStats};
