// SPDX-License-Identifier: MIT OR Apache-2.0
//! The safety code: what two people compare to know that nobody stands between them.

use hkdf::Hkdf;
use sha2::Sha512;

/// Seven emoji or thirty digits, the same for everybody in an epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyCode {
    /// Seven emoji: 42 bits. Enough against an attacker with one attempt per epoch, in front of witnesses.
    pub emoji: [Emoji; 7],
    /// Six groups of five digits: 99 bits.
    pub digits: String,
}

/// One emoji and how it is read aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emoji {
    /// The character.
    pub symbol: &'static str,
    /// Its English name.
    pub name: &'static str,
}

impl SafetyCode {
    /// Derives the code from the epoch authenticator (RFC 9420, section 8.7).
    pub(crate) fn from_authenticator(authenticator: &[u8]) -> Self {
        let hkdf = Hkdf::<Sha512>::new(None, authenticator);
        let mut bytes = [0; 7 + 6 * 8];
        hkdf.expand(b"Incamera 1 safety code", &mut bytes)
            .expect("shorter than HKDF's limit");
        let (emoji, digits) = bytes.split_at(7);
        let emoji = std::array::from_fn(|position| EMOJI[usize::from(emoji[position]) % EMOJI.len()]);
        let groups = digits.chunks_exact(8).map(|chunk| {
            let number = u64::from_be_bytes(chunk.try_into().expect("chunks of 8 bytes"));
            format!("{:05}", number % 100_000)
        });
        Self {
            emoji,
            digits: groups.collect::<Vec<_>>().join(" "),
        }
    }
}

const fn emoji(symbol: &'static str, name: &'static str) -> Emoji {
    Emoji { symbol, name }
}

/// Sixty-four, so that a byte picks without bias; easy to tell apart and to name.
const EMOJI: [Emoji; 64] = [
    emoji("🐶", "dog"),
    emoji("🐱", "cat"),
    emoji("🦁", "lion"),
    emoji("🐴", "horse"),
    emoji("🦄", "unicorn"),
    emoji("🐷", "pig"),
    emoji("🐘", "elephant"),
    emoji("🐰", "rabbit"),
    emoji("🐼", "panda"),
    emoji("🐓", "rooster"),
    emoji("🐧", "penguin"),
    emoji("🐢", "turtle"),
    emoji("🐟", "fish"),
    emoji("🐙", "octopus"),
    emoji("🦋", "butterfly"),
    emoji("🌷", "tulip"),
    emoji("🌳", "tree"),
    emoji("🌵", "cactus"),
    emoji("🍄", "mushroom"),
    emoji("🌍", "globe"),
    emoji("🌙", "moon"),
    emoji("☁️", "cloud"),
    emoji("🔥", "fire"),
    emoji("🍌", "banana"),
    emoji("🍎", "apple"),
    emoji("🍓", "strawberry"),
    emoji("🌽", "corn"),
    emoji("🍕", "pizza"),
    emoji("🎂", "cake"),
    emoji("❤️", "heart"),
    emoji("😀", "smile"),
    emoji("🤖", "robot"),
    emoji("🎩", "hat"),
    emoji("👓", "glasses"),
    emoji("🔧", "wrench"),
    emoji("🎅", "santa"),
    emoji("👍", "thumbs up"),
    emoji("☂️", "umbrella"),
    emoji("⌛", "hourglass"),
    emoji("⏰", "clock"),
    emoji("🎁", "gift"),
    emoji("💡", "light bulb"),
    emoji("📕", "book"),
    emoji("✏️", "pencil"),
    emoji("📎", "paper clip"),
    emoji("✂️", "scissors"),
    emoji("🔒", "padlock"),
    emoji("🔑", "key"),
    emoji("🔨", "hammer"),
    emoji("☎️", "telephone"),
    emoji("🏁", "flag"),
    emoji("🚂", "train"),
    emoji("🚲", "bicycle"),
    emoji("✈️", "aeroplane"),
    emoji("🚀", "rocket"),
    emoji("🏆", "trophy"),
    emoji("⚽", "ball"),
    emoji("🎸", "guitar"),
    emoji("🎺", "trumpet"),
    emoji("🔔", "bell"),
    emoji("⚓", "anchor"),
    emoji("🎧", "headphones"),
    emoji("📁", "folder"),
    emoji("📌", "pin"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_emoji_and_every_name_is_there_once() {
        assert_eq!(
            EMOJI
                .iter()
                .map(|emoji| emoji.symbol)
                .collect::<BTreeSet<_>>()
                .len(),
            EMOJI.len()
        );
        assert_eq!(
            EMOJI
                .iter()
                .map(|emoji| emoji.name)
                .collect::<BTreeSet<_>>()
                .len(),
            EMOJI.len()
        );
    }

    #[test]
    fn the_same_epoch_gives_the_same_code_and_another_epoch_another() {
        let code = SafetyCode::from_authenticator(&[1; 48]);
        assert_eq!(code, SafetyCode::from_authenticator(&[1; 48]));
        assert_ne!(code.digits, SafetyCode::from_authenticator(&[2; 48]).digits);
        assert_ne!(code.emoji, SafetyCode::from_authenticator(&[2; 48]).emoji);
        assert_eq!(code.digits.chars().filter(char::is_ascii_digit).count(), 30);
        assert_eq!(code.digits.len(), 35);
    }
}
