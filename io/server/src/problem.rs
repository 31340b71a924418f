// SPDX-License-Identifier: MIT OR Apache-2.0
//! Refused HTTP requests: a status, a stable code, one sentence.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use protocol::{ErrorCode, http::Problem};
use store::StoreError;

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The client can do something about it.
    #[error("{message}")]
    Refused {
        status: StatusCode,
        code: ErrorCode,
        message: &'static str,
    },
    /// The store failed. The cause goes to the log, never to the client.
    #[error("internal error")]
    Store(#[from] StoreError),
}

impl ApiError {
    pub(crate) const fn new(status: StatusCode, code: ErrorCode, message: &'static str) -> Self {
        Self::Refused {
            status,
            code,
            message,
        }
    }

    pub(crate) const fn malformed(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::Malformed, message)
    }

    pub(crate) const fn unknown_meeting() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            ErrorCode::UnknownMeeting,
            "no such meeting",
        )
    }

    pub(crate) const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "no such resource")
    }

    pub(crate) const fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::NotFound,
            "the resource does not know this method",
        )
    }

    pub(crate) const fn rate_limited(message: &'static str) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited, message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Refused {
                status,
                code,
                message,
            } => (status, code, message),
            Self::Store(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "store failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    ErrorCode::Internal,
                    "internal error",
                )
            }
        };
        let message = String::from(message);
        (status, Json(Problem { code, message })).into_response()
    }
}
