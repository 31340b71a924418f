// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/sign-in`: the ways in, one file each. Here is what they share: whoever has proved to be an account's, or to be
//! nobody's yet, gets a session.

pub(crate) mod email;
pub(crate) mod oidc;
pub(crate) mod operator;
pub(crate) mod passkey;

use std::time::Instant;

use account::SessionToken;
use axum::{
    Json,
    http::{HeaderMap, header::SET_COOKIE},
};
use policy::{Action, Actor, Proof, Registration};
use protocol::{AccountId, Redacted, http::Session, http::SignedInBy, limits};
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use store::{NewAccount, NewBinding, NewSession, SignedIn, StoreError, StoredAccount};

use super::session::summary;
use crate::{
    asker::{self, Asker},
    cookie,
    limit::Turn,
    problem::ApiError,
    shared::Shared,
};

/// Asks whether a step of signing in may be taken, and waits for a turn at it: strangers queue here, and nobody behind them.
async fn step<'a>(shared: &'a Shared, asker: &Asker) -> Result<Turn<'a>, ApiError> {
    asker.ask(shared, &Action::SignIn)?;
    if let Err(wait) = shared.sign_ins.accept(Instant::now(), asker.address) {
        return Err(ApiError::too_often(wait));
    }
    turn(shared).await
}

/// Waits for a turn at what costs signatures and writes.
pub(crate) async fn turn(shared: &Shared) -> Result<Turn<'_>, ApiError> {
    shared
        .proofs
        .enter()
        .await
        .ok_or(ApiError::unavailable("too many sign-ins at once"))
}

/// Opens a session of `account`, or makes the one that asks a fresh one if it is the same account's.
async fn open_session(
    shared: &Shared,
    asker: &Asker,
    account: AccountId,
    by: SignedInBy,
) -> Result<(HeaderMap, Json<Session>), ApiError> {
    let stored = shared
        .store
        .account(account)
        .await?
        .ok_or(ApiError::wrong_credentials())?;
    asker::ask(shared, &asker::actor(&stored, asker.now), &Action::SignIn)?;
    let token = SessionToken::random(&mut StdRng::from_os_rng());
    match asker.signed_in() {
        Some(SignedIn {
            session,
            account: own,
        }) if own.id == account => {
            // Whoever copied the token before does not get a fresh one by it.
            shared
                .store
                .renew_auth(account, session.id, &token.hash(), asker.now)
                .await?;
        }
        other => {
            if let Some(SignedIn { session, account }) = other {
                match shared.store.close_session(account.id, session.id).await {
                    // Ended from elsewhere in the same moment.
                    Ok(()) | Err(StoreError::UnknownSession) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            let session = NewSession {
                token: token.hash(),
                account,
                by,
                device: Redacted(asker.device.clone()),
            };
            shared.store.open_session(&session, asker.now).await?;
        }
    }
    let cookie = cookie::SESSION.set(&token.to_text(), asker.security);
    let headers = HeaderMap::from_iter([(SET_COOKIE, cookie)]);
    shared.metrics.sign_ins.add_one();
    Ok((headers, Json(session_of(&stored, asker))))
}

/// Makes an account for whoever has proved what nobody else has.
async fn register(
    shared: &Shared,
    asker: &Asker,
    proof: Proof,
    name: Option<&Redacted<String>>,
    bindings: Vec<NewBinding>,
) -> Result<AccountId, ApiError> {
    let mut registration = Registration {
        by: proof,
        is_invited: false,
        is_denied: false,
    };
    for binding in &bindings {
        registration.is_denied |= shared.store.is_denied(&binding.subject, asker.now).await?;
        registration.is_invited |= shared.store.is_invited(&binding.subject, asker.now).await?;
    }
    asker::ask(shared, &Actor::Guest, &Action::Register(registration))?;
    let account = new_account(name, bindings)?;
    shared.store.register(&account, asker.now).await?;
    Ok(account.id)
}

fn new_account(name: Option<&Redacted<String>>, bindings: Vec<NewBinding>) -> Result<NewAccount, ApiError> {
    let mut id = [0; 16];
    StdRng::from_os_rng().fill_bytes(&mut id);
    Ok(NewAccount {
        id: AccountId::new(id),
        name: Redacted(display_name(name.map_or("", |name| &name.0))?),
        bindings,
    })
}

/// Returns the name as it is shown: bounded, and of nothing that is not to be seen.
pub(crate) fn display_name(text: &str) -> Result<String, ApiError> {
    let name = text.trim();
    if name.len() > limits::NAME_BYTES || name.chars().any(char::is_control) {
        return Err(ApiError::malformed("the name is too long, or not for the eye"));
    }
    Ok(String::from(name))
}

fn session_of(account: &StoredAccount, asker: &Asker) -> Session {
    Session {
        account: Some(summary(account, asker)),
        is_fresh: true,
    }
}
