// SPDX-License-Identifier: MIT OR Apache-2.0
//! Another secret in a meeting's link: sealed for each stay that belongs and for the host key, so that whoever is away
//! finds it as well, and nobody who has the earlier secret alone.

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use ed25519_dalek::{SigningKey, VerifyingKey};
use hkdf::Hkdf;
use protocol::{
    MeetingLink, Mode,
    acts::{Belonging, NewLink, SEALED_SECRET_BYTES},
};
use rand_core::CryptoRng;
use sha2::Sha512;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{
    StayKey,
    acts::{NONCE_BYTES, cipher_of, link_cipher, seal_key},
    host_key,
    meeting::{admission_signing_key, random},
};

/// The keys of what was sealed for the holders of links that were replaced, the latest first. Has no `Debug`.
#[derive(Clone, Default, ZeroizeOnDrop)]
pub struct EarlierSeals(Vec<[u8; 32]>);

impl EarlierSeals {
    pub(crate) fn ciphers(&self) -> impl Iterator<Item = Aes256Gcm> {
        self.0.iter().map(cipher_of)
    }
}

/// Draws another secret for a link.
pub fn renewed_link(link: &MeetingLink, rng: &mut impl CryptoRng) -> MeetingLink {
    with_secret(link, &random(rng))
}

/// Makes the act that replaces `before` by `link` for everybody: `belonging` are the stay keys of those who find the secret in
/// it, `host_public_key` the Ed25519 key that host links hold. Keys that are none are left out.
pub fn new_link(
    before: &MeetingLink,
    link: &MeetingLink,
    earlier: &EarlierSeals,
    host_public_key: &[u8],
    belonging: &[[u8; 32]],
    rng: &mut impl CryptoRng,
) -> NewLink {
    let share = SigningKey::from_bytes(&random(rng));
    let commitment = link_commitment(link);
    let secret = secret_of(link);
    let seal = |recipient: &[u8], salt: Option<&[u8; 32]>| {
        let key = VerifyingKey::from_bytes(recipient.try_into().ok()?).ok()?;
        let shared = Zeroizing::new((key.to_montgomery() * share.to_scalar()).to_bytes());
        let cipher = box_cipher(link, &share.verifying_key().to_bytes(), recipient, &shared, salt);
        let payload = Payload {
            msg: secret.as_slice(),
            aad: &commitment,
        };
        cipher.encrypt(&Nonce::default(), payload).ok()
    };
    let salt = secret_of(before);
    let belonging = belonging.iter().filter_map(|stay_key| {
        Some(Belonging {
            stay_key: stay_key.to_vec(),
            sealed: seal(stay_key, Some(&salt))?,
        })
    });
    NewLink {
        admission_key: admission_signing_key(bare_secret(link, &secret))
            .verifying_key()
            .to_bytes()
            .to_vec(),
        commitment: commitment.to_vec(),
        share: share.verifying_key().to_bytes().to_vec(),
        belonging: belonging.collect(),
        for_host: seal(host_public_key, None).unwrap_or_else(|| vec![0; SEALED_SECRET_BYTES]),
        earlier: seal_earlier(before, link, earlier, rng),
    }
}

/// Finds the link that an act puts in the place of `link`, as somebody whom it is meant for: who has it already, whose stay
/// the act names, or who holds the host link. `None` for everybody else.
pub fn take_new_link(link: &MeetingLink, act: &NewLink, stay: &StayKey) -> Option<MeetingLink> {
    let is_meant = |link: &MeetingLink| link_commitment(link).as_slice() == act.commitment;
    if is_meant(link) {
        return Some(link.clone());
    }
    let share = VerifyingKey::from_bytes(act.share.as_slice().try_into().ok()?).ok()?;
    let open = |key: &SigningKey, sealed: &[u8], salt: Option<&[u8; 32]>| {
        let shared = Zeroizing::new((share.to_montgomery() * key.to_scalar()).to_bytes());
        let recipient = key.verifying_key().to_bytes();
        let cipher = box_cipher(link, &act.share, &recipient, &shared, salt);
        let payload = Payload {
            msg: sealed,
            aad: &act.commitment,
        };
        let secret = Zeroizing::new(cipher.decrypt(&Nonce::default(), payload).ok()?);
        let found = with_secret(link, secret.as_slice().try_into().ok()?);
        Some(found).filter(is_meant)
    };
    let own = stay.public();
    let named = act.belonging.iter().find(|belonging| belonging.stay_key == own);
    named
        .and_then(|named| open(stay.signing_key(), &named.sealed, Some(&secret_of(link))))
        .or_else(|| open(host_key(link)?.signing_key(), &act.for_host, None))
}

