// SPDX-License-Identifier: MIT OR Apache-2.0
//! From encrypted frames to RTP and back. Does not know keys, sockets or whose frames they are.

mod assembler;
mod transport;
mod vp9;

pub(crate) use transport::{EncryptedFrame, ReceivedFrame, Transport, TransportOutput};
