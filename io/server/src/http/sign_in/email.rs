// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/sign-in/email`: a code goes to an address, and comes back. Until it has come back, nothing tells whether anybody
//! here has the address.

use account::EmailAddress;
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use policy::Proof;
use protocol::http::{Ceremony, EmailBegin, EmailFinish, Session, SignedInBy};
use store::{NewBinding, Purpose};

use super::{open_session, register, step};
use crate::{asker::Asker, code, http::body::Body, problem::ApiError, shared::Shared};

/// Sends a code.
pub(crate) async fn begin(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<EmailBegin>,
) -> Result<(StatusCode, Json<Ceremony>), ApiError> {
    let _turn = step(&shared, &asker).await?;
    let ceremony = code::send_mail(&shared, &asker, Purpose::SignInEmail, None, &request.email.0).await?;
    Ok((StatusCode::ACCEPTED, Json(ceremony)))
}

/// Takes the code, and makes the account if nobody has the address.
pub(crate) async fn finish(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<EmailFinish>,
) -> Result<(HeaderMap, Json<Session>), ApiError> {
    let _turn = step(&shared, &asker).await?;
    let EmailFinish { ceremony, code, name } = &request;
    let proved = code::redeem(&shared, &asker, Purpose::SignInEmail, None, &ceremony.0, &code.0).await?;
    let address = String::from_utf8(proved.state)
        .ok()
        .and_then(|text| EmailAddress::parse(&text).ok())
        .ok_or_else(ApiError::wrong_credentials)?;
    let binding = NewBinding::email(&shared.macs, &address);
    let account = match shared.store.account_of_subject(&proved.subject).await? {
        Some(account) => {
            // Whoever reads mail at an organisation belongs to it for another while.
            shared.store.bind(account, &binding, asker.now).await?;
            account
        }
        None => register(&shared, &asker, Proof::Email, name.as_ref(), vec![binding]).await?,
    };
    open_session(&shared, &asker, account, SignedInBy::Email).await
}
