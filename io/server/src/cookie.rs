// SPDX-License-Identifier: MIT OR Apache-2.0
//! The three cookies: whose session it is, whose sign-in through a provider, and which browser.

use std::time::Duration;

use account::SESSION_LIVES_FOR;
use axum::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, HOST},
};

/// A cookie of this server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cookie {
    name: &'static str,
    /// What it is called where there is TLS: browsers take such a name from this very host only, not from its neighbours
    /// (RFC 6265bis, section 4.1.3.2).
    host_name: &'static str,
    lives_for: Duration,
}

/// Holds a session's token.
pub(crate) const SESSION: Cookie = Cookie {
    name: "incamera_session",
    host_name: "__Host-incamera_session",
    lives_for: SESSION_LIVES_FOR,
};

/// Binds a sign-in through a provider to the browser that began it.
pub(crate) const PROVIDER: Cookie = Cookie {
    name: "incamera_provider",
    host_name: "__Host-incamera_provider",
    lives_for: PROVIDER_WITHIN,
};

/// Tells a browser from others where a host keeps somebody out.
pub(crate) const DEVICE: Cookie = Cookie {
    name: "incamera_device",
    host_name: "__Host-incamera_device",
    lives_for: DEVICE_LIVES_FOR,
};

impl Cookie {
    /// Returns what the client sent under this name, if anything.
    pub(crate) fn read(self, headers: &HeaderMap) -> Option<&str> {
        let wanted = self.name(Security::of(headers));
        let lines = headers.get_all(COOKIE).into_iter();
        let pairs = lines.flat_map(|line| line.to_str().unwrap_or_default().split(';'));
        let mut named = pairs.filter_map(|pair| pair.trim().split_once('='));
        named.find(|(name, _)| *name == wanted).map(|(_, value)| value)
    }

    /// Returns the header value that sets it.
    pub(crate) fn set(self, value: &str, security: Security) -> HeaderValue {
        self.header(value, self.lives_for, security)
    }

    /// Returns the header value that removes it.
    pub(crate) fn clear(self, security: Security) -> HeaderValue {
        self.header("", Duration::ZERO, security)
    }

    fn header(self, value: &str, lives_for: Duration, security: Security) -> HeaderValue {
        let name = self.name(security);
        let secure = match security {
            Security::Tls => "; Secure",
            Security::ThisMachine => "",
        };
        let age = lives_for.as_secs();
        let text = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).expect("values are base64url")
    }

    const fn name(self, security: Security) -> &'static str {
        match security {
            Security::Tls => self.host_name,
            Security::ThisMachine => self.name,
        }
    }
}

/// Over what a cookie may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// TLS only.
    Tls,
    /// Whatever leads to a server on the same machine, where there is no TLS.
    ThisMachine,
}

impl Security {
    /// Returns what the host that the client named needs.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let host = headers
            .get(HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        match name {
            "localhost" | "127.0.0.1" | "[::1]" => Self::ThisMachine,
            _ => Self::Tls,
        }
    }
}

// As long as a person takes with the provider's own second factor.
pub(crate) const PROVIDER_WITHIN: Duration = Duration::from_secs(10 * 60);

// Longer than most meetings' links are used; a browser that is used again gets no other one in between.
const DEVICE_LIVES_FOR: Duration = Duration::from_secs(180 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        check(&["incamera_session=abc"], Some("abc"));
        check(&["a=b; incamera_session=abc; c=d"], Some("abc"));
        check(&["a=b", "incamera_session=abc"], Some("abc"));
        check(&["xincamera_session=abc; incamera_session"], None);
        check(&[], None);
    }

    #[test]
    fn behind_tls_a_neighbours_cookie_is_not_taken_for_its_own() {
        let host = (HOST, HeaderValue::from_static("meet.example.org"));
        let sent = "incamera_session=theirs; __Host-incamera_session=own";
        let headers = HeaderMap::from_iter([host, (COOKIE, HeaderValue::from_static(sent))]);
        assert_eq!(SESSION.read(&headers), Some("own"));
    }

    #[test]
    fn it_needs_tls_off_the_own_machine() {
        for (host, security) in [
            ("localhost:8080", Security::ThisMachine),
            ("127.0.0.1", Security::ThisMachine),
            ("[::1]:80", Security::ThisMachine),
            ("meet.example.org", Security::Tls),
            ("localhost.example.org:80", Security::Tls),
        ] {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
            assert_eq!(Security::of(&headers), security, "{host}");
        }
        assert_eq!(Security::of(&HeaderMap::new()), Security::Tls);
        let set = SESSION.set("x", Security::Tls);
        assert_eq!(
            set,
            "__Host-incamera_session=x; Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax; Secure"
        );
        assert!(
            PROVIDER
                .clear(Security::ThisMachine)
                .to_str()
                .is_ok_and(|text| text.contains("Max-Age=0;"))
        );
    }

    #[track_caller]
    fn check(lines: &[&'static str], expected: Option<&str>) {
        let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost:8080"))]);
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_static(line));
        }
        assert_eq!(SESSION.read(&headers), expected);
    }
}
