// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/sign-in/passkey`: the authenticator says whose it is, so nobody is asked for a name.

use std::time::Duration;

use account::CeremonyId;
use axum::{Json, extract::State, http::HeaderMap};
use identity::Passkeys;
use protocol::{
    Redacted,
    http::{PasskeyBegun, PasskeyFinish, Session, SignedInBy},
};
use rand::{SeedableRng as _, rngs::StdRng};
use store::{NewCeremony, Purpose};

use super::{open_session, step};
use crate::{asker::Asker, http::body::Body, problem::ApiError, shared::Shared};

/// Gives the browser something to sign.
pub(crate) async fn begin(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<PasskeyBegun>, ApiError> {
    let _turn = step(&shared, &asker).await?;
    let begun = passkeys(&shared)?
        .begin_authentication()
        .map_err(|_| ApiError::wrong_credentials())?;
    let ceremony = NewCeremony {
        id: CeremonyId::random(&mut StdRng::from_os_rng()),
        purpose: Purpose::SignInPasskey,
        account: None,
        subject: None,
        code: None,
        state: begun.state,
        expires_at: asker.now.plus(ANSWER_WITHIN),
    };
    shared.store.begin_ceremony(&ceremony).await?;
    Ok(Json(PasskeyBegun {
        ceremony: Redacted(ceremony.id.to_string()),
        options: begun.options,
    }))
}

/// Checks what it signed. Whatever is wrong, the answer is the same.
pub(crate) async fn finish(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<PasskeyFinish>,
) -> Result<(HeaderMap, Json<Session>), ApiError> {
    let _turn = step(&shared, &asker).await?;
    let passkeys = passkeys(&shared)?;
    let wrong = ApiError::wrong_credentials;
    let id = request.ceremony.0.parse().map_err(|_| wrong())?;
    let ceremony = shared
        .store
        .take_ceremony(id, Purpose::SignInPasskey, None, asker.now)
        .await?
        .ok_or_else(wrong)?;
    let credential = &request.credential.0;
    let claimed = passkeys.claimed(credential).map_err(|_| wrong())?;
    let stored = shared
        .store
        .passkey(&claimed.credential_id)
        .await?
        .ok_or_else(wrong)?;
    let used = passkeys
        .finish_authentication(&ceremony.state, credential, stored.account, &stored.credential)
        .map_err(|_| wrong())?;
    let is_noted = shared
        .store
        .note_passkey_use(stored.id, &stored.credential, Some(&used), asker.now)
        .await?;
    if !is_noted {
        return Err(wrong());
    }
    open_session(&shared, &asker, stored.account, SignedInBy::Passkey).await
}

/// Returns what checks passkeys.
pub(crate) fn passkeys(shared: &Shared) -> Result<&Passkeys, ApiError> {
    shared
        .outside
        .passkeys
        .as_ref()
        .ok_or(ApiError::unavailable("no passkeys under this address"))
}

// A person looks for the key first; browsers give up on their own at about this time.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(5 * 60);
