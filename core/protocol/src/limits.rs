// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bounds on everything that the other side may send.

use std::time::Duration;

/// One signalling message, in bytes. A ratchet tree of 1000 warm members is 2.7 MB; ordinary meetings stay below
/// 300 kB, and a larger bound is memory that a stranger can make the server hold.
pub const MESSAGE_BYTES: usize = 1 << 20;

/// An HTTP request body, in bytes.
pub const HTTP_BODY_BYTES: usize = 16 * 1024;

/// An SDP offer, in bytes. Twenty-four slots of two browsers' making stay below 40 kB.
pub const SDP_BYTES: usize = 256 * 1024;

/// A chat message, in bytes of UTF-8.
pub const CHAT_BYTES: usize = 8 * 1024;

/// A display name, in bytes of UTF-8.
pub const NAME_BYTES: usize = 128;

/// People in one meeting, until plans say otherwise (joins are not batched).
pub const PARTICIPANTS: usize = 250;

/// Video slots that one peer may be receiving.
pub const VIDEO_SLOTS: usize = 49;

/// Messages that a client may send at once, and the rate at which the allowance refills.
pub const MESSAGE_BURST: u32 = 200;
/// Messages per second a client may send over a longer time.
pub const MESSAGES_PER_SECOND: u32 = 50;

/// How long a participant without a connection stays in the roster. A phone changes networks in 5 to 10 s; longer
/// keeps a gone person's leaf in the group.
pub const RESUME_WITHIN: Duration = Duration::from_secs(15);
