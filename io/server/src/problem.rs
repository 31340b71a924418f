// SPDX-License-Identifier: MIT OR Apache-2.0
//! Refused HTTP requests: a status, a stable code, one sentence; and what the policy said, if it was the policy.

use std::time::Duration;

use axum::{
    Json,
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use protocol::{
    ErrorCode,
    http::{Denial, Problem},
};
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
    /// The policy says no.
    #[error("not allowed")]
    Denied { code: ErrorCode, denial: Denial },
    /// Too often.
    #[error("too often")]
    TooOften { wait: Duration },
    /// The store failed, or refused. The cause goes to the log, never to the client.
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

    pub(crate) const fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::TooLarge,
            "the body is too large",
        )
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

    pub(crate) const fn foreign_origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            ErrorCode::ForeignOrigin,
            "the page is of another origin",
        )
    }

    /// Says the same whatever was wrong with a sign-in.
    pub(crate) const fn wrong_credentials() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::WrongCredentials,
            "that does not prove who you are, or no longer",
        )
    }

    pub(crate) const fn fresh_sign_in_needed() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            ErrorCode::FreshSignInNeeded,
            "sign in again to do this",
        )
    }

    pub(crate) const fn conflict(message: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, ErrorCode::Conflict, message)
    }

    pub(crate) const fn unavailable(message: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable, message)
    }

    pub(crate) const fn too_often(wait: Duration) -> Self {
        Self::TooOften { wait }
    }

    /// Returns what clients match on.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::Refused { code, .. } | Self::Denied { code, .. } => *code,
            Self::TooOften { .. } => ErrorCode::RateLimited,
            Self::Store(error) => of_store(error).1,
        }
    }

    fn into_problem(self) -> (StatusCode, Problem) {
        let (status, code, message) = match self {
            Self::Refused {
                status,
                code,
                message,
            } => (status, code, message),
            Self::Denied { code, denial } => {
                let problem = Problem {
                    code,
                    message: denial.reason.clone(),
                    denial: Some(denial),
                    retry_after_s: None,
                };
                return (StatusCode::FORBIDDEN, problem);
            }
            Self::TooOften { wait } => {
                // A whole second at least: a client that waits for none asks again at once.
                let seconds = u32::try_from(wait.as_secs().max(1)).unwrap_or(u32::MAX);
                let problem = Problem {
                    code: ErrorCode::RateLimited,
                    message: String::from("too often: wait"),
                    denial: None,
                    retry_after_s: Some(seconds),
                };
                return (StatusCode::TOO_MANY_REQUESTS, problem);
            }
            Self::Store(error) => of_store(&error),
        };
        let message = String::from(message);
        let problem = Problem {
            code,
            message,
            denial: None,
            retry_after_s: None,
        };
        (status, problem)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, problem) = self.into_problem();
        match problem.retry_after_s {
            Some(seconds) => (status, [(RETRY_AFTER, seconds.to_string())], Json(problem)).into_response(),
            None => (status, Json(problem)).into_response(),
        }
    }
}

/// What the client may know of a refusal or a failure of the store.
fn of_store(error: &StoreError) -> (StatusCode, ErrorCode, &'static str) {
    let conflict = |message| (StatusCode::CONFLICT, ErrorCode::Conflict, message);
    match error {
        StoreError::UnknownMeeting => (
            StatusCode::NOT_FOUND,
            ErrorCode::UnknownMeeting,
            "no such meeting",
        ),
        StoreError::UnknownAccount
        | StoreError::UnknownBinding
        | StoreError::UnknownPasskey
        | StoreError::UnknownVoucher
        | StoreError::UnknownInvitation
        | StoreError::UnknownOrganisation
        | StoreError::UnknownSession
        | StoreError::UnknownDenied => (StatusCode::NOT_FOUND, ErrorCode::NotFound, "no such resource"),
        StoreError::SubjectTaken => conflict("it belongs to another account"),
        StoreError::SubjectDenied => conflict("it cannot be used here"),
        StoreError::PasskeyExists => conflict("the passkey is known already"),
        StoreError::LastWayIn => conflict("without it nobody could sign in to the account"),
        StoreError::AlreadyVouched => conflict("somebody vouches for the account already"),
        StoreError::OwnVoucher => conflict("the voucher is the account's own"),
        StoreError::TooMany => conflict("the account has as many as it may"),
        StoreError::NoFreeSlot => conflict("the account vouches for as many as it may"),
        StoreError::MeetingExists | StoreError::OpenMeetingsChanged => {
            conflict("something changed in the meantime: try again")
        }
        StoreError::Directory { .. }
        | StoreError::Corrupt { .. }
        | StoreError::Migration { .. }
        | StoreError::Query(_) => {
            tracing::error!(error = error as &dyn std::error::Error, "store failed");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                ErrorCode::Internal,
                "internal error",
            )
        }
    }
}
