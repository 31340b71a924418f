// SPDX-License-Identifier: MIT OR Apache-2.0
//! The media plane of one worker thread: peers, ingress, router, egress, layer allocator. Sans-IO.
//!
//! A packet falls straight through: [`Sfu::handle_datagram`] -> the peer's str0m -> ingress (whose track, which layer)
//! -> router (who subscribes) -> egress (rewritten header) -> the subscriber's str0m -> [`Sfu::poll_output`].
//!
//! Knows neither names nor keys: payloads are ciphertext. It reads RTP headers and extensions, and of a video payload
//! the VP9 payload descriptor (RFC 9628), in one place: `vp9`.
//!
//! Nothing here reads a clock or opens a socket. str0m draws its own randomness (SSRCs, ICE credentials, DTLS).

mod allocator;
mod assign;
mod command;
mod config;
mod crypto;
mod egress;
mod event;
mod ingress;
mod keyframe;
mod meeting;
mod offer;
mod peer;
mod rewriter;
mod router;
mod sdp;
mod sfu;
mod shortage;
mod slots;
mod speakers;
mod stats;
mod track;
mod transport;
mod vp9;

pub use command::{PeerKey, SfuCommand};
pub use config::SfuConfig;
pub use event::{LostReason, OfferRefusal, SfuEvent, SfuOutput};
pub use meeting::IDLE_FOR;
pub use sfu::{Sfu, worker_of_ufrag};
pub use stats::{DropReason, SfuStats};
pub use vp9::{NotADescriptor, Vp9Descriptor};
