// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the session tells the frame side: keys, and who is in which slot.

use protocol::{DecodeError, MeetingId, Mode, TrackKind};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// One sender's secret of one epoch, from which its SFrame keys are derived (RFC 9605, section 5.2). No `Debug`.
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BaseKey(#[serde(with = "serde_bytes")] [u8; 32]);

impl BaseKey {
    /// Wraps 32 secret bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for BaseKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for BaseKey {}

/// From the session to the frame side, in CBOR where it crosses a worker boundary. Has no `Debug`: it carries keys.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyUpdate {
    /// First of all, and again after joining anew: forgets every receive key and binds meeting and mode.
    Begin {
        /// Which meeting.
        meeting: MeetingId,
        /// How its keys come about.
        mode: Mode,
    },
    /// Seal with this key from here on.
    SetSendKey {
        /// Which epoch.
        epoch: u64,
        /// Which sender the client is: leaf index, or participant id in a standard meeting.
        index: u32,
        /// The secret.
        base_key: BaseKey,
    },
    /// Frames of this sender and epoch can be opened.
    AddReceiveKey {
        /// Which epoch.
        epoch: u64,
        /// Which sender.
        index: u32,
        /// The secret.
        base_key: BaseKey,
    },
    /// Frames of this epoch can be opened for ten seconds more.
    RetireEpoch {
        /// Which epoch.
        epoch: u64,
    },
    /// Nothing of this sender can be opened, from this moment.
    DropSender {
        /// Which sender.
        index: u32,
    },
    /// Which sender's track a receiving m-line carries; any other frame in it is refused.
    AssignSlot {
        /// The transport whose m-line it is.
        transport: u32,
        /// The m-line's `mid`.
        mid: String,
        /// Nobody, or whose track.
        source: Option<SlotSource>,
    },
    /// Seal nothing until [`Self::ResumeSending`].
    StopSending,
    /// Seal again.
    ResumeSending,
}

/// Whose frames may come through a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotSource {
    /// Which sender.
    pub index: u32,
    /// Which of its tracks.
    pub kind: TrackKind,
}

impl KeyUpdate {
    /// Encodes the update. The bytes are secret.
    pub fn encode(&self) -> Vec<u8> {
        protocol::encode(self)
    }

    /// Decodes an update.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        protocol::decode(bytes)
    }
}
