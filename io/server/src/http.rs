// SPDX-License-Identifier: MIT OR Apache-2.0
//! The HTTP interface: one file per resource.

mod assets;
mod connection;
mod health;
mod meetings;
mod metrics;
mod openapi;
mod security;
mod ws;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{any, get, post},
};
use protocol::limits;

use crate::{problem::ApiError, shared::Shared};

/// Returns every resource of the server.
pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/healthz", get(health::alive).fallback(wrong_method))
        .route("/readyz", get(health::ready).fallback(wrong_method))
        .route("/metrics", get(metrics::show).fallback(wrong_method))
        .route("/ws", get(ws::open).fallback(wrong_method))
        .route("/api/openapi.json", get(openapi::show).fallback(wrong_method))
        .route("/api/meetings", post(meetings::create).fallback(wrong_method))
        .route("/api/meetings/{id}", get(meetings::show).fallback(wrong_method))
        .route("/api", any(unknown))
        .route("/api/", any(unknown))
        .route("/api/{*path}", any(unknown))
        .fallback(get(assets::show).fallback(wrong_method))
        .layer(DefaultBodyLimit::max(limits::HTTP_BODY_BYTES))
        .layer(middleware::from_fn_with_state(shared.clone(), security::secure))
        .with_state(shared)
}

async fn wrong_method() -> ApiError {
    ApiError::method_not_allowed()
}

async fn unknown() -> ApiError {
    ApiError::not_found()
}
