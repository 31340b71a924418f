// SPDX-License-Identifier: MIT OR Apache-2.0
//! How much of a client's wrongdoing costs it the connection.

use protocol::{DecodeError, ErrorCode};

/// What one refused message does to its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// The message is dropped, the client told.
    Message(ErrorCode),
    /// The connection is refused and closed.
    Connection(ErrorCode),
}

pub(crate) fn code_of(error: DecodeError) -> ErrorCode {
    match error {
        DecodeError::TooLong { .. } => ErrorCode::TooLarge,
        DecodeError::Malformed | DecodeError::TrailingBytes => ErrorCode::Malformed,
    }
}