/// Opens the keys of what was sealed for the holders of earlier links, as somebody who has the one that the act is about.
pub fn earlier_seals(link: &MeetingLink, act: &NewLink) -> EarlierSeals {
    let opened = link_cipher(link).and_then(|cipher| {
        let (nonce, ciphertext) = act.earlier.split_at_checked(NONCE_BYTES)?;
        cipher.decrypt(Nonce::from_slice(nonce), ciphertext).ok()
    });
    let opened = Zeroizing::new(opened.unwrap_or_default());
    EarlierSeals(opened.as_chunks().0.to_vec())
}

fn seal_earlier(
    before: &MeetingLink,
    link: &MeetingLink,
    earlier: &EarlierSeals,
    rng: &mut impl CryptoRng,
) -> Vec<u8> {
    let (Some(cipher), Some(last)) = (link_cipher(link), seal_key(before)) else {
        return Vec::new();
    };
    let mut keys = Zeroizing::new(last.to_vec());
    for key in earlier.0.iter().take(EARLIER_LINKS - 1) {
        keys.extend_from_slice(key);
    }
    let mut sealed = vec![0; NONCE_BYTES];
    rng.fill_bytes(&mut sealed);
    let ciphertext = cipher
        .encrypt(Nonce::from_slice(&sealed), keys.as_slice())
        .expect("keys are shorter than AES-GCM's limit");
    sealed.extend_from_slice(&ciphertext);
    sealed
}

/// Returns a value by which a link's secret is known to be the one that a host meant, and which tells nothing about it.
fn link_commitment(link: &MeetingLink) -> [u8; 32] {
    let mut commitment = [0; 32];
    Hkdf::<Sha512>::new(None, secret_of(link).as_slice())
        .expand_multi_info(
            &[
                b"Incamera 1 link commitment",
                &[link.mode().label_byte()],
                link.meeting.as_bytes(),
            ],
            &mut commitment,
        )
        .expect("shorter than HKDF's limit");
    commitment
}

// The key is used once: the sealer's share is drawn for one act.
fn box_cipher(
    link: &MeetingLink,
    share: &[u8],
    recipient: &[u8],
    shared: &[u8; 32],
    salt: Option<&[u8; 32]>,
) -> Aes256Gcm {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha512>::new(salt.map(<[u8; 32]>::as_slice), shared)
        .expand_multi_info(
            &[
                b"Incamera 1 new link",
                &[link.mode().label_byte()],
                link.meeting.as_bytes(),
                share,
                recipient,
            ],
            key.as_mut_slice(),
        )
        .expect("shorter than HKDF's limit");
    Aes256Gcm::new(key.as_ref().into())
}

/// A standard link has half as much: no length is one of both modes.
fn secret_of(link: &MeetingLink) -> Zeroizing<[u8; 32]> {
    let mut secret = Zeroizing::new(link.secret.unwrap_or_default());
    if let Some(pass) = &link.pass {
        secret[..pass.len()].copy_from_slice(pass);
    }
    secret
}

fn bare_secret<'a>(link: &MeetingLink, secret: &'a [u8; 32]) -> &'a [u8] {
    match link.mode() {
        Mode::E2ee => secret,
        Mode::Standard => &secret[..16],
    }
}

fn with_secret(link: &MeetingLink, secret: &[u8; 32]) -> MeetingLink {
    let (secret, pass) = match link.mode() {
        Mode::E2ee => (Some(*secret), None),
        Mode::Standard => (None, secret.first_chunk().copied()),
    };
    MeetingLink {
        secret,
        pass,
        ..link.clone()
    }
}

const EARLIER_LINKS: usize = 8;

#[cfg(test)]
mod tests {
    use protocol::MeetingId;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;
    use crate::{NewMeeting, invitation, open_for_link, prove_admission, seal_for_link};

    const MEETING: MeetingId = MeetingId::new([7; 16]);

