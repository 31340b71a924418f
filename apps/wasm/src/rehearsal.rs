// SPDX-License-Identifier: MIT OR Apache-2.0
//! The keys of a connection test: one client that opens what it sealed itself.

use e2ee::{BaseKey, KeyUpdate, SlotSource};
use js_sys::Uint8Array;
use protocol::{MeetingId, Mode, TrackKind};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::convert;

/// Returns the key updates under which a frame worker opens, in each transport's slot `mid`, what it seals as a
/// microphone. The key is made from 32 random bytes, and belongs to no meeting.
///
/// # Errors
/// Throws `seed_length`.
#[wasm_bindgen(js_name = rehearsalKeys)]
pub fn rehearsal_keys(seed: &[u8], transports: Vec<u32>, mid: &str) -> Result<Vec<Uint8Array>, JsValue> {
    let updates = updates(convert::seed(seed)?, &transports, mid);
    Ok(updates
        .map(|update| Uint8Array::from(update.encode().as_slice()))
        .collect())
}

fn updates(secret: [u8; 32], transports: &[u32], mid: &str) -> impl Iterator<Item = KeyUpdate> {
    let base_key = BaseKey::new(secret);
    let keys = [
        KeyUpdate::Begin {
            meeting: MeetingId::new([0; 16]),
            mode: Mode::E2ee,
        },
        KeyUpdate::SetSendKey {
            epoch: 0,
            index: 0,
            base_key: base_key.clone(),
        },
        KeyUpdate::AddReceiveKey {
            epoch: 0,
            index: 0,
            base_key,
        },
    ];
    let slots = transports.iter().map(move |&transport| KeyUpdate::AssignSlot {
        transport,
        mid: String::from(mid),
        source: Some(SlotSource {
            index: 0,
            kind: TrackKind::Microphone,
        }),
    });
    keys.into_iter().chain(slots)
}

#[cfg(test)]
mod tests {
    use e2ee::FrameSide;
    use protocol::Timestamp;

    use super::*;

    #[test]
    fn what_is_sealed_is_opened_in_each_transports_slot_and_nowhere_else() {
        let mut side = FrameSide::new();
        for update in updates([7; 32], &[1, 2], "0") {
            side.handle_update(Timestamp::ZERO, update);
        }
        for transport in [1, 2] {
            let sealed = side
                .seal(TrackKind::Microphone, b"frame")
                .expect("there is a key");
            assert_ne!(sealed, b"frame");
            let opened = side.open(Timestamp::ZERO, transport, "0", &sealed);
            assert_eq!(opened.expect("is its own"), b"frame");
        }
        let sealed = side
            .seal(TrackKind::Microphone, b"frame")
            .expect("there is a key");
        assert!(side.open(Timestamp::ZERO, 3, "0", &sealed).is_err());
    }
}
