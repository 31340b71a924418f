// SPDX-License-Identifier: MIT OR Apache-2.0
//! The receiving half: keys by sender and epoch, slots, replay windows.

use std::{collections::BTreeMap, time::Duration};

use protocol::{Timestamp, TrackKind};

use super::{BaseKey, KeyHandle, MAX_FRAME_BYTES, OpenDrop, SlotSource, kid::Kid, metadata::Metadata};
use crate::sframe::{FrameKey, Header, ReplayWindow};

/// Everything that an AEAD elsewhere needs to open one frame; hand it back once the frame is authenticated.
pub struct PreparedOpen {
    /// Where the ciphertext begins in the frame.
    pub header_length: usize,
    /// The 96-bit nonce.
    pub nonce: [u8; 12],
    /// Authenticated with the frame.
    pub aad: Vec<u8>,
    /// Under which key.
    pub key: KeyHandle,
    place: Place,
    ctr: u64,
}

#[derive(Clone, Copy)]
struct Place {
    index: u32,
    epoch: u64,
    kind: TrackKind,
}

#[derive(Default)]
pub(super) struct Opener {
    senders: BTreeMap<u32, BTreeMap<u64, EpochKeys>>,
    slots: BTreeMap<u32, BTreeMap<String, SlotSource>>,
    /// Since when frames of an epoch come for which there is no key yet.
    behind_since: Option<Timestamp>,
}

struct EpochKeys {
    // `None` once retired for good: the windows stay a little, lest a rollback make old frames new.
    base_key: Option<BaseKey>,
    key_id: [u8; 32],
    retires_at: Option<Timestamp>,
    tracks: BTreeMap<TrackKind, ReceiveTrack>,
}

struct ReceiveTrack {
    key: Option<FrameKey>,
    handle: KeyHandle,
    window: ReplayWindow,
}

impl Opener {
    pub(super) fn add_key(&mut self, epoch: u64, index: u32, base_key: BaseKey) {
        self.behind_since = None;
        let key_id = key_id(&base_key);
        let epochs = self.senders.entry(index).or_default();
        epochs.retain(|&kept, _| kept.saturating_add(KEPT_EPOCHS) > epoch);
        match epochs.get_mut(&epoch) {
            Some(keys) if keys.key_id == key_id => {
                keys.base_key = Some(base_key);
                keys.retires_at = None;
            }
            Some(_) | None => {
                let keys = EpochKeys {
                    base_key: Some(base_key),
                    key_id,
                    retires_at: None,
                    tracks: BTreeMap::new(),
                };
                epochs.insert(epoch, keys);
            }
        }
    }

    pub(super) fn retire_epoch(&mut self, now: Timestamp, epoch: u64) {
        for keys in self
            .senders
            .values_mut()
            .filter_map(|epochs| epochs.get_mut(&epoch))
        {
            keys.retires_at.get_or_insert(now + OVERLAP);
        }
    }

    pub(super) fn drop_sender(&mut self, index: u32) {
        for keys in self
            .senders
            .get_mut(&index)
            .into_iter()
            .flat_map(BTreeMap::values_mut)
        {
            keys.forget();
        }
    }

    pub(super) fn assign_slot(&mut self, transport: u32, mid: String, source: Option<SlotSource>) {
        match source {
            Some(source) => {
                self.slots
                    .retain(|&kept, _| kept.saturating_add(KEPT_TRANSPORTS) > transport);
                self.slots.entry(transport).or_default().insert(mid, source);
            }
            None => {
                self.slots
                    .get_mut(&transport)
                    .and_then(|slots| slots.remove(&mid));
            }
        }
    }

    /// Forgets the keys, but not what was seen under them: the same keys may come again.
    pub(super) fn forget_keys(&mut self) {
        self.senders
            .values_mut()
            .flat_map(BTreeMap::values_mut)
            .for_each(EpochKeys::forget);
    }

    pub(super) fn prepare(
        &mut self,
        now: Timestamp,
        metadata: Metadata,
        slot: (u32, &str),
        frame: &[u8],
        next_handle: impl FnOnce() -> KeyHandle,
    ) -> Result<PreparedOpen, OpenDrop> {
        let (place, header, header_length) = self.locate(now, slot, frame).inspect_err(|drop| {
            if *drop == OpenDrop::FutureEpoch {
                self.behind_since.get_or_insert(now);
            }
        })?;
        let track = self.track(now, place, next_handle)?;
        if !track.window.may_be_new(header.ctr) {
            return Err(OpenDrop::Replayed);
        }
        let key = track.key.as_ref().ok_or(OpenDrop::UnknownKey)?;
        Ok(PreparedOpen {
            header_length,
            nonce: key.nonce(header.ctr),
            aad: metadata.aad(place.kind, &frame[..header_length]),
            key: track.handle,
            place,
            ctr: header.ctr,
        })
    }

    pub(super) fn open(
        &mut self,
        now: Timestamp,
        metadata: Metadata,
        slot: (u32, &str),
        frame: &[u8],
        next_handle: impl FnOnce() -> KeyHandle,
    ) -> Result<Vec<u8>, OpenDrop> {
        let prepared = self.prepare(now, metadata, slot, frame, next_handle)?;
        let key = self
            .track(now, prepared.place, || prepared.key)?
            .key
            .as_ref()
            .ok_or(OpenDrop::UnknownKey)?;
        let ciphertext = &frame[prepared.header_length..];
        let plaintext = key
            .open(prepared.ctr, &prepared.aad, ciphertext)
            .map_err(|_| OpenDrop::NotAuthentic)?;
        self.commit(now, &prepared)?;
        Ok(plaintext)
    }

