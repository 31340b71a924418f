// SPDX-License-Identifier: MIT OR Apache-2.0
//! Real sessions and a real meeting on a virtual network and clock.
//!
//! A [`World`] holds one meeting's server, its clients and the network between them. Nothing in it reads a clock, and
//! every choice of the network comes from the seed. (OpenMLS draws HPKE randomness from the operating system, so keys
//! differ from run to run; what happens when does not.) Frames go through the clients' real sealers and openers; between
//! them stands [`Relay`], which knows slots and nothing else.

mod client;
mod frames;
mod judge;
mod network;
mod pump;
mod random;
mod relay;
mod rooms;
mod server;
mod timeline;
mod world;

pub use client::ClientId;
pub use network::Link;
pub use random::{Story, run_seed};
pub use relay::Relay;
pub use timeline::Timeline;
pub use world::{FromServer, ToServer, World};
