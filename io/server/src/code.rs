// SPDX-License-Identifier: MIT OR Apache-2.0
//! Six digits that prove an address or a number: sent, and sent back.

use account::{
    CODE_VALID_FOR, CeremonyId, Code, EmailAddress, LimitKey, LimitRule, LimitScope, Subject, SubjectMac,
    network_key,
    rules::{MAILS_PER_NETWORK, MAILS_PER_SITE, MAILS_PER_SUBJECT, MAILS_PER_SUBJECT_AND_NETWORK},
    site_key,
};
use identity::Letter;
use protocol::{AccountId, Redacted, http::Ceremony};
use rand::{SeedableRng as _, rngs::StdRng};
use store::{Guess, Guessed, NewCeremony, Purpose};

use crate::{asker::Asker, problem::ApiError, shared::Shared};

/// What a code that came back proved.
pub(crate) struct Proved {
    pub(crate) subject: SubjectMac,
    /// What was kept with the ceremony.
    pub(crate) state: Vec<u8>,
}

/// Sends a code to `address`. Takes the same way whether or not anybody has the address.
pub(crate) async fn send_mail(
    shared: &Shared,
    asker: &Asker,
    purpose: Purpose,
    account: Option<AccountId>,
    address: &str,
) -> Result<Ceremony, ApiError> {
    let address = EmailAddress::parse(address).map_err(|_| ApiError::malformed("not an e-mail address"))?;
    let subject = shared.macs.subject(&Subject::email(&address));
    let limits = mail_limits(shared, asker, &subject);
    if let Some(wait) = shared.store.count_attempt(&limits, asker.now).await? {
        return Err(ApiError::too_often(wait));
    }
    let state = address.as_str().as_bytes().to_vec();
    let (ceremony, code) = begin(shared, asker, purpose, account, subject, state).await?;
    let letter = match account {
        None => Letter::SignInCode { code: &code },
        Some(_) => Letter::AddressCode { code: &code },
    };
    let outside = &shared.outside;
    outside
        .post(
            &shared.store,
            &shared.macs,
            &address,
            &letter,
            asker.language,
            asker.now,
        )
        .await?;
    Ok(ceremony)
}

/// Under what a mail with a code is counted. For the address narrowly by network and widely over all, so that nobody keeps its
/// owner out from one place.
fn mail_limits(shared: &Shared, asker: &Asker, subject: &SubjectMac) -> Vec<(LimitKey, LimitRule)> {
    let macs = &shared.macs;
    let network = network_key(asker.address);
    let there = [subject.as_bytes().as_slice(), &network].concat();
    let site = site_key(asker.address);
    let site = site.map(|site| (macs.limit(LimitScope::MailsOfSite, &site), MAILS_PER_SITE));
    [
        (
            macs.limit(LimitScope::MailsToSubjectOfNetwork, &there),
            MAILS_PER_SUBJECT_AND_NETWORK,
        ),
        (
            macs.limit(LimitScope::MailsToSubject, subject.as_bytes()),
            MAILS_PER_SUBJECT,
        ),
        (
            macs.limit(LimitScope::MailsOfNetwork, &network),
            MAILS_PER_NETWORK,
        ),
    ]
    .into_iter()
    .chain(site)
    .collect()
}

/// Makes a code and notes what it proves.
pub(crate) async fn begin(
    shared: &Shared,
    asker: &Asker,
    purpose: Purpose,
    account: Option<AccountId>,
    subject: SubjectMac,
    state: Vec<u8>,
) -> Result<(Ceremony, Code), ApiError> {
    let mut rng = StdRng::from_os_rng();
    let id = CeremonyId::random(&mut rng);
    let code = Code::random(&mut rng);
    let ceremony = NewCeremony {
        id,
        purpose,
        account,
        subject: Some(subject),
        code: Some(shared.macs.code(id, &code)),
        state,
        expires_at: asker.now.plus(CODE_VALID_FOR),
    };
    shared.store.begin_ceremony(&ceremony).await?;
    let ceremony = Redacted(id.to_string());
    Ok((Ceremony { ceremony }, code))
}

/// Takes a code back.
///
/// # Errors
/// [`ApiError::wrong_credentials`] whatever was wrong; [`ApiError::TooOften`] after too many wrong ones.
pub(crate) async fn redeem(
    shared: &Shared,
    asker: &Asker,
    purpose: Purpose,
    account: Option<AccountId>,
    ceremony: &str,
    code: &str,
) -> Result<Proved, ApiError> {
    let id: CeremonyId = ceremony.parse().map_err(|_| ApiError::wrong_credentials())?;
    let code = Code::parse(code).ok_or(ApiError::wrong_credentials())?;
    let guess = Guess {
        ceremony: id,
        purpose,
        account,
        code: shared.macs.code(id, &code),
        network: shared
            .macs
            .limit(LimitScope::GuessesOfNetwork, &network_key(asker.address)),
        site: site_key(asker.address).map(|site| shared.macs.limit(LimitScope::GuessesOfSite, &site)),
    };
    match shared.store.redeem_code(&guess, asker.now).await? {
        Guessed::Right(ceremony) => Ok(Proved {
            subject: ceremony.subject.ok_or(ApiError::wrong_credentials())?,
            state: ceremony.state,
        }),
        Guessed::Wrong => Err(ApiError::wrong_credentials()),
        Guessed::Wait(wait) => Err(ApiError::too_often(wait)),
    }
}
