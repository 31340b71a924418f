// SPDX-License-Identifier: MIT OR Apache-2.0
//! The payment provider's webhook, in Stripe's format: is it signed, and what does it say?
//!
//! What it means for an account's plan is `account`'s to say; which events were seen is the store's.

use std::time::Duration;

use account::{PaymentEvent, PaymentKind, UnixTime};
use hmac::{Hmac, Mac as _};
use protocol::Redacted;
use serde::Deserialize;
use sha2::Sha256;

use crate::Secret;

/// Tells the payment provider's events from everybody else's.
#[derive(Clone)]
pub struct PaymentWebhook {
    secret: Secret,
}

/// Why an event is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// The signature header is not one.
    #[error("the signature header cannot be read")]
    BadHeader,
    /// No signature is by the shared secret.
    #[error("the signature is wrong")]
    WrongSignature,
    /// Signed too long ago, or in the future: a replay, or a wrong clock.
    #[error("the signature is of another time")]
    WrongTime,
    /// Signed, but not an event.
    #[error("the event cannot be read")]
    BadBody,
    /// Larger than any event.
    #[error("the event is too large")]
    TooLarge,
}

impl PaymentWebhook {
    /// Makes ready to check with the secret that the provider shows for this webhook.
    pub const fn new(secret: Secret) -> Self {
        Self { secret }
    }

    /// Checks an event and reads it. `None` is an event that is signed but says nothing about a plan.
    ///
    /// # Errors
    /// [`PaymentError`] if the event is not to be believed.
    pub fn verify(
        &self,
        signature: &str,
        body: &[u8],
        now: UnixTime,
    ) -> Result<Option<PaymentEvent>, PaymentError> {
        if body.len() > MAX_BODY {
            return Err(PaymentError::TooLarge);
        }
        let signature = SignatureHeader::parse(signature)?;
        let signed = Hmac::<Sha256>::new_from_slice(self.secret.expose().as_bytes())
            .expect("HMAC takes keys of any length")
            .chain_update(signature.time_text)
            .chain_update(b".")
            .chain_update(body);
        // Every candidate is compared in constant time; how many there are is the sender's own knowledge.
        if !signature
            .candidates
            .iter()
            .any(|candidate| signed.clone().verify_slice(candidate).is_ok())
        {
            return Err(PaymentError::WrongSignature);
        }
        let signed_at = UnixTime(signature.time);
        if now
            .saturating_since(signed_at)
            .max(signed_at.saturating_since(now))
            > TOLERANCE
        {
            return Err(PaymentError::WrongTime);
        }
        let event: Event = serde_json::from_slice(body).map_err(|_| PaymentError::BadBody)?;
        event.read()
    }
}

/// `t=1700000000,v1=5257…,v1=…`: other schemes are skipped, as they are weaker or not known yet.
struct SignatureHeader<'a> {
    time_text: &'a str,
    time: i64,
    candidates: Vec<[u8; 32]>,
}

