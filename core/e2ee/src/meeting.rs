// SPDX-License-Identifier: MIT OR Apache-2.0
//! A meeting's own secrets: the link secret, and the host key that its creator keeps.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use protocol::{
    MeetingId, MeetingLink, Mode,
    http::CreateMeeting,
    link::HostPart,
    message::HostProof,
    mls::{
        HostGrant, admission_challenge_message, end_meeting_message, host_challenge_message,
        host_grant_message,
    },
};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

/// A meeting about to be created, before the server gave it an id. Has no `Debug`.
pub struct NewMeeting {
    secret: Option<Zeroizing<[u8; 32]>>,
    host_key: HostKey,
}

impl NewMeeting {
    /// Draws the secrets of a meeting.
    pub fn generate(rng: &mut impl CryptoRng, mode: Mode) -> Self {
        let secret = match mode {
            Mode::E2ee => Some(random(rng)),
            Mode::Standard => None,
        };
        Self {
            secret,
            host_key: HostKey::from_seed(*random(rng)),
        }
    }

    /// Returns the body of `POST /api/meetings`.
    pub fn request(&self) -> CreateMeeting {
        let mode = if self.secret.is_some() {
            Mode::E2ee
        } else {
            Mode::Standard
        };
        CreateMeeting {
            mode,
            host_key: Some(URL_SAFE_NO_PAD.encode(self.host_key.public_key())),
            admission_key: self.admission_key().map(|key| URL_SAFE_NO_PAD.encode(key)),
            title: None,
            starts_at: None,
            minutes: None,
            has_lobby: false,
            people: None,
        }
    }

    /// Returns the Ed25519 public key of those who have the link secret, if there is one.
    pub fn admission_key(&self) -> Option<[u8; 32]> {
        self.secret
            .as_deref()
            .map(|secret| admission_signing_key(secret).verifying_key().to_bytes())
    }

    /// Returns the host link, which its creator keeps; [`invitation`] makes of it the link to share.
    pub fn link(&self, meeting: MeetingId) -> MeetingLink {
        MeetingLink {
            meeting,
            secret: self.secret.as_deref().copied(),
            pass: None,
            host: HostPart::KeySeed(self.host_key.seed()),
        }
    }
}

/// Returns the link to share: the host key's seed, if there is one, becomes its fingerprint.
pub fn invitation(link: &MeetingLink) -> MeetingLink {
    MeetingLink {
        host: HostPart::Fingerprint(host_fingerprint(link)),
        ..link.clone()
    }
}

/// Returns the host key, if `link` is the host link.
pub fn host_key(link: &MeetingLink) -> Option<HostKey> {
    match &link.host {
        HostPart::KeySeed(seed) => Some(HostKey::from_seed(*seed)),
        HostPart::Fingerprint(_) => None,
    }
}

/// Returns the host key's fingerprint, whichever kind of link it is.
pub fn host_fingerprint(link: &MeetingLink) -> [u8; 32] {
    match &link.host {
        HostPart::KeySeed(seed) => HostKey::from_seed(*seed).fingerprint(),
        HostPart::Fingerprint(fingerprint) => *fingerprint,
    }
}

/// Proves to the server that its holder has what the link holds beside the meeting's number, over the connection's challenge.
/// Empty in a standard meeting whose link was not replaced: anybody who knows the number may come.
pub fn prove_admission(link: &MeetingLink, challenge: &[u8]) -> Vec<u8> {
    let message = admission_challenge_message(link.meeting, link.mode(), challenge);
    let secret = link.secret.as_ref().map(<[u8; 32]>::as_slice);
    let secret = secret.or_else(|| link.pass.as_ref().map(<[u8; 16]>::as_slice));
    secret.map_or_else(Vec::new, |secret| {
        admission_signing_key(secret).sign(&message).to_vec()
    })
}

pub(crate) fn admission_signing_key(secret: &[u8]) -> SigningKey {
    let mut seed = Zeroizing::new([0; 32]);
    Hkdf::<Sha512>::new(None, secret)
        .expand(b"Incamera 1 admission signing key", seed.as_mut_slice())
        .expect("shorter than HKDF's limit");
    SigningKey::from_bytes(&seed)
}

/// The key that makes somebody host. Has no `Debug`; erased when dropped.
pub struct HostKey(SigningKey);

impl HostKey {
    /// Makes the key with this seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&Zeroizing::new(seed)))
    }

    /// Returns the seed, for the host link.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Returns the Ed25519 public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Returns SHA-256 of the public key, as invitations carry it.
    pub fn fingerprint(&self) -> [u8; 32] {
        fingerprint(&self.public_key())
    }

    /// Proves to the server that its holder is host, over the connection's challenge.
    pub fn prove(&self, meeting: MeetingId, mode: Mode, challenge: &[u8]) -> HostProof {
        let message = host_challenge_message(meeting, mode, challenge);
        HostProof {
            host_key: self.public_key().to_vec(),
            signature: self.0.sign(&message).to_vec(),
        }
    }

    /// Signs the end of a standard meeting. In an end-to-end meeting the host's leaf signs instead.
    pub fn sign_end_meeting(&self, meeting: MeetingId, mode: Mode) -> Vec<u8> {
        self.0.sign(&end_meeting_message(meeting, mode)).to_vec()
    }

    pub(crate) const fn signing_key(&self) -> &SigningKey {
        &self.0
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_vec()
    }

    /// Grants host rights to a leaf.
    pub(crate) fn grant(&self, meeting: MeetingId, mode: Mode, leaf_signature_key: &[u8]) -> HostGrant {
        let message = host_grant_message(meeting, mode, leaf_signature_key);
        HostGrant {
            host_key: self.public_key().to_vec(),
            signature: self.0.sign(&message).to_vec(),
        }
    }
}

