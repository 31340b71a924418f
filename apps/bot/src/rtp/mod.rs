// SPDX-License-Identifier: MIT OR Apache-2.0
//! From encrypted frames to RTP and back. Does not know keys, sockets or whose frames they are.

mod assembler;
mod count;
mod transport;
mod vp9;

pub(crate) use count::Packets;
pub(crate) use transport::{EncryptedFrame, ReceivedFrame, Reception, Transport, TransportOutput};
#[cfg(test)]
pub(crate) use vp9::packets as vp9_packets;
