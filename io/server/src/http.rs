// SPDX-License-Identifier: MIT OR Apache-2.0
//! The HTTP interface: one file per resource. A request goes from here through the policy to the store, and back.

mod account;
mod assets;
mod body;
mod connection;
pub(crate) mod connection_tests;
mod health;
mod instance;
mod meetings;
mod metrics;
mod openapi;
mod operator;
mod payment;
mod security;
mod session;
mod sign_in;
mod url;
mod ws;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{MethodRouter, any, delete, get, post, put},
};
use protocol::limits;

use crate::{problem::ApiError, shared::Shared};

/// Returns every resource of the server.
pub(crate) fn router(shared: Shared) -> Router {
    let resources = [
        ("/healthz", get(health::alive)),
        ("/readyz", get(health::ready)),
        ("/metrics", get(metrics::show)),
        ("/ws", get(ws::open)),
        ("/api/openapi.json", get(openapi::show)),
        ("/api/instance", get(instance::show)),
        ("/api/policy", get(instance::policy)),
        ("/api/session", get(session::show).delete(session::end)),
        (
            "/api/webhooks/payment",
            post(payment::report).layer(DefaultBodyLimit::max(PAYMENT_BYTES)),
        ),
        ("/api/meetings", get(meetings::list).post(meetings::create)),
        ("/api/connection-tests", post(connection_tests::begin)),
        (
            "/api/meetings/{id}",
            get(meetings::show)
                .patch(meetings::change)
                .delete(meetings::delete),
        ),
        ("/api/meetings/{id}/end", post(meetings::end)),
    ];
    let all = resources
        .into_iter()
        .chain(sign_in())
        .chain(own_account())
        .chain(operator());
    all.fold(Router::new(), |router, (path, methods)| {
        router.route(path, methods.fallback(wrong_method))
    })
    .route("/api", any(unknown))
    .route("/api/", any(unknown))
    .route("/api/{*path}", any(unknown))
    .fallback(get(assets::show).fallback(wrong_method))
    .layer(DefaultBodyLimit::max(limits::HTTP_BODY_BYTES))
    .layer(middleware::from_fn_with_state(shared.clone(), security::secure))
    .with_state(shared)
}

fn sign_in() -> Vec<(&'static str, MethodRouter<Shared>)> {
    vec![
        ("/api/sign-in/passkey/begin", post(sign_in::passkey::begin)),
        ("/api/sign-in/passkey/finish", post(sign_in::passkey::finish)),
        ("/api/sign-in/email/begin", post(sign_in::email::begin)),
        ("/api/sign-in/email/finish", post(sign_in::email::finish)),
        ("/api/sign-in/operator", post(sign_in::operator::finish)),
        ("/api/sign-in/oidc/{provider}", get(sign_in::oidc::begin)),
        (
            "/api/sign-in/oidc/{provider}/callback",
            get(sign_in::oidc::finish),
        ),
    ]
}

fn own_account() -> Vec<(&'static str, MethodRouter<Shared>)> {
    use account::{bindings, organisations, passkeys, vouchers};
    vec![
        (
            "/api/account",
            get(account::show).patch(account::change).delete(account::erase),
        ),
        ("/api/account/export", get(account::export)),
        ("/api/account/rights", get(account::rights)),
        ("/api/account/sessions", get(session::list)),
        ("/api/account/sessions/{id}", delete(session::revoke)),
        ("/api/account/passkeys", get(passkeys::list)),
        ("/api/account/passkeys/begin", post(passkeys::begin)),
        ("/api/account/passkeys/finish", post(passkeys::finish)),
        (
            "/api/account/passkeys/{id}",
            delete(passkeys::remove).patch(passkeys::rename),
        ),
        ("/api/account/bindings/email/begin", post(bindings::begin_email)),
        ("/api/account/bindings/email/finish", post(bindings::finish_email)),
        ("/api/account/bindings/phone/begin", post(bindings::begin_phone)),
        ("/api/account/bindings/phone/finish", post(bindings::finish_phone)),
        ("/api/account/bindings/voucher", post(bindings::redeem_voucher)),
        (
            "/api/account/bindings/oidc/{provider}",
            get(sign_in::oidc::begin_binding),
        ),
        ("/api/account/bindings/{id}", delete(bindings::remove)),
        ("/api/account/vouchers", get(vouchers::list).post(vouchers::issue)),
        ("/api/account/vouchers/{id}", delete(vouchers::withdraw)),
        (
            "/api/account/organisations",
            get(organisations::list).post(organisations::create),
        ),
        (
            "/api/account/organisations/{domain}/check",
            post(organisations::check),
        ),
    ]
}

fn operator() -> Vec<(&'static str, MethodRouter<Shared>)> {
    use operator::{accounts, invitations, organisations};
    vec![
        ("/api/operator/accounts", get(accounts::list)),
        ("/api/operator/accounts/{id}", get(accounts::show)),
        (
            "/api/operator/accounts/{id}/standing",
            put(accounts::set_standing),
        ),
        ("/api/operator/accounts/{id}/plan", put(accounts::set_plan)),
        (
            "/api/operator/accounts/{id}/bindings/voucher",
            post(accounts::vouch),
        ),
        (
            "/api/operator/accounts/{id}/bindings/{binding}",
            delete(accounts::unbind),
        ),
        (
            "/api/operator/invitations",
            get(invitations::list).post(invitations::create),
        ),
        ("/api/operator/invitations/{id}", delete(invitations::withdraw)),
        ("/api/operator/denied", get(operator::denied)),
        ("/api/operator/denied/{id}", delete(operator::lift_denied)),
        (
            "/api/operator/organisations",
            get(organisations::list).post(organisations::create),
        ),
        (
            "/api/operator/organisations/{domain}",
            delete(organisations::remove),
        ),
        ("/api/operator/meetings", get(operator::meetings)),
        ("/api/operator/mail", get(operator::mail)),
        ("/api/operator/configuration", get(operator::configuration)),
        ("/api/operator/audit", get(operator::audit)),
    ]
}

async fn wrong_method() -> ApiError {
    ApiError::method_not_allowed()
}

async fn unknown() -> ApiError {
    ApiError::not_found()
}

// An invoice with all its lines. Nothing is parsed before the signature is checked.
const PAYMENT_BYTES: usize = 256 * 1024;
