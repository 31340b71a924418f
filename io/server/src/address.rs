// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where a request comes from: its connection's other end, or whom a proxy of the operator names.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::accept::Ends;

/// Returns the client's address. `X-Forwarded-For` is believed from the right, as far as its writers are `trusted`.
pub(crate) fn client(ends: Ends, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut client = ends.peer.ip().to_canonical();
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let named = lines.flat_map(|line| line.to_str().unwrap_or("?").split(',').map(str::trim));
    for named in named.collect::<Vec<_>>().into_iter().rev() {
        if !is_within(client, trusted) {
            break;
        }
        // A proxy that names nobody stands for whoever is behind it.
        let Ok(address) = named.parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
    }
    client
}

/// Whether the request comes straight from this machine.
pub(crate) fn is_local(ends: Ends, headers: &HeaderMap) -> bool {
    let peer = ends.peer.ip().to_canonical();
    let is_forwarded = PROXIES_SAY.iter().any(|name| headers.contains_key(*name));
    !is_forwarded && (peer.is_loopback() || peer == ends.local.ip().to_canonical())
}

fn is_within(address: IpAddr, networks: &[IpNet]) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

const FORWARDED_FOR: &str = "x-forwarded-for";

// By any of these, a proxy on this machine shows that it asks for somebody else.
const PROXIES_SAY: [&str; 6] = [
    FORWARDED_FOR,
    "forwarded",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
];

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_stranger_cannot_say_who_they_are() {
        check("203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("203.0.113.9", &[], "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_says_who_the_client_is() {
        check("10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("::ffff:10.0.0.1", &["2001:db8::7"], "2001:db8::7");
        check("10.0.0.1", &[], "10.0.0.1");
    }

    #[test]
    fn of_a_list_only_what_trusted_proxies_wrote_counts() {
        check("10.0.0.1", &["192.0.2.66, 198.51.100.1"], "198.51.100.1");
        check(
            "10.0.0.1",
            &["192.0.2.66, 198.51.100.1, 10.0.0.2"],
            "198.51.100.1",
        );
        check("10.0.0.1", &["192.0.2.66", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1");
        check("10.0.0.1", &["10.0.0.2, 10.0.0.3"], "10.0.0.2");
    }

    #[test]
    fn what_was_forwarded_is_not_local() {
        let ends = ends("127.0.0.1");
        assert!(is_local(ends, &HeaderMap::new()));
        assert!(!is_local(ends, &forwarded(&["127.0.0.1"])));
        let named = HeaderMap::from_iter([(axum::http::header::VIA, HeaderValue::from_static("1.1 proxy"))]);
        assert!(!is_local(ends, &named));
        assert!(!is_local(self::ends("203.0.113.9"), &HeaderMap::new()));
        assert!(
            is_local(self::ends("192.0.2.1"), &HeaderMap::new()),
            "the address listened on"
        );
    }

    #[track_caller]
    fn check(peer: &str, forwarded_for: &[&'static str], expected: &str) {
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        let client = client(ends(peer), &forwarded(forwarded_for), &trusted);
        assert_eq!(client.to_string(), expected);
    }

    fn ends(peer: &str) -> Ends {
        let address = |ip: &str| (ip.parse::<IpAddr>().expect("an address"), 80).into();
        Ends {
            peer: address(peer),
            local: address("192.0.2.1"),
        }
    }

    fn forwarded(lines: &[&'static str]) -> HeaderMap {
        let lines = lines
            .iter()
            .map(|line| (FORWARDED_FOR, HeaderValue::from_static(line)));
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value);
        }
        headers
    }
}
