// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/operator/invitations`: addresses whose holders may register where not everybody may.

use account::{EmailAddress, Subject};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use identity::Letter;
use policy::Action;
use protocol::http::{InvitationEntry, NewInvitation};
use store::StoredInvitation;

use super::operator;
use crate::{
    asker::Asker,
    http::{body::Body, url::Path},
    problem::ApiError,
    shared::Shared,
};

/// Lists those that nobody has used.
pub(crate) async fn list(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<Vec<InvitationEntry>>, ApiError> {
    asker.ask_account(&shared, &Action::ManageAccounts)?;
    let invitations = shared.store.invitations(asker.now).await?.into_iter();
    Ok(Json(invitations.map(entry).collect()))
}

/// Invites somebody, and writes to them. Whoever has an account already counts as invited at once.
pub(crate) async fn create(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<NewInvitation>,
) -> Result<Response, ApiError> {
    let operator = operator(&shared, &asker)?;
    let address =
        EmailAddress::parse(&request.email.0).map_err(|_| ApiError::malformed("not an e-mail address"))?;
    let subject = shared.macs.subject(&Subject::email(&address));
    let invited = shared
        .store
        .invite(operator, &address, &subject, asker.now)
        .await?;
    let outside = &shared.outside;
    outside
        .post(
            &shared.store,
            &shared.macs,
            &address,
            &Letter::Invitation,
            asker.language,
            asker.now,
        )
        .await?;
    Ok(match invited {
        Some(invitation) => (StatusCode::CREATED, Json(entry(invitation))).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// Takes one back.
pub(crate) async fn withdraw(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let operator = operator(&shared, &asker)?;
    let id = id.parse().map_err(|_| ApiError::not_found())?;
    shared.store.withdraw_invitation(operator, id, asker.now).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn entry(invitation: StoredInvitation) -> InvitationEntry {
    InvitationEntry {
        id: invitation.id.to_string(),
        email: invitation.address,
        created_at: invitation.created_at.0,
    }
}
