// SPDX-License-Identifier: MIT OR Apache-2.0
//! A connection before it belongs to a meeting: the challenge goes out, one hello comes back.

use protocol::{
    ClientMessage, ErrorCode, MeetingId, Mode, PROTOCOL_VERSION, Redacted, ResumeToken, ServerMessage,
    acts::StayProof, decode, limits, message::HostProof,
};
use rand_core::CryptoRng;

use crate::reject::code_of;

/// A connection that has been challenged and has not said hello.
pub struct Greeting {
    challenge: [u8; 32],
}

impl Greeting {
    /// Opens a connection; the message goes to the client first.
    pub fn new(rng: &mut impl CryptoRng) -> (Self, ServerMessage) {
        let mut challenge = [0; 32];
        rng.fill_bytes(&mut challenge);
        let message = ServerMessage::Challenge {
            nonce: challenge.to_vec(),
        };
        (Self { challenge }, message)
    }

    /// Takes the client's first message and says which meeting it is for.
    ///
    /// # Errors
    /// The code to refuse the connection with: malformed, too large, out of order, or of another version.
    pub fn handle_message(self, bytes: &[u8]) -> Result<(MeetingId, Hello), ErrorCode> {
        let message = decode::<ClientMessage>(bytes).map_err(code_of)?;
        let ClientMessage::Hello {
            version,
            meeting,
            mode,
            resume,
            epoch,
            host_proof,
            admission,
            name,
            leaf_key,
            heard,
            stay,
        } = message
        else {
            return Err(ErrorCode::OutOfOrder);
        };
        if version != PROTOCOL_VERSION {
            return Err(ErrorCode::UnsupportedVersion);
        }
        if name
            .as_ref()
            .is_some_and(|name| name.0.len() > limits::NAME_BYTES)
        {
            return Err(ErrorCode::TooLarge);
        }
        if !matches!(leaf_key.len(), 0 | LEAF_KEY_BYTES) {
            return Err(ErrorCode::Malformed);
        }
        let hello = Hello {
            challenge: self.challenge,
            mode,
            resume,
            epoch,
            host_proof,
            admission,
            name,
            leaf_key,
            heard,
            stay,
        };
        Ok((meeting, hello))
    }
}

/// A client's hello together with the challenge that its proofs must answer.
pub struct Hello {
    pub(crate) challenge: [u8; 32],
    pub(crate) mode: Mode,
    pub(crate) resume: Option<ResumeToken>,
    pub(crate) epoch: Option<u64>,
    pub(crate) host_proof: Option<HostProof>,
    pub(crate) admission: Vec<u8>,
    pub(crate) name: Option<Redacted<String>>,
    pub(crate) leaf_key: Vec<u8>,
    pub(crate) heard: Option<u64>,
    pub(crate) stay: Option<StayProof>,
}

/// An Ed25519 public key.
pub(crate) const LEAF_KEY_BYTES: usize = 32;
