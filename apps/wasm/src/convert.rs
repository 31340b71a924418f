// SPDX-License-Identifier: MIT OR Apache-2.0
//! What both sides of the crossing must agree on.

use std::time::Duration;

use js_sys::{Object, Reflect};
use protocol::{LinkError, Timestamp};
use wasm_bindgen::JsValue;

/// Reads `performance.now()`. What is no time counts as the zero of the page's clock.
pub(crate) fn timestamp(now_ms: f64) -> Timestamp {
    Timestamp::new(Duration::try_from_secs_f64(now_ms / 1000.0).unwrap_or_default())
}

/// Writes a time as `performance.now()` counts it.
pub(crate) fn milliseconds(at: Timestamp) -> f64 {
    at.since_zero().as_secs_f64() * 1000.0
}

/// Reads a 32-byte seed.
pub(crate) fn seed(bytes: &[u8]) -> Result<[u8; 32], JsValue> {
    bytes.try_into().map_err(|_| JsValue::from_str("seed_length"))
}

/// Makes a plain object.
pub(crate) fn object<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &JsValue::from_str(name), &value).expect("a new object takes any field");
    }
    object.into()
}

/// Returns the code by which the page tells bad links apart.
pub(crate) fn link_error_code(error: LinkError) -> &'static str {
    match error {
        LinkError::NotALink => "not_a_link",
        LinkError::MissingSecret => "missing_secret",
        LinkError::BadSecret => "damaged_secret",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_cross_both_ways() {
        assert_eq!(timestamp(1500.5).since_zero(), Duration::from_micros(1_500_500));
        assert!((milliseconds(timestamp(123_456.75)) - 123_456.75).abs() < 1e-6);
    }

    #[test]
    fn what_is_no_time_is_zero() {
        for now in [f64::NAN, f64::INFINITY, -1.0] {
            assert_eq!(timestamp(now), Timestamp::ZERO);
        }
    }
}