/// Returns whether `grant` makes the leaf with `leaf_signature_key` a host of the meeting whose host key has
/// `fingerprint`.
pub(crate) fn is_valid_grant(
    grant: &HostGrant,
    meeting: MeetingId,
    mode: Mode,
    fingerprint: &[u8; 32],
    leaf_signature_key: &[u8],
) -> bool {
    self::fingerprint(&grant.host_key) == *fingerprint
        && verify(
            &grant.host_key,
            &host_grant_message(meeting, mode, leaf_signature_key),
            &grant.signature,
        )
}

/// Returns whether `signature` is `key`'s Ed25519 signature over `message`.
pub(crate) fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Some(key) = key
        .try_into()
        .ok()
        .and_then(|key| VerifyingKey::from_bytes(key).ok())
    else {
        return false;
    };
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

fn fingerprint(public_key: &[u8]) -> [u8; 32] {
    Sha256::digest(public_key).into()
}

pub(crate) fn random(rng: &mut impl CryptoRng) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    rng.fill_bytes(bytes.as_mut_slice());
    bytes
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;

    const MEETING: MeetingId = MeetingId::new([7; 16]);

    #[test]
    fn an_invitation_has_the_secret_but_not_the_host_key() {
        let link = NewMeeting::generate(&mut ChaCha20Rng::seed_from_u64(1), Mode::E2ee).link(MEETING);
        let invitation = invitation(&link);
        assert!(invitation.secret == link.secret && link.secret.is_some());
        assert!(host_key(&link).is_some());
        assert!(host_key(&invitation).is_none());
        assert_eq!(host_fingerprint(&link), host_fingerprint(&invitation));
        assert!(self::invitation(&invitation) == invitation);
    }

    #[test]
    fn a_standard_meeting_has_no_link_secret() {
        let meeting = NewMeeting::generate(&mut ChaCha20Rng::seed_from_u64(2), Mode::Standard);
        assert!(meeting.link(MEETING).secret.is_none());
        assert_eq!(meeting.request().mode, Mode::Standard);
    }

    #[test]
    fn only_the_link_secret_proves_admission() {
        let meeting = NewMeeting::generate(&mut ChaCha20Rng::seed_from_u64(3), Mode::E2ee);
        let registered = meeting
            .request()
            .admission_key
            .expect("an end-to-end meeting has one");
        let registered = URL_SAFE_NO_PAD.decode(registered).expect("is base64url");
        let verifies = |link: &MeetingLink| {
            let message = admission_challenge_message(MEETING, Mode::E2ee, b"challenge");
            verify(&registered, &message, &prove_admission(link, b"challenge"))
        };
        let link = meeting.link(MEETING);
        assert!(verifies(&link) && verifies(&invitation(&link)));
        assert!(!verifies(&MeetingLink {
            secret: Some([0; 32]),
            ..link.clone()
        }));
        assert!(!verifies(&MeetingLink { secret: None, ..link }));
    }

    #[test]
    fn a_grant_is_good_for_one_leaf_of_one_meeting_in_one_mode() {
        let key = HostKey::from_seed([1; 32]);
        let grant = key.grant(MEETING, Mode::E2ee, b"leaf");
        let other = MeetingId::new([8; 16]);
        assert!(is_valid_grant(
            &grant,
            MEETING,
            Mode::E2ee,
            &key.fingerprint(),
            b"leaf"
        ));
        assert!(!is_valid_grant(
            &grant,
            MEETING,
            Mode::E2ee,
            &key.fingerprint(),
            b"feal"
        ));
        assert!(!is_valid_grant(
            &grant,
            other,
            Mode::E2ee,
            &key.fingerprint(),
            b"leaf"
        ));
        assert!(!is_valid_grant(
            &grant,
            MEETING,
            Mode::Standard,
            &key.fingerprint(),
            b"leaf"
        ));
        assert!(!is_valid_grant(
            &grant,
            MEETING,
            Mode::E2ee,
            &HostKey::from_seed([2; 32]).fingerprint(),
            b"leaf"
        ));
    }

    #[test]
    fn a_host_proof_verifies_under_its_own_challenge_only() {
        let key = HostKey::from_seed([1; 32]);
        let proof = key.prove(MEETING, Mode::Standard, b"challenge");
        let verifies = |challenge: &[u8]| {
            verify(
                &proof.host_key,
                &host_challenge_message(MEETING, Mode::Standard, challenge),
                &proof.signature,
            )
        };
        assert!(verifies(b"challenge"));
        assert!(!verifies(b"another"));
    }
}
