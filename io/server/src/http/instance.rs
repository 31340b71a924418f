// SPDX-License-Identifier: MIT OR Apache-2.0
//! `GET /api/instance`: what everybody may know about the installation. `GET /api/policy`: the policy in force.

use axum::{Json, extract::State};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use policy::Action;
use protocol::http::{InstanceInfo, PolicyInfo, PolicyName, ProviderName, SignInWays};

use crate::{asker::Asker, problem::ApiError, shared::Shared};

/// Says how to sign in here, and by which key and policy the installation is known.
pub(crate) async fn show(State(shared): State<Shared>, asker: Asker) -> Result<Json<InstanceInfo>, ApiError> {
    asker.ask(&shared, &Action::SeeInstance)?;
    let providers = shared.outside.providers.iter().map(|(id, name)| ProviderName {
        id: String::from(id),
        name: String::from(name),
    });
    let in_force = shared.in_force.borrow();
    Ok(Json(InstanceInfo {
        name: shared.config.name.clone(),
        sign_in: SignInWays {
            email: true,
            passkey: shared.outside.passkeys.is_some(),
            providers: providers.collect(),
        },
        phone: shared.outside.phone.is_some(),
        payment_link: shared.config.payment.link.clone(),
        identity_key: shared
            .keys
            .identity_key()
            .map_or_else(String::new, |key| URL_SAFE_NO_PAD.encode(key)),
        policy: PolicyName {
            name: in_force.info.name.clone(),
            hash: in_force.info.hash.clone(),
        },
    }))
}

/// Shows the policy to those whom it governs.
pub(crate) async fn policy(State(shared): State<Shared>, asker: Asker) -> Result<Json<PolicyInfo>, ApiError> {
    asker.ask(&shared, &Action::SeePolicy)?;
    let info = shared.in_force.borrow().info.clone();
    Ok(Json(info))
}