    pub(super) fn commit(&mut self, now: Timestamp, prepared: &PreparedOpen) -> Result<(), OpenDrop> {
        let track = self.track(now, prepared.place, || prepared.key)?;
        if track.handle != prepared.key {
            return Err(OpenDrop::UnknownKey);
        }
        if track.window.note(prepared.ctr) {
            Ok(())
        } else {
            Err(OpenDrop::Replayed)
        }
    }

    pub(super) fn key(&self, handle: KeyHandle) -> Option<&FrameKey> {
        let tracks = self
            .senders
            .values()
            .flat_map(BTreeMap::values)
            .flat_map(|keys| keys.tracks.values());
        tracks
            .filter(|track| track.handle == handle)
            .find_map(|track| track.key.as_ref())
    }

    /// Returns whether frames of a later epoch have come for long, once for each time that they do.
    pub(super) fn poll_behind(&mut self, now: Timestamp) -> bool {
        self.behind_since
            .take_if(|since| *since + BEHIND_FOR <= now)
            .is_some()
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let keys = self.senders.values().flat_map(BTreeMap::values);
        keys.filter(|keys| keys.base_key.is_some())
            .filter_map(|keys| keys.retires_at)
            .min()
    }

    pub(super) fn handle_timeout(&mut self, now: Timestamp) {
        for keys in self.senders.values_mut().flat_map(BTreeMap::values_mut) {
            if keys.is_retired(now) {
                keys.forget();
            }
        }
    }

    fn locate(
        &self,
        now: Timestamp,
        slot: (u32, &str),
        frame: &[u8],
    ) -> Result<(Place, Header, usize), OpenDrop> {
        if frame.len() > MAX_FRAME_BYTES {
            return Err(OpenDrop::TooLarge);
        }
        let source = self
            .slots
            .get(&slot.0)
            .and_then(|slots| slots.get(slot.1))
            .ok_or(OpenDrop::NoSlot)?;
        let (header, header_length) = Header::decode(frame).map_err(|_| OpenDrop::Malformed)?;
        let kid = Kid::from_value(header.kid).ok_or(OpenDrop::Malformed)?;
        if kid.index != source.index {
            return Err(OpenDrop::WrongSender);
        }
        if kid.kind != source.kind {
            return Err(OpenDrop::WrongTrack);
        }
        let epochs = self.senders.get(&kid.index).ok_or(OpenDrop::UnknownKey)?;
        let (&epoch, keys) = epochs
            .iter()
            .rev()
            .find(|(epoch, _)| kid.is_of_epoch(**epoch))
            .ok_or_else(|| missing_key(kid, epochs))?;
        if keys.is_retired(now) {
            return Err(OpenDrop::Retired);
        }
        Ok((
            Place {
                index: kid.index,
                epoch,
                kind: kid.kind,
            },
            header,
            header_length,
        ))
    }

    fn track(
        &mut self,
        now: Timestamp,
        place: Place,
        next_handle: impl FnOnce() -> KeyHandle,
    ) -> Result<&mut ReceiveTrack, OpenDrop> {
        let epochs = self.senders.get_mut(&place.index).ok_or(OpenDrop::UnknownKey)?;
        let keys = epochs.get_mut(&place.epoch).ok_or(OpenDrop::UnknownKey)?;
        if keys.is_retired(now) {
            return Err(OpenDrop::Retired);
        }
        let base_key = keys.base_key.as_ref().ok_or(OpenDrop::UnknownKey)?;
        let derive = || {
            let kid = Kid::new(place.kind, place.index, place.epoch)?;
            Some(FrameKey::derive(base_key.as_bytes(), kid.value()))
        };
        let track = keys.tracks.entry(place.kind).or_insert_with(|| ReceiveTrack {
            key: None,
            handle: next_handle(),
            window: ReplayWindow::default(),
        });
        if track.key.is_none() {
            track.key = derive();
        }
        Ok(track)
    }
}

impl EpochKeys {
    fn is_retired(&self, now: Timestamp) -> bool {
        self.retires_at.is_some_and(|at| at <= now)
    }

    fn forget(&mut self) {
        self.base_key = None;
        for track in self.tracks.values_mut() {
            track.key = None;
        }
    }
}

/// A sender whose keys were dropped is on its way out, whatever it says.
fn missing_key(kid: Kid, epochs: &BTreeMap<u64, EpochKeys>) -> OpenDrop {
    let newest = epochs.iter().rev().find(|(_, keys)| keys.base_key.is_some());
    match newest {
        Some((&newest, _)) if kid.is_after(newest) => OpenDrop::FutureEpoch,
        Some(_) | None => OpenDrop::UnknownKey,
    }
}

fn key_id(base_key: &BaseKey) -> [u8; 32] {
    use sha2::{Digest as _, Sha256};
    Sha256::new()
        .chain_update(b"Incamera 1 receive key id")
        .chain_update(base_key.as_bytes())
        .finalize()
        .into()
}

/// How long frames of an epoch can be opened after the next began. Senders change over within a round trip; ten
/// seconds cover a client that is reconnecting, and bound what a removed person's old frames are worth.
const OVERLAP: Duration = Duration::from_secs(10);
// A commit reaches everybody within a round trip of the first frame under its keys. Sooner would take a slow connection
// for a hostile server.
const BEHIND_FOR: Duration = Duration::from_secs(5);
// Two epochs back is further than a rollback reaches; windows of a thousand senders are 1 MB an epoch.
const KEPT_EPOCHS: u64 = 4;
// Slots of a replaced transport may still be draining.
const KEPT_TRANSPORTS: u32 = 2;
