// SPDX-License-Identifier: MIT OR Apache-2.0
//! A seeded mutator for stable Rust: no coverage feedback, but every run can be repeated from its seed.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore as _, SeedableRng as _};

/// Makes new inputs from old ones.
#[derive(Debug, Clone)]
pub struct Mutator {
    rng: ChaCha8Rng,
}

impl Mutator {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Returns a mutation of one input of `corpus`, or bytes from nothing if that is empty.
    pub fn mutation(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.pick(corpus).cloned().unwrap_or_default();
        for _ in 0..=self.below(MOST_CHANGES) {
            self.change(&mut input, corpus);
        }
        input.truncate(LONGEST);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        let until = at + self.below(input.len() - at + 1);
        match self.below(8) {
            0 => input.truncate(at),
            1 => input.insert(at, self.byte()),
            2 => drop(input.drain(at..until)),
            3 => {
                let copy = input[at..until].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            4 => {
                let other = self.pick(corpus).cloned().unwrap_or_default();
                let from = self.below(other.len() + 1);
                input.splice(at..until, other[from..].iter().copied());
            }
            5 => {
                let number = INTERESTING[self.below(INTERESTING.len())];
                let width = 1 << self.below(4);
                for (byte, value) in input[at..].iter_mut().zip(&number.to_be_bytes()[8 - width..]) {
                    *byte = *value;
                }
            }
            6 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = self.byte();
                }
            }
        }
    }

    fn pick<'a>(&mut self, corpus: &'a [Vec<u8>]) -> Option<&'a Vec<u8>> {
        if corpus.is_empty() {
            None
        } else {
            corpus.get(self.below(corpus.len()))
        }
    }

    fn byte(&mut self) -> u8 {
        self.rng.next_u32().to_le_bytes()[0]
    }

    /// Returns a number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("memory is smaller than that");
        usize::try_from(self.rng.next_u64() % bound).expect("it is below a usize")
    }
}

// One change finds the next branch; many at once find combinations, and are mostly refused at the first byte.
const MOST_CHANGES: usize = 6;
// Every parser bounds its input well below this or has no reason to care.
const LONGEST: usize = 16 * 1024;
const INTERESTING: &[u64] = &[
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    u64::MAX / 2,
    u64::MAX,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_mutations_and_another_one_others() {
        let corpus = [b"one".to_vec(), b"another one".to_vec()];
        let run = |seed| {
            let mut mutator = Mutator::new(seed);
            (0..50).map(|_| mutator.mutation(&corpus)).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }

    #[test]
    fn nothing_at_all_can_be_mutated_too() {
        let mut mutator = Mutator::new(3);
        assert!(
            (0..50)
                .map(|_| mutator.mutation(&[]))
                .any(|input| !input.is_empty())
        );
    }
}
