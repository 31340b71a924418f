// SPDX-License-Identifier: MIT OR Apache-2.0
//! The sending half: one key per track, one counter per key, no counter twice.

use std::collections::VecDeque;

use protocol::TrackKind;
use sha2::{Digest as _, Sha256};

use super::{BaseKey, KeyHandle, MAX_FRAME_BYTES, SealDrop, kid::Kid, metadata::Metadata};
use crate::sframe::{FrameKey, Header};

/// Everything that an AEAD elsewhere needs to seal one frame. Its counter is used up, whether it is sealed or not.
pub struct PreparedSeal {
    /// Goes in front of the ciphertext.
    pub header: Vec<u8>,
    /// The 96-bit nonce, never handed out twice for a key.
    pub nonce: [u8; 12],
    /// Authenticated with the frame.
    pub aad: Vec<u8>,
    /// Under which key.
    pub key: KeyHandle,
}

#[derive(Default)]
pub(super) struct Sealer {
    keys: Option<SendKeys>,
    is_stopped: bool,
    past_counters: VecDeque<PastCounters>,
}

struct SendKeys {
    id: [u8; 32],
    tracks: [SendTrack; TrackKind::ALL.len()],
}

struct SendTrack {
    key: FrameKey,
    kid: u64,
    handle: KeyHandle,
    next_ctr: u64,
}

struct PastCounters {
    id: [u8; 32],
    next_ctrs: [u64; TrackKind::ALL.len()],
}

impl Sealer {
    /// Seals with this key from here on. A key that was in use before goes on where it stopped: after a rollback the
    /// same epoch sends again.
    pub(super) fn set_key(
        &mut self,
        epoch: u64,
        index: u32,
        base_key: &BaseKey,
        mut next_handle: impl FnMut() -> KeyHandle,
    ) -> Result<(), SealDrop> {
        let id = key_id(epoch, index, base_key);
        if self.keys.as_ref().is_some_and(|keys| keys.id == id) {
            return Ok(());
        }
        self.forget_key();
        if Kid::new(TrackKind::Microphone, index, epoch).is_none() {
            return Err(SealDrop::IndexTooLarge);
        }
        let next_ctrs = self
            .past_counters
            .iter()
            .find(|past| past.id == id)
            .map_or([0; 4], |past| past.next_ctrs);
        let tracks = TrackKind::ALL.map(|kind| {
            let kid = Kid::new(kind, index, epoch)
                .expect("the index fits, as checked above")
                .value();
            let key = FrameKey::derive(base_key.as_bytes(), kid);
            SendTrack {
                key,
                kid,
                handle: next_handle(),
                next_ctr: next_ctrs[kind as usize],
            }
        });
        self.keys = Some(SendKeys { id, tracks });
        Ok(())
    }

    /// Stops using the key, but remembers its counters.
    pub(super) fn forget_key(&mut self) {
        let Some(keys) = self.keys.take() else { return };
        self.past_counters.retain(|past| past.id != keys.id);
        if self.past_counters.len() == REMEMBERED_KEYS {
            self.past_counters.pop_front();
        }
        self.past_counters.push_back(PastCounters {
            id: keys.id,
            next_ctrs: keys.tracks.map(|track| track.next_ctr),
        });
    }

    pub(super) fn stop(&mut self) {
        self.is_stopped = true;
    }

    pub(super) fn resume(&mut self) {
        self.is_stopped = false;
    }

    pub(super) fn prepare(&mut self, metadata: Metadata, kind: TrackKind) -> Result<PreparedSeal, SealDrop> {
        let (track, header) = self.next(kind)?;
        let header_bytes = header.encode();
        Ok(PreparedSeal {
            nonce: track.key.nonce(header.ctr),
            aad: metadata.aad(kind, &header_bytes),
            header: header_bytes,
            key: track.handle,
        })
    }

    pub(super) fn seal(
        &mut self,
        metadata: Metadata,
        kind: TrackKind,
        frame: &[u8],
    ) -> Result<Vec<u8>, SealDrop> {
        if frame.len() > MAX_FRAME_BYTES {
            return Err(SealDrop::TooLarge);
        }
        let (track, header) = self.next(kind)?;
        let mut sealed = header.encode();
        let aad = metadata.aad(kind, &sealed);
        let from = sealed.len();
        sealed.reserve_exact(frame.len() + crate::sframe::TAG_BYTES);
        sealed.extend_from_slice(frame);
        track.key.seal_in_place(header.ctr, &aad, &mut sealed, from);
        Ok(sealed)
    }

    pub(super) fn key(&self, handle: KeyHandle) -> Option<&FrameKey> {
        let tracks = &self.keys.as_ref()?.tracks;
        tracks
            .iter()
            .find(|track| track.handle == handle)
            .map(|track| &track.key)
    }

    fn next(&mut self, kind: TrackKind) -> Result<(&SendTrack, Header), SealDrop> {
        if self.is_stopped {
            return Err(SealDrop::Stopped);
        }
        let track = &mut self.keys.as_mut().ok_or(SealDrop::NoKey)?.tracks[kind as usize];
        let ctr = track.next_ctr;
        track.next_ctr = ctr.checked_add(1).ok_or(SealDrop::CounterExhausted)?;
        Ok((track, Header { kid: track.kid, ctr }))
    }
}

fn key_id(epoch: u64, index: u32, base_key: &BaseKey) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"Incamera 1 send key id")
        .chain_update(epoch.to_be_bytes())
        .chain_update(index.to_be_bytes())
        .chain_update(base_key.as_bytes())
        .finalize()
        .into()
}

// A rollback reaches one epoch back. The rest is caution: a counter forgotten is a nonce used twice.
const REMEMBERED_KEYS: usize = 256;
