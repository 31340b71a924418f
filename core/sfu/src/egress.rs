// SPDX-License-Identifier: MIT OR Apache-2.0
//! One receiving m-line of a subscriber: what it carries, and how packets of different origins become one RTP stream.
//!
//! Sequence numbers keep the gaps of the origin, so that receivers NACK what was lost and nothing else; only packets
//! dropped on purpose close up. Timestamps continue across origins by the time between arrivals.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use protocol::TrackSource;
use str0m::{
    media::Mid,
    rtp::{SeqNo, Ssrc},
};

use crate::{Vp9Descriptor, ingress::Layer};

/// A receiving m-line.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) mid: Mid,
    pub(crate) ssrc: Ssrc,
    pub(crate) source: Option<TrackSource>,
    /// Height of the tile in device pixels.
    pub(crate) height: u16,
    feed: Feed,
    rewriter: Rewriter,
    max_temporal: u8,
    wanted_temporal: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feed {
    /// Carries nothing: no source, or no bandwidth.
    Paused,
    /// Waits for a keyframe of `wanted`, or of any smaller layer.
    Waiting { wanted: Layer, asked_at: Option<Instant> },
    /// Carries `layer`, and changes to `next` at its keyframe.
    Playing { layer: Layer, next: Option<Next> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Next {
    layer: Layer,
    /// Whether the present layer stops at its next frame, without waiting for the keyframe.
    is_urgent: bool,
    asked_at: Option<Instant>,
}

/// Why a slot changes layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The link carries no more: the present layer stops at the end of its frame.
    Now,
    /// The present layer goes on until the keyframe comes.
    AtKeyframe,
}

/// What becomes of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is sent with these numbers.
    Forward {
        /// Extended sequence number.
        seq_no: SeqNo,
        /// RTP timestamp.
        time: u32,
        /// The layer that the slot left for this packet's, if it did.
        switched_from: Option<Layer>,
    },
    /// It is not for this slot.
    Ignore,
}

impl Slot {
    pub(crate) fn new(mid: Mid, ssrc: Ssrc) -> Self {
        Self {
            mid,
            ssrc,
            source: None,
            height: 0,
            feed: Feed::Paused,
            rewriter: Rewriter::default(),
            max_temporal: u8::MAX,
            wanted_temporal: u8::MAX,
        }
    }

    /// Gives the slot another source, or none. Video waits for a keyframe first.
    pub(crate) fn set_source(&mut self, source: Option<TrackSource>) {
        self.source = source;
        self.feed = match source {
            Some(source) if source.kind.is_video() => Feed::Waiting { wanted: Layer(0), asked_at: None },
            Some(_) => Feed::Playing { layer: Layer(0), next: None },
            None => Feed::Paused,
        };
        self.rewriter.begin_origin();
    }

    /// Returns the layer being sent, or waited for.
    pub(crate) fn layer(&self) -> Option<Layer> {
        match self.feed {
            Feed::Paused => None,
            Feed::Waiting { wanted, .. } => Some(wanted),
            Feed::Playing { layer, .. } => Some(layer),
        }
    }

    /// Returns the layer being sent, or to be sent when its keyframe comes.
    pub(crate) fn target(&self) -> Option<Layer> {
        match self.feed {
            Feed::Paused => None,
            Feed::Waiting { wanted, .. } => Some(wanted),
            Feed::Playing { layer, next } => Some(next.map_or(layer, |next| next.layer)),
        }
    }

    /// Aims at `target`, or pauses for want of bandwidth. `urgency` matters for a smaller layer only.
    pub(crate) fn set_target(&mut self, target: Option<Layer>, urgency: Urgency) {
        let Some(target) = target else {
            if self.feed != Feed::Paused {
                self.feed = Feed::Paused;
                self.rewriter.begin_origin();
            }
            return;
        };
        self.feed = match self.feed {
            Feed::Paused => Feed::Waiting { wanted: target, asked_at: None },
            Feed::Waiting { wanted, asked_at } if wanted == target => Feed::Waiting { wanted, asked_at },
            Feed::Waiting { .. } => Feed::Waiting { wanted: target, asked_at: None },
            Feed::Playing { layer, .. } if layer == target => Feed::Playing { layer, next: None },
            Feed::Playing { layer, next } => {
                let is_urgent = urgency == Urgency::Now && target < layer;
                let asked_at = next.filter(|next| next.layer == target).and_then(|next| next.asked_at);
                Feed::Playing { layer, next: Some(Next { layer: target, is_urgent, asked_at }) }
            }
        };
    }

