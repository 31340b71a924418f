// SPDX-License-Identifier: MIT OR Apache-2.0
//! Why frames were dropped, and how often. There is no third way beside sealed and dropped.

/// Why a frame was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum SealDrop {
    /// No meeting, or no key to send with.
    #[error("no key to send with")]
    NoKey,
    /// The session told to stop.
    #[error("sending is stopped")]
    Stopped,
    /// A frame that no encoder makes.
    #[error("frame is too large")]
    TooLarge,
    /// The sender's number does not fit in a key id.
    #[error("sender's index is too large")]
    IndexTooLarge,
    /// Every counter of the key was used.
    #[error("the key's counters are used up")]
    CounterExhausted,
}

/// Why a received frame was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum OpenDrop {
    /// No SFrame header, or a key id of no track.
    #[error("malformed frame")]
    Malformed,
    /// A frame that no encoder makes.
    #[error("frame is too large")]
    TooLarge,
    /// The slot carries nobody, says the session.
    #[error("nobody is in this slot")]
    NoSlot,
    /// The slot carries somebody else.
    #[error("another sender's frame")]
    WrongSender,
    /// The slot carries another track of the same sender.
    #[error("another track's frame")]
    WrongTrack,
    /// No key for this sender and epoch: not yet, no longer, or never.
    #[error("no key for this frame")]
    UnknownKey,
    /// It says that it is of a later epoch than any of this sender's keys.
    #[error("no key for the frame's epoch yet")]
    FutureEpoch,
    /// The epoch's ten seconds are over.
    #[error("the frame's epoch is over")]
    Retired,
    /// Seen before, or too late to tell.
    #[error("frame was seen before")]
    Replayed,
    /// Not what the sender sealed, or not for this meeting, mode and track.
    #[error("frame is not authentic")]
    NotAuthentic,
}

impl SealDrop {
    /// All reasons.
    pub const ALL: [Self; 5] = [
        Self::NoKey,
        Self::Stopped,
        Self::TooLarge,
        Self::IndexTooLarge,
        Self::CounterExhausted,
    ];

    /// Returns the reason's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoKey => "no_key",
            Self::Stopped => "stopped",
            Self::TooLarge => "too_large",
            Self::IndexTooLarge => "index_too_large",
            Self::CounterExhausted => "counter_exhausted",
        }
    }
}

impl OpenDrop {
    /// All reasons.
    pub const ALL: [Self; 10] = [
        Self::Malformed,
        Self::TooLarge,
        Self::NoSlot,
        Self::WrongSender,
        Self::WrongTrack,
        Self::UnknownKey,
        Self::FutureEpoch,
        Self::Retired,
        Self::Replayed,
        Self::NotAuthentic,
    ];

    /// Returns the reason's stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::NoSlot => "no_slot",
            Self::WrongSender => "wrong_sender",
            Self::WrongTrack => "wrong_track",
            Self::UnknownKey => "unknown_key",
            Self::FutureEpoch => "future_epoch",
            Self::Retired => "retired",
            Self::Replayed => "replayed",
            Self::NotAuthentic => "not_authentic",
        }
    }
}

/// How many frames were dropped for which reason.
#[derive(Debug, Clone, Default)]
pub struct DropCounters {
    sealed: [u64; SealDrop::ALL.len()],
    opened: [u64; OpenDrop::ALL.len()],
}

impl DropCounters {
    /// Returns how many frames were not sealed for this reason.
    pub const fn not_sealed(&self, reason: SealDrop) -> u64 {
        self.sealed[reason as usize]
    }

    /// Returns how many frames were not opened for this reason.
    pub const fn not_opened(&self, reason: OpenDrop) -> u64 {
        self.opened[reason as usize]
    }

    /// Returns the reasons for which frames were not sealed, with their numbers.
    pub fn iter_not_sealed(&self) -> impl Iterator<Item = (SealDrop, u64)> {
        SealDrop::ALL
            .into_iter()
            .map(|reason| (reason, self.not_sealed(reason)))
    }

    /// Returns the reasons for which frames were not opened, with their numbers.
    pub fn iter_not_opened(&self) -> impl Iterator<Item = (OpenDrop, u64)> {
        OpenDrop::ALL
            .into_iter()
            .map(|reason| (reason, self.not_opened(reason)))
    }

    pub(crate) fn count_seal(&mut self, reason: SealDrop) -> SealDrop {
        self.sealed[reason as usize] += 1;
        reason
    }

    pub(crate) fn count_open(&mut self, reason: OpenDrop) -> OpenDrop {
        self.opened[reason as usize] += 1;
        reason
    }
}
