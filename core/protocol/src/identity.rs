// SPDX-License-Identifier: MIT OR Apache-2.0
//! What an installation says about who is behind a leaf: guest, signed in, or verified by somebody.
//!
//! It is the installation's word and nobody else's. The signature keeps it to one leaf of one meeting, so that nobody
//! can wear another's.

use serde::{Deserialize, Serialize};

use crate::{DecodeError, MeetingId, Mode, Redacted, decode, encode, limits::NAME_BYTES};

/// How well an installation knows an account. Whoever has none is a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityLevel {
    /// Somebody with an account here.
    SignedIn,
    /// Somebody for whom an organisation or a provider answers.
    Verified {
        /// Its name, such as `example.org`; at most [`NAME_BYTES`].
        by: String,
    },
}

/// Who is behind a connection, by the server's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityClaim {
    /// How well it knows the account.
    pub level: IdentityLevel,
    /// The account's name; at most [`NAME_BYTES`].
    pub name: Redacted<String>,
}

/// An [`IdentityClaim`] for one leaf of one meeting. Signed in CBOR: see [`SignedStatement`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityStatement {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// Of the meeting.
    pub mode: Mode,
    /// The leaf's Ed25519 signature key, 32 bytes: nobody else can make a leaf of it.
    #[serde(with = "serde_bytes")]
    pub leaf_key: Vec<u8>,
    /// Who is behind it.
    pub claim: IdentityClaim,
    /// When, by the installation's clock, in seconds since 1970.
    pub issued_at: u64,
}

impl IdentityStatement {
    /// Returns the bytes that [`SignedStatement::statement`] carries.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }
}

/// A statement as it travels: in the Welcome to whom it is about, from there in its leaf.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedStatement {
    /// An [`IdentityStatement`] in CBOR, as it was signed.
    #[serde(with = "serde_bytes")]
    pub statement: Vec<u8>,
    /// Ed25519 signature by the installation's identity key over [`identity_message`], 64 bytes.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

impl SignedStatement {
    /// Reads the statement. The signature is the caller's to check, first.
    ///
    /// # Errors
    /// [`DecodeError`] if it is none, or holds longer texts than it may.
    pub fn read(&self) -> Result<IdentityStatement, DecodeError> {
        let statement: IdentityStatement = decode(&self.statement)?;
        let IdentityClaim { level, name } = &statement.claim;
        let longest = match level {
            IdentityLevel::SignedIn => name.0.len(),
            IdentityLevel::Verified { by } => name.0.len().max(by.len()),
        };
        if longest > NAME_BYTES {
            return Err(DecodeError::TooLong { bytes: longest });
        }
        Ok(statement)
    }
}

impl std::fmt::Debug for SignedStatement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedStatement({} bytes)", self.statement.len())
    }
}

/// Returns what the installation's identity key signs. Meeting and mode stand in the statement itself.
pub fn identity_message(statement: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(LABEL.len() + 1 + statement.len());
    message.push(u8::try_from(LABEL.len()).expect("the label is short"));
    message.extend_from_slice(LABEL);
    message.extend_from_slice(statement);
    message
}

const LABEL: &[u8] = b"Incamera 1 identity statement";
