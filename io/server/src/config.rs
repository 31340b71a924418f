// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the operator decides about the web side.

use std::net::{Ipv4Addr, SocketAddr};

/// How to serve. [`Self::default`] is right for one machine.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where to listen for HTTP. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Origins (`https://meet.example.org`) that may open the WebSocket besides the server's own.
    pub origins: Vec<String>,
    /// WebSockets that one address (IPv6: one /64) may have open.
    pub connections_per_address: u32,
    /// Meetings that one address may create per minute; as many again at once.
    pub meetings_per_minute: u32,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            origins: Vec::new(),
            // A whole company or campus sits behind one address; a stranger's 1000 idle connections cost 30 MB.
            connections_per_address: 1000,
            // A class whose teachers all start at eight fits; filling the disk takes years.
            meetings_per_minute: 60,
        }
    }
}
