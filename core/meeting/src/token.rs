// SPDX-License-Identifier: MIT OR Apache-2.0
//! The installation's secrets, and what they make: resume tokens, which are stateless so that they outlive the server
//! process that issued them, and the installation's word about who somebody is.

use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, Mac as _};
use protocol::{
    MeetingId, ParticipantId, ResumeToken,
    identity::{IdentityStatement, SignedStatement, identity_message},
};
use sha2::Sha256;
use zeroize::ZeroizeOnDrop;

/// The secrets of one installation. Kept in the store, equal for all its meetings; has no `Debug`.
#[derive(Clone, ZeroizeOnDrop)]
pub struct InstanceKeys {
    resume: [u8; 32],
    external_sender: [u8; 32],
    identity: Option<[u8; 32]>,
}

impl InstanceKeys {
    /// Wraps the HMAC key of resume tokens and the Ed25519 seed that signs the server's external proposals, 32
    /// random bytes each.
    pub const fn new(resume: [u8; 32], external_sender: [u8; 32]) -> Self {
        Self {
            resume,
            external_sender,
            identity: None,
        }
    }

    /// Adds the Ed25519 seed under which the installation says who people are. Without it, everybody is a guest.
    pub fn with_identity_key(mut self, seed: [u8; 32]) -> Self {
        self.identity = Some(seed);
        self
    }

    /// Returns the Ed25519 public key under which the installation says who people are, if it does.
    pub fn identity_key(&self) -> Option<[u8; 32]> {
        let seed = self.identity.as_ref()?;
        Some(SigningKey::from_bytes(seed).verifying_key().to_bytes())
    }

    /// Signs who somebody is, if the installation says such things.
    pub(crate) fn sign_identity(&self, statement: &IdentityStatement) -> Option<SignedStatement> {
        let key = SigningKey::from_bytes(self.identity.as_ref()?);
        let statement = statement.to_bytes();
        let signature = key.sign(&identity_message(&statement)).to_vec();
        Some(SignedStatement { statement, signature })
    }

    pub(crate) const fn external_sender(&self) -> &[u8; 32] {
        &self.external_sender
    }

    /// Makes the token by which `participant` comes back to `meeting`. The same stay always gives the same token, so
    /// that a client who missed a Welcome can use the one before.
    pub(crate) fn issue(&self, meeting: MeetingId, participant: ParticipantId, stay: &Stay) -> ResumeToken {
        let mut bytes = Vec::with_capacity(TOKEN_BYTES);
        bytes.extend_from_slice(&participant.0.to_be_bytes());
        bytes.extend_from_slice(&stay.0);
        let tag = self.tag(meeting, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&tag);
        ResumeToken::new(bytes)
    }

    /// Returns whose token it is, or `None` if this installation did not issue it for `meeting`.
    pub(crate) fn verify(&self, meeting: MeetingId, token: &ResumeToken) -> Option<(ParticipantId, Stay)> {
        let bytes: &[u8; TOKEN_BYTES] = token.as_bytes().try_into().ok()?;
        let (claim, tag) = bytes.split_at(CLAIM_BYTES);
        // `verify_slice` compares in constant time.
        self.tag(meeting, claim).verify_slice(tag).ok()?;
        let (participant, stay) = claim.split_at(4);
        let participant = u32::from_be_bytes(participant.try_into().expect("split at four bytes"));
        let stay = Stay(stay.try_into().expect("the rest of the claim"));
        Some((ParticipantId(participant), stay))
    }

    fn tag(&self, meeting: MeetingId, claim: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.resume).expect("HMAC takes keys of any length");
        mac.update(b"Incamera 1 resume token");
        mac.update(meeting.as_bytes());
        mac.update(claim);
        mac
    }
}

/// Random bytes that tell one person's stay from any other's under the same number, should the server have lost its
/// count. Grants nothing without the HMAC.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stay(pub(crate) [u8; 16]);

const CLAIM_BYTES: usize = 4 + 16;
const TOKEN_BYTES: usize = CLAIM_BYTES + 32;

#[cfg(test)]
mod tests {
    use super::*;

    const MEETING: MeetingId = MeetingId::new([1; 16]);

    #[test]
    fn a_token_names_the_participant_it_was_issued_to() {
        let keys = InstanceKeys::new([1; 32], [0; 32]);
        let token = keys.issue(MEETING, ParticipantId(7), &Stay([3; 16]));
        let (participant, stay) = keys.verify(MEETING, &token).expect("own token");
        assert_eq!(participant, ParticipantId(7));
        assert!(stay == Stay([3; 16]));
    }

    #[test]
    fn any_flipped_bit_is_refused() {
        let keys = InstanceKeys::new([1; 32], [0; 32]);
        let token = keys.issue(MEETING, ParticipantId(7), &Stay([3; 16]));
        for bit in 0..token.as_bytes().len() * 8 {
            let mut bytes = token.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(
                keys.verify(MEETING, &ResumeToken::new(bytes)).is_none(),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn a_token_of_another_meeting_or_another_installation_is_refused() {
        let keys = InstanceKeys::new([1; 32], [0; 32]);
        let token = keys.issue(MEETING, ParticipantId(7), &Stay([3; 16]));
        assert!(keys.verify(MeetingId::new([2; 16]), &token).is_none());
        assert!(
            InstanceKeys::new([2; 32], [0; 32])
                .verify(MEETING, &token)
                .is_none()
        );
        assert!(keys.verify(MEETING, &ResumeToken::new(Vec::new())).is_none());
    }
}
