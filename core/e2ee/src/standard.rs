// SPDX-License-Identifier: MIT OR Apache-2.0
//! Standard meetings: the server mints the secret, everything below it is as in end-to-end meetings.
//!
//! The mode is in every label, so a key of one mode never opens anything of the other.

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use hkdf::Hkdf;
use protocol::{MeetingId, Mode, ParticipantId, message::StandardKey};
use rand_core::CryptoRng;
use sha2::Sha512;
use zeroize::Zeroizing;

use crate::{
    frames::{BaseKey, KeyUpdate},
    member::ApplicationRefusal,
};

/// One participant's keys in a standard meeting. Has no `Debug`.
pub struct StandardKeys {
    meeting: MeetingId,
    me: ParticipantId,
    current: EpochSecret,
    previous: Option<EpochSecret>,
}

struct EpochSecret {
    epoch: u64,
    secret: Zeroizing<[u8; 32]>,
}

impl StandardKeys {
    /// Takes the server's secret; `None` if it is not 32 bytes long.
    pub fn new(meeting: MeetingId, me: ParticipantId, key: &StandardKey) -> Option<Self> {
        Some(Self {
            meeting,
            me,
            current: EpochSecret::new(key)?,
            previous: None,
        })
    }

    /// Goes on after `before`: messages of its epoch that are still under way can be opened.
    pub fn after(mut self, before: Self) -> Self {
        if before.current.epoch < self.current.epoch {
            self.previous = Some(before.current);
        } else if before.current.epoch == self.current.epoch {
            self.previous = before.previous;
        }
        self
    }

    /// Takes the next epoch's secret and keeps the previous one for messages under way. Returns whether it was newer.
    pub fn handle_key(&mut self, key: &StandardKey) -> bool {
        let Some(secret) = EpochSecret::new(key).filter(|secret| secret.epoch > self.current.epoch) else {
            return false;
        };
        self.previous = Some(std::mem::replace(&mut self.current, secret));
        true
    }

    /// Returns the key epoch.
    pub const fn epoch(&self) -> u64 {
        self.current.epoch
    }

    /// Returns what the frame side needs to begin, or to go on from the epoch `previous`.
    pub fn key_updates(&self, participants: &[ParticipantId], previous: Option<u64>) -> Vec<KeyUpdate> {
        let mut updates = Vec::with_capacity(participants.len() + 2);
        if previous.is_none() {
            updates.push(KeyUpdate::Begin {
                meeting: self.meeting,
                mode: Mode::Standard,
            });
        }
        let others = participants.iter().filter(|&&participant| participant != self.me);
        updates.extend(others.map(|&participant| self.receive_key(participant)));
        updates.push(KeyUpdate::SetSendKey {
            epoch: self.epoch(),
            index: self.me.0,
            base_key: self.current.base_key(self.meeting, self.me),
        });
        let retired = previous.filter(|&previous| previous != self.epoch());
        updates.extend(retired.map(|epoch| KeyUpdate::RetireEpoch { epoch }));
        updates
    }

    /// Returns what the frame side needs to open frames of one more participant.
    pub fn receive_key(&self, participant: ParticipantId) -> KeyUpdate {
        let base_key = self.current.base_key(self.meeting, participant);
        KeyUpdate::AddReceiveKey {
            epoch: self.epoch(),
            index: participant.0,
            base_key,
        }
    }

    /// Seals an application message.
    pub fn seal_application(&self, rng: &mut impl CryptoRng, plaintext: &[u8]) -> Vec<u8> {
        let mut message = Vec::with_capacity(HEADER_BYTES + plaintext.len() + 16);
        message.extend_from_slice(&self.epoch().to_be_bytes());
        message.extend_from_slice(&self.me.0.to_be_bytes());
        let mut nonce = [0; NONCE_BYTES];
        rng.fill_bytes(&mut nonce);
        message.extend_from_slice(&nonce);
        let payload = Payload {
            msg: plaintext,
            aad: &self.aad(&message),
        };
        let sealed = self
            .current
            .chat_cipher(self.meeting, self.me)
            .encrypt(Nonce::from_slice(&nonce), payload)
            .expect("messages are shorter than AES-GCM's limit");
        message.extend_from_slice(&sealed);
        message
    }

    /// Opens an application message and returns who sealed it. Anyone who has the secret, the server included, could
    /// have: that is what this mode is.
    ///
    /// # Errors
    /// [`ApplicationRefusal`] if it is of another epoch than the last two, or not authentic.
    pub fn open_application(&self, message: &[u8]) -> Result<(ParticipantId, Vec<u8>), ApplicationRefusal> {
        let (header, sealed) = message
            .split_at_checked(HEADER_BYTES)
            .ok_or(ApplicationRefusal::Malformed)?;
        let epoch = u64::from_be_bytes(header[..8].try_into().expect("8 bytes"));
        let from = ParticipantId(u32::from_be_bytes(header[8..12].try_into().expect("4 bytes")));
        let secret = [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .find(|secret| secret.epoch == epoch)
            .ok_or(ApplicationRefusal::UnknownEpoch)?;
        let payload = Payload {
            msg: sealed,
            aad: &self.aad(header),
        };
        let plaintext = secret
            .chat_cipher(self.meeting, from)
            .decrypt(Nonce::from_slice(&header[12..]), payload);
        Ok((from, plaintext.map_err(|_| ApplicationRefusal::NotAuthentic)?))
    }

    fn aad(&self, header: &[u8]) -> Vec<u8> {
        let mut aad = info(CHAT_LABEL, self.meeting);
        aad.extend_from_slice(header);
        aad
    }
}

impl EpochSecret {
    fn new(key: &StandardKey) -> Option<Self> {
        let secret = Zeroizing::new(key.secret.as_slice().try_into().ok()?);
        Some(Self {
            epoch: key.epoch,
            secret,
        })
    }

