// SPDX-License-Identifier: MIT OR Apache-2.0
//! By what a browser is known again in a meeting that it was put out of. It says nothing about whose browser it is, and
//! meetings cannot be joined by it: each keeps another hash.

use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use protocol::MeetingId;
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use sha2::{Digest as _, Sha256};

use crate::cookie::{DEVICE, Security};

/// The random bytes in a browser's cookie. Has no `Debug`.
#[derive(Clone, Copy)]
pub(crate) struct Device([u8; 16]);

impl Device {
    /// Returns what the browser sent, or draws something new for it: then with the header that gives it.
    pub(crate) fn of(headers: &HeaderMap) -> (Self, Option<HeaderValue>) {
        let sent = DEVICE.read(headers);
        let known = sent.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok());
        if let Some(known) = known {
            return (Self(known), None);
        }
        let mut fresh = [0; 16];
        StdRng::from_os_rng().fill_bytes(&mut fresh);
        let set = DEVICE.set(&URL_SAFE_NO_PAD.encode(fresh), Security::of(headers));
        (Self(fresh), Some(set))
    }

    /// Returns what one meeting knows the browser by.
    pub(crate) fn mark(self, meeting: MeetingId) -> [u8; 32] {
        let hash = Sha256::new()
            .chain_update(b"Incamera 1 device")
            .chain_update(meeting.as_bytes())
            .chain_update(self.0);
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::{COOKIE, HOST};

    use super::*;

    #[test]
    fn a_browser_keeps_what_it_was_given_and_each_meeting_knows_it_by_another_mark() {
        let host = HeaderValue::from_static("localhost:8080");
        let mut headers = HeaderMap::from_iter([(HOST, host)]);
        let (first, set) = Device::of(&headers);
        let set = set.expect("it had none");
        let set = set.to_str().expect("text");
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"));
        let pair = set.split(';').next().expect("a pair").to_owned();
        headers.insert(COOKIE, pair.parse().expect("a header value"));
        let (again, set) = Device::of(&headers);
        assert!(set.is_none());
        let (one, other) = (MeetingId::new([1; 16]), MeetingId::new([2; 16]));
        assert_eq!(first.mark(one), again.mark(one));
        assert_ne!(first.mark(one), first.mark(other));
    }

    #[test]
    fn what_is_no_mark_is_replaced() {
        for sent in ["incamera_device=", "incamera_device=abc", "incamera_device=***"] {
            let headers = HeaderMap::from_iter([
                (HOST, HeaderValue::from_static("localhost")),
                (COOKIE, HeaderValue::from_static(sent)),
            ]);
            assert!(Device::of(&headers).1.is_some(), "{sent}");
        }
    }
}
