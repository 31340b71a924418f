// SPDX-License-Identifier: MIT OR Apache-2.0
//! CBOR (RFC 8949) with field names, so that an older side skips the fields it does not know.

use serde::{Serialize, de::DeserializeOwned};

use crate::limits;

/// Encodes `message` for one binary WebSocket frame.
///
/// # Panics
/// Never for the types of this crate: writing to memory cannot fail and every map key is text.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    ciborium::into_writer(message, &mut bytes).expect("protocol types always encode");
    bytes
}

/// Decodes one message; bytes after it are an error.
///
/// # Errors
/// [`DecodeError`] if the bytes are too long, are not CBOR, or are not a `T`.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    if bytes.len() > limits::MESSAGE_BYTES {
        return Err(DecodeError::TooLong { bytes: bytes.len() });
    }
    let mut rest = bytes;
    let message = ciborium::de::from_reader_with_recursion_limit(&mut rest, RECURSION_LIMIT)
        .map_err(|_| DecodeError::Malformed)?;
    if rest.is_empty() {
        Ok(message)
    } else {
        Err(DecodeError::TrailingBytes)
    }
}

/// Why bytes from the other side are no message. Holds nothing of the bytes: they may be secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Longer than [`limits::MESSAGE_BYTES`].
    #[error("message of {bytes} bytes is too long")]
    TooLong {
        /// The length that was sent, in bytes.
        bytes: usize,
    },
    /// Not CBOR, or not the expected shape.
    #[error("malformed message")]
    Malformed,
    /// A whole message, and then something else.
    #[error("bytes after the message")]
    TrailingBytes,
}

// The deepest message nests six levels; more is an attack on the stack.
const RECURSION_LIMIT: usize = 16;
