// SPDX-License-Identifier: MIT OR Apache-2.0
//! What bots show and say: the committed clips of `testdata/bot`, read once, played in a loop.
//!
//! Knows the containers (IVF, Ogg) and how to tell a VP9 keyframe. Does not know RTP, encryption or the network.

mod clip;
mod ivf;
mod ogg;
mod player;
mod synthetic;

pub(crate) use clip::{Clip, Clips, Layer, is_vp9_keyframe};
pub(crate) use player::Player;
pub(crate) use synthetic::measured_clip;
