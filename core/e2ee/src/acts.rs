// SPDX-License-Identifier: MIT OR Apache-2.0
//! The stay key, with which a participant acts and by which its leaves are known to be one person's; and what only those
//! who have the link secret can read.

use std::iter;

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use protocol::{
    MeetingId, MeetingLink, Mode,
    acts::{
        ActJudge, Authority, HostAct, LeafStay, SignedAct, StayProof, act_message, stay_challenge_message,
        stay_grant_message, stay_leaf_message,
    },
    mls::HostGrant,
};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::{
    EarlierSeals,
    meeting::{HostKey, host_fingerprint, random, verify},
};

/// One person's stay: outlives connections, leaves and reloads of the page. Has no `Debug`; erased when dropped.
pub struct StayKey(SigningKey);

impl StayKey {
    /// Draws a key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self::from_seed(*random(rng))
    }

    /// Makes the key with this seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&Zeroizing::new(seed)))
    }

    /// Returns the seed, to be kept beside the resume token.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Returns the Ed25519 public key.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub(crate) const fn signing_key(&self) -> &SigningKey {
        &self.0
    }

    /// Proves to the server that its holder is the stay's, over the connection's challenge.
    pub fn prove(&self, meeting: MeetingId, mode: Mode, challenge: &[u8]) -> StayProof {
        StayProof {
            key: self.public().to_vec(),
            signature: self
                .0
                .sign(&stay_challenge_message(meeting, mode, challenge))
                .to_vec(),
        }
    }

    /// Makes a leaf the stay's own.
    pub fn bind(&self, meeting: MeetingId, leaf_key: &[u8], admission: Option<SignedAct>) -> LeafStay {
        LeafStay {
            key: self.public().to_vec(),
            signature: self
                .0
                .sign(&stay_leaf_message(meeting, Mode::E2ee, leaf_key))
                .to_vec(),
            admission,
        }
    }

    /// Signs an act.
    pub fn sign(&self, meeting: MeetingId, mode: Mode, act: &HostAct, authority: Authority) -> SignedAct {
        let act = act.to_bytes();
        let signature = self.0.sign(&act_message(meeting, mode, &act)).to_vec();
        SignedAct {
            act,
            key: self.public().to_vec(),
            signature,
            authority,
        }
    }
}

impl HostKey {
    /// Lets a stay key act for the host.
    pub fn grant_stay(&self, meeting: MeetingId, mode: Mode, stay_key: &[u8]) -> HostGrant {
        HostGrant {
            host_key: self.public_key().to_vec(),
            signature: self.sign(&stay_grant_message(meeting, mode, stay_key)),
        }
    }
}

/// Returns what a link's holder holds acts against.
pub fn act_judge(link: &MeetingLink) -> ActJudge {
    judge(link.meeting, link.mode(), host_fingerprint(link))
}

pub(crate) fn judge(meeting: MeetingId, mode: Mode, host_fingerprint: [u8; 32]) -> ActJudge {
    ActJudge {
        meeting,
        mode,
        host_fingerprint,
        verify,
        sha256: |bytes| Sha256::digest(bytes).into(),
    }
}

/// Returns whether a leaf is the stay's that it names.
pub(crate) fn is_stay_bound(stay: &LeafStay, meeting: MeetingId, leaf_key: &[u8]) -> bool {
    let message = stay_leaf_message(meeting, Mode::E2ee, leaf_key);
    verify(&stay.key, &message, &stay.signature)
}

/// Seals a text so that whoever has the link secret can read it, and the server cannot, nor pass it off as said in another
/// `context`. In a standard meeting, which has
/// no secret, it is the text itself.
pub fn seal_for_link(link: &MeetingLink, rng: &mut impl CryptoRng, context: &[u8], text: &str) -> Vec<u8> {
    let Some(cipher) = link_cipher(link) else {
        return text.as_bytes().to_vec();
    };
    let mut sealed = vec![0; NONCE_BYTES];
    rng.fill_bytes(&mut sealed);
    let payload = Payload {
        msg: text.as_bytes(),
        aad: &aad(link, context),
    };
    let ciphertext = cipher
        .encrypt(Nonce::from_slice(&sealed), payload)
        .expect("texts are shorter than AES-GCM's limit");
    sealed.extend_from_slice(&ciphertext);
    sealed
}

/// Opens what [`seal_for_link`] sealed for this link or one of those that it replaced; `None` if somebody else made it.
pub fn open_for_link(
    link: &MeetingLink,
    earlier: &EarlierSeals,
    context: &[u8],
    sealed: &[u8],
) -> Option<String> {
    let Some(cipher) = link_cipher(link) else {
        return String::from_utf8(sealed.to_vec()).ok();
    };
    let (nonce, ciphertext) = sealed.split_at_checked(NONCE_BYTES)?;
    let aad = aad(link, context);
    let text = iter::once(cipher).chain(earlier.ciphers()).find_map(|cipher| {
        let payload = Payload {
            msg: ciphertext,
            aad: &aad,
        };
        cipher.decrypt(Nonce::from_slice(nonce), payload).ok()
    })?;
    String::from_utf8(text).ok()
}

fn aad(link: &MeetingLink, context: &[u8]) -> Vec<u8> {
    [link.meeting.as_bytes(), context].concat()
}

pub(crate) fn link_cipher(link: &MeetingLink) -> Option<Aes256Gcm> {
    seal_key(link).as_deref().map(cipher_of)
}

pub(crate) fn cipher_of(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(key.into())
}

pub(crate) fn seal_key(link: &MeetingLink) -> Option<Zeroizing<[u8; 32]>> {
    let secret = link.secret.as_ref()?;
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha512>::new(None, secret)
        .expand_multi_info(
            &[b"Incamera 1 sealed for link", link.meeting.as_bytes()],
            key.as_mut_slice(),
        )
        .expect("shorter than HKDF's limit");
    Some(key)
}