    /// Sends temporal layers up to `wanted` only: at once if fewer, at the next switching up point if more.
    pub(crate) fn set_temporal(&mut self, wanted: u8) {
        self.wanted_temporal = wanted;
        self.max_temporal = self.max_temporal.min(wanted);
    }

    /// Returns the layer that the slot needs a keyframe of, if it is time to ask (again).
    pub(crate) fn poll_keyframe(&mut self, now: Instant) -> Option<Layer> {
        let is_due = |at: Option<Instant>| at.is_none_or(|at| now.saturating_duration_since(at) >= ASK_AGAIN_AFTER);
        match &mut self.feed {
            Feed::Waiting { wanted, asked_at } if is_due(*asked_at) => {
                *asked_at = Some(now);
                Some(*wanted)
            }
            Feed::Playing { next: Some(next), .. } if is_due(next.asked_at) => {
                next.asked_at = Some(now);
                Some(next.layer)
            }
            Feed::Paused | Feed::Waiting { .. } | Feed::Playing { .. } => None,
        }
    }

    /// Decides about an audio packet of the slot's source.
    pub(crate) fn handle_audio(&mut self, now: Instant, seq_no: SeqNo, time: u32) -> Verdict {
        match self.feed {
            Feed::Playing { .. } => self.rewriter.forward(now, seq_no, time, AUDIO_CLOCK_RATE, None),
            Feed::Paused | Feed::Waiting { .. } => Verdict::Ignore,
        }
    }

    /// Decides about a video packet of the slot's source.
    pub(crate) fn handle_video(
        &mut self,
        now: Instant,
        layer: Layer,
        descriptor: &Vp9Descriptor,
        seq_no: SeqNo,
        time: u32,
    ) -> Verdict {
        let mut switched_from = None;
        match self.feed {
            Feed::Paused => return Verdict::Ignore,
            Feed::Waiting { wanted, .. } => {
                if layer > wanted || !descriptor.is_keyframe_start {
                    return Verdict::Ignore;
                }
                self.rewriter.begin_origin();
                let next = (layer != wanted).then_some(Next { layer: wanted, is_urgent: false, asked_at: None });
                self.feed = Feed::Playing { layer, next };
            }
            Feed::Playing { layer: present, next: Some(next) } if next.layer == layer => {
                if !descriptor.is_keyframe_start {
                    return Verdict::Ignore;
                }
                self.rewriter.begin_origin();
                self.feed = Feed::Playing { layer, next: None };
                switched_from = Some(present);
            }
            Feed::Playing { layer: present, .. } if present != layer => return Verdict::Ignore,
            Feed::Playing { next: Some(Next { layer: next, is_urgent: true, asked_at }), .. }
                if descriptor.is_frame_start =>
            {
                self.feed = Feed::Waiting { wanted: next, asked_at };
                return Verdict::Ignore;
            }
            Feed::Playing { .. } => {}
        }
        if descriptor.is_keyframe_start || (descriptor.is_frame_start && descriptor.is_switching_up_point) {
            self.max_temporal = self.wanted_temporal;
        }
        if descriptor.temporal > self.max_temporal {
            self.rewriter.skip(seq_no);
            return Verdict::Ignore;
        }
        self.rewriter.forward(now, seq_no, time, VIDEO_CLOCK_RATE, switched_from)
    }

    /// Leaves out a packet of the present layer that carries nothing.
    pub(crate) fn skip(&mut self, layer: Layer, seq_no: SeqNo) {
        if matches!(self.feed, Feed::Playing { layer: present, .. } if present == layer) {
            self.rewriter.skip(seq_no);
        }
    }
}

/// Renumbers packets of successive origins into one stream.
#[derive(Debug, Default)]
struct Rewriter {
    origin: Option<Origin>,
    last: Option<Last>,
}

#[derive(Debug)]
struct Origin {
    first_seq_no: u64,
    highest_seq_no: u64,
    /// Added to the origin's numbers above all that were skipped, wrapping.
    seq_no_offset: u64,
    time_offset: u32,
    /// The last numbers that were left out, ascending.
    skipped: VecDeque<u64>,
}

#[derive(Debug)]
struct Last {
    seq_no: u64,
    time: u32,
    at: Instant,
}

