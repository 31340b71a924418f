// SPDX-License-Identifier: MIT OR Apache-2.0
//! What OpenMLS works with: ciphers, randomness, storage, and the leaf's signature key.

use std::{cell::RefCell, convert::Infallible};

use ed25519_dalek::{Signer as _, SigningKey};
use openmls_rust_crypto::RustCrypto;
use openmls_traits::{
    OpenMlsProvider,
    random::OpenMlsRand,
    signatures::{Signer, SignerError},
    types::SignatureScheme,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use rand_core::{CryptoRng, RngCore as _};

use super::storage::Storage;
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

    /// Returns everything stored, cheaply: values are shared.
    pub(super) fn snapshot(&self) -> Storage {
        self.storage.clone()
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
