// SPDX-License-Identifier: MIT OR Apache-2.0
//! `POST /api/meetings` makes a meeting; `GET /api/meetings/{id}` says what it is.

use std::{net::SocketAddr, time::Instant};

use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::{
    ErrorCode, MeetingId,
    http::{CreateMeeting, MeetingInfo},
};
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use store::StoredMeeting;

use crate::{clock::Clock, problem::ApiError, shared::Shared};

/// Makes a meeting. It exists before anybody is in it and after everybody has left.
pub(crate) async fn create(
    State(shared): State<Shared>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<MeetingInfo>), ApiError> {
    let request = parse(&headers, body)?;
    let host_key = parse_key(
        request.host_key.as_deref(),
        "host_key is not 32 bytes in base64url",
    )?;
    let admission_key = parse_key(
        request.admission_key.as_deref(),
        "admission_key is not 32 bytes in base64url",
    )?;
    if !shared.creations.accept(Instant::now(), client.ip()) {
        return Err(ApiError::rate_limited(
            "too many meetings from this address: wait a minute",
        ));
    }
    let mut id = [0; 16];
    StdRng::from_os_rng().fill_bytes(&mut id);
    let meeting = StoredMeeting {
        id: MeetingId::new(id),
        mode: request.mode,
        host_key,
        admission_key,
        created_at: Clock::unix_now(),
        ended_at: None,
    };
    shared.store.create_meeting(&meeting).await?;
    shared.metrics.meetings_created.add_one();
    Ok((StatusCode::CREATED, Json(info(&meeting))))
}

/// Says of which mode a meeting is, and whether it has ended.
pub(crate) async fn show(
    State(shared): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<MeetingInfo>, ApiError> {
    let id = id.parse().map_err(|_| ApiError::unknown_meeting())?;
    let meeting = shared
        .store
        .meeting(id)
        .await?
        .ok_or(ApiError::unknown_meeting())?;
    Ok(Json(info(&meeting)))
}

fn parse(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<CreateMeeting, ApiError> {
    // Without it, a form on any web page could make meetings in a visitor's name.
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .map_or(&b""[..], |value| value.as_bytes());
    if !content_type.starts_with(b"application/json") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::Malformed,
            "the body must be application/json",
        ));
    }
    let body = body.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                ErrorCode::TooLarge,
                "the body is too large",
            )
        } else {
            ApiError::malformed("the body did not arrive")
        }
    })?;
    serde_json::from_slice(&body)
        .map_err(|_| ApiError::malformed("the body is not as described in /api/openapi.json"))
}

fn parse_key(text: Option<&str>, problem: &'static str) -> Result<Option<[u8; 32]>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let key = URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    key.map(Some).ok_or_else(|| ApiError::malformed(problem))
}

fn info(meeting: &StoredMeeting) -> MeetingInfo {
    MeetingInfo {
        id: meeting.id,
        mode: meeting.mode,
        is_ended: meeting.ended_at.is_some(),
    }
}