impl Rewriter {
    fn begin_origin(&mut self) {
        self.origin = None;
    }

    fn forward(
        &mut self,
        now: Instant,
        seq_no: SeqNo,
        time: u32,
        clock_rate: u64,
        switched_from: Option<Layer>,
    ) -> Verdict {
        let origin = self.origin.get_or_insert_with(|| {
            let (next_seq_no, time_offset) = match &self.last {
                None => (FIRST_SEQ_NO, 0),
                Some(last) => {
                    let next_time = last.time.wrapping_add(ticks(now, last.at, clock_rate));
                    (last.seq_no + 1, next_time.wrapping_sub(time))
                }
            };
            Origin {
                first_seq_no: *seq_no,
                highest_seq_no: *seq_no,
                seq_no_offset: next_seq_no.wrapping_sub(*seq_no),
                time_offset,
                skipped: VecDeque::new(),
            }
        });
        if *seq_no < origin.first_seq_no || origin.skipped.contains(&seq_no) {
            return Verdict::Ignore;
        }
        origin.highest_seq_no = origin.highest_seq_no.max(*seq_no);
        // A packet that comes late is numbered as if the later ones had not been skipped.
        let skipped_since = origin.skipped.iter().rev().take_while(|&&skipped| skipped > *seq_no).count() as u64;
        let out_seq_no = seq_no.wrapping_add(origin.seq_no_offset).wrapping_add(skipped_since);
        let out_time = time.wrapping_add(origin.time_offset);
        if self.last.as_ref().is_none_or(|last| out_seq_no > last.seq_no) {
            self.last = Some(Last { seq_no: out_seq_no, time: out_time, at: now });
        }
        Verdict::Forward { seq_no: out_seq_no.into(), time: out_time, switched_from }
    }

    /// Closes up behind a packet that is dropped on purpose. One that comes late leaves its gap: the numbers after it
    /// are given out.
    fn skip(&mut self, seq_no: SeqNo) {
        let Some(origin) = &mut self.origin else { return };
        if *seq_no <= origin.highest_seq_no {
            return;
        }
        origin.highest_seq_no = *seq_no;
        origin.seq_no_offset = origin.seq_no_offset.wrapping_sub(1);
        origin.skipped.push_back(*seq_no);
        if origin.skipped.len() > SKIPS_KEPT {
            origin.first_seq_no = origin.skipped.pop_front().map_or(origin.first_seq_no, |oldest| oldest + 1);
        }
    }
}

fn ticks(now: Instant, before: Instant, clock_rate: u64) -> u32 {
    let elapsed = now.saturating_duration_since(before).as_micros();
    let ticks = u64::try_from(elapsed).unwrap_or(u64::MAX).saturating_mul(clock_rate) / 1_000_000;
    // Half of the number space is the most that receivers take for progress.
    u32::try_from(ticks.clamp(1, u64::from(u32::MAX / 2))).expect("was clamped")
}

const VIDEO_CLOCK_RATE: u64 = 90_000;
const AUDIO_CLOCK_RATE: u64 = 48_000;

// How far back a packet that comes late is still numbered right: a resend is at most a few frames old.
const SKIPS_KEPT: usize = 64;

// Below 65536, or receivers guess another rollover counter than SRTP uses (RFC 3711, section 3.3.1).
const FIRST_SEQ_NO: u64 = 1;

