// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who speaks, from the audio level header extension (RFC 6464). The order is calm: nobody overtakes for a cough.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use protocol::ParticipantId;

/// The speakers of one meeting.
#[derive(Debug, Default)]
pub(crate) struct Speakers {
    voices: BTreeMap<ParticipantId, Voice>,
    /// Loudest first.
    speaking: Vec<ParticipantId>,
    next_at: Option<Instant>,
}

#[derive(Debug, Default)]
struct Voice {
    /// Sum and count of what came since the last evaluation.
    sum: f32,
    packets: u16,
    /// Smoothed loudness: 0 silence, 127 the loudest.
    loudness: f32,
    quiet_for: u32,
    loud_for: u32,
}

impl Speakers {
    /// Notes the level of one packet, in dBov: 0 the loudest, -127 silence.
    pub(crate) fn handle_level(&mut self, now: Instant, participant: ParticipantId, level: i8) {
        let voice = self.voices.entry(participant).or_default();
        voice.sum += f32::from(level.clamp(-127, 0)) + 127.0;
        voice.packets = voice.packets.saturating_add(1);
        self.next_at.get_or_insert(now + EVALUATED_EVERY);
    }

    /// Forgets somebody who left or was muted. Returns whether that changes who speaks.
    pub(crate) fn remove(&mut self, participant: ParticipantId) -> bool {
        self.voices.remove(&participant);
        let before = self.speaking.len();
        self.speaking.retain(|&speaker| speaker != participant);
        self.speaking.len() != before
    }

    /// Returns who speaks, loudest first, at most three.
    pub(crate) fn current(&self) -> &[ParticipantId] {
        &self.speaking
    }

    /// Evaluates what came. Returns whether the speakers changed.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> bool {
        if self.next_at.is_none_or(|at| now < at) {
            return false;
        }
        for voice in self.voices.values_mut() {
            voice.evaluate();
        }
        let before = self.speaking.clone();
        let Self { voices, speaking, .. } = self;
        let loudness = |id: &ParticipantId| voices.get(id).map_or(0.0, |voice| voice.loudness);
        speaking.retain(|id| voices.get(id).is_some_and(|voice| voice.quiet_for < SILENT_AFTER));
        let mut newcomers: Vec<_> = voices
            .iter()
            .filter(|(id, voice)| voice.loud_for >= SPEAKING_AFTER && !speaking.contains(id))
            .map(|(&id, _)| id)
            .collect();
        newcomers.sort_by(|a, b| loudness(b).total_cmp(&loudness(a)));
        speaking.extend(newcomers);
        // One pass of bubbles: a place per evaluation at most.
        for index in (1..speaking.len()).rev() {
            if loudness(&speaking[index]) > loudness(&speaking[index - 1]) + OVERTAKES_BY {
                speaking.swap(index, index - 1);
            }
        }
        speaking.truncate(SPEAKERS);
        self.voices.retain(|_, voice| voice.quiet_for < FORGOTTEN_AFTER);
        self.next_at = (!self.voices.is_empty()).then_some(now + EVALUATED_EVERY);
        self.speaking != before
    }

    /// Returns when [`Self::handle_timeout`] must be called next, if ever.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.next_at
    }
}

impl Voice {
    fn evaluate(&mut self) {
        let level = if self.packets == 0 {
            0.0
        } else {
            self.sum / f32::from(self.packets)
        };
        self.sum = 0.0;
        self.packets = 0;
        self.loudness += (level - self.loudness) * SMOOTHING;
        self.loud_for = if level >= LOUD { self.loud_for + 1 } else { 0 };
        self.quiet_for = if level < QUIET { self.quiet_for + 1 } else { 0 };
    }
}

// Often enough for the frame around a tile to follow speech, seldom enough to be no traffic in itself.
const EVALUATED_EVERY: Duration = Duration::from_millis(200);

// -50 dBov and -60 dBov: speech lies between -15 and -45, the noise of a room below -60.
const LOUD: f32 = 77.0;
const QUIET: f32 = 67.0;

// 400 ms of voice make a speaker, which leaves out coughs and keys; 1.6 s of silence end it, longer than a pause for breath.
const SPEAKING_AFTER: u32 = 2;
const SILENT_AFTER: u32 = 8;

// Nobody to evaluate any more, five seconds after the last sound.
const FORGOTTEN_AFTER: u32 = 25;

const SMOOTHING: f32 = 0.4;

// Decibels. Less, and two people of equal voice swap places all the time.
const OVERTAKES_BY: f32 = 6.0;

// More than three people who speak at once are a crowd, not speakers.
const SPEAKERS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voice_makes_a_speaker_and_silence_unmakes_it() {
        check(&[(600, &[(1, -20)])], &[1]);
        check(&[(600, &[(1, -20)]), (1000, &[(1, -90)])], &[1]);
        check(&[(600, &[(1, -20)]), (2000, &[(1, -90)])], &[]);
        check(&[(600, &[(1, -20)]), (2000, &[])], &[]);
    }

    #[test]
    fn cough_and_noise_of_the_room_make_none() {
        check(&[(160, &[(1, -10)]), (1000, &[(1, -80)])], &[]);
        check(&[(3000, &[(1, -65)])], &[]);
    }

    #[test]
    fn slightly_louder_one_does_not_overtake_and_much_louder_one_does() {
        check(&[(600, &[(1, -30)]), (2000, &[(1, -30), (2, -27)])], &[1, 2]);
        check(&[(600, &[(1, -40)]), (2000, &[(1, -40), (2, -15)])], &[2, 1]);
    }

    #[test]
    fn three_at_most() {
        check(&[(2000, &[(1, -20), (2, -20), (3, -20), (4, -20)])], &[1, 2, 3]);
    }

    #[test]
    fn muted_one_is_gone_at_once() {
        let mut speakers = run(&[(600, &[(1, -20)])]);
        assert!(speakers.remove(ParticipantId(1)));
        assert_eq!(speakers.current(), []);
        assert!(!speakers.remove(ParticipantId(1)));
    }

    #[track_caller]
    fn check(spans: &[(u64, &[(u32, i8)])], expected: &[u32]) {
        let speakers = run(spans);
        let ids: Vec<_> = speakers.current().iter().map(|id| id.0).collect();
        assert_eq!(ids, expected);
    }

    /// Each span: milliseconds, and who sends which level every 20 ms.
    fn run(spans: &[(u64, &[(u32, i8)])]) -> Speakers {
        let mut speakers = Speakers::default();
        let mut now = crate::meeting::test_instant();
        for &(milliseconds, levels) in spans {
            for _ in 0..milliseconds / 20 {
                for &(id, level) in levels {
                    speakers.handle_level(now, ParticipantId(id), level);
                }
                now += Duration::from_millis(20);
                speakers.handle_timeout(now);
            }
        }
        speakers
    }
}
