// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sockets and worker threads of the media plane. Each worker drives one [`sfu::Sfu`] and owns its meetings: a packet
//! that comes over UDP meets no lock and no channel on its way out.
//!
//! Every worker has a UDP port; one TCP port serves ICE-TCP (RFC 6544) for all of them. Knows nothing of what the
//! packets are.

mod announced;
mod config;
mod counters;
mod handle;
mod tcp;
mod udp;
mod worker;

pub use config::{MediaConfig, MediaError};
pub use counters::MediaStats;
pub use handle::{MediaHandle, MediaServer};
