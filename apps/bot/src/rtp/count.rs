// SPDX-License-Identifier: MIT OR Apache-2.0
//! How many packets came, and how many did not, by the gaps in their sequence numbers.

use std::collections::BTreeMap;

use serde::Serialize;

/// Counts the packets of all streams that one transport receives.
#[derive(Default)]
pub(crate) struct PacketCount {
    streams: BTreeMap<u32, Stream>,
}

/// The sum over all streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Packets {
    /// That came, retransmitted ones included.
    pub(crate) received: u64,
    /// That are missing between the first and the last one of a stream.
    pub(crate) lost: u64,
}

struct Stream {
    first: u64,
    last: u64,
    received: u64,
}

impl PacketCount {
    /// Counts a packet of stream `ssrc` with its extended sequence number.
    pub(crate) fn handle_packet(&mut self, ssrc: u32, sequence: u64) {
        let stream = self.streams.entry(ssrc).or_insert(Stream {
            first: sequence,
            last: sequence,
            received: 0,
        });
        stream.first = stream.first.min(sequence);
        stream.last = stream.last.max(sequence);
        stream.received += 1;
    }

    /// Returns the sum so far.
    pub(crate) fn packets(&self) -> Packets {
        self.streams
            .values()
            .fold(Packets::default(), |sum, stream| Packets {
                received: sum.received + stream.received,
                lost: sum.lost + (stream.last - stream.first + 1).saturating_sub(stream.received),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_losses_until_they_are_filled() {
        let mut count = PacketCount::default();
        for sequence in [10, 11, 14] {
            count.handle_packet(1, sequence);
        }
        count.handle_packet(2, 500);
        assert_eq!(count.packets(), Packets { received: 4, lost: 2 });
        count.handle_packet(1, 12);
        assert_eq!(count.packets(), Packets { received: 5, lost: 1 });
    }
}