// A PLI or its keyframe may be lost. Sooner asks twice within the round trip of a poor link.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use protocol::{ParticipantId, TrackKind};

    use super::*;

    #[test]
    fn losses_leave_gaps_and_intended_drops_do_not() {
        let mut rewriter = Rewriter::default();
        assert_eq!(run(&mut rewriter, &[100, 101, 103, 102]), [1, 2, 4, 3]);
        rewriter.skip(104.into());
        rewriter.skip(105.into());
        assert_eq!(run(&mut rewriter, &[106, 108, 107]), [5, 7, 6]);
    }

    #[test]
    fn late_packet_from_before_a_drop_keeps_its_number() {
        let mut rewriter = Rewriter::default();
        assert_eq!(run(&mut rewriter, &[100, 101]), [1, 2]);
        rewriter.skip(103.into());
        assert_eq!(run(&mut rewriter, &[104, 102]), [4, 3]);
    }

    #[test]
    fn origins_join_without_gap_and_in_time() {
        let start = crate::meeting::test_instant();
        let mut rewriter = Rewriter::default();
        rewriter.forward(start, 70_000.into(), 4_000_000_000, VIDEO_CLOCK_RATE, None);
        rewriter.begin_origin();
        let verdict =
            rewriter.forward(start + Duration::from_millis(100), 5.into(), 17, VIDEO_CLOCK_RATE, Some(Layer(2)));
        let time = 4_000_000_000_u32 + 9_000;
        assert_eq!(verdict, Verdict::Forward { seq_no: 2.into(), time, switched_from: Some(Layer(2)) });
        assert_eq!(rewriter.forward(start, 4.into(), 10, VIDEO_CLOCK_RATE, None), Verdict::Ignore);
    }

    #[test]
    fn layer_goes_up_at_a_keyframe_only() {
        let mut slot = playing(Layer(0));
        slot.set_target(Some(Layer(1)), Urgency::AtKeyframe);
        assert_eq!(slot.poll_keyframe(crate::meeting::test_instant()), Some(Layer(1)));
        assert!(!sends(&mut slot, Layer(1), DELTA, 50));
        assert!(sends(&mut slot, Layer(0), DELTA, 2));
        assert!(sends(&mut slot, Layer(1), KEY, 51));
        assert!(!sends(&mut slot, Layer(0), DELTA, 3));
        assert!(sends(&mut slot, Layer(1), DELTA, 52));
    }

    #[test]
    fn layer_that_the_link_cannot_carry_stops_at_once() {
        let mut slot = playing(Layer(2));
        slot.set_target(Some(Layer(0)), Urgency::Now);
        assert!(!sends(&mut slot, Layer(2), DELTA, 2));
        assert!(!sends(&mut slot, Layer(0), DELTA, 7));
        assert!(sends(&mut slot, Layer(0), KEY, 8));
    }

    #[test]
    fn layer_that_the_tile_does_not_need_goes_on_until_the_keyframe() {
        let mut slot = playing(Layer(2));
        slot.set_target(Some(Layer(0)), Urgency::AtKeyframe);
        assert!(sends(&mut slot, Layer(2), DELTA, 2));
        assert!(sends(&mut slot, Layer(0), KEY, 8));
        assert!(!sends(&mut slot, Layer(2), DELTA, 3));
    }

    #[test]
    fn upper_temporal_layers_come_back_at_a_switching_up_point() {
        let mut slot = playing(Layer(0));
        slot.set_temporal(0);
        let upper = Vp9Descriptor { temporal: 1, ..DELTA };
        assert!(!sends(&mut slot, Layer(0), upper, 2));
        slot.set_temporal(2);
        assert!(!sends(&mut slot, Layer(0), upper, 3));
        assert!(sends(&mut slot, Layer(0), Vp9Descriptor { is_switching_up_point: true, ..upper }, 4));
    }

    const DELTA: Vp9Descriptor = Vp9Descriptor {
        is_keyframe_start: false,
        is_frame_start: true,
        is_frame_end: true,
        temporal: 0,
        spatial: 0,
        is_switching_up_point: false,
        height: None,
        length: 3,
    };
    const KEY: Vp9Descriptor = Vp9Descriptor { is_keyframe_start: true, ..DELTA };

    fn playing(layer: Layer) -> Slot {
        let mut slot = Slot::new("9".into(), 9.into());
        slot.set_source(Some(TrackSource { participant: ParticipantId(1), kind: TrackKind::Camera }));
        slot.set_target(Some(layer), Urgency::AtKeyframe);
        assert!(sends(&mut slot, layer, KEY, 1));
        slot
    }

    fn sends(slot: &mut Slot, layer: Layer, descriptor: Vp9Descriptor, seq_no: u64) -> bool {
        let now = crate::meeting::test_instant();
        slot.handle_video(now, layer, &descriptor, seq_no.into(), 0) != Verdict::Ignore
    }

    fn run(rewriter: &mut Rewriter, seq_nos: &[u64]) -> Vec<u64> {
        let now = crate::meeting::test_instant();
        let sent = seq_nos.iter().map(|&seq_no| rewriter.forward(now, seq_no.into(), 0, VIDEO_CLOCK_RATE, None));
        sent.map(|verdict| match verdict {
            Verdict::Forward { seq_no, .. } => *seq_no,
            Verdict::Ignore => 0,
        })
        .collect()
    }
}
