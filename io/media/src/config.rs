// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where the media plane listens, and what it tells clients about that.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
};

/// Where the media plane listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaConfig {
    /// UDP of the first worker; each further one has the next port. Port 0: any port for each.
    pub udp: SocketAddr,
    /// ICE-TCP for all workers.
    pub tcp: SocketAddr,
    /// Worker threads, 1 to 255.
    pub workers: usize,
    /// Addresses under which clients reach this host. Empty: the bound address, or loopback and the host's own address
    /// if that is a wildcard.
    pub candidates: Vec<IpAddr>,
}

impl Default for MediaConfig {
    /// Loopback, port 3478, a worker per core.
    fn default() -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 3478));
        let workers = std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(MOST_WORKERS);
        Self {
            udp: address,
            tcp: address,
            workers,
            candidates: Vec::new(),
        }
    }
}

impl MediaConfig {
    /// Returns the addresses under which clients reach a socket bound to `bound`.
    pub(crate) fn candidates_of(&self, bound: SocketAddr) -> Vec<SocketAddr> {
        let addresses = match (&self.candidates[..], bound.ip().is_unspecified()) {
            ([], false) => vec![bound.ip()],
            ([], true) => [Some(IpAddr::from(Ipv4Addr::LOCALHOST)), own_address()]
                .into_iter()
                .flatten()
                .collect(),
            (configured, _) => configured.to_vec(),
        };
        addresses
            .into_iter()
            .map(|ip| SocketAddr::new(ip, bound.port()))
            .collect()
    }
}

/// Returns the address that this host's default route leaves from. Nothing is sent: connecting a UDP socket only asks
/// the routing table.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // RFC 5737: an address that belongs to nobody.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified() && !address.is_loopback()).then_some(address)
}

/// Why the media plane did not start.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// A socket could not be bound.
    #[error("cannot listen for media on {address}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// No workers, or more than a byte can number.
    #[error("{workers} media workers are not between 1 and {MOST_WORKERS}")]
    Workers {
        /// How many were asked for.
        workers: usize,
    },
    /// The last worker's port would be above 65535.
    #[error("no ports for {workers} media workers from {first} on")]
    Ports {
        /// How many were asked for.
        workers: usize,
        /// The first worker's port.
        first: u16,
    },
    /// A thread could not be started.
    #[error("cannot start a media thread")]
    Thread(#[source] io::Error),
}

/// A worker's number is one byte of its ICE user name fragments.
pub(crate) const MOST_WORKERS: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bound_address_is_the_candidate() {
        let config = MediaConfig {
            workers: 1,
            ..MediaConfig::default()
        };
        let bound = SocketAddr::from((Ipv4Addr::LOCALHOST, 4000));
        assert_eq!(config.candidates_of(bound), [bound]);
    }

    #[test]
    fn wildcard_is_never_a_candidate() {
        let config = MediaConfig {
            workers: 1,
            ..MediaConfig::default()
        };
        let candidates = config.candidates_of(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 4000)));
        assert!(candidates.contains(&SocketAddr::from((Ipv4Addr::LOCALHOST, 4000))));
        assert!(
            candidates
                .iter()
                .all(|candidate| !candidate.ip().is_unspecified())
        );
    }

    #[test]
    fn configured_addresses_are_the_candidates() {
        let address = IpAddr::from([203, 0, 113, 9]);
        let config = MediaConfig {
            candidates: vec![address],
            ..MediaConfig::default()
        };
        let candidates = config.candidates_of(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 4000)));
        assert_eq!(candidates, [SocketAddr::new(address, 4000)]);
    }
}
