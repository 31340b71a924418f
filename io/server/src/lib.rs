// SPDX-License-Identifier: MIT OR Apache-2.0
//! The web side of the server: one file per HTTP resource, one WebSocket, one task per live meeting.
//!
//! Decides nothing about meetings (that is `meeting`) and nothing about packets (that is `sfu`).

mod clock;
mod config;
mod http;
mod limit;
mod live;
mod metrics;
mod problem;
mod server;
mod shared;

pub use config::ServerConfig;
pub use server::{Server, ServerError};
