// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading the body of a request. That it is JSON, [`crate::asker::Asker`] has seen to.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use serde::de::DeserializeOwned;

use crate::{problem::ApiError, shared::Shared};

/// What a request says.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, ApiError> {
        let Raw(bytes) = Raw::from_request(request, shared).await?;
        let malformed = || ApiError::malformed("the body is not as described in /api/openapi.json");
        // A list of values without their names would be read as well.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(malformed());
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|_| malformed())
    }
}

/// The bytes of a request, as they came.
pub(crate) struct Raw(pub(crate) Bytes);

impl FromRequest<Shared> for Raw {
    type Rejection = ApiError;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, ApiError> {
        Bytes::from_request(request, shared)
            .await
            .map(Self)
            .map_err(|rejection| {
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    ApiError::too_large()
                } else {
                    ApiError::malformed("the body did not arrive")
                }
            })
    }
}
