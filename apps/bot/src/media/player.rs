// SPDX-License-Identifier: MIT OR Apache-2.0
//! Plays a clip in a loop: says when the next picture and the next piece of voice are due, and which they are.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Clip, Layer, is_vp9_keyframe};

/// A place in a clip. Pictures and voice run by themselves, as in a real encoder.
pub(crate) struct Player {
    clip: Arc<Clip>,
    picture: usize,
    voice: usize,
    is_keyframe_wanted: bool,
    started_at: Instant,
    picture_at: Instant,
    voice_at: Instant,
}

/// One picture in all its layers.
pub(crate) struct Picture {
    clip: Arc<Clip>,
    index: usize,
    /// Since the player started.
    pub(crate) time: Duration,
}

impl Picture {
    /// Returns the encoded frame of `layer`.
    pub(crate) fn frame(&self, layer: Layer) -> &[u8] {
        &self.clip.frames(layer)[self.index]
    }
}

/// One Opus packet.
pub(crate) struct Voice {
    clip: Arc<Clip>,
    index: usize,
    /// Since the player started.
    pub(crate) time: Duration,
}

impl Voice {
    /// Returns the encoded packet.
    pub(crate) fn packet(&self) -> &[u8] {
        &self.clip.voice[self.index]
    }

    /// Returns whether the bot speaks in it: the encoder spends next to nothing on a pause.
    pub(crate) fn is_speech(&self) -> bool {
        self.packet().len() > PAUSE_BYTES
    }
}

impl Player {
    /// Starts at the clip's beginning, which is a keyframe.
    pub(crate) fn start(now: Instant, clip: Arc<Clip>) -> Self {
        Self {
            clip,
            picture: 0,
            voice: 0,
            is_keyframe_wanted: false,
            started_at: now,
            picture_at: now,
            voice_at: now,
        }
    }

    /// Makes the next picture a keyframe on every layer, by jumping forward to the next one.
    pub(crate) const fn handle_keyframe_request(&mut self) {
        self.is_keyframe_wanted = true;
    }

    /// Returns the picture that is due, at most one a call. What was missed for more than a second is left out.
    pub(crate) fn poll_picture(&mut self, now: Instant) -> Option<Picture> {
        if now < self.picture_at {
            return None;
        }
        let frames = self.clip.frames(Layer::Quarter);
        if std::mem::take(&mut self.is_keyframe_wanted) {
            while !is_vp9_keyframe(&frames[self.picture]) {
                self.picture = (self.picture + 1) % frames.len();
            }
        }
        let picture = Picture {
            clip: Arc::clone(&self.clip),
            index: self.picture,
            time: self.picture_at - self.started_at,
        };
        self.picture = (self.picture + 1) % frames.len();
        self.picture_at = next(now, self.picture_at, self.clip.picture_interval);
        Some(picture)
    }

    /// Returns the piece of voice that is due, at most one a call.
    pub(crate) fn poll_voice(&mut self, now: Instant) -> Option<Voice> {
        if now < self.voice_at {
            return None;
        }
        let voice = Voice {
            clip: Arc::clone(&self.clip),
            index: self.voice,
            time: self.voice_at - self.started_at,
        };
        self.voice = (self.voice + 1) % self.clip.voice.len();
        self.voice_at = next(now, self.voice_at, VOICE_INTERVAL);
        Some(voice)
    }

    /// Returns when the next of either is due.
    pub(crate) fn poll_timeout(&self) -> Instant {
        self.picture_at.min(self.voice_at)
    }
}

fn next(now: Instant, due_at: Instant, interval: Duration) -> Instant {
    if now.saturating_duration_since(due_at) > TOO_LATE {
        now + interval
    } else {
        due_at + interval
    }
}

/// How long one packet of voice lasts.
pub(crate) const VOICE_INTERVAL: Duration = Duration::from_millis(20);

// Catching up after a stall makes a burst that looks like an attack to the pacer; leaving out makes a gap.
const TOO_LATE: Duration = Duration::from_secs(1);

// Pauses take 3 to 10 bytes at 24 kbit/s, speech 30 and more.
const PAUSE_BYTES: usize = 16;

#[cfg(test)]
mod tests {
    use super::super::{Clips, clip::PICTURE_INTERVAL};
    use super::*;

    #[test]
    fn pictures_come_in_their_time_and_begin_with_a_keyframe() {
        let start = Instant::now();
        let mut player = Player::start(start, Clips::load().clip(0));
        let first = player.poll_picture(start).expect("the first is due at once");
        assert!(is_vp9_keyframe(first.frame(Layer::Full)));
        assert!(player.poll_picture(start).is_none(), "only one was due");
        assert!(player.poll_picture(start + PICTURE_INTERVAL).is_some());
    }

    #[test]
    fn a_keyframe_request_is_served_by_the_very_next_picture_on_every_layer() {
        let start = Instant::now();
        let mut player = Player::start(start, Clips::load().clip(1));
        assert!(player.poll_picture(start).is_some());
        player.handle_keyframe_request();
        let picture = player.poll_picture(start + PICTURE_INTERVAL).expect("due");
        for layer in Layer::ALL {
            assert!(is_vp9_keyframe(picture.frame(layer)));
        }
        let after = player.poll_picture(start + 2 * PICTURE_INTERVAL).expect("due");
        assert!(!is_vp9_keyframe(after.frame(Layer::Full)));
    }

    #[test]
    fn the_bot_speaks_and_pauses() {
        let start = Instant::now();
        let mut player = Player::start(start, Clips::load().clip(2));
        let speech: Vec<bool> = (0..200)
            .map_while(|index| player.poll_voice(start + index * VOICE_INTERVAL))
            .map(|voice| voice.is_speech())
            .collect();
        assert_eq!(speech.len(), 200);
        let spoken = speech.iter().filter(|&&is_speech| is_speech).count();
        assert!((60..190).contains(&spoken), "{spoken} of 200 packets are speech");
    }
}
