// SPDX-License-Identifier: MIT OR Apache-2.0
//! What browsers are told about every response: where code, pictures and connections may come from.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
            X_FRAME_OPTIONS,
        },
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::time::timeout;

use crate::{problem::ApiError, shared::Shared};

/// Adds the security headers, and counts.
pub(crate) async fn secure(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let policy = content_security_policy(host.filter(|host| is_plain(host)));
    let is_api = request.uri().path().starts_with("/api/");
    // A head that came in time may still be followed by a body that does not.
    let answered = timeout(ANSWER_WITHIN, next.run(request)).await;
    let mut response = answered.unwrap_or_else(|_| ApiError::unavailable("it took too long").into_response());
    shared.metrics.count_request(response.status().as_u16());
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    if is_api {
        // Answers are about whoever asks, at this moment.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), fullscreen=(self), \
             geolocation=(), payment=(), usb=(), serial=()",
        ),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// `'self'` covers the WebSocket in current browsers; older ones need its address.
fn content_security_policy(host: Option<&str>) -> HeaderValue {
    let socket = host.map_or_else(String::new, |host| format!(" ws://{host} wss://{host}"));
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'{socket}; \
         img-src 'self' data: blob:; media-src 'self' blob: mediastream:; style-src 'self'; font-src 'self'; \
         manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    );
    HeaderValue::from_str(&policy).expect("a plain host adds nothing that a header cannot hold")
}

/// Whether a Host header is a name or an address with a port, and nothing that would add to the policy.
fn is_plain(host: &str) -> bool {
    !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'))
}

// Longer than any provider, gateway or name server is waited for.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
