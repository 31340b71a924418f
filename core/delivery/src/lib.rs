// SPDX-License-Identifier: MIT OR Apache-2.0
//! The MLS delivery service (RFC 9750, section 5): orders the commits of one meeting's group.
//!
//! It follows the group from outside, by its public handshake messages, and holds no secret of it. It can therefore
//! not tell a poisoned commit from a good one: commits stand provisionally, until so many members accepted that no
//! majority can refuse any more. A commit made on top of a provisional one waits for it.
//!
//! For members who are gone it proposes removals as an external sender, and picks who is to commit them.

mod delivery;
mod group;
mod leaf;
mod output;
mod queries;
mod reject;
mod removal;
mod snapshot;
#[cfg(test)]
mod tests;
mod trial;

pub use delivery::{Delivery, DeliveryConfig, external_sender};
pub use output::{Output, ProposalOut};
pub use reject::{InvalidRefusal, Rejection, RestoreError};