    fn base_key(&self, meeting: MeetingId, participant: ParticipantId) -> BaseKey {
        BaseKey::new(*self.derive(MEDIA_LABEL, meeting, participant))
    }

    fn chat_cipher(&self, meeting: MeetingId, participant: ParticipantId) -> Aes256Gcm {
        Aes256Gcm::new(self.derive(CHAT_LABEL, meeting, participant).as_ref().into())
    }

    fn derive(&self, label: &[u8], meeting: MeetingId, participant: ParticipantId) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha512>::new(None, self.secret.as_slice())
            .expand_multi_info(
                &[
                    &info(label, meeting),
                    &self.epoch.to_be_bytes(),
                    &participant.0.to_be_bytes(),
                ],
                key.as_mut_slice(),
            )
            .expect("shorter than HKDF's limit");
        key
    }
}

fn info(label: &[u8], meeting: MeetingId) -> Vec<u8> {
    let mut info = label.to_vec();
    info.push(Mode::Standard.label_byte());
    info.extend_from_slice(meeting.as_bytes());
    info
}

const MEDIA_LABEL: &[u8] = b"Incamera 1 media";
const CHAT_LABEL: &[u8] = b"Incamera 1 chat ";
const NONCE_BYTES: usize = 12;
const HEADER_BYTES: usize = 8 + 4 + NONCE_BYTES;

#[cfg(test)]
mod tests {
    use protocol::{Timestamp, TrackKind};
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;
    use crate::frames::{FrameSide, SlotSource};

    const MEETING: MeetingId = MeetingId::new([3; 16]);
    const ALICE: ParticipantId = ParticipantId(1);
    const BOB: ParticipantId = ParticipantId(2);

    fn key(epoch: u64, byte: u8) -> StandardKey {
        StandardKey {
            epoch,
            secret: vec![byte; 32],
        }
    }

    fn keys(me: ParticipantId, key: &StandardKey) -> StandardKeys {
        StandardKeys::new(MEETING, me, key).expect("the secret is 32 bytes")
    }

    fn frame_side(keys: &StandardKeys) -> FrameSide {
        let mut side = FrameSide::new();
        for update in keys.key_updates(&[ALICE, BOB], None) {
            side.handle_update(Timestamp::ZERO, update);
        }
        side
    }

    #[test]
    fn two_who_hold_the_secret_see_each_other() {
        let mut alice = frame_side(&keys(ALICE, &key(1, 9)));
        let mut bob = frame_side(&keys(BOB, &key(1, 9)));
        let source = Some(SlotSource {
            index: ALICE.0,
            kind: TrackKind::Camera,
        });
        bob.handle_update(
            Timestamp::ZERO,
            KeyUpdate::AssignSlot {
                transport: 1,
                mid: "0".into(),
                source,
            },
        );
        let sealed = alice
            .seal(TrackKind::Camera, b"picture")
            .expect("alice has a key");
        assert_eq!(
            bob.open(Timestamp::ZERO, 1, "0", &sealed),
            Ok(b"picture".to_vec())
        );
    }

    #[test]
    fn a_chat_message_opens_with_the_secret_and_not_without() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let message = keys(ALICE, &key(1, 9)).seal_application(&mut rng, b"hello");
        assert_eq!(
            keys(BOB, &key(1, 9)).open_application(&message),
            Ok((ALICE, b"hello".to_vec()))
        );
        assert_eq!(
            keys(BOB, &key(1, 8)).open_application(&message),
            Err(ApplicationRefusal::NotAuthentic)
        );
        assert_eq!(
            keys(BOB, &key(2, 9)).open_application(&message),
            Err(ApplicationRefusal::UnknownEpoch)
        );
        for position in 0..message.len() {
            let mut forged = message.clone();
            forged[position] ^= 1;
            assert!(
                keys(BOB, &key(1, 9)).open_application(&forged).is_err(),
                "byte {position}"
            );
        }
    }

    #[test]
    fn a_message_under_way_survives_one_rotation() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let message = keys(ALICE, &key(1, 9)).seal_application(&mut rng, b"hello");
        let mut bob = keys(BOB, &key(1, 9));
        assert!(bob.handle_key(&key(2, 8)));
        assert!(bob.open_application(&message).is_ok());
        assert!(!bob.handle_key(&key(2, 7)), "an epoch comes once");
        assert!(bob.handle_key(&key(3, 6)));
        assert_eq!(
            bob.open_application(&message),
            Err(ApplicationRefusal::UnknownEpoch)
        );
    }

    #[test]
    fn a_secret_of_another_length_is_refused() {
        assert!(
            StandardKeys::new(
                MEETING,
                ALICE,
                &StandardKey {
                    epoch: 1,
                    secret: vec![0; 31]
                }
            )
            .is_none()
        );
    }
}
