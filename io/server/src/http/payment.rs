// SPDX-License-Identifier: MIT OR Apache-2.0
//! `POST /api/webhooks/payment`: the payment provider tells who pays, under its signature.

use std::time::Instant;

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use identity::PaymentError;
use policy::Action;
use store::PaymentOutcome;

use super::body::Raw;
use crate::{accept::Ends, address, asker, clock::Clock, problem::ApiError, shared::Shared, vouching};

/// Takes an event. One that is known already changes nothing, and is thanked for all the same.
pub(crate) async fn report(
    State(shared): State<Shared>,
    Extension(ends): Extension<Ends>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<StatusCode, ApiError> {
    let from = address::client(ends, &headers, &shared.config.trusted_proxies);
    if let Err(wait) = shared.requests.accept(Instant::now(), from) {
        return Err(ApiError::too_often(wait));
    }
    let webhook = shared.outside.payment.as_ref().ok_or(ApiError::not_found())?;
    let now = Clock::unix_now();
    let signature = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let event = webhook.verify(signature.unwrap_or_default(), &body, now);
    let is_signed = !matches!(
        event,
        Err(PaymentError::BadHeader | PaymentError::WrongSignature | PaymentError::WrongTime)
    );
    let action = Action::ReportPayment { is_signed };
    asker::ask(&shared, &policy::Actor::Guest, &action)?;
    let event = match event {
        Ok(event) => event,
        Err(PaymentError::TooLarge) => return Err(ApiError::too_large()),
        Err(
            PaymentError::BadBody
            | PaymentError::BadHeader
            | PaymentError::WrongSignature
            | PaymentError::WrongTime,
        ) => return Err(ApiError::malformed("not an event")),
    };
    if let Some(event) = event {
        let outcome = shared
            .store
            .apply_payment(&shared.macs, PROVIDER, &event, now)
            .await?;
        match outcome {
            PaymentOutcome::Applied { account, .. } => {
                shared.live.plan_changed(account).await;
                // What was paid back speaks for nobody.
                vouching::review(&shared, account, now).await?;
            }
            PaymentOutcome::Recorded | PaymentOutcome::Replayed => {}
            PaymentOutcome::Refused => tracing::warn!("a payment for an account that may not have it"),
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

// What customers are known under: nobody else signs in this way.
const PROVIDER: &str = "stripe";
const SIGNATURE: &str = "stripe-signature";
