// SPDX-License-Identifier: MIT OR Apache-2.0
//! One sealing side, one opening side, and everything that can be wrong in between.

use proptest::prelude::*;
use protocol::{MeetingId, Mode, Timestamp, TrackKind};

use super::{BaseKey, FrameSide, KeyUpdate, OpenDrop, SealDrop, SlotSource};
use crate::sframe::{FrameKey, Header};

const NOW: Timestamp = Timestamp::ZERO;
const MEETING: MeetingId = MeetingId::new([1; 16]);
const KIND: TrackKind = TrackKind::Camera;
const SENDER: u32 = 3;
const EPOCH: u64 = 300;

fn begin() -> KeyUpdate {
    KeyUpdate::Begin {
        meeting: MEETING,
        mode: Mode::E2ee,
    }
}

fn key() -> BaseKey {
    BaseKey::new([42; 32])
}

fn sender() -> FrameSide {
    sender_of(begin(), EPOCH, SENDER, key())
}

fn sender_of(begin: KeyUpdate, epoch: u64, index: u32, base_key: BaseKey) -> FrameSide {
    let mut side = FrameSide::new();
    side.handle_update(NOW, begin);
    side.handle_update(
        NOW,
        KeyUpdate::SetSendKey {
            epoch,
            index,
            base_key,
        },
    );
    side
}

fn receiver() -> FrameSide {
    let mut side = FrameSide::new();
    side.handle_update(NOW, begin());
    side.handle_update(
        NOW,
        KeyUpdate::AddReceiveKey {
            epoch: EPOCH,
            index: SENDER,
            base_key: key(),
        },
    );
    side.handle_update(NOW, slot(SENDER, KIND));
    side
}

fn slot(index: u32, kind: TrackKind) -> KeyUpdate {
    KeyUpdate::AssignSlot {
        transport: 1,
        mid: "0".into(),
        source: Some(SlotSource { index, kind }),
    }
}

fn open(side: &mut FrameSide, frame: &[u8]) -> Result<Vec<u8>, OpenDrop> {
    side.open(NOW, 1, "0", frame)
}

#[track_caller]
fn check_dropped(side: &mut FrameSide, frame: &[u8], reason: OpenDrop) {
    let before = side.drops().not_opened(reason);
    assert_eq!(open(side, frame), Err(reason));
    assert_eq!(
        side.drops().not_opened(reason),
        before + 1,
        "every drop is counted"
    );
}

#[test]
fn a_frame_opens_once() {
    let frame = sender().seal(KIND, b"frame").expect("has a key");
    let mut receiver = receiver();
    assert_eq!(open(&mut receiver, &frame), Ok(b"frame".to_vec()));
    check_dropped(&mut receiver, &frame, OpenDrop::Replayed);
}

#[test]
fn frames_of_all_tracks_and_layers_have_counters_of_their_own() {
    let mut sender = sender();
    let mut headers = Vec::new();
    for kind in TrackKind::ALL {
        for _ in 0..10 {
            headers.push(
                Header::decode(&sender.seal(kind, b"").expect("has a key"))
                    .expect("a header")
                    .0,
            );
        }
    }
    for (position, header) in headers.iter().enumerate() {
        assert!(!headers[..position].contains(header));
    }
}

#[test]
fn nothing_is_sealed_without_a_key_or_while_stopped() {
    let mut side = FrameSide::new();
    assert_eq!(side.seal(KIND, b"frame"), Err(SealDrop::NoKey));
    side.handle_update(NOW, begin());
    assert_eq!(side.seal(KIND, b"frame"), Err(SealDrop::NoKey));
    assert_eq!(side.drops().not_sealed(SealDrop::NoKey), 2);
    let mut side = sender();
    side.handle_update(NOW, KeyUpdate::StopSending);
    assert_eq!(side.seal(KIND, b"frame"), Err(SealDrop::Stopped));
    assert!(side.prepare_seal(KIND).err() == Some(SealDrop::Stopped));
    side.handle_update(NOW, KeyUpdate::ResumeSending);
    assert!(side.seal(KIND, b"frame").is_ok());
}

