// SPDX-License-Identifier: MIT OR Apache-2.0
//! `GET /api/openapi.json`: the description of the HTTP interface, written by hand and held to by tests.

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use policy::Action;

use crate::{asker::Asker, problem::ApiError, shared::Shared};

/// Shows the description.
pub(crate) async fn show(State(shared): State<Shared>, asker: Asker) -> Result<Response, ApiError> {
    asker.ask(&shared, &Action::SeeInstance)?;
    Ok(([(CONTENT_TYPE, "application/json")], DOCUMENT).into_response())
}

const DOCUMENT: &str = include_str!("../../openapi.json");
