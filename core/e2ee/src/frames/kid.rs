// SPDX-License-Identifier: MIT OR Apache-2.0
//! The key id: whose key, for which track, of which epoch (RFC 9605, section 5.2).

use protocol::TrackKind;

/// What a KID says: `context << 28 | index << 8 | epoch mod 256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kid {
    /// Which of the sender's tracks.
    pub(crate) kind: TrackKind,
    /// The sender: leaf index, or participant id in a standard meeting.
    pub(crate) index: u32,
    /// The low 8 bits of the epoch.
    pub(crate) epoch: u8,
}

impl Kid {
    /// Makes the KID; `None` if the index does not fit.
    pub(crate) fn new(kind: TrackKind, index: u32, epoch: u64) -> Option<Self> {
        (index < 1 << INDEX_BITS).then_some(Self {
            kind,
            index,
            epoch: low_bits(epoch),
        })
    }

    /// Reads a KID; `None` if it names no track or sets bits that mean nothing.
    pub(crate) fn from_value(value: u64) -> Option<Self> {
        let context = u8::try_from(value >> (INDEX_BITS + EPOCH_BITS)).ok()?;
        let index = u32::try_from(value >> EPOCH_BITS & ((1 << INDEX_BITS) - 1)).ok()?;
        Some(Self {
            kind: TrackKind::from_context(context)?,
            index,
            epoch: low_bits(value),
        })
    }

    /// Returns the number in the header.
    pub(crate) fn value(self) -> u64 {
        u64::from(self.kind.context()) << (INDEX_BITS + EPOCH_BITS)
            | u64::from(self.index) << EPOCH_BITS
            | u64::from(self.epoch)
    }

    /// Returns whether this is rather a KID of an epoch after `epoch` than of one before: a quarter of the way round.
    pub(crate) fn is_after(self, epoch: u64) -> bool {
        matches!(self.epoch.wrapping_sub(low_bits(epoch)), 1..=64)
    }

    /// Returns whether this may be a KID of `epoch`.
    pub(crate) fn is_of_epoch(self, epoch: u64) -> bool {
        self.epoch == low_bits(epoch)
    }
}

fn low_bits(value: u64) -> u8 {
    value.to_be_bytes()[7]
}

// Old epochs live ten seconds: 256 of them cannot be alive at once.
const EPOCH_BITS: u32 = 8;
// A leaf index stays below the number of members, but in a standard meeting participants are counted for the meeting's
// life. A camera's header costs one byte more than with twelve bits.
const INDEX_BITS: u32 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kid_reads_back() {
        for kind in TrackKind::ALL {
            for (index, epoch) in [(0, 0), (1, 255), (4096, 256), ((1 << 20) - 1, u64::MAX)] {
                let kid = Kid::new(kind, index, epoch).expect("the index fits");
                assert_eq!(Kid::from_value(kid.value()), Some(kid));
                assert!(kid.is_of_epoch(epoch));
                assert!(!kid.is_of_epoch(epoch ^ 1));
            }
        }
    }

    #[test]
    fn a_later_epoch_is_told_from_an_earlier_one_even_where_the_bits_begin_anew() {
        let kid = |epoch| Kid::new(TrackKind::Camera, 1, epoch).expect("the index fits");
        assert!(kid(6).is_after(5) && kid(256).is_after(255) && kid(260).is_after(255));
        assert!(!kid(5).is_after(5) && !kid(4).is_after(5) && !kid(255).is_after(256));
    }

    #[test]
    fn an_index_that_would_reach_into_the_track_is_refused() {
        assert_eq!(Kid::new(TrackKind::Camera, 1 << 20, 0), None);
    }

    #[test]
    fn a_kid_of_no_track_is_refused() {
        assert_eq!(Kid::from_value(4 << 28), None);
        assert_eq!(Kid::from_value(u64::MAX), None);
    }
}
