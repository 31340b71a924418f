// SPDX-License-Identifier: MIT OR Apache-2.0
//! `GET /metrics`: counters in the Prometheus text format.

use axum::{extract::State, http::header, response::IntoResponse};

use crate::shared::Shared;

/// Shows the web side's and the media side's counters.
pub(crate) async fn show(State(shared): State<Shared>) -> impl IntoResponse {
    let text = shared.metrics.render() + &shared.media.stats().render_prometheus();
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        text,
    )
}
