// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bindings for the browser. One module serves the session worker, the frame workers and the worker of the background effect.
//!
//! Owns nothing but the crossing: times come in as milliseconds, randomness as seeds, small structures as JSON, bytes as
//! `Uint8Array`. It decides nothing, and knows no socket, timer or peer connection.

mod convert;
mod frames;
mod link;
mod rehearsal;
mod segmentation;
mod session;
mod warm_up;

pub use frames::{PreparedFrame, WasmFrames};
pub use link::{NewMeeting, host_link, read_link};
pub use rehearsal::rehearsal_keys;
pub use segmentation::WasmSegmenter;
pub use session::WasmSession;
pub use warm_up::warm_up;
