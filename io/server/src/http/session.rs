// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/session`: who is signed in; signing out. `/api/account/sessions`: the others of the same account.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use policy::Action;
use protocol::http::{AccountSummary, Session, SessionEntry};
use store::{SignedIn, StoreError, StoredAccount};

use crate::{asker::Asker, cookie, http::url::Path, problem::ApiError, shared::Shared};

/// Says who is signed in.
pub(crate) async fn show(State(shared): State<Shared>, asker: Asker) -> Result<Json<Session>, ApiError> {
    asker.ask(&shared, &Action::SeeInstance)?;
    Ok(Json(Session {
        account: asker
            .signed_in()
            .map(|signed_in| summary(&signed_in.account, &asker)),
        is_fresh: asker.is_fresh(),
    }))
}

/// Signs out.
pub(crate) async fn end(State(shared): State<Shared>, asker: Asker) -> Result<Response, ApiError> {
    asker.ask(&shared, &Action::SeeInstance)?;
    if let Some(SignedIn { session, account }) = asker.signed_in() {
        match shared.store.close_session(account.id, session.id).await {
            // Ended from elsewhere in the same moment.
            Ok(()) | Err(StoreError::UnknownSession) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok((StatusCode::NO_CONTENT, without_cookie(&asker)).into_response())
}

/// Shows the account's sessions.
pub(crate) async fn list(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<Vec<SessionEntry>>, ApiError> {
    let SignedIn { session, account } = asker.ask_account(&shared, &Action::UseAccount)?;
    let sessions = shared.store.sessions(account.id, asker.now).await?.into_iter();
    let entries = sessions.map(|stored| SessionEntry {
        id: stored.id.to_string(),
        device: stored.device.0,
        signed_in_by: stored.by,
        created_at: stored.created_at.0,
        last_used_at: stored.last_used_at.0,
        is_current: stored.id == session.id,
    });
    Ok(Json(entries.collect()))
}

/// Ends one of the account's sessions.
pub(crate) async fn revoke(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let SignedIn { session, account } = asker.ask_account(&shared, &Action::UseAccount)?;
    let id = id.parse().map_err(|_| ApiError::not_found())?;
    shared.store.close_session(account.id, id).await?;
    let cookies = if id == session.id {
        without_cookie(&asker)
    } else {
        HeaderMap::new()
    };
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

/// Shows an account as every page's header does.
pub(crate) fn summary(account: &StoredAccount, asker: &Asker) -> AccountSummary {
    AccountSummary {
        id: account.id,
        name: account.name.clone(),
        standing: account.standing(asker.now),
        plan: account.plan(asker.now),
        is_operator: account.is_operator,
    }
}

/// Returns what makes the browser forget the session.
pub(crate) fn without_cookie(asker: &Asker) -> HeaderMap {
    HeaderMap::from_iter([(SET_COOKIE, cookie::SESSION.clear(asker.security))])
}
