// SPDX-License-Identifier: MIT OR Apache-2.0
//! VP9 in RTP (RFC 9628): writes and reads the payload descriptor. What follows it is an opaque encrypted frame.

/// What stays the same over the packets of one frame.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameHeader {
    /// Counts up by one per frame.
    pub(crate) picture_id: u16,
    /// Whether it needs no frame before it.
    pub(crate) is_keyframe: bool,
    /// Width and height in pixels, told on keyframes.
    pub(crate) size: (u16, u16),
}

/// Splits an encrypted frame into RTP payloads, in the non-flexible mode and with one temporal layer, as browsers send
/// simulcast VP9.
pub(crate) fn packetise(header: FrameHeader, frame: &[u8]) -> Vec<Vec<u8>> {
    let count = packets(frame.len());
    (0..count)
        .map(|index| {
            let start = index * CHUNK_BYTES;
            let end = (start + CHUNK_BYTES).min(frame.len());
            let mut payload = descriptor(header, index == 0, index + 1 == count);
            payload.extend_from_slice(&frame[start..end]);
            payload
        })
        .collect()
}

/// Returns how many packets a frame of `bytes` takes.
pub(crate) fn packets(bytes: usize) -> usize {
    bytes.div_ceil(CHUNK_BYTES).max(1)
}

fn descriptor(header: FrameHeader, is_first: bool, is_last: bool) -> Vec<u8> {
    let has_structure = header.is_keyframe && is_first;
    let mut flags = HAS_PICTURE_ID | HAS_LAYER;
    flags |= if header.is_keyframe { 0 } else { INTER_PREDICTED };
    flags |= if is_first { BEGINS_FRAME } else { 0 };
    flags |= if is_last { ENDS_FRAME } else { 0 };
    flags |= if has_structure { HAS_STRUCTURE } else { 0 };
    let [high, low] = header.picture_id.to_be_bytes();
    // Temporal and spatial layer 0; TL0PICIDX, because the mode is not flexible.
    let mut bytes = vec![flags, LONG_PICTURE_ID | high, low, 0, low];
    if has_structure {
        let (width, height) = header.size;
        bytes.push(STRUCTURE_HAS_SIZE | STRUCTURE_HAS_GROUP);
        bytes.extend_from_slice(&width.to_be_bytes());
        bytes.extend_from_slice(&height.to_be_bytes());
        // A group of one picture, which refers to the one before it.
        bytes.extend_from_slice(&[1, 1 << 2, 1]);
    }
    bytes
}

/// One received payload.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Payload<'a> {
    /// Whether a frame begins with it.
    pub(crate) begins_frame: bool,
    /// Whether a frame ends with it.
    pub(crate) ends_frame: bool,
    /// Whether the frame needs no frame before it.
    pub(crate) is_keyframe: bool,
    /// What follows the descriptor.
    pub(crate) data: &'a [u8],
}

/// Reads a payload; `None` if the descriptor is cut short.
pub(crate) fn read(payload: &[u8]) -> Option<Payload<'_>> {
    let mut rest = Reader(payload);
    let flags = rest.byte()?;
    let has = |bit: u8| flags & bit != 0;
    if has(HAS_PICTURE_ID) && rest.byte()? & LONG_PICTURE_ID != 0 {
        rest.byte()?;
    }
    if has(HAS_LAYER) {
        rest.byte()?;
        if !has(FLEXIBLE) {
            rest.byte()?;
        }
    }
    if has(FLEXIBLE) && has(INTER_PREDICTED) {
        while rest.byte()? & MORE_REFERENCES != 0 {}
    }
    if has(HAS_STRUCTURE) {
        skip_structure(&mut rest)?;
    }
    Some(Payload {
        begins_frame: has(BEGINS_FRAME),
        ends_frame: has(ENDS_FRAME),
        is_keyframe: !has(INTER_PREDICTED),
        data: rest.0,
    })
}

fn skip_structure(rest: &mut Reader<'_>) -> Option<()> {
    let head = rest.byte()?;
    if head & STRUCTURE_HAS_SIZE != 0 {
        for _ in 0..4 * (usize::from(head >> 5) + 1) {
            rest.byte()?;
        }
    }
    if head & STRUCTURE_HAS_GROUP != 0 {
        for _ in 0..rest.byte()? {
            let references = (rest.byte()? >> 2) & 0b11;
            for _ in 0..references {
                rest.byte()?;
            }
        }
    }
    Some(())
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }
}

// The RTP header with its extensions, SRTP's tag and UDP over IPv6 must fit beside it into 1280 bytes.
const CHUNK_BYTES: usize = 1100;

const HAS_PICTURE_ID: u8 = 0x80;
const INTER_PREDICTED: u8 = 0x40;
const HAS_LAYER: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const BEGINS_FRAME: u8 = 0x08;
const ENDS_FRAME: u8 = 0x04;
const HAS_STRUCTURE: u8 = 0x02;
const LONG_PICTURE_ID: u8 = 0x80;
const MORE_REFERENCES: u8 = 0x01;
const STRUCTURE_HAS_SIZE: u8 = 0x10;
const STRUCTURE_HAS_GROUP: u8 = 0x08;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_in_several_packets_comes_back_whole() {
        let frame: Vec<u8> = (0..5000).map(|index| (index % 251) as u8).collect();
        for is_keyframe in [true, false] {
            let payloads = packetise(header(is_keyframe), &frame);
            let read: Vec<Payload<'_>> = payloads
                .iter()
                .map(|payload| read(payload).expect("own writing"))
                .collect();
            assert_eq!(read.len(), 5);
            assert_eq!(
                read.iter()
                    .flat_map(|payload| payload.data)
                    .copied()
                    .collect::<Vec<_>>(),
                frame
            );
            assert!(read.iter().all(|payload| payload.is_keyframe == is_keyframe));
            let begins: Vec<bool> = read.iter().map(|payload| payload.begins_frame).collect();
            let ends: Vec<bool> = read.iter().map(|payload| payload.ends_frame).collect();
            assert_eq!(begins, [true, false, false, false, false]);
            assert_eq!(ends, [false, false, false, false, true]);
        }
    }

    #[test]
    fn flexible_mode_references_are_skipped() {
        let flags = HAS_PICTURE_ID | INTER_PREDICTED | FLEXIBLE | BEGINS_FRAME | ENDS_FRAME;
        let payload = [flags, 5, 0b11, 0b10, 0xAA];
        assert_eq!(read(&payload).expect("well formed").data, [0xAA]);
    }

    #[test]
    fn structures_of_several_spatial_layers_are_skipped() {
        let flags = HAS_STRUCTURE | BEGINS_FRAME;
        let head = (2 << 5) | STRUCTURE_HAS_SIZE | STRUCTURE_HAS_GROUP;
        let mut payload = vec![flags, head];
        payload.extend([0; 12]);
        payload.extend([2, 0, 2 << 2, 1, 2, 0xAA, 0xBB]);
        assert_eq!(read(&payload).expect("well formed").data, [0xAA, 0xBB]);
    }

    #[test]
    fn descriptors_that_are_cut_short_are_nothing() {
        let payload = &packetise(header(true), &[])[0];
        for end in 0..payload.len() {
            assert_eq!(read(&payload[..end]), None, "cut at {end} was accepted");
        }
    }

    fn header(is_keyframe: bool) -> FrameHeader {
        FrameHeader {
            picture_id: 0x1234,
            is_keyframe,
            size: (640, 360),
        }
    }
}
