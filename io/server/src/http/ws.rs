// SPDX-License-Identifier: MIT OR Apache-2.0
//! `GET /ws`: the WebSocket. What is said on it is in `connection`.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use protocol::{ErrorCode, limits};

use super::connection;
use crate::{problem::ApiError, shared::Shared};

/// Opens a connection.
pub(crate) async fn open(
    State(shared): State<Shared>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| ApiError::malformed("not a WebSocket handshake"))?;
    if !is_own_origin(&headers, &shared.origins) {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            ErrorCode::ForeignOrigin,
            "the page is of another origin",
        ));
    }
    let guard = shared
        .connections
        .open(client.ip())
        .ok_or(ApiError::rate_limited("too many connections from this address"))?;
    let upgrade = upgrade
        .max_message_size(SOCKET_BYTES)
        .max_frame_size(SOCKET_BYTES);
    Ok(upgrade.on_upgrade(move |socket| async move {
        connection::run(shared, socket).await;
        drop(guard);
    }))
}

/// Whether the page that connects is this server's, or one that the operator named. Whatever is no browser says no origin.
fn is_own_origin(headers: &HeaderMap, also: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let of_page = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    (of_page.is_some() && of_page == host) || also.iter().any(|allowed| allowed == origin)
}

// Twice what a message may have, so that one that is too long is still read, and answered with its code.
const SOCKET_BYTES: usize = 2 * limits::MESSAGE_BYTES;

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_own_pages_and_named_ones_may_connect() {
        check(None, true);
        check(Some("http://meet.example:8080"), true);
        check(Some("https://meet.example:8080"), true);
        check(Some("https://named.example"), true);
        check(Some("https://meet.example"), false);
        check(Some("https://evil.example"), false);
        check(Some("https://meet.example:8080.evil.example"), false);
        check(Some("null"), false);
        check(Some("meet.example:8080"), false);
    }

    #[track_caller]
    fn check(origin: Option<&'static str>, expected: bool) {
        let mut headers =
            HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("meet.example:8080"))]);
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        let also = [String::from("https://named.example")];
        assert_eq!(is_own_origin(&headers, &also), expected, "{origin:?}");
    }
}
