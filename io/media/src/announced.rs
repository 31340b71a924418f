// SPDX-License-Identifier: MIT OR Apache-2.0
//! The addresses that clients are told, where a router in between puts others on the packets (1:1 NAT, containers).
//!
//! ICE knows only what was announced: what arrives at another address of this host is entered under an announced one, and
//! what leaves from an announced one leaves from the address that the client's packets arrived at.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
};

/// What was announced, and which of the host's addresses stands behind it.
#[derive(Debug, Clone)]
pub(crate) struct Announced {
    addresses: Vec<IpAddr>,
    own_by_announced: HashMap<IpAddr, IpAddr>,
}

impl Announced {
    pub(crate) fn new(candidates: &[SocketAddr]) -> Self {
        Self {
            addresses: candidates.iter().map(SocketAddr::ip).collect(),
            own_by_announced: HashMap::new(),
        }
    }

    /// Returns the announced address under which a packet that arrived at `own` is known.
    pub(crate) fn inward(&mut self, own: SocketAddr) -> SocketAddr {
        let is_same_family = |announced: &&IpAddr| announced.is_ipv4() == own.is_ipv4();
        let announced = if self.addresses.contains(&own.ip()) {
            own.ip()
        } else {
            self.addresses
                .iter()
                .find(is_same_family)
                .copied()
                .unwrap_or_else(|| own.ip())
        };
        self.own_by_announced.insert(announced, own.ip());
        SocketAddr::new(announced, own.port())
    }

    /// Returns the host's address behind an announced one; `None` leaves the choice to the routing table.
    pub(crate) fn outward(&self, announced: SocketAddr) -> Option<IpAddr> {
        self.own_by_announced.get(&announced.ip()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_address_that_was_announced_stays() {
        check(
            &["192.0.2.1:5", "198.51.100.1:5"],
            "198.51.100.1:5",
            "198.51.100.1:5",
        );
    }

    #[test]
    fn address_behind_a_router_is_entered_under_the_announced_one_of_its_family() {
        check(
            &["[2001:db8::1]:5", "203.0.113.7:5"],
            "10.0.0.2:5",
            "203.0.113.7:5",
        );
        check(
            &["203.0.113.7:5", "[2001:db8::1]:5"],
            "[fd00::2]:5",
            "[2001:db8::1]:5",
        );
    }

    #[test]
    fn address_of_a_family_that_was_not_announced_is_what_it_is() {
        check(&["203.0.113.7:5"], "[fd00::2]:5", "[fd00::2]:5");
    }

    #[test]
    fn nobody_asked_yet_means_the_routing_table_chooses() {
        let announced = Announced::new(&[address("203.0.113.7:5")]);
        assert_eq!(announced.outward(address("203.0.113.7:5")), None);
    }

    #[track_caller]
    fn check(candidates: &[&str], own: &str, expected: &str) {
        let candidates: Vec<_> = candidates.iter().map(|candidate| address(candidate)).collect();
        let mut announced = Announced::new(&candidates);
        assert_eq!(announced.inward(address(own)), address(expected));
        assert_eq!(
            announced.outward(address(expected)),
            Some(address(own).ip()),
            "and back"
        );
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("written in this test")
    }
}