impl<'a> SignatureHeader<'a> {
    fn parse(header: &'a str) -> Result<Self, PaymentError> {
        if header.len() > MAX_HEADER {
            return Err(PaymentError::BadHeader);
        }
        let mut time_text = None;
        let mut candidates = Vec::new();
        for item in header.split(',') {
            let (scheme, value) = item.trim().split_once('=').ok_or(PaymentError::BadHeader)?;
            match scheme {
                "t" if time_text.is_none() => time_text = Some(value),
                "t" => return Err(PaymentError::BadHeader),
                "v1" => candidates.push(from_hex(value).ok_or(PaymentError::BadHeader)?),
                _ => {}
            }
        }
        let time_text = time_text.ok_or(PaymentError::BadHeader)?;
        let time = time_text
            .parse()
            .ok()
            .filter(|time| is_time(*time))
            .ok_or(PaymentError::BadHeader)?;
        if candidates.is_empty() {
            Err(PaymentError::BadHeader)
        } else {
            Ok(Self {
                time_text,
                time,
                candidates,
            })
        }
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let high = char::from(digits[0]).to_digit(16)?;
        let low = char::from(digits[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    type_: String,
    created: i64,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

/// The fields that the events in question share; each has some of them.
#[derive(Deserialize)]
struct Object {
    client_reference_id: Option<String>,
    customer: Option<Reference>,
    #[serde(default)]
    metadata: Option<Metadata>,
    subscription_details: Option<SubscriptionDetails>,
    parent: Option<Parent>,
    status: Option<String>,
    payment_status: Option<String>,
    amount_paid: Option<i64>,
    refunded: Option<bool>,
    /// Of the objects that are not subscriptions themselves: theirs.
    subscription: Option<Reference>,
    /// Present on a subscription, and `subscription`.
    id: Option<String>,
    object: Option<String>,
    current_period_end: Option<i64>,
    items: Option<Items>,
}

/// Where younger versions of the format have the period.
#[derive(Deserialize)]
struct Items {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    current_period_end: Option<i64>,
}

/// An id, or the whole thing where the operator's account expands it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Reference {
    Id(String),
    Whole { id: String },
}

impl Reference {
    fn into_id(self) -> String {
        match self {
            Self::Id(id) | Self::Whole { id } => id,
        }
    }
}

#[derive(Deserialize)]
struct Metadata {
    account: Option<String>,
}

#[derive(Deserialize)]
struct SubscriptionDetails {
    metadata: Option<Metadata>,
    subscription: Option<Reference>,
}

#[derive(Deserialize)]
struct Parent {
    subscription_details: Option<SubscriptionDetails>,
}

impl Event {
    fn read(self) -> Result<Option<PaymentEvent>, PaymentError> {
        let Some(kind) = self.kind() else { return Ok(None) };
        let object = self.data.object;
        // A payment without a customer cannot come back as anything that is followed.
        let Some(customer) = object.customer.map(Reference::into_id) else {
            return Ok(None);
        };
        let details = object
            .subscription_details
            .or_else(|| object.parent?.subscription_details);
        let (details_metadata, details_subscription) =
            details.map_or((None, None), |details| (details.metadata, details.subscription));
        let is_subscription = object.object.as_deref() == Some("subscription");
        let own_id = object.id.filter(|_| is_subscription);
        let other_id = object
            .subscription
            .or(details_subscription)
            .map(Reference::into_id);
        let subscription = own_id.or(other_id);
        let is_id = |id: &str| (1..=MAX_ID).contains(&id.len());
        if !is_id(&self.id)
            || !is_id(&customer)
            || !subscription.as_deref().is_none_or(is_id)
            || !is_time(self.created)
        {
            return Err(PaymentError::BadBody);
        }
        let named = object
            .client_reference_id
            .or_else(|| object.metadata?.account)
            .or_else(|| details_metadata?.account);
        Ok(Some(PaymentEvent {
            id: self.id,
            at: UnixTime(self.created),
            customer: Redacted(customer),
            subscription: subscription.map(Redacted),
            // A reference that is not an account of ours belongs to another business of the same operator.
            account: named.and_then(|text| text.parse().ok()),
            kind,
        }))
    }

    fn kind(&self) -> Option<PaymentKind> {
        let object = &self.data.object;
        match self.type_.as_str() {
            // Debits that take days complete the page "unpaid"; their invoice says when the money came. A trial needs no
            // payment, and so ties nobody to one.
            "checkout.session.completed" => match object.payment_status.as_deref() {
                Some("paid") => Some(PaymentKind::CheckoutCompleted),
                Some("unpaid" | "no_payment_required") => Some(PaymentKind::CheckoutUnpaid),
                _ => None,
            },
            "customer.subscription.created" | "customer.subscription.updated" => {
                match object.status.as_deref() {
                    Some("active" | "trialing") => Some(PaymentKind::SubscriptionActive {
                        until: object.paid_until(),
                    }),
                    Some("canceled" | "unpaid" | "incomplete_expired" | "paused") => {
                        Some(PaymentKind::SubscriptionEnded)
                    }
                    // "incomplete" never began; "past_due" goes on while the provider tries again.
                    _ => None,
                }
            }
            "customer.subscription.deleted" => Some(PaymentKind::SubscriptionEnded),
            // The invoice of a trial is paid as well, with nothing.
            "invoice.paid" => (object.amount_paid != Some(0)).then_some(PaymentKind::PaymentSucceeded),
            "invoice.payment_failed" => Some(PaymentKind::PaymentFailed),
            "charge.refunded" => object.refunded.unwrap_or(false).then_some(PaymentKind::Refunded),
            _ => None,
        }
    }
}

impl Object {
    /// Returns when the right ends if nothing more is heard: some days after the paid period, as the next payment takes
    /// its time and may need a second try.
    fn paid_until(&self) -> Option<UnixTime> {
        let of_items = self
            .items
            .iter()
            .flat_map(|items| &items.data)
            .filter_map(|item| item.current_period_end);
        let end = of_items
            .chain(self.current_period_end)
            .filter(|end| is_time(*end))
            .max()?;
        Some(UnixTime(end).plus(GRACE))
    }
}

/// Far beyond any use, far below an overflow: the year 33658.
const fn is_time(seconds: i64) -> bool {
    seconds >= 0 && seconds < 1_000_000_000_000
}

// The provider tells of a renewal about an hour after the period; a webhook that waits for this server to come back comes
// within three days.
const GRACE: Duration = Duration::from_secs(3 * 24 * 60 * 60);
// The provider's own default: long enough for slow networks, too short for hoarding.
const TOLERANCE: Duration = Duration::from_secs(300);
const MAX_HEADER: usize = 4096;
// Real events are some 5 kB.
const MAX_BODY: usize = 256 * 1024;
const MAX_ID: usize = 255;
