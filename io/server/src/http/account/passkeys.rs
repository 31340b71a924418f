// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/account/passkeys`: added, renamed, removed.

use account::CeremonyId;
use axum::{Json, extract::State, http::StatusCode};
use identity::Letter;
use policy::Action;
use protocol::{
    Redacted,
    http::{PasskeyBegun, PasskeyEntry, PasskeyName, PasskeyRegistration},
};
use rand::{SeedableRng as _, rngs::StdRng};
use store::{NewCeremony, NewPasskey, PasskeyId, Purpose, StoredPasskey};

use super::tell;
use crate::{
    asker::Asker,
    http::{
        body::Body,
        sign_in::{
            display_name,
            passkey::{ANSWER_WITHIN, passkeys},
        },
        url::Path,
    },
    problem::ApiError,
    shared::Shared,
};

/// Lists them.
pub(crate) async fn list(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<Vec<PasskeyEntry>>, ApiError> {
    let account = asker.ask_account(&shared, &Action::UseAccount)?.account.id;
    let stored = shared.store.passkeys(account).await?;
    Ok(Json(stored.into_iter().map(entry).collect()))
}

/// Gives the browser something to make a passkey for.
pub(crate) async fn begin(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<PasskeyBegun>, ApiError> {
    let account = &asker.ask_fresh_account(&shared, &Action::ChangeAccount)?.account;
    let known = shared.store.passkeys(account.id).await?;
    // What authenticators show when there is more than one account to choose from.
    let label = if account.name.0.is_empty() {
        &shared.config.name
    } else {
        &account.name.0
    };
    let begun = passkeys(&shared)?
        .begin_registration(
            account.id,
            label,
            known.into_iter().map(|passkey| passkey.credential_id),
        )
        .map_err(|_| ApiError::malformed("no passkey can be made for this account"))?;
    let ceremony = NewCeremony {
        id: CeremonyId::random(&mut StdRng::from_os_rng()),
        purpose: Purpose::AddPasskey,
        account: Some(account.id),
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

/// Takes the passkey that it made.
pub(crate) async fn finish(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<PasskeyRegistration>,
) -> Result<(StatusCode, Json<PasskeyEntry>), ApiError> {
    let account = &asker.ask_fresh_account(&shared, &Action::ChangeAccount)?.account;
    let name = display_name(&request.name)?;
    let id = request
        .ceremony
        .0
        .parse()
        .map_err(|_| ApiError::wrong_credentials())?;
    let ceremony = shared
        .store
        .take_ceremony(id, Purpose::AddPasskey, Some(account.id), asker.now)
        .await?
        .ok_or(ApiError::wrong_credentials())?;
    let made = passkeys(&shared)?
        .finish_registration(&ceremony.state, &request.credential.0)
        .map_err(|_| ApiError::wrong_credentials())?;
    let passkey = NewPasskey {
        credential_id: made.credential_id,
        credential: made.credential,
        name: Redacted(name.clone()),
    };
    let id = shared.store.add_passkey(account.id, &passkey, asker.now).await?;
    tell(&shared, &asker, account, &Letter::PasskeyAdded { name: &name }).await?;
    let entry = PasskeyEntry {
        id: id.to_string(),
        name,
        created_at: asker.now.0,
        last_used_at: None,
    };
    Ok((StatusCode::CREATED, Json(entry)))
}

/// Renames one.
pub(crate) async fn rename(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    Body(request): Body<PasskeyName>,
) -> Result<Json<PasskeyEntry>, ApiError> {
    let account = asker.ask_account(&shared, &Action::ChangeAccount)?.account.id;
    let id = parse(&id)?;
    let name = display_name(&request.name)?;
    shared.store.rename_passkey(account, id, &name).await?;
    let passkey = find(&shared, account, id).await?;
    Ok(Json(entry(passkey)))
}

/// Removes one.
pub(crate) async fn remove(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let account = &asker.ask_fresh_account(&shared, &Action::ChangeAccount)?.account;
    let passkey = find(&shared, account.id, parse(&id)?).await?;
    shared
        .store
        .remove_passkey(account.id, passkey.id, asker.now)
        .await?;
    let letter = Letter::PasskeyRemoved {
        name: &passkey.name.0,
    };
    tell(&shared, &asker, account, &letter).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(
    shared: &Shared,
    account: protocol::AccountId,
    id: PasskeyId,
) -> Result<StoredPasskey, ApiError> {
    let mut passkeys = shared.store.passkeys(account).await?.into_iter();
    passkeys
        .find(|passkey| passkey.id == id)
        .ok_or(ApiError::not_found())
}

fn parse(id: &str) -> Result<PasskeyId, ApiError> {
    id.parse().map_err(|_| ApiError::not_found())
}

fn entry(passkey: StoredPasskey) -> PasskeyEntry {
    PasskeyEntry {
        id: passkey.id.to_string(),
        name: passkey.name.0,
        created_at: passkey.created_at.0,
        last_used_at: passkey.last_used_at.map(|at| at.0),
    }
}
