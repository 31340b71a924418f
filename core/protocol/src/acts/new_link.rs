// SPDX-License-Identifier: MIT OR Apache-2.0
//! Another link in place of the one that too many have: what proves it, and how it reaches those who belong.

use serde::{Deserialize, Serialize};

use super::KEY_BYTES;
use crate::limits;

/// Replaces the secret in the meeting's link. Whoever belongs finds it in here, sealed; the server learns its proof only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLink {
    /// The Ed25519 public key of those who have the new secret, 32 bytes: newcomers prove it to the server.
    #[serde(with = "serde_bytes")]
    pub admission_key: Vec<u8>,
    /// A value derived from the new secret, by which whoever opens it knows that it is the one that was meant, 32 bytes.
    #[serde(with = "serde_bytes")]
    pub commitment: Vec<u8>,
    /// The sealer's share of the keys that it is sealed under: an Ed25519 public key, 32 bytes.
    #[serde(with = "serde_bytes")]
    pub share: Vec<u8>,
    /// Whoever was there, and stays: at most [`limits::PARTICIPANTS`].
    pub belonging: Vec<Belonging>,
    /// The secret, sealed for whoever holds the host key, [`SEALED_SECRET_BYTES`].
    #[serde(with = "serde_bytes")]
    pub for_host: Vec<u8>,
    /// The keys of what was sealed for the holders of earlier links, sealed for those of this one; at most
    /// [`EARLIER_BYTES`], empty in standard meetings.
    #[serde(default, with = "serde_bytes")]
    pub earlier: Vec<u8>,
}

/// A stay that the host vouches for, and the new secret sealed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belonging {
    /// Who, in leaves: 32 bytes.
    #[serde(with = "serde_bytes")]
    pub stay_key: Vec<u8>,
    /// [`SEALED_SECRET_BYTES`].
    #[serde(with = "serde_bytes")]
    pub sealed: Vec<u8>,
}

impl NewLink {
    /// Returns whether the host vouches for a stay.
    pub fn vouches_for(&self, stay_key: &[u8]) -> bool {
        self.belonging
            .iter()
            .any(|belonging| belonging.stay_key == stay_key)
    }

    pub(super) fn is_acceptable(&self) -> bool {
        [&self.admission_key, &self.commitment, &self.share]
            .iter()
            .all(|key| key.len() == KEY_BYTES)
            && self.for_host.len() == SEALED_SECRET_BYTES
            && self.earlier.len() <= EARLIER_BYTES
            && self.belonging.len() <= limits::PARTICIPANTS
            && self.belonging.iter().all(|belonging| {
                belonging.stay_key.len() == KEY_BYTES && belonging.sealed.len() == SEALED_SECRET_BYTES
            })
    }
}

/// A link secret and what AES-GCM adds, in bytes.
pub const SEALED_SECRET_BYTES: usize = 32 + 16;

/// What [`NewLink::earlier`] may hold, in bytes: the keys of eight links, and what sealing adds.
pub const EARLIER_BYTES: usize = 8 * 32 + 12 + 16;
