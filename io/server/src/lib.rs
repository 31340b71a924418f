// SPDX-License-Identifier: MIT OR Apache-2.0
//! The web side of the server: one file per HTTP resource, one WebSocket, one task per live meeting.
//!
//! Decides nothing about meetings (that is `meeting`), about packets (that is `sfu`) or about who may do what (that is
//! `policy`).

mod accept;
mod address;
mod asker;
mod clock;
mod code;
mod config;
mod cookie;
mod device;
mod device_mark;
mod http;
mod in_force;
mod limit;
mod live;
mod metrics;
mod outside;
mod problem;
mod records;
mod server;
mod shared;
mod vouching;

pub use config::{PaymentConfig, PolicySource, ServerConfig};
pub use server::{Server, ServerError};
