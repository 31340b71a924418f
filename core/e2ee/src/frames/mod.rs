// SPDX-License-Identifier: MIT OR Apache-2.0
//! The frame side: seals what the encoder gives, opens what the server forwards. Holds SFrame keys, no group.
//!
//! It is told by [`KeyUpdate`]s. The AEAD runs here ([`FrameSide::seal`], [`FrameSide::open`]) or elsewhere between
//! the two halves of the split interface; either way nonces, AAD and replay windows are decided here, and a frame is
//! sealed or opened whole, or dropped and counted.

mod drops;
mod kid;
mod metadata;
mod opener;
mod sealer;
#[cfg(test)]
mod tests;
mod update;

use protocol::{DecodeError, Timestamp, TrackKind};

pub use drops::{DropCounters, OpenDrop, SealDrop};
pub use opener::PreparedOpen;
pub use sealer::PreparedSeal;
pub use update::{BaseKey, KeyUpdate, SlotSource};

use metadata::Metadata;
use opener::Opener;
use sealer::Sealer;

/// Names one AES key, so that it is imported once where the AEAD runs. Never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHandle(pub u64);

/// One client's frame keys. Has no `Debug`.
#[derive(Default)]
pub struct FrameSide {
    metadata: Option<Metadata>,
    sealer: Sealer,
    opener: Opener,
    is_receive_only: bool,
    last_handle: u64,
    drops: DropCounters,
}

impl FrameSide {
    /// Makes a frame side that waits for [`KeyUpdate::Begin`]. A client may have only one: its counters are nonces.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a frame side that never seals, for further workers of the same client.
    pub fn receive_only() -> Self {
        Self {
            is_receive_only: true,
            ..Self::default()
        }
    }

    /// Does what the session says.
    pub fn handle_update(&mut self, now: Timestamp, update: KeyUpdate) {
        match update {
            KeyUpdate::Begin { meeting, mode } => {
                self.metadata = Some(Metadata { meeting, mode });
                self.sealer.forget_key();
                self.opener.forget_keys();
            }
            KeyUpdate::SetSendKey { .. } if self.is_receive_only => {}
            KeyUpdate::SetSendKey {
                epoch,
                index,
                base_key,
            } => {
                let last_handle = &mut self.last_handle;
                if let Err(reason) = self
                    .sealer
                    .set_key(epoch, index, &base_key, || next_handle(last_handle))
                {
                    self.drops.count_seal(reason);
                }
            }
            KeyUpdate::AddReceiveKey {
                epoch,
                index,
                base_key,
            } => self.opener.add_key(epoch, index, base_key),
            KeyUpdate::RetireEpoch { epoch } => self.opener.retire_epoch(now, epoch),
            KeyUpdate::DropSender { index } => self.opener.drop_sender(index),
            KeyUpdate::AssignSlot {
                transport,
                mid,
                source,
            } => self.opener.assign_slot(transport, mid, source),
            KeyUpdate::StopSending => self.sealer.stop(),
            KeyUpdate::ResumeSending => self.sealer.resume(),
        }
    }

    /// Does what the session says, in the form in which it crosses a worker boundary.
    ///
    /// # Errors
    /// [`DecodeError`] if the bytes are no [`KeyUpdate`].
    pub fn handle_encoded(&mut self, now: Timestamp, update: &[u8]) -> Result<(), DecodeError> {
        self.handle_update(now, KeyUpdate::decode(update)?);
        Ok(())
    }

    /// Seals one encoded frame: header, ciphertext, tag.
    ///
    /// # Errors
    /// [`SealDrop`]: the frame must not be sent.
    pub fn seal(&mut self, kind: TrackKind, frame: &[u8]) -> Result<Vec<u8>, SealDrop> {
        let sealed = match self.metadata {
            Some(metadata) => self.sealer.seal(metadata, kind, frame),
            None => Err(SealDrop::NoKey),
        };
        sealed.map_err(|reason| self.drops.count_seal(reason))
    }

