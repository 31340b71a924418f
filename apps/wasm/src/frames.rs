// SPDX-License-Identifier: MIT OR Apache-2.0
//! The frame keys of one frame worker. The AEAD runs here or in the browser; nonces, AAD and replay windows are always the
//! engine's.

use e2ee::{FrameSide, KeyHandle, OpenDrop, frames::PreparedOpen};
use js_sys::Uint8Array;
use protocol::TrackKind;
use serde_json::{Map, Value};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use zeroize::Zeroize as _;

use crate::convert::{milliseconds, object, timestamp};

/// Seals and opens frames. What it refuses is `undefined`, counted by reason.
#[wasm_bindgen]
pub struct WasmFrames {
    side: FrameSide,
    last_drop: Option<OpenDrop>,
}

#[wasm_bindgen]
impl WasmFrames {
    /// Makes a frame side without keys; of all those of a client, exactly one may seal.
    #[wasm_bindgen(constructor)]
    pub fn new(can_seal: bool) -> Self {
        let side = if can_seal {
            FrameSide::new()
        } else {
            FrameSide::receive_only()
        };
        Self {
            side,
            last_drop: None,
        }
    }

    /// Takes a key update from the session worker.
    ///
    /// # Errors
    /// Throws `malformed`.
    #[wasm_bindgen(js_name = handleUpdate)]
    pub fn handle_update(&mut self, now_ms: f64, mut update: Vec<u8>) -> Result<(), JsValue> {
        let result = self.side.handle_encoded(timestamp(now_ms), &update);
        update.zeroize();
        result.map_err(|_| JsValue::from_str("malformed"))
    }

    /// Seals a frame of the track with this SFrame context.
    pub fn seal(&mut self, context: u8, frame: &[u8]) -> Option<Vec<u8>> {
        self.side.seal(TrackKind::from_context(context)?, frame).ok()
    }

    /// Opens a frame that came in the slot `mid` of `transport`.
    pub fn open(&mut self, now_ms: f64, transport: u32, mid: &str, frame: &[u8]) -> Option<Vec<u8>> {
        let opened = self.side.open(timestamp(now_ms), transport, mid, frame);
        self.note(opened)
    }

    /// Takes the next counter of a track, for a frame that the browser seals.
    #[wasm_bindgen(js_name = prepareSeal, unchecked_return_type = "PreparedSeal | undefined")]
    pub fn prepare_seal(&mut self, context: u8) -> JsValue {
        let kind = TrackKind::from_context(context);
        let Some(prepared) = kind.and_then(|kind| self.side.prepare_seal(kind).ok()) else {
            return JsValue::UNDEFINED;
        };
        object([
            ("header", Uint8Array::from(prepared.header.as_slice()).into()),
            ("nonce", Uint8Array::from(prepared.nonce.as_slice()).into()),
            ("aad", Uint8Array::from(prepared.aad.as_slice()).into()),
            ("key", handle_number(prepared.key).into()),
        ])
    }

    /// Finds the key for a frame that the browser opens; `start` is its beginning, at least the SFrame header.
    #[wasm_bindgen(js_name = prepareOpen)]
    pub fn prepare_open(
        &mut self,
        now_ms: f64,
        transport: u32,
        mid: &str,
        start: &[u8],
    ) -> Option<PreparedFrame> {
        let prepared = self.side.prepare_open(timestamp(now_ms), transport, mid, start);
        self.note(prepared).map(PreparedFrame)
    }

    /// Notes that the browser authenticated a frame; returns whether it may be shown.
    #[wasm_bindgen(js_name = commitOpen)]
    pub fn commit_open(&mut self, now_ms: f64, prepared: &PreparedFrame) -> bool {
        let committed = self.side.commit_open(timestamp(now_ms), &prepared.0);
        self.note(committed).is_some()
    }

    /// Counts a frame that the browser found not to be authentic.
    #[wasm_bindgen(js_name = rejectOpen)]
    pub fn reject_open(&mut self) {
        self.last_drop = Some(self.side.reject_open());
    }

    /// Returns whether the frame that was refused last had come before: no loss to what follows.
    #[wasm_bindgen(js_name = wasRepeated)]
    pub fn was_repeated(&self) -> bool {
        self.last_drop == Some(OpenDrop::Replayed)
    }