#[test]
fn a_receive_only_side_never_seals() {
    let mut side = FrameSide::receive_only();
    side.handle_update(NOW, begin());
    side.handle_update(
        NOW,
        KeyUpdate::SetSendKey {
            epoch: EPOCH,
            index: SENDER,
            base_key: key(),
        },
    );
    assert_eq!(side.seal(KIND, b"frame"), Err(SealDrop::NoKey));
}

#[test]
fn a_frame_in_a_slot_that_is_not_its_own_is_refused() {
    let mut sender = sender();
    let mut receiver = receiver();
    receiver.handle_update(NOW, slot(SENDER + 1, KIND));
    check_dropped(
        &mut receiver,
        &sender.seal(KIND, b"frame").expect("has a key"),
        OpenDrop::WrongSender,
    );
    receiver.handle_update(NOW, slot(SENDER, TrackKind::Screen));
    check_dropped(
        &mut receiver,
        &sender.seal(KIND, b"frame").expect("has a key"),
        OpenDrop::WrongTrack,
    );
    receiver.handle_update(
        NOW,
        KeyUpdate::AssignSlot {
            transport: 1,
            mid: "0".into(),
            source: None,
        },
    );
    check_dropped(
        &mut receiver,
        &sender.seal(KIND, b"frame").expect("has a key"),
        OpenDrop::NoSlot,
    );
}

#[test]
fn a_frame_of_another_meeting_mode_epoch_sender_or_key_is_refused() {
    let other_meeting = KeyUpdate::Begin {
        meeting: MeetingId::new([2; 16]),
        mode: Mode::E2ee,
    };
    let other_mode = KeyUpdate::Begin {
        meeting: MEETING,
        mode: Mode::Standard,
    };
    let check = |mut sender: FrameSide, reason: OpenDrop| {
        check_dropped(
            &mut receiver(),
            &sender.seal(KIND, b"frame").expect("has a key"),
            reason,
        );
    };
    check(
        sender_of(other_meeting, EPOCH, SENDER, key()),
        OpenDrop::NotAuthentic,
    );
    check(
        sender_of(other_mode, EPOCH, SENDER, key()),
        OpenDrop::NotAuthentic,
    );
    check(
        sender_of(begin(), EPOCH, SENDER, BaseKey::new([43; 32])),
        OpenDrop::NotAuthentic,
    );
    check(
        sender_of(begin(), EPOCH + 1, SENDER, key()),
        OpenDrop::FutureEpoch,
    );
    check(
        sender_of(begin(), EPOCH, SENDER + 1, key()),
        OpenDrop::WrongSender,
    );
}

#[test]
fn a_track_cannot_pass_for_another_even_with_its_header_rewritten() {
    let frame = sender().seal(TrackKind::Screen, b"frame").expect("has a key");
    let (header, length) = Header::decode(&frame).expect("a header");
    let camera_kid = header.kid - (1 << 28);
    let mut swapped = Header {
        kid: camera_kid,
        ctr: header.ctr,
    }
    .encode();
    swapped.extend_from_slice(&frame[length..]);
    check_dropped(&mut receiver(), &swapped, OpenDrop::NotAuthentic);
}

#[test]
fn what_is_no_sframe_is_refused_and_never_passed_through() {
    for frame in [
        &b""[..],
        &[0xFF],
        &[0x80, 0x01],
        b"plain vp9 frame",
        &[0; 200],
        &[0xFF; 200],
    ] {
        assert!(open(&mut receiver(), frame).is_err());
    }
}

#[test]
fn a_forged_counter_does_not_move_the_replay_window() {
    let mut sender = sender();
    let mut receiver = receiver();
    let frame = sender.seal(KIND, b"frame").expect("has a key");
    let (header, length) = Header::decode(&frame).expect("a header");
    let mut forged = Header {
        kid: header.kid,
        ctr: 1 << 40,
    }
    .encode();
    forged.extend_from_slice(&frame[length..]);
    check_dropped(&mut receiver, &forged, OpenDrop::NotAuthentic);
    assert!(open(&mut receiver, &frame).is_ok());
}

