// SPDX-License-Identifier: MIT OR Apache-2.0
//! One SFrame key: the key schedule of RFC 9605, section 4.4.2, done once, and the cipher it leads to.

use aes_gcm::{Aes256Gcm, Nonce, Tag, aead::AeadInPlace as _, aead::KeyInit as _};
use hkdf::Hkdf;
use sha2::Sha512;
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

/// Length of the authentication tag behind each ciphertext, in bytes.
pub const TAG_BYTES: usize = 16;

/// A key of `AES_256_GCM_SHA512_128` for one KID, its cipher kept ready. Has no `Debug`.
///
/// Boxed cipher: a key is moved between maps, and every move of an inline key schedule would leave a copy behind.
pub struct FrameKey {
    cipher: Box<Aes256Gcm>,
    key: Zeroizing<[u8; 32]>,
    salt: Zeroizing<[u8; 12]>,
}

impl ZeroizeOnDrop for FrameKey {}

/// A ciphertext that this key did not make, or not with this header and metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("frame is not authentic")]
pub struct NotAuthentic;

impl FrameKey {
    /// Derives the key for `kid` (RFC 9605, section 4.4.2).
    pub fn derive(base_key: &[u8], kid: u64) -> Self {
        let secret = Hkdf::<Sha512>::new(None, base_key);
        let mut key = Zeroizing::new([0; 32]);
        let mut salt = Zeroizing::new([0; 12]);
        expand(&secret, b"SFrame 1.0 Secret key ", kid, key.as_mut_slice());
        expand(&secret, b"SFrame 1.0 Secret salt ", kid, salt.as_mut_slice());
        let cipher = Box::new(Aes256Gcm::new(key.as_ref().into()));
        Self { cipher, key, salt }
    }

    /// Returns the AES key, to be imported where the AEAD runs elsewhere.
    pub fn key_bytes(&self) -> &[u8; 32] {
        &self.key
    }

    /// Returns the nonce of the frame with counter `ctr`: the salt XOR the counter (RFC 9605, section 4.4.3).
    pub fn nonce(&self, ctr: u64) -> [u8; 12] {
        let mut nonce = *self.salt;
        for (byte, ctr) in nonce[4..].iter_mut().zip(ctr.to_be_bytes()) {
            *byte ^= ctr;
        }
        nonce
    }

    /// Encrypts `buffer[from..]` in place and appends the tag. `aad` is header and metadata.
    ///
    /// # Panics
    /// If the frame is longer than AES-GCM allows (64 GiB); callers bound frames far below.
    pub fn seal_in_place(&self, ctr: u64, aad: &[u8], buffer: &mut Vec<u8>, from: usize) {
        let tag = self
            .cipher
            .encrypt_in_place_detached(Nonce::from_slice(&self.nonce(ctr)), aad, &mut buffer[from..])
            .expect("frames are shorter than AES-GCM's limit");
        buffer.extend_from_slice(&tag);
    }

    /// Decrypts `ciphertext`, tag included. `aad` is header and metadata.
    ///
    /// # Errors
    /// [`NotAuthentic`] if anything at all differs from what was sealed.
    pub fn open(&self, ctr: u64, aad: &[u8], ciphertext: &[u8]) -> Result<Vec<u8>, NotAuthentic> {
        let split = ciphertext.len().checked_sub(TAG_BYTES).ok_or(NotAuthentic)?;
        let (sealed, tag) = ciphertext.split_at(split);
        let mut plaintext = sealed.to_vec();
        let nonce = self.nonce(ctr);
        if self
            .cipher
            .decrypt_in_place_detached(
                Nonce::from_slice(&nonce),
                aad,
                &mut plaintext,
                Tag::from_slice(tag),
            )
            .is_err()
        {
            plaintext.zeroize();
            return Err(NotAuthentic);
        }
        Ok(plaintext)
    }
}

fn expand(secret: &Hkdf<Sha512>, label: &[u8], kid: u64, output: &mut [u8]) {
    secret
        .expand_multi_info(&[label, &kid.to_be_bytes(), &CIPHER_SUITE.to_be_bytes()], output)
        .expect("shorter than HKDF's limit");
}

/// `AES_256_GCM_SHA512_128` (RFC 9605, section 8.1).
const CIPHER_SUITE: u16 = 0x0005;