    /// Opens one received frame in the slot `mid` of `transport`.
    ///
    /// # Errors
    /// [`OpenDrop`]: the frame must not reach the decoder.
    pub fn open(
        &mut self,
        now: Timestamp,
        transport: u32,
        mid: &str,
        frame: &[u8],
    ) -> Result<Vec<u8>, OpenDrop> {
        let last_handle = &mut self.last_handle;
        let opened = match self.metadata {
            Some(metadata) => self.opener.open(now, metadata, (transport, mid), frame, || {
                next_handle(last_handle)
            }),
            None => Err(OpenDrop::UnknownKey),
        };
        opened.map_err(|reason| self.drops.count_open(reason))
    }

    /// Takes the next counter, for a frame that is sealed elsewhere.
    ///
    /// # Errors
    /// [`SealDrop`]: the frame must not be sent.
    pub fn prepare_seal(&mut self, kind: TrackKind) -> Result<PreparedSeal, SealDrop> {
        let prepared = match self.metadata {
            Some(metadata) => self.sealer.prepare(metadata, kind),
            None => Err(SealDrop::NoKey),
        };
        prepared.map_err(|reason| self.drops.count_seal(reason))
    }

    /// Finds the key for a frame that is opened elsewhere. A frame opened so must go through [`Self::commit_open`]
    /// before anybody sees it, or to [`Self::reject_open`].
    ///
    /// # Errors
    /// [`OpenDrop`]: the frame must not reach the decoder.
    pub fn prepare_open(
        &mut self,
        now: Timestamp,
        transport: u32,
        mid: &str,
        frame: &[u8],
    ) -> Result<PreparedOpen, OpenDrop> {
        let last_handle = &mut self.last_handle;
        let prepared = match self.metadata {
            Some(metadata) => self.opener.prepare(now, metadata, (transport, mid), frame, || {
                next_handle(last_handle)
            }),
            None => Err(OpenDrop::UnknownKey),
        };
        prepared.map_err(|reason| self.drops.count_open(reason))
    }

    /// Notes that a prepared frame was authenticated.
    ///
    /// # Errors
    /// [`OpenDrop`]: in between it came a second time, or its key was dropped. It must not reach the decoder.
    pub fn commit_open(&mut self, now: Timestamp, prepared: &PreparedOpen) -> Result<(), OpenDrop> {
        self.opener
            .commit(now, prepared)
            .map_err(|reason| self.drops.count_open(reason))
    }

    /// Counts a prepared frame that was not authentic.
    pub fn reject_open(&mut self) -> OpenDrop {
        self.drops.count_open(OpenDrop::NotAuthentic)
    }

    /// Returns the AES-256 key behind a handle, to be imported once as a non-extractable key.
    pub fn key_bytes(&self, key: KeyHandle) -> Option<&[u8; 32]> {
        self.sealer
            .key(key)
            .or_else(|| self.opener.key(key))
            .map(crate::sframe::FrameKey::key_bytes)
    }

    /// Returns how many frames were dropped for which reason.
    pub const fn drops(&self) -> &DropCounters {
        &self.drops
    }

    /// Returns whether the others have gone on to keys that do not come here, once for each time that it is so for some
    /// seconds. What the frames say was not authenticated.
    pub fn poll_behind(&mut self, now: Timestamp) -> bool {
        self.opener.poll_behind(now)
    }

    /// Returns when [`Self::handle_timeout`] must be called next, if ever.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.opener.poll_timeout()
    }

    /// Erases the keys of epochs whose ten seconds are over.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.opener.handle_timeout(now);
    }
}

fn next_handle(last: &mut u64) -> KeyHandle {
    *last += 1;
    KeyHandle(*last)
}

/// The largest frame that is sealed or opened. A 4K keyframe stays below 2 MB; a larger bound is memory that the
/// server could make a receiver hold.
pub const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;
