// SPDX-License-Identifier: MIT OR Apache-2.0
//! `GET /api/openapi.json`: the description of the HTTP interface, written by hand and held to by tests.

use axum::{http::header, response::IntoResponse};

/// Shows the description.
pub(crate) async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT)
}

const DOCUMENT: &str = include_str!("../../openapi.json");
