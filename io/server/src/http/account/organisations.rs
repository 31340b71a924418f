// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/account/organisations`: domains that the account says it speaks for, proved by a DNS record.

use account::parse_domain;
use axum::{Json, extract::State, http::StatusCode};
use identity::{DomainError, record_name};
use policy::Action;
use protocol::http::{Domain, OrganisationClaim};
use store::{Proof, StoredClaim};

use crate::{
    asker::Asker,
    http::{body::Body, url::Path},
    problem::ApiError,
    shared::Shared,
};

/// Lists them.
pub(crate) async fn list(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<Vec<OrganisationClaim>>, ApiError> {
    let account = asker.ask_account(&shared, &Action::UseAccount)?.account.id;
    let claims = shared.store.claimed_organisations(account).await?.into_iter();
    let shown = claims.map(|claim| shown(&shared, claim));
    Ok(Json(shown.collect()))
}

/// Claims one, and says which record proves it.
pub(crate) async fn create(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<Domain>,
) -> Result<(StatusCode, Json<OrganisationClaim>), ApiError> {
    let account = asker.ask_account(&shared, &Action::ChangeAccount)?.account.id;
    let domain = parse_domain(&request.domain).map_err(|_| ApiError::malformed("not a domain"))?;
    shared
        .store
        .claim_organisation(account, &domain, asker.now)
        .await?;
    let claimed = find(&shared, account, &domain).await?;
    Ok((StatusCode::CREATED, Json(claimed)))
}

/// Looks for the record.
pub(crate) async fn check(
    State(shared): State<Shared>,
    asker: Asker,
    Path(domain): Path<String>,
) -> Result<Json<OrganisationClaim>, ApiError> {
    let account = asker.ask_account(&shared, &Action::ChangeAccount)?.account.id;
    let claimed = find(&shared, account, &domain).await?;
    if claimed.is_proven {
        return Ok(Json(claimed));
    }
    let _errand = shared
        .errands
        .enter()
        .await
        .ok_or(ApiError::unavailable("too many records at once"))?;
    match shared.outside.domains.check(&domain, &claimed.record_value).await {
        Ok(()) => {
            let proof = Proof::Dns(account);
            shared.store.prove_organisation(&domain, proof, asker.now).await?;
        }
        Err(DomainError::BadDomain | DomainError::NoRecord | DomainError::WrongValue) => {}
        Err(DomainError::Unreachable | DomainError::Timeout) => {
            return Err(ApiError::unavailable("the DNS does not answer"));
        }
    }
    find(&shared, account, &domain).await.map(Json)
}

async fn find(
    shared: &Shared,
    account: protocol::AccountId,
    domain: &str,
) -> Result<OrganisationClaim, ApiError> {
    let mut claims = shared.store.claimed_organisations(account).await?.into_iter();
    let claim = claims
        .find(|claim| claim.domain == domain)
        .ok_or(ApiError::not_found())?;
    Ok(shown(shared, claim))
}

fn shown(shared: &Shared, claim: StoredClaim) -> OrganisationClaim {
    let StoredClaim { domain, is_proven } = claim;
    OrganisationClaim {
        record_name: record_name(&domain),
        record_value: shared.macs.organisation_record(&domain),
        domain,
        is_proven,
    }
}
