// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/operator/organisations`: domains whose addresses speak for an organisation.

use account::parse_domain;
use axum::{Json, extract::State, http::StatusCode};
use policy::Action;
use protocol::http::{Domain, OrganisationEntry};
use store::Proof;

use super::operator;
use crate::{
    asker::Asker,
    http::{body::Body, url::Path},
    problem::ApiError,
    shared::Shared,
    vouching,
};

/// Lists them.
pub(crate) async fn list(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<Vec<OrganisationEntry>>, ApiError> {
    asker.ask_account(&shared, &Action::ManageAccounts)?;
    let organisations = shared.store.organisations().await?.into_iter();
    let shown = organisations.map(|organisation| OrganisationEntry {
        domain: organisation.domain,
        is_by_operator: organisation.is_by_operator,
        verified_at: organisation.proved_at.0,
    });
    Ok(Json(shown.collect()))
}

/// Enters one, on the operator's word.
pub(crate) async fn create(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<Domain>,
) -> Result<(StatusCode, Json<OrganisationEntry>), ApiError> {
    let operator = operator(&shared, &asker)?;
    let domain = parse_domain(&request.domain).map_err(|_| ApiError::malformed("not a domain"))?;
    let proof = Proof::Operator(operator);
    shared.store.prove_organisation(&domain, proof, asker.now).await?;
    let entry = OrganisationEntry {
        domain,
        is_by_operator: true,
        verified_at: asker.now.0,
    };
    Ok((StatusCode::CREATED, Json(entry)))
}

/// Removes one, and with it what its members had by it.
pub(crate) async fn remove(
    State(shared): State<Shared>,
    asker: Asker,
    Path(domain): Path<String>,
) -> Result<StatusCode, ApiError> {
    let operator = operator(&shared, &asker)?;
    shared
        .store
        .remove_organisation(operator, &domain, asker.now)
        .await?;
    for maker in shared.store.voucher_makers_in(&domain).await? {
        vouching::review(&shared, maker, asker.now).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
