// SPDX-License-Identifier: MIT OR Apache-2.0
//! What outlives the server process: meetings, the state of live ones, the installation's secrets. All SQL is here.
//!
//! Knows nothing of what the state of a live meeting means, and makes no randomness and no time.

mod error;
mod instance;
mod live;
mod meetings;
mod open;

pub use error::StoreError;
pub use instance::InstanceSecret;
pub use live::Occupancy;
pub use meetings::{StoredMeeting, UnixTime};
pub use open::Store;
