// SPDX-License-Identifier: MIT OR Apache-2.0
//! What OpenMLS works with: ciphers, randomness, storage, and the leaf's signature key.

use std::{cell::RefCell, convert::Infallible};

use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use mls_memory::Storage;
use openmls::prelude::MlsGroup;
use openmls_rust_crypto::RustCrypto;
use openmls_traits::{
    OpenMlsProvider,
    random::OpenMlsRand,
    signatures::{Signer, SignerError},
    types::SignatureScheme,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use rand_core::{CryptoRng, RngCore as _};
use sha2::Sha512;
use zeroize::Zeroizing;

use crate::meeting::random;

/// One member's provider. Its randomness is seeded by the caller; HPKE encapsulation inside [`RustCrypto`] draws from
/// the operating system.
pub(super) struct Provider {
    crypto: RustCrypto,
    rand: SeededRand,
    storage: Storage,
}

impl Provider {
    pub(super) fn new(rng: &mut impl CryptoRng) -> Self {
        let rand = SeededRand(RefCell::new(ChaCha20Rng::from_seed(*random(rng))));
        Self {
            crypto: RustCrypto::default(),
            rand,
            storage: Storage::default(),
        }
    }

    /// Returns everything that it takes to load `group` as it is; `None` if it cannot be stored.
    pub(super) fn snapshot(&self, group: &mut MlsGroup) -> Option<Storage> {
        let policy = group.past_epoch_deletion_policy().clone();
        // To set what is set already is the only way to make OpenMLS store the secrets of messages.
        self.storage
            .snapshot_with_message_secrets(|| group.set_past_epoch_deletion_policy(self, policy))
            .ok()
    }

    pub(super) fn restore(&mut self, snapshot: Storage) {
        self.storage = snapshot;
    }
}

impl OpenMlsProvider for Provider {
    type CryptoProvider = RustCrypto;
    type RandProvider = SeededRand;
    type StorageProvider = Storage;

    fn storage(&self) -> &Storage {
        &self.storage
    }

    fn crypto(&self) -> &RustCrypto {
        &self.crypto
    }

    fn rand(&self) -> &SeededRand {
        &self.rand
    }
}

/// ChaCha20 from the caller's seed.
pub(super) struct SeededRand(RefCell<ChaCha20Rng>);

impl OpenMlsRand for SeededRand {
    type Error = Infallible;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], Infallible> {
        let mut bytes = [0; N];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }

    fn random_vec(&self, len: usize) -> Result<Vec<u8>, Infallible> {
        let mut bytes = vec![0; len];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }
}

/// A leaf's Ed25519 key, erased when dropped. Has no `Debug`. No two leaves of a tree may have the same one
/// (RFC 9420, section 7.3).
#[derive(Clone)]
pub struct LeafKey(SigningKey);

impl LeafKey {
    /// Draws a key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(SigningKey::from_bytes(&random(rng)))
    }

    /// Returns the public key, by which the installation's word about the leaf names it.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Returns 32 bytes that only the leaf's owner can derive, for a key of another kind.
    pub(super) fn derive(&self, info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        Hkdf::<Sha512>::new(None, &Zeroizing::new(self.0.to_bytes())[..])
            .expand_multi_info(info, derived.as_mut_slice())
            .expect("shorter than HKDF's limit");
        derived
    }

    pub(super) fn sign_message(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_vec()
    }
}

impl Signer for LeafKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.sign_message(payload))
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}
