// SPDX-License-Identifier: MIT OR Apache-2.0
//! Vouchers: an account answers for a few others, who need not show anything themselves. Who may vouch is policy.

use std::time::Duration;

use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};

use crate::UnixTime;

/// What the person vouched for types or is sent: 120 random bits in Crockford's base 32. No `Debug`.
pub struct VoucherCode([u8; 15]);

impl VoucherCode {
    /// Draws a code.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 15];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads a code as a person types it: case, spaces and dashes are of no matter, and `O`, `I` and `L` are the digits that
    /// they look like.
    ///
    /// # Errors
    /// [`NotAVoucherCode`] for anything else.
    pub fn parse(text: &str) -> Result<Self, NotAVoucherCode> {
        let mut bits: u128 = 0;
        let mut digits = 0;
        for character in text
            .chars()
            .filter(|character| !matches!(character, ' ' | '-' | '\u{a0}'))
        {
            let digit = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|letter| char::from(*letter) == digit);
            let value = value.ok_or(NotAVoucherCode)?;
            if digits == DIGITS {
                return Err(NotAVoucherCode);
            }
            bits = bits << 5 | u128::try_from(value).expect("a digit has five bits");
            digits += 1;
        }
        if digits != DIGITS {
            return Err(NotAVoucherCode);
        }
        let [_, code @ ..] = bits.to_be_bytes();
        Ok(Self(code))
    }

    /// Returns the code in groups of four.
    pub fn to_text(&self) -> String {
        let mut bytes = [0; 16];
        bytes[1..].copy_from_slice(&self.0);
        let bits = u128::from_be_bytes(bytes);
        let mut text = String::new();
        for digit in 0..DIGITS {
            if digit > 0 && digit % 4 == 0 {
                text.push('-');
            }
            let value = bits >> (5 * (DIGITS - 1 - digit)) & 31;
            let value = usize::try_from(value).expect("five bits");
            text.push(char::from(ALPHABET[value]));
        }
        text
    }

    /// Returns what is kept of it.
    pub fn hash(&self) -> VoucherHash {
        VoucherHash(Sha256::digest(self.0).into())
    }
}

/// SHA-256 of a [`VoucherCode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoucherHash([u8; 32]);

impl VoucherHash {
    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A text that is no voucher's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a voucher's code")]
pub struct NotAVoucherCode;

/// What became of a voucher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VoucherState {
    /// Nobody has used it yet.
    Open {
        /// Until when somebody may.
        expires_at: UnixTime,
    },
    /// Somebody is vouched for by it.
    Redeemed,
    /// Its maker took it back, or whoever used it has left: it vouches for nobody any more.
    Withdrawn,
    /// Whoever used it was banned.
    Lost,
}

impl VoucherState {
    /// All of them; the open one with `expires_at`.
    pub const fn all(expires_at: UnixTime) -> [Self; 4] {
        [
            Self::Open { expires_at },
            Self::Redeemed,
            Self::Withdrawn,
            Self::Lost,
        ]
    }

    /// Returns the name as it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Redeemed => "redeemed",
            Self::Withdrawn => "withdrawn",
            Self::Lost => "lost",
        }
    }

    /// Returns whether it takes one of its maker's slots. A lost one does for good: who vouches for the wrong people vouches
    /// for fewer.
    pub fn takes_slot(self, now: UnixTime) -> bool {
        match self {
            Self::Open { expires_at } => now < expires_at,
            Self::Redeemed | Self::Lost => true,
            Self::Withdrawn => false,
        }
    }

    /// Returns what becomes of it when whoever used it is banned, or `self`.
    #[must_use]
    pub const fn after_ban(self) -> Self {
        match self {
            Self::Redeemed => Self::Lost,
            Self::Open { .. } | Self::Withdrawn | Self::Lost => self,
        }
    }

    /// Returns what becomes of it when that ban is taken back, or `self`.
    #[must_use]
    pub const fn after_pardon(self) -> Self {
        match self {
            Self::Lost => Self::Redeemed,
            Self::Open { .. } | Self::Redeemed | Self::Withdrawn => self,
        }
    }

    /// Returns what becomes of it when its maker takes it back or whoever used it leaves, or `self`.
    #[must_use]
    pub const fn after_withdrawal(self) -> Self {
        match self {
            Self::Open { .. } | Self::Redeemed | Self::Withdrawn => Self::Withdrawn,
            Self::Lost => Self::Lost,
        }
    }
}

/// Returns for how many more people the maker of `vouchers` may vouch.
pub fn free_slots(vouchers: impl IntoIterator<Item = VoucherState>, now: UnixTime) -> u32 {
    let taken = vouchers
        .into_iter()
        .filter(|voucher| voucher.takes_slot(now))
        .count();
    VOUCHER_SLOTS.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX))
}

/// People whom one account vouches for at a time: enough for a family or a small group, too few to trade with.
pub const VOUCHER_SLOTS: u32 = 5;

/// How long a code may be used: an invitation that was overlooked does not block a slot for ever.
pub const VOUCHER_VALID_FOR: Duration = Duration::from_secs(14 * 24 * 3600);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const DIGITS: usize = 24;
