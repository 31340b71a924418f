// SPDX-License-Identifier: MIT OR Apache-2.0
//! `GET /ws`: the WebSocket. What is said on it is in `connection`.

use std::time::Duration;

use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, header::SET_COOKIE},
    response::Response,
};
use protocol::limits;

use super::connection;
use crate::{
    asker::{Asker, is_own_origin},
    device_mark::Device,
    problem::ApiError,
    shared::Shared,
};

/// Opens a connection. Whether its client may join, the meeting asks when it hears the hello.
pub(crate) async fn open(
    State(shared): State<Shared>,
    asker: Asker,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let upgrade = upgrade.map_err(|_| ApiError::malformed("not a WebSocket handshake"))?;
    if !is_own_origin(&headers, &shared.origins) {
        return Err(ApiError::foreign_origin());
    }
    let guard = shared
        .connections
        .open(asker.address)
        .ok_or(ApiError::too_often(CONNECT_AGAIN_AFTER))?;
    let account = asker.signed_in().map(|signed_in| signed_in.account.id);
    let upgrade = upgrade
        .max_message_size(SOCKET_BYTES)
        .max_frame_size(SOCKET_BYTES)
        .read_buffer_size(READ_BYTES);
    let (device, given) = Device::of(&headers);
    let mut response = upgrade.on_upgrade(move |socket| async move {
        connection::run(shared, socket, account, device).await;
        drop(guard);
    });
    if let Some(given) = given {
        response.headers_mut().append(SET_COOKIE, given);
    }
    Ok(response)
}

// The library clears this much before every read and keeps it for every connection. Most messages are of a few hundred bytes.
const READ_BYTES: usize = 4096;

// Twice what a message may have, so that one that is too long is still read, and answered with its code.
const SOCKET_BYTES: usize = 2 * limits::MESSAGE_BYTES;

// An address with as many connections as it may have waits for one of them to end.
const CONNECT_AGAIN_AFTER: Duration = Duration::from_secs(30);
