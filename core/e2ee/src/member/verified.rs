// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which signatures one member checked and found good: the same bytes are good for ever, and are seen again at every commit.

use std::{
    cell::RefCell,
    collections::{BTreeSet, VecDeque},
};

use sha2::{Digest as _, Sha256};

/// A memory of good signatures, of bounded size. It knows nothing of what follows from one: whoever asks, decides anew.
#[derive(Default)]
pub(super) struct Verified(RefCell<Memory>);

#[derive(Default)]
struct Memory {
    digests: BTreeSet<[u8; 32]>,
    in_order: VecDeque<[u8; 32]>,
}

/// What was signed. What else the message says, such as the meeting, is the same for all that one member sees.
#[derive(Clone, Copy)]
pub(super) enum What {
    /// A leaf's host rights.
    Grant,
    /// That a leaf is a stay's.
    Stay,
    /// Somebody's name, with whose it is.
    Profile,
}

impl Verified {
    /// Returns whether `signature` is `key`'s over what `signed` stands for in `what`, which `check` finds out unless it found
    /// these very bytes good before. What is not good is checked again each time.
    pub(super) fn check(
        &self,
        what: What,
        key: &[u8],
        signed: &[u8],
        signature: &[u8],
        check: impl FnOnce() -> bool,
    ) -> bool {
        let digest = digest(what, [key, signed, signature]);
        if self.0.borrow().digests.contains(&digest) {
            return true;
        }
        let is_good = check();
        if is_good {
            self.0.borrow_mut().remember(digest);
        }
        is_good
    }
}

impl Memory {
    fn remember(&mut self, digest: [u8; 32]) {
        if self.in_order.len() >= AT_MOST
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.digests.remove(&oldest);
        }
        self.digests.insert(digest);
        self.in_order.push_back(digest);
    }
}

/// The lengths keep what stands in one part from passing for a piece of another.
fn digest(what: What, parts: [&[u8]; 3]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([what as u8]);
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

// A host's grant, a stay and a name for each of a few hundred people: 64 bytes each. Less, and a large meeting checks all of
// them again at every commit.
const AT_MOST: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_good_is_not_checked_again() {
        let verified = Verified::default();
        assert!(verified.check(What::Stay, b"key", b"message", b"signature", || true));
        assert!(
            verified.check(What::Stay, b"key", b"message", b"signature", || panic!(
                "it is known"
            ))
        );
    }

    #[test]
    fn what_was_found_bad_is_checked_again() {
        let verified = Verified::default();
        assert!(!verified.check(What::Stay, b"key", b"message", b"signature", || false));
        assert!(verified.check(What::Stay, b"key", b"message", b"signature", || true));
    }

    #[test]
    fn another_byte_in_any_part_or_at_another_border_is_something_else() {
        let verified = Verified::default();
        assert!(verified.check(What::Stay, b"key", b"message", b"signature", || true));
        for [key, message, signature] in [
            ["kez", "message", "signature"],
            ["key", "messagf", "signature"],
            ["key", "message", "signaturf"],
            ["keym", "essage", "signature"],
            ["key", "messages", "ignature"],
        ] {
            let [key, message, signature] = [key.as_bytes(), message.as_bytes(), signature.as_bytes()];
            assert!(!verified.check(What::Stay, key, message, signature, || false));
        }
        assert!(!verified.check(What::Grant, b"key", b"message", b"signature", || false));
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let verified = Verified::default();
        for number in 0..=AT_MOST {
            assert!(verified.check(What::Stay, &number.to_be_bytes(), b"", b"", || true));
        }
        assert!(!verified.check(What::Stay, &0_usize.to_be_bytes(), b"", b"", || false));
        assert!(verified.check(What::Stay, &1_usize.to_be_bytes(), b"", b"", || false));
        assert_eq!(verified.0.borrow().digests.len(), AT_MOST);
    }
}
