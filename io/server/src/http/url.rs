// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading the path and the query of a request. What is not as described is refused like everything else that is refused.

use axum::{
    extract::{FromRequestParts, Path as AxumPath, Query as AxumQuery},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::{problem::ApiError, shared::Shared};

/// What stands in the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Shared> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        // What is no text names nothing that there is.
        AxumPath::from_request_parts(parts, shared)
            .await
            .map(|AxumPath(path)| Self(path))
            .map_err(|_| ApiError::not_found())
    }
}

/// What stands behind the question mark.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, ApiError> {
        AxumQuery::from_request_parts(parts, shared)
            .await
            .map(|AxumQuery(query)| Self(query))
            .map_err(|_| ApiError::malformed("the query is not as described in /api/openapi.json"))
    }
}