#[test]
fn the_split_halves_agree_with_the_whole() {
    let (mut sender, mut receiver) = (sender(), receiver());
    let prepared = sender.prepare_seal(KIND).expect("has a key");
    let aes = *sender.key_bytes(prepared.key).expect("the handle names a key");
    let mut frame = prepared.header.clone();
    frame.extend(aead_elsewhere(&aes, &prepared.nonce, &prepared.aad, b"frame"));
    let opening = receiver.prepare_open(NOW, 1, "0", &frame).expect("in order");
    assert_eq!(opening.nonce, prepared.nonce);
    assert_eq!(opening.aad, prepared.aad);
    assert_eq!(receiver.key_bytes(opening.key), Some(&aes));
    let again = receiver
        .prepare_open(NOW, 1, "0", &frame)
        .expect("nothing was authenticated yet");
    assert_eq!(receiver.commit_open(NOW, &opening), Ok(()));
    assert_eq!(
        receiver.commit_open(NOW, &again),
        Err(OpenDrop::Replayed),
        "the second of two in flight loses"
    );
    check_dropped(&mut receiver, &frame, OpenDrop::Replayed);

    let frame = sender.seal(KIND, b"frame").expect("has a key");
    let opening = receiver.prepare_open(NOW, 1, "0", &frame).expect("in order");
    receiver.handle_update(NOW, KeyUpdate::DropSender { index: SENDER });
    assert_eq!(
        receiver.commit_open(NOW, &opening),
        Err(OpenDrop::UnknownKey),
        "dropped while in flight"
    );
    assert_eq!(receiver.key_bytes(opening.key), None);
}

#[test]
fn an_update_survives_its_encoding_and_damage_is_refused() {
    let updates = [
        begin(),
        KeyUpdate::SetSendKey {
            epoch: 1,
            index: 2,
            base_key: key(),
        },
        KeyUpdate::AddReceiveKey {
            epoch: u64::MAX,
            index: 2,
            base_key: key(),
        },
        KeyUpdate::RetireEpoch { epoch: 3 },
        KeyUpdate::DropSender { index: 4 },
        slot(1, TrackKind::ScreenAudio),
        KeyUpdate::StopSending,
        KeyUpdate::ResumeSending,
    ];
    for update in updates {
        let bytes = update.encode();
        assert!(KeyUpdate::decode(&bytes).is_ok_and(|decoded| decoded == update));
        for length in 0..bytes.len() {
            assert!(KeyUpdate::decode(&bytes[..length]).is_err());
        }
    }
}

fn aead_elsewhere(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    use aes_gcm::{
        Aes256Gcm,
        aead::{Aead as _, KeyInit as _, Payload},
    };
    let cipher = Aes256Gcm::new(key.into());
    cipher
        .encrypt(nonce.into(), Payload { msg: plaintext, aad })
        .expect("short enough")
}

proptest! {
    #[test]
    fn any_frame_opens_to_itself(frame: Vec<u8>) {
        let sealed = sender().seal(KIND, &frame).expect("has a key");
        prop_assert_eq!(open(&mut receiver(), &sealed), Ok(frame));
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused(frame in proptest::collection::vec(any::<u8>(), 0..300), bit: prop::sample::Index) {
        let mut sealed = sender().seal(KIND, &frame).expect("has a key");
        let bit = bit.index(sealed.len() * 8);
        sealed[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(open(&mut receiver(), &sealed).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(frame: Vec<u8>) {
        prop_assert!(open(&mut receiver(), &frame).is_err());
    }

    #[test]
    fn any_update_bytes_are_taken_or_refused_without_a_panic(bytes: Vec<u8>) {
        let _ = FrameSide::new().handle_encoded(NOW, &bytes);
    }

    #[test]
    fn keys_differ_by_kid(base: [u8; 32], one: u64, other: u64) {
        prop_assume!(one != other);
        let (one, other) = (FrameKey::derive(&base, one), FrameKey::derive(&base, other));
        prop_assert_ne!(one.key_bytes(), other.key_bytes());
    }
}
