// SPDX-License-Identifier: MIT OR Apache-2.0
//! `GET /metrics`: counters in the Prometheus text format.

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use policy::Action;

use crate::{asker::Asker, problem::ApiError, shared::Shared};

/// Shows the web side's and the media side's counters.
pub(crate) async fn show(State(shared): State<Shared>, asker: Asker) -> Result<Response, ApiError> {
    let is_local = asker.is_local;
    asker.ask(&shared, &Action::ViewMetrics { is_local })?;
    let mut text = shared.metrics.render() + &shared.media.stats().render_prometheus();
    if let Some(mailer) = &shared.outside.mailer {
        let stats = mailer.stats();
        text += "# HELP incamera_mails_total Mails by what became of them.\n# TYPE incamera_mails_total counter\n";
        for (fate, mails) in [
            ("posted", stats.posted),
            ("sent", stats.sent),
            ("delayed", stats.delayed),
            ("refused", stats.refused),
            ("lost", stats.lost),
        ] {
            text += &format!("incamera_mails_total{{fate=\"{fate}\"}} {mails}\n");
        }
    }
    let content_type = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((content_type, text).into_response())
}
