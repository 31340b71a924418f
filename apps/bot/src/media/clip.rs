// SPDX-License-Identifier: MIT OR Apache-2.0
//! The committed clips: per bot number three VP9 layers and a voice.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{ivf, ogg};

/// A spatial layer of the camera track, smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Layer {
    /// 160x90.
    Quarter,
    /// 320x180.
    Half,
    /// 640x360.
    Full,
}

impl Layer {
    pub(crate) const ALL: [Self; 3] = [Self::Quarter, Self::Half, Self::Full];

    /// Returns the restriction identifier (RFC 8852) that the layer has on the wire.
    pub(crate) const fn rid(self) -> &'static str {
        match self {
            Self::Quarter => "q",
            Self::Half => "h",
            Self::Full => "f",
        }
    }

    /// Returns width and height in pixels.
    pub(crate) const fn size(self) -> (u16, u16) {
        match self {
            Self::Quarter => (160, 90),
            Self::Half => (320, 180),
            Self::Full => (640, 360),
        }
    }
}

/// One bot's picture and voice.
pub(crate) struct Clip {
    /// The number that its pictures carry.
    pub(crate) number: u8,
    /// How long one picture is shown.
    pub(crate) picture_interval: Duration,
    pub(super) layers: [Vec<Vec<u8>>; 3],
    /// Opus packets of [`super::player::VOICE_INTERVAL`] each.
    pub(crate) voice: Vec<Vec<u8>>,
}

impl Clip {
    /// Returns the frames of `layer`; all layers have equally many, and keyframes at the same places.
    pub(crate) fn frames(&self, layer: Layer) -> &[Vec<u8>] {
        &self.layers[layer as usize]
    }
}

/// All clips, and which frame is whose.
pub(crate) struct Clips {
    clips: Vec<Arc<Clip>>,
    number_by_frame: HashMap<Vec<u8>, u8>,
}

impl Clips {
    /// Reads the clips that are compiled in.
    ///
    /// # Panics
    /// Never: a test reads the same bytes.
    pub(crate) fn load() -> Self {
        let clips: Vec<Arc<Clip>> = (1..)
            .zip(FILES)
            .map(|(number, files)| load(number, files))
            .collect();
        let mut number_by_frame = HashMap::new();
        for clip in &clips {
            for frame in clip.layers.iter().flatten().chain(&clip.voice) {
                number_by_frame.insert(frame.clone(), clip.number);
            }
            // Short packets of a pause are the same in every voice and tell nothing.
            number_by_frame.retain(|frame, _| frame.len() >= TELLING_BYTES);
        }
        Self {
            clips,
            number_by_frame,
        }
    }

    /// Holds a clip that nobody is to recognise.
    pub(crate) fn unknown(clip: Clip) -> Self {
        Self {
            clips: vec![Arc::new(clip)],
            number_by_frame: HashMap::new(),
        }
    }

    /// Returns the clip of the `index`th bot; there are fewer clips than there may be bots.
    pub(crate) fn clip(&self, index: usize) -> Arc<Clip> {
        Arc::clone(&self.clips[index % self.clips.len()])
    }

    /// Returns the number of the clip that holds exactly this frame.
    pub(crate) fn number_of(&self, frame: &[u8]) -> Option<u8> {
        self.number_by_frame.get(frame).copied()
    }
}

/// Returns whether a VP9 frame is a keyframe (VP9 bitstream specification, section 6.2, profile 0).
pub(crate) fn is_vp9_keyframe(frame: &[u8]) -> bool {
    frame.first().is_some_and(|first| {
        first >> 6 == 0b10 && first & SHOW_EXISTING_FRAME == 0 && first & INTER_FRAME == 0
    })
}

fn load(number: u8, files: [&[u8]; 4]) -> Arc<Clip> {
    let [quarter, half, full, voice] = files;
    let layer = |file| ivf::read(file).expect("the committed layers are IVF");
    Arc::new(Clip {
        number,
        picture_interval: PICTURE_INTERVAL,
        layers: [layer(quarter), layer(half), layer(full)],
        voice: ogg::read(voice).expect("the committed voices are Ogg Opus"),
    })
}

macro_rules! clip_files {
    ($($number:literal),*) => {
        [$([
            include_bytes!(concat!("../../../../testdata/bot/", $number, "-q.ivf")).as_slice(),
            include_bytes!(concat!("../../../../testdata/bot/", $number, "-h.ivf")).as_slice(),
            include_bytes!(concat!("../../../../testdata/bot/", $number, "-f.ivf")).as_slice(),
            include_bytes!(concat!("../../../../testdata/bot/", $number, ".ogg")).as_slice(),
        ]),*]
    };
}

// Compiled in, so that the bot runs anywhere: half a megabyte.
const FILES: [[&[u8]; 4]; 4] = clip_files!("1", "2", "3", "4");

// 15 a second.
pub(super) const PICTURE_INTERVAL: Duration = Duration::from_micros(66_667);

const SHOW_EXISTING_FRAME: u8 = 0b1000;
const INTER_FRAME: u8 = 0b0100;

// Frames from this size on are different in every clip; a pause in speech is 3 to 10 bytes.
const TELLING_BYTES: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_have_equally_many_frames_and_keyframes_every_second() {
        let clips = Clips::load();
        for clip in &clips.clips {
            for layer in Layer::ALL {
                let frames = clip.frames(layer);
                assert_eq!(frames.len(), 60);
                for (index, frame) in frames.iter().enumerate() {
                    assert_eq!(
                        is_vp9_keyframe(frame),
                        index % 15 == 0,
                        "frame {index} of {layer:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn voices_last_as_long_as_the_pictures() {
        for clip in &Clips::load().clips {
            // The encoder's lookahead adds a packet.
            assert!((200..=202).contains(&clip.voice.len()), "{}", clip.voice.len());
        }
    }

    #[test]
    fn a_frame_tells_whose_it_is() {
        let clips = Clips::load();
        for index in 0..4 {
            let clip = clips.clip(index);
            assert_eq!(clips.number_of(&clip.frames(Layer::Full)[0]), Some(clip.number));
            let told: usize = clip
                .voice
                .iter()
                .filter(|p| clips.number_of(p) == Some(clip.number))
                .count();
            assert!(told > 80, "voice {} is told by {told} packets", clip.number);
        }
        assert_eq!(clips.number_of(b"something that no bot shows"), None);
    }
}
