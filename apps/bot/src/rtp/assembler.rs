// SPDX-License-Identifier: MIT OR Apache-2.0
//! Puts the packets of one receiving video m-line in order and together to frames.

use std::collections::BTreeMap;

use super::vp9;

/// Holds packets until the frame that they belong to is whole.
#[derive(Default)]
pub(crate) struct Assembler {
    /// The sequence number that the next frame begins with, once a frame was seen.
    next: Option<u64>,
    packets: BTreeMap<u64, Packet>,
}

/// One whole frame, still encrypted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AssembledFrame {
    /// The encrypted frame.
    pub(crate) data: Vec<u8>,
    /// Whether the descriptor says that it needs no frame before it.
    pub(crate) is_keyframe: bool,
    /// Whether packets before it were given up.
    pub(crate) is_after_loss: bool,
}

struct Packet {
    begins_frame: bool,
    ends_frame: bool,
    is_keyframe: bool,
    data: Vec<u8>,
}

impl Assembler {
    /// Takes a packet with its extended sequence number. Malformed and late ones are dropped.
    pub(crate) fn handle_packet(&mut self, sequence: u64, payload: &[u8]) {
        let Some(read) = vp9::read(payload) else {
            return;
        };
        if self.next.is_some_and(|next| sequence < next) {
            return;
        }
        self.packets.insert(
            sequence,
            Packet {
                begins_frame: read.begins_frame,
                ends_frame: read.ends_frame,
                is_keyframe: read.is_keyframe,
                data: read.data.to_vec(),
            },
        );
    }

    /// Returns the next whole frame.
    pub(crate) fn poll_frame(&mut self) -> Option<AssembledFrame> {
        if let Some(next) = self.next
            && let Some(frame) = self.take_frame_at(next, false)
        {
            return Some(frame);
        }
        // The first frame of all, or a gap that a retransmission did not fill in time.
        if self.next.is_none() || self.packets.len() > PATIENCE_PACKETS {
            let first = self.first_whole_frame()?;
            let is_after_loss = self.next.is_some();
            self.packets = self.packets.split_off(&first);
            return self.take_frame_at(first, is_after_loss);
        }
        None
    }

    fn first_whole_frame(&self) -> Option<u64> {
        let starts = self.packets.iter().filter(|(_, packet)| packet.begins_frame);
        starts
            .map(|(&start, _)| start)
            .find(|&start| self.end_of(start).is_some())
    }

    fn end_of(&self, start: u64) -> Option<u64> {
        (start..)
            .map_while(|sequence| Some((sequence, self.packets.get(&sequence)?)))
            .find(|(_, packet)| packet.ends_frame)
            .map(|(sequence, _)| sequence)
    }

    fn take_frame_at(&mut self, start: u64, is_after_loss: bool) -> Option<AssembledFrame> {
        if !self.packets.get(&start)?.begins_frame {
            // Padding or the rest of a frame that began before the stream was joined.
            self.packets.remove(&start);
            self.next = Some(start + 1);
            return None;
        }
        let end = self.end_of(start)?;
        let is_keyframe = self.packets.get(&start)?.is_keyframe;
        let rest = self.packets.split_off(&(end + 1));
        let data = std::mem::replace(&mut self.packets, rest)
            .into_values()
            .flat_map(|packet| packet.data)
            .collect();
        self.next = Some(end + 1);
        Some(AssembledFrame {
            data,
            is_keyframe,
            is_after_loss,
        })
    }
}

// A third of a second at the rate of the largest layer: long enough for a retransmission, short enough to recover.
const PATIENCE_PACKETS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_out_of_order_make_the_same_frames() {
        let packets = stream(6);
        let mut assembler = Assembler::default();
        let mut frames = feed(&mut assembler, packets[..3].iter());
        frames.extend(feed(&mut assembler, packets[3..].iter().rev()));
        assert_eq!(frames, (0..6).map(content).collect::<Vec<_>>());
    }

    #[test]
    fn a_lost_packet_costs_its_frame_and_marks_the_next() {
        let packets = stream(60);
        let mut assembler = Assembler::default();
        let mut after_loss = Vec::new();
        let mut frames = Vec::new();
        for (sequence, payload) in packets.iter().filter(|(sequence, _)| *sequence != 104) {
            assembler.handle_packet(*sequence, payload);
            while let Some(frame) = assembler.poll_frame() {
                after_loss.push(frame.is_after_loss);
                frames.push(frame.data);
            }
        }
        assert_eq!(
            after_loss.iter().filter(|&&is_after_loss| is_after_loss).count(),
            1
        );
        assert!(
            !frames.contains(&content(2)),
            "the frame of the lost packet cannot be whole"
        );
        assert!(frames.contains(&content(1)) && frames.contains(&content(3)));
    }

    #[test]
    fn a_stream_may_be_joined_in_the_middle_of_a_frame() {
        let mut assembler = Assembler::default();
        assert_eq!(
            feed(&mut assembler, stream(3)[1..].iter()),
            [content(1), content(2)]
        );
    }

    #[test]
    fn malformed_packets_are_dropped() {
        let mut assembler = Assembler::default();
        assembler.handle_packet(1, &[]);
        assembler.handle_packet(2, &[0xFF]);
        assert_eq!(assembler.poll_frame(), None);
    }

    fn feed<'a>(
        assembler: &mut Assembler,
        packets: impl Iterator<Item = &'a (u64, Vec<u8>)>,
    ) -> Vec<Vec<u8>> {
        let mut frames = Vec::new();
        for (sequence, payload) in packets {
            assembler.handle_packet(*sequence, payload);
            while let Some(frame) = assembler.poll_frame() {
                frames.push(frame.data);
            }
        }
        frames
    }

    /// Frames of two packets each, from sequence number 100 on.
    fn stream(frames: u8) -> Vec<(u64, Vec<u8>)> {
        let payloads = (0..frames).flat_map(|index| {
            let header = vp9::FrameHeader {
                picture_id: u16::from(index),
                is_keyframe: index == 0,
                size: (160, 90),
            };
            vp9::packetise(header, &content(index))
        });
        (100..).zip(payloads).collect()
    }

    fn content(index: u8) -> Vec<u8> {
        vec![index; 2000]
    }
}
