// SPDX-License-Identifier: MIT OR Apache-2.0
//! SFrame (RFC 9605) with the one cipher suite that this project uses, `AES_256_GCM_SHA512_128`.
//!
//! Knows headers, keys and single frames. Does not know who sends what: that is [`crate::frames`].

mod header;
mod key;
mod replay;

pub use header::{Header, HeaderError};
pub use key::{FrameKey, NotAuthentic, TAG_BYTES};
pub use replay::ReplayWindow;
