// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which counters of one key were seen (RFC 9605, section 9.3).

/// Remembers the counters within [`Self::WIDTH`] below the highest one.
#[derive(Debug, Clone)]
pub struct ReplayWindow {
    highest: Option<u64>,
    seen: [u64; WORDS],
}

impl Default for ReplayWindow {
    fn default() -> Self {
        Self {
            highest: None,
            seen: [0; WORDS],
        }
    }
}

impl ReplayWindow {
    /// How far behind the highest counter a frame may come. Three simulcast layers share a counter; at 90 frames a
    /// second in all, this is more than ten seconds, longer than any retransmission waits, for 128 bytes per key.
    pub const WIDTH: u64 = 1024;

    /// Returns whether a frame with `ctr` may be new: neither seen nor too old to tell.
    pub fn may_be_new(&self, ctr: u64) -> bool {
        let Some(highest) = self.highest else { return true };
        match highest.checked_sub(ctr) {
            None => true,
            Some(behind) if behind >= Self::WIDTH => false,
            Some(_) => !self.is_set(ctr),
        }
    }

    /// Notes an authenticated frame with `ctr`; returns whether it was new. Never call it before the frame is
    /// authenticated: a forged counter would shut out the true ones.
    pub fn note(&mut self, ctr: u64) -> bool {
        if !self.may_be_new(ctr) {
            return false;
        }
        match self.highest {
            None => self.highest = Some(ctr),
            Some(highest) if ctr > highest => {
                if ctr - highest >= Self::WIDTH {
                    self.seen = [0; WORDS];
                } else {
                    (highest + 1..ctr).for_each(|skipped| self.clear(skipped));
                }
                self.highest = Some(ctr);
            }
            Some(_) => {}
        }
        self.set(ctr);
        true
    }

    fn is_set(&self, ctr: u64) -> bool {
        let (word, bit) = place(ctr);
        self.seen[word] & bit != 0
    }

    fn set(&mut self, ctr: u64) {
        let (word, bit) = place(ctr);
        self.seen[word] |= bit;
    }

    fn clear(&mut self, ctr: u64) {
        let (word, bit) = place(ctr);
        self.seen[word] &= !bit;
    }
}

fn place(ctr: u64) -> (usize, u64) {
    let slot = ctr % ReplayWindow::WIDTH;
    (usize::try_from(slot / 64).expect("below WORDS"), 1 << (slot % 64))
}

const WORDS: usize = (ReplayWindow::WIDTH / 64) as usize;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_counter_is_new_once() {
        let mut window = ReplayWindow::default();
        assert!(window.note(5));
        assert!(!window.note(5));
        assert!(window.note(4));
        assert!(!window.note(4));
    }

    #[test]
    fn a_counter_too_far_behind_is_refused() {
        let mut window = ReplayWindow::default();
        assert!(window.note(5000));
        assert!(!window.may_be_new(5000 - ReplayWindow::WIDTH));
        assert!(window.note(5000 - ReplayWindow::WIDTH + 1));
    }

    #[test]
    fn the_last_counters_there_are_do_not_overflow() {
        let mut window = ReplayWindow::default();
        assert!(window.note(u64::MAX - 1));
        assert!(window.note(u64::MAX));
        assert!(!window.note(u64::MAX));
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_set(counters in proptest::collection::vec(0..6000u64, 0..400)) {
            let mut window = ReplayWindow::default();
            let mut seen = BTreeSet::new();
            for ctr in counters {
                let highest = seen.last().copied().unwrap_or(0);
                let is_old = ctr + ReplayWindow::WIDTH <= highest;
                let is_new = !is_old && !seen.contains(&ctr);
                prop_assert_eq!(window.note(ctr), is_new);
                seen.insert(ctr);
            }
        }
    }
}
