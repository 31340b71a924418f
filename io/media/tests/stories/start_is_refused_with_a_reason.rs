// SPDX-License-Identifier: MIT OR Apache-2.0
//! What cannot start says why.

use std::net::{Ipv4Addr, SocketAddr};

use incamera_media::{MediaConfig, MediaError, MediaServer};

use crate::client::start;

#[test]
fn address_in_use_is_named() {
    let running = start(1);
    let taken = running.tcp_address();
    let config = MediaConfig {
        udp: any(),
        tcp: taken,
        workers: 1,
        candidates: vec![],
    };
    assert!(matches!(MediaServer::start(config), Err(MediaError::Bind { address, .. }) if address == taken));
    let taken = running.udp_addresses()[0];
    let config = MediaConfig {
        udp: taken,
        tcp: any(),
        workers: 1,
        candidates: vec![],
    };
    assert!(matches!(MediaServer::start(config), Err(MediaError::Bind { address, .. }) if address == taken));
}

#[test]
fn impossible_numbers_are_refused() {
    for workers in [0, 256] {
        let config = MediaConfig {
            udp: any(),
            tcp: any(),
            workers,
            candidates: vec![],
        };
        assert!(
            matches!(MediaServer::start(config), Err(MediaError::Workers { workers: refused }) if refused == workers)
        );
    }
    let last = SocketAddr::from((Ipv4Addr::LOCALHOST, u16::MAX));
    let config = MediaConfig {
        udp: last,
        tcp: any(),
        workers: 2,
        candidates: vec![],
    };
    assert!(matches!(
        MediaServer::start(config),
        Err(MediaError::Ports {
            workers: 2,
            first: u16::MAX
        } | MediaError::Bind { .. })
    ));
}

fn any() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}