    /// Returns the AES-256 key behind a number, to be imported once and erased.
    #[wasm_bindgen(js_name = keyBytes)]
    pub fn key_bytes(&self, key: u32) -> Option<Vec<u8>> {
        self.side
            .key_bytes(KeyHandle(key.into()))
            .map(|bytes| bytes.to_vec())
    }

    /// Returns how many frames were refused, in JSON: by `sealing` and `opening`, then by reason.
    pub fn drops(&self) -> String {
        let drops = self.side.drops();
        let sealing = drops
            .iter_not_sealed()
            .map(|(reason, count)| (reason.as_str(), count));
        let opening = drops
            .iter_not_opened()
            .map(|(reason, count)| (reason.as_str(), count));
        let by_side = [("sealing", by_reason(sealing)), ("opening", by_reason(opening))];
        Value::Object(
            by_side
                .map(|(side, counts)| (side.to_owned(), counts))
                .into_iter()
                .collect(),
        )
        .to_string()
    }

    /// Returns whether the others have gone on to keys that do not come here: once for each time, for the session's command
    /// `keysMissing`.
    #[wasm_bindgen(js_name = pollBehind)]
    pub fn poll_behind(&mut self, now_ms: f64) -> bool {
        self.side.poll_behind(timestamp(now_ms))
    }

    /// Returns when to call `handleTimeout`, if ever.
    #[wasm_bindgen(js_name = pollTimeout)]
    pub fn poll_timeout(&self) -> Option<f64> {
        self.side.poll_timeout().map(milliseconds)
    }

    /// Erases the keys of epochs that are over.
    #[wasm_bindgen(js_name = handleTimeout)]
    pub fn handle_timeout(&mut self, now_ms: f64) {
        self.side.handle_timeout(timestamp(now_ms));
    }
}

impl WasmFrames {
    fn note<T>(&mut self, result: Result<T, OpenDrop>) -> Option<T> {
        result.map_err(|reason| self.last_drop = Some(reason)).ok()
    }
}

/// What the browser needs to open one frame.
#[wasm_bindgen]
pub struct PreparedFrame(PreparedOpen);

#[wasm_bindgen]
impl PreparedFrame {
    /// Returns where the ciphertext begins.
    #[wasm_bindgen(getter, js_name = headerLength)]
    pub fn header_length(&self) -> usize {
        self.0.header_length
    }

    /// Returns the 96-bit nonce.
    #[wasm_bindgen(getter)]
    pub fn nonce(&self) -> Uint8Array {
        Uint8Array::from(self.0.nonce.as_slice())
    }

    /// Returns what is authenticated with the frame.
    #[wasm_bindgen(getter)]
    pub fn aad(&self) -> Uint8Array {
        Uint8Array::from(self.0.aad.as_slice())
    }

    /// Returns the number of the key.
    #[wasm_bindgen(getter)]
    pub fn key(&self) -> u32 {
        handle_number(self.0.key)
    }
}

fn handle_number(handle: KeyHandle) -> u32 {
    u32::try_from(handle.0).expect("a stay derives fewer than four thousand million keys")
}

fn by_reason(counts: impl Iterator<Item = (&'static str, u64)>) -> Value {
    let seen = counts.filter(|(_, count)| *count > 0);
    Value::Object(
        seen.map(|(reason, count)| (reason.to_owned(), count.into()))
            .collect::<Map<_, _>>(),
    )
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the browser needs to seal one frame; `header` goes in front of the ciphertext. */
export interface PreparedSeal {
  header: Uint8Array<ArrayBuffer>;
  nonce: Uint8Array<ArrayBuffer>;
  aad: Uint8Array<ArrayBuffer>;
  key: number;
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_keys_nothing_passes_and_everything_is_counted() {
        let mut frames = WasmFrames::new(true);
        assert!(frames.seal(TrackKind::Camera.context(), b"frame").is_none());
        assert!(frames.open(0.0, 1, "4", b"frame").is_none());
        // Whether fields keep their order depends on what else is built along.
        let drops: Value = serde_json::from_str(&frames.drops()).expect("is JSON");
        assert_eq!(
            drops,
            serde_json::json!({"opening": {"unknown_key": 1}, "sealing": {"no_key": 1}})
        );
    }

    #[test]
    fn a_track_of_no_kind_is_not_sealed() {
        assert!(WasmFrames::new(true).seal(4, b"frame").is_none());
    }
}
