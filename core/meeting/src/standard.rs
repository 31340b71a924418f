// SPDX-License-Identifier: MIT OR Apache-2.0
//! The media secret of a standard meeting. The server could decrypt with it, so nothing calls this end-to-end.

use protocol::message::StandardKey;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// Mints the secret that everybody in the roster holds.
pub(crate) struct StandardKeys {
    /// Of the latest secret. Goes on counting after the meeting was empty and after a restart: no epoch has two keys.
    epoch: u64,
    secret: Option<Zeroizing<[u8; 32]>>,
}

impl StandardKeys {
    /// Goes on after `epoch`, 0 in a new meeting.
    pub(crate) const fn new(epoch: u64) -> Self {
        Self { epoch, secret: None }
    }

    /// Returns the key for somebody who enters the roster.
    pub(crate) fn hand_out(&mut self, rng: &mut impl CryptoRng) -> StandardKey {
        if self.secret.is_none() {
            return self.rotate(rng);
        }
        self.current()
    }

    /// Mints the next key, which whoever just left does not get.
    pub(crate) fn rotate(&mut self, rng: &mut impl CryptoRng) -> StandardKey {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut());
        self.epoch += 1;
        self.secret = Some(secret);
        self.current()
    }

    /// Forgets the secret: nobody is left who needs it.
    pub(crate) fn forget(&mut self) {
        self.secret = None;
    }

    pub(crate) const fn epoch(&self) -> u64 {
        self.epoch
    }

    fn current(&self) -> StandardKey {
        let secret = self.secret.as_ref().expect("callers minted it");
        StandardKey {
            epoch: self.epoch,
            secret: secret.to_vec(),
        }
    }
}
