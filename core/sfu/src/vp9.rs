// SPDX-License-Identifier: MIT OR Apache-2.0
//! The VP9 payload descriptor (RFC 9628, section 4.2): the only bytes of a payload that the media plane reads.
//!
//! Browsers encrypt the frame before they packetise it, so the descriptor is in clear and the rest is ciphertext.

#![warn(clippy::indexing_slicing)]

/// What the descriptor of one packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vp9Descriptor {
    /// The packet begins a frame that refers to no other.
    pub is_keyframe_start: bool,
    /// The packet begins a frame.
    pub is_frame_start: bool,
    /// The packet ends a frame.
    pub is_frame_end: bool,
    /// Temporal layer, 0 if the descriptor has none.
    pub temporal: u8,
    /// Spatial layer, 0 if the descriptor has none.
    pub spatial: u8,
    /// Higher temporal layers may be added from this frame on (the U bit).
    pub is_switching_up_point: bool,
    /// Height of the largest picture, from the scalability structure that comes with keyframes.
    pub height: Option<u16>,
    /// Bytes of the descriptor. What follows is ciphertext.
    pub length: usize,
}

/// A payload that does not begin with a whole VP9 payload descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a vp9 payload descriptor")]
pub struct NotADescriptor;

impl Vp9Descriptor {
    /// Reads the descriptor at the start of an RTP payload.
    ///
    /// # Errors
    /// [`NotADescriptor`] if it is cut short, or refers to more frames than RFC 9628 allows.
    pub fn parse(payload: &[u8]) -> Result<Self, NotADescriptor> {
        let mut reader = Reader {
            bytes: payload,
            at: 0,
        };
        let flags = reader.byte()?;
        let has = |bit: u8| flags & bit != 0;
        if has(PICTURE_ID) {
            let first = reader.byte()?;
            if first & 0x80 != 0 {
                reader.byte()?;
            }
        }
        let (mut temporal, mut spatial, mut is_switching_up_point) = (0, 0, false);
        if has(LAYER_INDICES) {
            let layers = reader.byte()?;
            temporal = layers >> 5;
            is_switching_up_point = layers & 0x10 != 0;
            spatial = (layers >> 1) & 0x07;
            if !has(FLEXIBLE) {
                reader.byte()?; // TL0PICIDX
            }
        }
        if has(FLEXIBLE) && has(INTER_PREDICTED) {
            let mut references = 1;
            while reader.byte()? & 0x01 != 0 {
                references += 1;
                if references > MAX_REFERENCES {
                    return Err(NotADescriptor);
                }
            }
        }
        let height = if has(SCALABILITY_STRUCTURE) {
            reader.scalability_structure()?
        } else {
            None
        };
        let is_frame_start = has(FRAME_START);
        Ok(Self {
            is_keyframe_start: is_frame_start && !has(INTER_PREDICTED) && spatial == 0,
            is_frame_start,
            is_frame_end: has(FRAME_END),
            temporal,
            spatial,
            is_switching_up_point,
            height,
            length: reader.at,
        })
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, NotADescriptor> {
        let byte = self.bytes.get(self.at).copied().ok_or(NotADescriptor)?;
        self.at += 1;
        Ok(byte)
    }

    fn scalability_structure(&mut self) -> Result<Option<u16>, NotADescriptor> {
        let flags = self.byte()?;
        let mut height = None;
        if flags & 0x10 != 0 {
            for _ in 0..=(flags >> 5) {
                self.byte()?;
                self.byte()?;
                let layer_height = u16::from_be_bytes([self.byte()?, self.byte()?]);
                height = height.max(Some(layer_height));
            }
        }
        if flags & 0x08 != 0 {
            for _ in 0..self.byte()? {
                let references = (self.byte()? >> 2) & 0x03;
                for _ in 0..references {
                    self.byte()?;
                }
            }
        }
        Ok(height)
    }
}

const PICTURE_ID: u8 = 0x80;
const INTER_PREDICTED: u8 = 0x40;
const LAYER_INDICES: u8 = 0x20;
const FLEXIBLE: u8 = 0x10;
const FRAME_START: u8 = 0x08;
const FRAME_END: u8 = 0x04;
const SCALABILITY_STRUCTURE: u8 = 0x02;

// RFC 9628, section 4.2: P_DIFF occurs at most three times.
const MAX_REFERENCES: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyframe_of_chromium_begins_with_a_scalability_structure() {
        // I, L, B, V; 15-bit picture id; layer indices; TL0PICIDX; one layer of 640x360, no picture group.
        let payload = [
            0xaa, 0x81, 0x02, 0x00, 0x07, 0x10, 0x02, 0x80, 0x01, 0x68, 0xde, 0xad,
        ];
        let descriptor = Vp9Descriptor::parse(&payload).expect("is whole");
        assert!(descriptor.is_keyframe_start && descriptor.is_frame_start && !descriptor.is_frame_end);
        assert_eq!((descriptor.height, descriptor.length), (Some(360), 10));
    }

    #[test]
    fn delta_frame_of_an_upper_temporal_layer_is_no_keyframe() {
        // I, P, L, B, E; 7-bit picture id; temporal layer 2, switching up point; TL0PICIDX.
        let descriptor = Vp9Descriptor::parse(&[0xec, 0x05, 0x50, 0x01]).expect("is whole");
        assert!(!descriptor.is_keyframe_start && descriptor.is_frame_start && descriptor.is_frame_end);
        assert_eq!(
            (
                descriptor.temporal,
                descriptor.is_switching_up_point,
                descriptor.length
            ),
            (2, true, 4)
        );
    }

    #[test]
    fn flexible_mode_carries_its_references() {
        let descriptor = Vp9Descriptor::parse(&[0x58, 0x03, 0x04, 0xff]).expect("is whole");
        assert_eq!(descriptor.length, 3);
        assert_eq!(
            Vp9Descriptor::parse(&[0x58, 0x03, 0x03, 0x03, 0x02]),
            Err(NotADescriptor)
        );
    }

    #[test]
    fn every_descriptor_cut_short_is_refused() {
        for payload in [
            &[][..],
            &[0xaa],
            &[0xaa, 0x81],
            &[0xaa, 0x81, 0x02, 0x00],
            &[0x0a, 0x18, 0x02],
        ] {
            assert_eq!(Vp9Descriptor::parse(payload), Err(NotADescriptor));
        }
    }

    #[test]
    fn bytes_after_the_descriptor_change_nothing() {
        let mut payload = vec![0xaa, 0x81, 0x02, 0x00, 0x07, 0x10, 0x02, 0x80, 0x01, 0x68];
        let bare = Vp9Descriptor::parse(&payload);
        for byte in 0..=u8::MAX {
            payload.truncate(10);
            payload.extend([byte; 3]);
            assert_eq!(Vp9Descriptor::parse(&payload), bare);
        }
    }
}
