// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server's truth about one meeting: who is in it, who is host, what it has promised to whom. Signals go in,
//! effects come out.
//!
//! Who may do what is the policy's to say: it is asked about every hello and every message.
//!
//! Knows no socket, no database and no clock, and in an end-to-end meeting no key: it orders what the members say.

mod acts;
mod breakouts;
mod effect;
mod greeting;
mod group;
mod host;
mod meeting;
mod message;
mod participant;
mod permission;
mod rate;
mod reject;
mod said;
mod snapshot;
mod standard;
mod token;
mod visitor;

pub use breakouts::OpenRoom;
pub use effect::{Effect, Record};
pub use greeting::{Greeting, Hello};
pub use meeting::{Meeting, MeetingConfig, RETURN_AFTER_RESTART_WITHIN};
pub use snapshot::RestoreError;
pub use token::InstanceKeys;
pub use visitor::Visitor;
