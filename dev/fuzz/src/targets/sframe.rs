// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sealed frames and key updates, as the frame side takes them.

use e2ee::{
    BaseKey, FrameSide, KeyUpdate, SlotSource,
    sframe::{FrameKey, Header},
};
use protocol::{MeetingId, Mode, Timestamp, TrackKind};

/// An SFrame header.
pub(crate) fn header(data: &[u8]) {
    if let Ok((header, length)) = Header::decode(data) {
        assert_eq!(header.encode(), data[..length], "a header has one form");
    }
}

/// A frame in a slot, once as it is, and once with whatever header it has made authentic under the secret of the slot's
/// sender: the key id of another track, sender or epoch must not open, and must not be in the way of an honest frame.
pub(crate) fn frame(data: &[u8]) {
    let (mut sender, mut receiver) = pair();
    let _ = receiver.open(Timestamp::ZERO, TRANSPORT, MID, data);
    let Ok((header, length)) = Header::decode(data) else {
        return;
    };
    let honest = sender.seal(KIND, &data[length..]).expect("the sender has a key");
    let (honest_header, _) = Header::decode(&honest).expect("the sender writes a header");
    let forged = authentic_frame(header, &data[length..]);
    let (_, mut receiver) = pair();
    if receiver.open(Timestamp::ZERO, TRANSPORT, MID, &forged).is_ok() {
        assert_eq!(header.kid, honest_header.kid, "only the slot's own key id opens");
    } else {
        let opened = receiver.open(Timestamp::ZERO, TRANSPORT, MID, &honest);
        assert!(
            opened.is_ok_and(|opened| opened == data[length..]),
            "an honest frame opens after a refused one"
        );
    }
}

/// Seals with any header, as an admitted but dishonest sender could.
fn authentic_frame(header: Header, plaintext: &[u8]) -> Vec<u8> {
    let mut frame = header.encode();
    let body_at = frame.len();
    let context = TrackKind::from_context(header.kid.to_be_bytes()[4] >> 4)
        .unwrap_or(KIND)
        .context();
    let metadata = [
        b"Incamera 1 frame",
        &[Mode::E2ee.label_byte()][..],
        MEETING.as_bytes(),
        &[context],
    ]
    .concat();
    let aad = [&frame[..], &metadata].concat();
    frame.extend_from_slice(plaintext);
    FrameKey::derive(&BASE_KEY, header.kid).seal_in_place(header.ctr, &aad, &mut frame, body_at);
    frame
}

/// What the session tells the frame side.
pub(crate) fn key_update(data: &[u8]) {
    if let Ok(update) = KeyUpdate::decode(data) {
        let again = KeyUpdate::decode(&update.encode());
        assert!(
            again.is_ok_and(|again| again == update),
            "an update reads back as itself"
        );
    }
    let (_, mut receiver) = pair();
    let _ = receiver.handle_encoded(Timestamp::ZERO, data);
    receiver.handle_timeout(Timestamp::ZERO);
}

fn pair() -> (FrameSide, FrameSide) {
    let begin = KeyUpdate::Begin {
        meeting: MEETING,
        mode: Mode::E2ee,
    };
    let base_key = || BaseKey::new(BASE_KEY);
    let mut sender = FrameSide::new();
    sender.handle_update(Timestamp::ZERO, begin.clone());
    sender.handle_update(
        Timestamp::ZERO,
        KeyUpdate::SetSendKey {
            epoch: EPOCH,
            index: INDEX,
            base_key: base_key(),
        },
    );
    let mut receiver = FrameSide::new();
    let source = Some(SlotSource {
        index: INDEX,
        kind: KIND,
    });
    for update in [
        begin,
        KeyUpdate::AddReceiveKey {
            epoch: EPOCH,
            index: INDEX,
            base_key: base_key(),
        },
        // A second sender with the same secret: nothing but the slot keeps the two apart.
        KeyUpdate::AddReceiveKey {
            epoch: EPOCH,
            index: INDEX + 1,
            base_key: base_key(),
        },
        KeyUpdate::AssignSlot {
            transport: TRANSPORT,
            mid: MID.to_owned(),
            source,
        },
    ] {
        receiver.handle_update(Timestamp::ZERO, update);
    }
    (sender, receiver)
}

/// Returns a frame that an honest sender sealed.
pub(crate) fn honest_frame(plaintext: &[u8]) -> Vec<u8> {
    pair().0.seal(KIND, plaintext).expect("the sender has a key")
}

const MEETING: MeetingId = MeetingId::new([9; 16]);
const BASE_KEY: [u8; 32] = [7; 32];
const EPOCH: u64 = 3;
const INDEX: u32 = 5;
const TRANSPORT: u32 = 1;
const MID: &str = "4";
const KIND: TrackKind = TrackKind::Camera;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forged_frames_get_past_authentication_so_that_the_target_tries_what_it_says() {
        let (header, _) = Header::decode(&honest_frame(b"frame")).expect("the sender writes a header");
        let forged = authentic_frame(Header { ctr: 1000, ..header }, b"other");
        let opened = pair().1.open(Timestamp::ZERO, TRANSPORT, MID, &forged);
        assert!(opened.is_ok_and(|opened| opened == b"other"));
    }
}
