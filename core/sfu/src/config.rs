// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a worker must know about itself.

use std::{fmt, net::SocketAddr};

use str0m::crypto::{CryptoProvider, from_feature_flags};

/// How one [`crate::Sfu`] is reached and secured.
#[derive(Clone)]
pub struct SfuConfig {
    /// Which worker this is; the first byte of every ICE user name fragment, so that a TCP connection finds it.
    pub worker: u8,
    /// Host candidates for UDP, in answers.
    pub udp: Vec<SocketAddr>,
    /// Passive host candidates for TCP (RFC 6544), in answers.
    pub tcp: Vec<SocketAddr>,
    /// What DTLS and SRTP run on. Any SRTP profile but AEAD_AES_256_GCM is refused whatever this is.
    pub crypto: CryptoProvider,
}

impl SfuConfig {
    /// Makes the configuration of `worker` with the candidates given and str0m's own cryptography.
    pub fn new(worker: u8, udp: Vec<SocketAddr>, tcp: Vec<SocketAddr>) -> Self {
        Self {
            worker,
            udp,
            tcp,
            crypto: from_feature_flags(),
        }
    }
}

impl fmt::Debug for SfuConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SfuConfig")
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}