pub(crate) const NONCE_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    use protocol::{
        ParticipantId,
        acts::{ActFault, ActKind, Role},
    };
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;
    use crate::{NewMeeting, host_key, invitation};

    const MEETING: MeetingId = MeetingId::new([7; 16]);

    #[test]
    fn an_act_is_good_from_the_host_key_down_and_from_nobody_else() {
        for mode in [Mode::E2ee, Mode::Standard] {
            let link = NewMeeting::generate(&mut ChaCha20Rng::seed_from_u64(1), mode).link(MEETING);
            let judge = act_judge(&invitation(&link));
            let (host, co_host, nobody) = (stay(1), stay(2), stay(3));
            let grant =
                host_key(&link)
                    .expect("the host link has it")
                    .grant_stay(MEETING, mode, &host.public());
            let by_host = |kind| {
                host.sign(
                    MEETING,
                    mode,
                    &HostAct { counter: 1, kind },
                    Authority::HostKey(grant.clone()),
                )
            };
            let role = by_host(ActKind::SetRole {
                participant: ParticipantId(2),
                stay_key: co_host.public().to_vec(),
                role: Role::CoHost,
            });
            assert_eq!(judge.check(&role).map(|act| act.role), Ok(Role::Host));
            let by_role = |key: &StayKey, kind| {
                key.sign(
                    MEETING,
                    mode,
                    &HostAct { counter: 2, kind },
                    Authority::Role(Box::new(role.clone())),
                )
            };
            let lock = ActKind::SetLock { on: true };
            assert_eq!(
                judge.check(&by_role(&co_host, lock.clone())).map(|act| act.role),
                Ok(Role::CoHost)
            );
            assert_eq!(
                judge.check(&by_role(&nobody, lock.clone())),
                Err(ActFault::NotByHost),
                "another's role"
            );
            let promotion = ActKind::SetRole {
                participant: ParticipantId(3),
                stay_key: nobody.public().to_vec(),
                role: Role::Host,
            };
            assert_eq!(
                judge.check(&by_role(&co_host, promotion)),
                Err(ActFault::NotByHost),
                "co-hosts promote nobody"
            );
            let worn = nobody.sign(
                MEETING,
                mode,
                &HostAct {
                    counter: 3,
                    kind: lock.clone(),
                },
                Authority::HostKey(grant.clone()),
            );
            assert_eq!(judge.check(&worn), Err(ActFault::NotByHost), "another's grant");
            let mut forged = by_host(lock);
            forged.act = HostAct {
                counter: 9,
                kind: ActKind::SetLock { on: false },
            }
            .to_bytes();
            assert_eq!(judge.check(&forged), Err(ActFault::Unsigned));
        }
    }

    #[test]
    fn an_act_of_another_meeting_or_mode_is_none() {
        let link = NewMeeting::generate(&mut ChaCha20Rng::seed_from_u64(1), Mode::E2ee).link(MEETING);
        let key = host_key(&link).expect("the host link has it");
        let host = stay(1);
        let act = HostAct {
            counter: 1,
            kind: ActKind::SetLock { on: true },
        };
        for (meeting, mode) in [(MeetingId::new([8; 16]), Mode::E2ee), (MEETING, Mode::Standard)] {
            let grant = key.grant_stay(meeting, mode, &host.public());
            let signed = host.sign(meeting, mode, &act, Authority::HostKey(grant));
            assert_eq!(act_judge(&link).check(&signed), Err(ActFault::Unsigned));
        }
    }

    #[test]
    fn a_chain_of_roles_ends_somewhere() {
        let link = NewMeeting::generate(&mut ChaCha20Rng::seed_from_u64(1), Mode::E2ee).link(MEETING);
        let key = host_key(&link).expect("the host link has it");
        let grant = key.grant_stay(MEETING, Mode::E2ee, &stay(0).public());
        let mut authority = Authority::HostKey(grant);
        let mut checked = Vec::new();
        for number in 0..8 {
            let promotion = HostAct {
                counter: 1,
                kind: ActKind::SetRole {
                    participant: ParticipantId(1),
                    stay_key: stay(number + 1).public().to_vec(),
                    role: Role::Host,
                },
            };
            let signed = stay(number).sign(MEETING, Mode::E2ee, &promotion, authority);
            checked.push(act_judge(&link).check(&signed).is_ok());
            authority = Authority::Role(Box::new(signed));
        }
        assert_eq!(checked, [true, true, true, true, false, false, false, false]);
    }

    #[test]
    fn whoever_has_the_link_secret_reads_what_is_sealed_for_it() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let link = NewMeeting::generate(&mut rng, Mode::E2ee).link(MEETING);
        let sealed = seal_for_link(&link, &mut rng, b"here", "Ana");
        assert!(!sealed.windows(3).any(|window| window == b"Ana"));
        let none = EarlierSeals::default();
        let opened = open_for_link(&invitation(&link), &none, b"here", &sealed);
        assert_eq!(opened.as_deref(), Some("Ana"));
        assert_eq!(open_for_link(&link, &none, b"there", &sealed), None);
        let other = NewMeeting::generate(&mut rng, Mode::E2ee).link(MEETING);
        assert_eq!(open_for_link(&other, &none, b"here", &sealed), None);
        let standard = NewMeeting::generate(&mut rng, Mode::Standard).link(MEETING);
        assert_eq!(seal_for_link(&standard, &mut rng, b"", "Ana"), b"Ana");
    }

    fn stay(number: u8) -> StayKey {
        StayKey::from_seed([number; 32])
    }
}
