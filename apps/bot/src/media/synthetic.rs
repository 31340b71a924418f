// SPDX-License-Identifier: MIT OR Apache-2.0
//! A clip for measurements: frames of even size, so that a publisher's packet rate is known beforehand.

use std::time::Duration;

use super::Clip;

/// Makes a clip of 30 pictures a second whose largest layer takes 5, 5, 5, 5 and 6 full packets in turn: 156 packets a
/// second. The smaller layers have about the bitrates that browsers give them.
pub(crate) fn measured_clip() -> Clip {
    let layer = |packets: fn(usize) -> usize, bytes: usize| {
        (0..PICTURES)
            .map(|index| frame(index, packets(index) * bytes))
            .collect()
    };
    Clip {
        number: 0,
        picture_interval: Duration::from_nanos(1_000_000_000 / 30),
        layers: [
            layer(|_| 1, QUARTER_BYTES),
            layer(|_| 2, HALF_BYTES),
            layer(|index| if index % 5 == 4 { 6 } else { 5 }, FULL_BYTES),
        ],
        voice: vec![vec![0; 3]],
    }
}

/// A frame whose first byte says keyframe or not (VP9 bitstream specification, section 6.2); nobody decodes the rest.
fn frame(index: usize, bytes: usize) -> Vec<u8> {
    let mut frame = vec![0; bytes];
    frame[0] = if index.is_multiple_of(KEYFRAME_EVERY) {
        0x80
    } else {
        0x84
    };
    frame
}

const PICTURES: usize = 60;

// A layer can be switched to at keyframes only: two a second, as often as the server asks for them.
const KEYFRAME_EVERY: usize = 15;

// 150 and 500 kbit/s.
const QUARTER_BYTES: usize = 600;
const HALF_BYTES: usize = 1000;

// Just below what the packetiser puts into a packet, so that SFrame's header and tag do not begin another one.
const FULL_BYTES: usize = 1090;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        media::{Layer, is_vp9_keyframe},
        rtp::vp9_packets,
    };

    #[test]
    fn a_second_takes_156_packets_of_the_largest_layer() {
        let clip = measured_clip();
        let sealed = |frame: &Vec<u8>| vp9_packets(frame.len() + 30);
        let packets: usize = clip.frames(Layer::Full).iter().take(30).map(sealed).sum();
        assert_eq!(packets, 156);
        assert!(is_vp9_keyframe(&clip.frames(Layer::Full)[0]));
        assert!(!is_vp9_keyframe(&clip.frames(Layer::Full)[1]));
    }
}
