// SPDX-License-Identifier: MIT OR Apache-2.0
//! Requests to machines of others: encrypted (except on this machine), without redirects, bounded in time and size.

use std::{net::IpAddr, time::Duration};

use openidconnect::http;
use reqwest::{Client, Url, redirect::Policy};

/// Why a request has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutboundError {
    /// Neither encrypted nor on this machine.
    #[error("the address is not https")]
    NotEncrypted,
    /// Nobody answered in time.
    #[error("no answer in time")]
    Timeout,
    /// No connection, or it broke.
    #[error("unreachable")]
    Unreachable,
    /// The answer is larger than anything expected.
    #[error("the answer is too large")]
    TooLarge,
}

/// A client that cannot be led away, held up or flooded.
#[derive(Debug, Clone)]
pub(crate) struct Outbound {
    client: Client,
}

impl Outbound {
    /// Makes a client whose requests take at most `timeout`, all in all.
    ///
    /// # Errors
    /// The TLS library's, if this machine has no root certificates.
    pub(crate) fn new(timeout: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout)
            .redirect(Policy::none())
            .referer(false)
            .pool_max_idle_per_host(4)
            .user_agent(concat!("incamera/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client })
    }

    /// Sends a request and reads the whole answer. `may_be_local` lets it go unencrypted to this machine.
    pub(crate) async fn fetch(
        &self,
        request: http::Request<Vec<u8>>,
        may_be_local: MayBeLocal,
    ) -> Result<http::Response<Vec<u8>>, OutboundError> {
        let (parts, body) = request.into_parts();
        let url: Url = parts
            .uri
            .to_string()
            .parse()
            .map_err(|_| OutboundError::NotEncrypted)?;
        if !is_allowed(&url, may_be_local) {
            return Err(OutboundError::NotEncrypted);
        }
        let request = self
            .client
            .request(parts.method, url)
            .headers(parts.headers)
            .body(body);
        let mut response = request.send().await.map_err(failure)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failure)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(OutboundError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = http::Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

/// Whether addresses of this machine are fine: they are where the operator wrote one, and only there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MayBeLocal {
    Yes,
    No,
}

impl MayBeLocal {
    /// Yes if the operator's own address is of this machine.
    pub(crate) fn like(url: &Url) -> Self {
        if is_loopback(url) { Self::Yes } else { Self::No }
    }
}

/// Returns whether a request may go there: encrypted, or on this machine where that was asked for.
pub(crate) fn is_allowed(url: &Url, may_be_local: MayBeLocal) -> bool {
    let is_local = is_loopback(url);
    match (url.scheme(), may_be_local) {
        ("https", MayBeLocal::Yes) => true,
        ("https", MayBeLocal::No) => !is_local,
        ("http", MayBeLocal::Yes) => is_local,
        _ => false,
    }
}

/// Returns whether the host is this machine, by its name or address.
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(is_loopback_host)
}

/// Returns whether a host name or address is this machine's.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn failure(error: reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        OutboundError::Timeout
    } else {
        OutboundError::Unreachable
    }
}

// Discovery documents are some 5 kB, key sets with certificates up to 100 kB.
const MAX_ANSWER: usize = 512 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_addresses_and_wished_local_ones_are_asked() {
        check("https://id.example.org/", [true, true]);
        check("http://id.example.org/", [false, false]);
        check("http://127.0.0.1:8080/", [true, false]);
        check("http://[::1]/", [true, false]);
        check("http://localhost/", [true, false]);
        check("https://localhost/", [true, false]);
        check("http://localhost.example.org/", [false, false]);
        check("http://127.0.0.1.example.org/", [false, false]);
        check("ftp://localhost/", [false, false]);
    }

    #[track_caller]
    fn check(url: &str, expected: [bool; 2]) {
        let url: Url = url.parse().expect("an address");
        assert_eq!(
            [
                is_allowed(&url, MayBeLocal::Yes),
                is_allowed(&url, MayBeLocal::No)
            ],
            expected,
            "{url}"
        );
    }
}
