// SPDX-License-Identifier: MIT OR Apache-2.0
//! `POST /api/sign-in/operator`: the link that the first start prints makes whoever opens it first the operator.

use account::SessionToken;
use axum::{Json, extract::State, http::HeaderMap};
use policy::{Action, Proof, Registration};
use protocol::http::{OperatorSignIn, Session, SignedInBy};

use super::{new_account, open_session, step};
use crate::{asker::Asker, http::body::Body, problem::ApiError, shared::Shared};

/// Takes the link's token, once. Whoever is signed in already becomes the operator as who they are.
pub(crate) async fn finish(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<OperatorSignIn>,
) -> Result<(HeaderMap, Json<Session>), ApiError> {
    let _turn = step(&shared, &asker).await?;
    let token = SessionToken::parse(&request.token.0).map_err(|_| ApiError::wrong_credentials())?;
    let signed_in = asker.signed_in().map(|signed_in| signed_in.account.id);
    let registration = Registration {
        by: Proof::OperatorLink,
        is_invited: false,
        is_denied: false,
    };
    asker.ask(&shared, &Action::Register(registration))?;
    let account = shared
        .store
        .redeem_operator_link(
            &token.hash(),
            signed_in,
            &new_account(None, Vec::new())?,
            asker.now,
        )
        .await?
        .ok_or(ApiError::wrong_credentials())?;
    open_session(&shared, &asker, account, SignedInBy::OperatorLink).await
}