    #[test]
    fn whoever_belongs_and_whoever_is_host_finds_the_new_secret_and_nobody_else() {
        for mode in [Mode::E2ee, Mode::Standard] {
            let mut rng = ChaCha20Rng::seed_from_u64(1);
            let (host, first) = links(&mut rng, mode);
            let [ana, ben, mallory] = [1, 2, 3].map(|number| StayKey::from_seed([number; 32]));
            let second = renewed_link(&first, &mut rng);
            let act = replaced(&host, &first, &second, &[&ana, &ben], &mut rng);
            for stay in [&ana, &ben] {
                assert!(take_new_link(&first, &act, stay) == Some(second.clone()));
            }
            assert!(
                take_new_link(&second, &act, &mallory) == Some(second.clone()),
                "has it"
            );
            assert!(
                take_new_link(&first, &act, &mallory).is_none(),
                "the link from before is not enough"
            );
            let (_, other) = links(&mut rng, mode);
            let other = renewed_link(&other, &mut rng);
            assert!(
                take_new_link(&other, &act, &ana).is_none(),
                "nor is the stay alone"
            );
            let third = renewed_link(&second, &mut rng);
            let act = replaced(&host, &second, &third, &[&ana], &mut rng);
            let found = take_new_link(&host, &act, &mallory).expect("a host link of any age opens it");
            assert!(invitation(&found) == third && host_key(&found).is_some());
        }
    }

    #[test]
    fn an_act_that_was_changed_on_the_way_gives_nothing() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let (host, first) = links(&mut rng, Mode::E2ee);
        let ana = StayKey::from_seed([1; 32]);
        let second = renewed_link(&first, &mut rng);
        let act = replaced(&host, &first, &second, &[&ana], &mut rng);
        let check = |change: fn(&mut NewLink)| {
            let mut changed = act.clone();
            change(&mut changed);
            assert!(take_new_link(&first, &changed, &ana).is_none());
        };
        check(|act| act.commitment[3] ^= 1);
        check(|act| act.share = vec![0; 32]);
        check(|act| act.belonging[0].sealed[5] ^= 1);
        check(|act| act.belonging.clear());
    }

    #[test]
    fn the_server_learns_the_proof_and_whoever_has_the_new_link_gives_it() {
        for mode in [Mode::E2ee, Mode::Standard] {
            let mut rng = ChaCha20Rng::seed_from_u64(3);
            let (host, first) = links(&mut rng, mode);
            let second = renewed_link(&first, &mut rng);
            let act = replaced(&host, &first, &second, &[], &mut rng);
            let message = protocol::mls::admission_challenge_message(MEETING, mode, b"challenge");
            let is_good = |link: &MeetingLink| {
                let proof = prove_admission(link, b"challenge");
                crate::meeting::verify(&act.admission_key, &message, &proof)
            };
            assert!(is_good(&second) && !is_good(&first));
            let shown = MeetingLink::parse(&second.to_string()).expect("a link as any other");
            assert!(shown == second && is_good(&shown));
        }
    }

    #[test]
    fn what_was_sealed_for_earlier_links_stays_readable_for_eight_of_them() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let (host, mut link) = links(&mut rng, Mode::E2ee);
        let mut seals = EarlierSeals::default();
        let sealed = seal_for_link(&link, &mut rng, b"here", "Ana");
        let mut is_read = Vec::new();
        for _ in 0..10 {
            let next = renewed_link(&link, &mut rng);
            let public = host_key(&host).expect("the host link").public_key();
            let act = new_link(&link, &next, &seals, &public, &[], &mut rng);
            seals = earlier_seals(&next, &act);
            is_read.push(open_for_link(&next, &seals, b"here", &sealed).is_some());
            link = next;
        }
        assert_eq!(is_read.iter().filter(|is_read| **is_read).count(), EARLIER_LINKS);
        assert!(is_read[EARLIER_LINKS - 1] && !is_read[EARLIER_LINKS]);
    }

    fn links(rng: &mut ChaCha20Rng, mode: Mode) -> (MeetingLink, MeetingLink) {
        let host = NewMeeting::generate(rng, mode).link(MEETING);
        let shared = invitation(&host);
        (host, shared)
    }

    fn replaced(
        host: &MeetingLink,
        before: &MeetingLink,
        link: &MeetingLink,
        belonging: &[&StayKey],
        rng: &mut ChaCha20Rng,
    ) -> NewLink {
        let public = host_key(host).expect("the host link").public_key();
        let belonging: Vec<[u8; 32]> = belonging.iter().map(|stay| stay.public()).collect();
        new_link(before, link, &EarlierSeals::default(), &public, &belonging, rng)
    }
}
