// SPDX-License-Identifier: MIT OR Apache-2.0
//! What one member says to one other: sealed to a key in the receiver's leaf (HPKE, RFC 9180), to travel inside an
//! application message. The outer message says who speaks and keeps everybody outside the group out, post-quantum
//! secure as the group is; the seal keeps the other members out.
//!
//! A leaf's whisper key is derived from its signature key and lives as long as the leaf: a message that the leaf can
//! open at all was sealed by somebody who had that leaf in the tree.

use openmls::prelude::{LeafNodeIndex, OpenMlsProvider as _};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::{
    crypto::OpenMlsCrypto as _,
    types::{HpkeAeadType, HpkeCiphertext, HpkeConfig, HpkeKdfType, HpkeKemType, HpkeKeyPair},
};
use protocol::{MeetingId, ParticipantId};

use super::{MODE, Member, binding::leaf_binding, provider::LeafKey};

impl Member {
    /// Seals what nobody but `to` is to read. `number` tells the sender's whispers apart.
    ///
    /// Returns `None` if `to` has no leaf, or none with a key.
    pub fn seal_whisper(&self, to: ParticipantId, number: u64, text: &[u8]) -> Option<Vec<u8>> {
        let leaf = self.leaf_of(to).filter(|_| to != self.participant)?;
        let leaf = self.group.public_group().leaf(LeafNodeIndex::new(leaf))?;
        self.expectations.check_leaf(leaf).ok()?;
        let key = leaf_binding(leaf)?.whisper_key;
        let sealed = self.provider.crypto().hpke_seal(
            HPKE,
            &key,
            &info(self.meeting()),
            &aad(self.participant, to, number),
            text,
        );
        let HpkeCiphertext {
            kem_output,
            ciphertext,
        } = sealed.ok()?;
        Some([kem_output.as_slice(), ciphertext.as_slice()].concat())
    }

    /// Opens what `from` sealed for this member under that number; `None` if it did not.
    ///
    /// `from` is the sender of the application message around it: the seal itself proves nobody's hand.
    pub fn open_whisper(&self, from: ParticipantId, number: u64, sealed: &[u8]) -> Option<Vec<u8>> {
        let (kem_output, ciphertext) = sealed.split_at_checked(KEM_BYTES)?;
        let sealed = HpkeCiphertext {
            kem_output: kem_output.into(),
            ciphertext: ciphertext.into(),
        };
        let keys = key_pair(self.provider.crypto(), &self.key, self.meeting());
        let text = self.provider.crypto().hpke_open(
            HPKE,
            &sealed,
            &keys.private,
            &info(self.meeting()),
            &aad(from, self.participant, number),
        );
        text.ok()
    }
}

/// Returns what a leaf with this signature key shows the others.
pub(super) fn public_key(key: &LeafKey, meeting: MeetingId) -> Vec<u8> {
    key_pair(&RustCrypto::default(), key, meeting).public
}

fn key_pair(crypto: &RustCrypto, key: &LeafKey, meeting: MeetingId) -> HpkeKeyPair {
    let seed = key.derive(&[KEY_LABEL, &[MODE.label_byte()], meeting.as_bytes()]);
    crypto
        .derive_hpke_keypair(HPKE, seed.as_slice())
        .expect("X25519 takes any 32 bytes")
}

fn info(meeting: MeetingId) -> Vec<u8> {
    [LABEL, &[MODE.label_byte()], meeting.as_bytes()].concat()
}

fn aad(from: ParticipantId, to: ParticipantId, number: u64) -> Vec<u8> {
    [
        from.0.to_be_bytes().as_slice(),
        &to.0.to_be_bytes(),
        &number.to_be_bytes(),
    ]
    .concat()
}

// X25519 and not X-Wing: 32 bytes in every leaf, where a post-quantum key would take 1216 and the tree of a full meeting
// past what one message holds. Who records traffic from outside faces the group's post-quantum keys all the same.
const HPKE: HpkeConfig = HpkeConfig(
    HpkeKemType::DhKem25519,
    HpkeKdfType::HkdfSha512,
    HpkeAeadType::AesGcm256,
);
const KEM_BYTES: usize = 32;
const LABEL: &[u8] = b"Incamera 1 whisper";
const KEY_LABEL: &[u8] = b"Incamera 1 whisper key";
