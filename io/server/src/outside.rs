// SPDX-License-Identifier: MIT OR Apache-2.0
//! The ways out to what proves identities, as far as the operator configured them.

use account::{EmailAddress, MacKey, Subject, UnixTime};
use identity::{
    Domains, Language, Letter, Mailer, PasskeyConfig, Passkeys, PaymentWebhook, Providers, Sender, SmsGateway,
};
use protocol::Redacted;
use store::{NewMail, Store, StoreError};

use crate::{ServerConfig, ServerError};

/// Everything that reaches people, providers and gateways.
pub(crate) struct Outside {
    /// None where browsers know no passkeys: under a bare address.
    pub(crate) passkeys: Option<Passkeys>,
    pub(crate) providers: Providers,
    pub(crate) phone: Option<SmsGateway>,
    pub(crate) domains: Domains,
    pub(crate) payment: Option<PaymentWebhook>,
    pub(crate) mailer: Option<Mailer>,
    name: String,
    url: String,
}

impl Outside {
    /// Makes them ready; none is asked anything yet. `url` is the origin that people know the installation by.
    pub(crate) fn new(config: &ServerConfig, url: &str) -> Result<Self, ServerError> {
        let host = url.split_once("://").map_or(url, |(_, host)| host);
        let passkeys = Passkeys::new(&PasskeyConfig {
            rp_id: String::from(host.rsplit_once(':').map_or(host, |(name, _)| name)),
            origins: [String::from(url)]
                .into_iter()
                .chain(config.origins.iter().cloned())
                .collect(),
            name: config.name.clone(),
        });
        let passkeys = match passkeys {
            Ok(passkeys) => Some(passkeys),
            Err(error) => {
                tracing::warn!(%error, url, "no passkeys under this address");
                None
            }
        };
        let callback = |provider: &str| format!("{url}/api/sign-in/oidc/{provider}/callback");
        Ok(Self {
            passkeys,
            providers: Providers::new(&config.providers, callback)?,
            phone: config.phone.as_ref().map(SmsGateway::new).transpose()?,
            domains: Domains::new(config.resolver)?,
            payment: config.payment.secret.clone().map(PaymentWebhook::new),
            mailer: config.mail.as_ref().map(Mailer::start).transpose()?,
            name: config.name.clone(),
            url: String::from(url),
        })
    }

    /// Returns who letters are from.
    pub(crate) fn sender(&self) -> Sender<'_> {
        Sender {
            name: &self.name,
            origin: &self.url,
        }
    }

    /// Posts a letter, or puts it into the operator's mailbox if no relay is configured. A relay that takes nothing more is
    /// not the client's business: it is told the same as ever.
    pub(crate) async fn post(
        &self,
        store: &Store,
        macs: &MacKey,
        to: &EmailAddress,
        letter: &Letter<'_>,
        language: Language,
        now: UnixTime,
    ) -> Result<(), StoreError> {
        let written = letter.write(language, self.sender());
        if let Some(mailer) = &self.mailer {
            if let Err(error) = mailer.post(to, &written) {
                tracing::warn!(%error, "mail not posted");
            }
            return Ok(());
        }
        let mail = NewMail {
            to: Redacted(String::from(to.as_str())),
            recipient: macs.subject(&Subject::email(to)),
            subject: Redacted(written.subject),
            text: Redacted(written.body),
        };
        store.put_mail(&mail, now).await.map(drop)
    }
}
