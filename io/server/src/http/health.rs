// SPDX-License-Identifier: MIT OR Apache-2.0
//! `GET /healthz`: the process is alive, and nothing else. `GET /readyz`: meetings can be held.

use std::time::Duration;

use axum::{extract::State, http::StatusCode};
use protocol::ErrorCode;

use crate::{problem::ApiError, shared::Shared};

/// Says that the process is alive. A supervisor that restarts it on failure must not look at anything else: a restart mends
/// no database and ends every call.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Says whether the database answers and the media workers run.
pub(crate) async fn ready(State(shared): State<Shared>) -> Result<&'static str, ApiError> {
    let database = tokio::time::timeout(DATABASE_ANSWERS_WITHIN, shared.store.ping()).await;
    if !matches!(database, Ok(Ok(()))) {
        return Err(unavailable("the database does not answer"));
    }
    if !shared.media.is_alive() {
        return Err(unavailable("a media worker has stopped"));
    }
    Ok("ok\n")
}

const fn unavailable(message: &'static str) -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message)
}

// Load balancers ask every few seconds; slower than this is not ready.
const DATABASE_ANSWERS_WITHIN: Duration = Duration::from_secs(2);
