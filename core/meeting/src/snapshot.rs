// SPDX-License-Identifier: MIT OR Apache-2.0
//! What survives a restart of the server: who is here and where the group stands. No key, no name.

use protocol::{ParticipantId, acts::SignedAct};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

use crate::acts::keeping_out::KeptOut;

/// The kept part of a live meeting, in CBOR.
#[derive(Serialize, Deserialize)]
pub(crate) struct Snapshot {
    pub(crate) version: u16,
    pub(crate) next_participant: u32,
    pub(crate) standard_epoch: u64,
    pub(crate) participants: Vec<SavedParticipant>,
    /// Stays whose tokens are worth nothing any more.
    pub(crate) removed: Vec<ByteArray<16>>,
    /// [`delivery`]'s own snapshot.
    pub(crate) group: Option<ByteBuf>,
    /// The hosts' acts that are in force.
    #[serde(default)]
    pub(crate) acts: Vec<SignedAct>,
    /// By what those are known again whom hosts keep out.
    #[serde(default)]
    pub(crate) kept_out: Vec<KeptOut>,
}

/// One participant of a [`Snapshot`].
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedParticipant {
    pub(crate) participant: ParticipantId,
    pub(crate) stay: ByteArray<16>,
    pub(crate) is_host: bool,
    #[serde(default)]
    pub(crate) stay_key: ByteBuf,
}

impl Snapshot {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        ciborium::into_writer(self, &mut bytes).expect("writing to memory cannot fail and every key is text");
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, RestoreError> {
        let snapshot: Self = ciborium::from_reader(bytes).map_err(|_| RestoreError::Malformed)?;
        if snapshot.version != VERSION {
            return Err(RestoreError::UnknownVersion {
                version: snapshot.version,
            });
        }
        Ok(snapshot)
    }
}

/// Why a meeting cannot go on where it stood. It begins anew then, and its participants join again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Not a snapshot, or damaged.
    #[error("malformed snapshot")]
    Malformed,
    /// Written by a server that this one does not know.
    #[error("snapshot of unknown version {version}")]
    UnknownVersion {
        /// What it says.
        version: u16,
    },
    /// The MLS group in it is not one.
    #[error("snapshot of no valid group")]
    BadGroup,
}

/// The version written here.
pub(crate) const VERSION: u16 = 1;
