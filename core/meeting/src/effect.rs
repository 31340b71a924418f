// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a meeting wants done. The shell does it, in order.

use protocol::{ConnectionId, ErrorCode, ServerMessage};
use sfu::SfuCommand;

use crate::OpenRoom;

/// One thing to do in the world.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every effect is a send, and each is moved once"
)]
pub enum Effect {
    /// Send `message`. A connection that cannot keep up is closed by the shell and reported as disconnected.
    Send {
        /// To whom.
        connection: ConnectionId,
        /// What.
        message: ServerMessage,
    },
    /// Close the connection after everything sent to it before. It need not be reported as disconnected.
    Close {
        /// Which.
        connection: ConnectionId,
        /// Why; `None` when its participant left by its own wish or the meeting ended.
        code: Option<ErrorCode>,
    },
    /// Tell the media plane.
    Media(SfuCommand),
    /// Write to the store before doing anything that comes after.
    Persist(Record),
    /// These breakout rooms are open, and no others: open what is new, tell each who belongs in it, close what is missing.
    Rooms(Vec<OpenRoom>),
}

/// What the store keeps of a live meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Replaces what was kept; for [`crate::Meeting::restore`]. Holds no key and no name.
    State {
        /// Opaque bytes.
        state: Vec<u8>,
        /// Whether anybody is here or expected back.
        is_occupied: bool,
    },
    /// A host has ended the meeting, for ever.
    Ended,
}
