// SPDX-License-Identifier: MIT OR Apache-2.0
//! The last application messages, for those whose connection was away while they were sent. Ciphertext only.

use std::{collections::VecDeque, time::Duration};

use protocol::{ParticipantId, Timestamp};

/// The last application messages of the meeting, in their order.
#[derive(Default)]
pub(crate) struct Said {
    messages: VecDeque<SaidMessage>,
    bytes: usize,
    /// How many there were.
    count: u64,
}

/// One application message.
pub(crate) struct SaidMessage {
    pub(crate) number: u64,
    /// The epoch that the group was in.
    pub(crate) epoch: u64,
    pub(crate) from: ParticipantId,
    pub(crate) message: Vec<u8>,
    said_at: Timestamp,
}

impl Said {
    /// Keeps a message for a while, and returns its number.
    pub(crate) fn note(&mut self, now: Timestamp, epoch: u64, from: ParticipantId, message: &[u8]) -> u64 {
        self.count += 1;
        self.bytes += message.len();
        self.messages.push_back(SaidMessage {
            number: self.count,
            epoch,
            from,
            message: message.to_vec(),
            said_at: now,
        });
        while self.messages.len() > MESSAGES
            || self.bytes > BYTES
            || self
                .messages
                .front()
                .is_some_and(|first| first.said_at + KEPT_FOR <= now)
        {
            self.bytes -= self.messages.pop_front().map_or(0, |first| first.message.len());
        }
        self.count
    }

    /// Returns how many messages there were.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Returns what is kept of what others than `to` said after message `heard`.
    pub(crate) fn after(&self, heard: u64, to: ParticipantId) -> impl Iterator<Item = &SaidMessage> {
        let messages = self.messages.iter();
        messages.filter(move |said| said.number > heard && said.from != to)
    }

    /// Returns whether messages after `heard` are not kept any more.
    pub(crate) fn has_forgotten(&self, heard: u64) -> bool {
        let oldest = self.messages.front().map_or(self.count + 1, |first| first.number);
        heard + 1 < oldest
    }
}

// Who is away for longer has left the meeting, but for those whose lost connection nobody noticed yet.
const KEPT_FOR: Duration = Duration::from_secs(60);
// More than a crowd writes in that time. It is memory that members can make the server hold, and goes out in one Welcome.
const MESSAGES: usize = 200;
const BYTES: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: ParticipantId = ParticipantId(1);
    const BEN: ParticipantId = ParticipantId(2);

    #[test]
    fn what_others_said_since_is_found_again_in_its_order() {
        let mut said = Said::default();
        for (from, text) in [(ANA, "1"), (BEN, "2"), (ANA, "3"), (BEN, "4")] {
            said.note(Timestamp::ZERO, 0, from, text.as_bytes());
        }
        let found: Vec<_> = said.after(1, ANA).map(|said| said.message.as_slice()).collect();
        assert_eq!(found, [b"2", b"4"]);
        assert!(!said.has_forgotten(0));
        assert_eq!(said.after(4, ANA).count(), 0);
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_too_large_or_too_old_ones() {
        let mut many = Said::default();
        for _ in 0..=MESSAGES {
            many.note(Timestamp::ZERO, 0, ANA, b"flood");
        }
        assert_eq!(many.after(0, BEN).count(), MESSAGES);
        assert!(many.has_forgotten(0) && !many.has_forgotten(1));
        let mut large = Said::default();
        for _ in 0..3 {
            large.note(Timestamp::ZERO, 0, ANA, &vec![0; BYTES / 2]);
        }
        assert_eq!(large.after(0, BEN).count(), 2);
        let mut old = Said::default();
        old.note(Timestamp::ZERO, 0, ANA, b"old");
        old.note(Timestamp::ZERO + KEPT_FOR, 0, ANA, b"young");
        assert_eq!(old.after(0, BEN).count(), 1);
        assert_eq!(old.bytes, 5);
    }

    #[test]
    fn one_larger_than_everything_is_not_kept() {
        let mut said = Said::default();
        said.note(Timestamp::ZERO, 0, ANA, &vec![0; BYTES + 1]);
        assert_eq!(said.after(0, BEN).count(), 0);
        assert!(said.has_forgotten(0) && !said.has_forgotten(1));
    }
}
