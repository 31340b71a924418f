// SPDX-License-Identifier: MIT OR Apache-2.0
//! One receiving m-line of a subscriber: what it carries, and when it changes layer.

use std::time::{Duration, Instant};

use protocol::TrackSource;
use str0m::{
    Rtc,
    media::Mid,
    rtp::{SeqNo, Ssrc},
};

use crate::{Vp9Descriptor, ingress::Layer, rewriter::Rewriter};

/// A receiving m-line.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) mid: Mid,
    pub(crate) ssrc: Ssrc,
    pub(crate) source: Option<TrackSource>,
    /// For resends.
    rtx: Option<Ssrc>,
    /// Whether it ever carried a packet.
    is_open: bool,
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
    /// Waits for a keyframe of `wanted`, and after a while for that of any smaller layer.
    Waiting {
        wanted: Layer,
        since: Instant,
        asked_at: Option<Instant>,
    },
    /// Carries `layer`, and changes to `next` at its keyframe.
    Playing {
        layer: Layer,
        since: Instant,
        next: Option<Next>,
    },
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
    /// Makes the slot for which this stream was negotiated.
    pub(crate) fn new(mid: Mid, ssrc: Ssrc, rtx: Option<Ssrc>) -> Self {
        Self {
            mid,
            ssrc,
            source: None,
            rtx,
            is_open: false,
            height: 0,
            feed: Feed::Paused,
            rewriter: Rewriter::default(),
            max_temporal: u8::MAX,
            wanted_temporal: u8::MAX,
        }
    }

    /// Readies the slot for its first packet; after that it stays so. A stream takes str0m memory and time even while it
    /// carries nothing, and most slots never carry anything.
    ///
    /// It must not be closed again: its packets would be numbered from the beginning, under the same SRTP key.
    pub(crate) fn open(&mut self, rtc: &mut Rtc) {
        if !self.is_open {
            self.declare(rtc);
            self.is_open = true;
        }
    }

    /// Shows str0m the stream during a negotiation, or it would give the m-line another one.
    pub(crate) fn declare_unopened(&self, rtc: &mut Rtc) {
        if !self.is_open {
            self.declare(rtc);
        }
    }

    /// Hides the stream again after a negotiation.
    pub(crate) fn withdraw_unopened(&self, rtc: &mut Rtc) {
        if !self.is_open {
            rtc.direct_api().remove_stream_tx(self.ssrc);
        }
    }

    fn declare(&self, rtc: &mut Rtc) {
        if rtc.media(self.mid).is_none() {
            return;
        }
        let mut api = rtc.direct_api();
        let stream = api.declare_stream_tx(self.ssrc, self.rtx, self.mid, None);
        // str0m paces by its estimate, audio first. When that is less than the audio, video would never go out; what
        // is sent is decided by the allocation alone, and senders have paced it already.
        stream.set_unpaced(true);
        if self.rtx.is_some() {
            stream.set_rtx_cache(RESENT_PACKETS, RESENT_WITHIN, Some(RESENT_SHARE));
        }
    }

    /// Gives the slot another source, or none. Video waits for a keyframe first.
    pub(crate) fn set_source(&mut self, now: Instant, source: Option<TrackSource>) {
        self.source = source;
        self.feed = match source {
            Some(source) if source.kind.is_video() => Feed::Waiting {
                wanted: Layer(0),
                since: now,
                asked_at: None,
            },
            Some(_) => Feed::Playing {
                layer: Layer(0),
                since: now,
                next: None,
            },
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
            Feed::Playing { layer, next, .. } => Some(next.map_or(layer, |next| next.layer)),
        }
    }

    /// Aims at `target`, or pauses for want of bandwidth. `urgency` matters for a smaller layer only.
    pub(crate) fn set_target(&mut self, now: Instant, target: Option<Layer>, urgency: Urgency) {
        let Some(target) = target else {
            if self.feed != Feed::Paused {
                self.feed = Feed::Paused;
                self.rewriter.begin_origin();
            }
            return;
        };
        self.feed = match self.feed {
            Feed::Paused => Feed::Waiting {
                wanted: target,
                since: now,
                asked_at: None,
            },
            Feed::Waiting { wanted, .. } if wanted == target => self.feed,
            Feed::Waiting { since, .. } => Feed::Waiting {
                wanted: target,
                since,
                asked_at: None,
            },
            Feed::Playing { layer, since, .. } if layer == target => Feed::Playing {
                layer,
                since,
                next: None,
            },
            Feed::Playing { layer, since, next } => {
                let is_urgent = urgency == Urgency::Now && target < layer;
                let asked_at = next
                    .filter(|next| next.layer == target)
                    .and_then(|next| next.asked_at);
                Feed::Playing {
                    layer,
                    since,
                    next: Some(Next {
                        layer: target,
                        is_urgent,
                        asked_at,
                    }),
                }
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
        let is_due =
            |at: Option<Instant>| at.is_none_or(|at| now.saturating_duration_since(at) >= ASK_AGAIN_AFTER);
        match &mut self.feed {
            Feed::Waiting { wanted, asked_at, .. } if is_due(*asked_at) => {
                *asked_at = Some(now);
                Some(*wanted)
            }
            Feed::Playing {
                since,
                next: Some(next),
                ..
            } if is_due(next.asked_at) && has_settled(now, *since) => {
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
            Feed::Waiting { wanted, since, .. } => {
                let is_patient = now.saturating_duration_since(since) < SMALLER_AFTER;
                if layer > wanted || (layer < wanted && is_patient) || !descriptor.is_keyframe_start {
                    return Verdict::Ignore;
                }
                self.rewriter.begin_origin();
                let next = (layer != wanted).then_some(Next {
                    layer: wanted,
                    is_urgent: false,
                    asked_at: None,
                });
                self.feed = Feed::Playing {
                    layer,
                    since: now,
                    next,
                };
            }
            Feed::Playing {
                layer: present,
                since,
                next: Some(next),
            } if next.layer == layer => {
                if !descriptor.is_keyframe_start || !has_settled(now, since) {
                    return Verdict::Ignore;
                }
                self.rewriter.begin_origin();
                self.feed = Feed::Playing {
                    layer,
                    since: now,
                    next: None,
                };
                switched_from = Some(present);
            }
            Feed::Playing { layer: present, .. } if present != layer => return Verdict::Ignore,
            Feed::Playing {
                next:
                    Some(Next {
                        layer: next,
                        is_urgent: true,
                        asked_at,
                    }),
                ..
            } if descriptor.is_frame_start => {
                self.feed = Feed::Waiting {
                    wanted: next,
                    since: now,
                    asked_at,
                };
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
        self.rewriter
            .forward(now, seq_no, time, VIDEO_CLOCK_RATE, switched_from)
    }

    /// Leaves out a packet of the present layer that carries nothing.
    pub(crate) fn skip(&mut self, layer: Layer, seq_no: SeqNo) {
        if matches!(self.feed, Feed::Playing { layer: present, .. } if present == layer) {
            self.rewriter.skip(seq_no);
        }
    }
}

/// Receivers order frames by the picture ids of the descriptor, which jump from layer to layer. A keyframe that jumps
/// back is understood only when one of the layer before has been decoded.
fn has_settled(now: Instant, since: Instant) -> bool {
    now.saturating_duration_since(since) >= SETTLED_AFTER
}

const VIDEO_CLOCK_RATE: u64 = 90_000;
const AUDIO_CLOCK_RATE: u64 = 48_000;

// What answers NACKs: a second, which is several round trips, but no more packets than 1.5 Mbit/s come to in it. str0m
// keeps 430 bytes for each beside the payload, which all subscribers share; its own 3 s cost 90 kB per picture.
const RESENT_WITHIN: Duration = Duration::from_secs(1);
const RESENT_PACKETS: usize = 160;

// At most so much of what is sent is sent again; str0m's own limit.
const RESENT_SHARE: f32 = 0.15;

// How long a subscriber looks at nothing rather than at a smaller layer: a round trip and an encoded keyframe.
const SMALLER_AFTER: Duration = Duration::from_millis(300);

// Jitter buffers hold frames for less than this. Longer keeps a blurred picture on the screen.
const SETTLED_AFTER: Duration = Duration::from_millis(500);

// A PLI or its keyframe may be lost. Sooner asks twice within the round trip of a poor link.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use protocol::{ParticipantId, TrackKind};

    use super::*;

    #[test]
    fn layer_goes_up_at_a_keyframe_only() {
        let mut slot = playing(Layer(0));
        slot.set_target(later(), Some(Layer(1)), Urgency::AtKeyframe);
        assert_eq!(slot.poll_keyframe(later()), Some(Layer(1)));
        assert!(!sends(&mut slot, Layer(1), DELTA, 50));
        assert!(sends(&mut slot, Layer(0), DELTA, 2));
        assert!(sends(&mut slot, Layer(1), KEY, 51));
        assert!(!sends(&mut slot, Layer(0), DELTA, 3));
        assert!(sends(&mut slot, Layer(1), DELTA, 52));
    }

    #[test]
    fn layer_that_the_link_cannot_carry_stops_at_once() {
        let mut slot = playing(Layer(2));
        slot.set_target(later(), Some(Layer(0)), Urgency::Now);
        assert!(!sends(&mut slot, Layer(2), DELTA, 2));
        assert!(!sends(&mut slot, Layer(0), DELTA, 7));
        assert!(sends(&mut slot, Layer(0), KEY, 8));
    }

    #[test]
    fn layer_that_the_tile_does_not_need_goes_on_until_the_keyframe() {
        let mut slot = playing(Layer(2));
        slot.set_target(later(), Some(Layer(0)), Urgency::AtKeyframe);
        assert!(sends(&mut slot, Layer(2), DELTA, 2));
        assert!(sends(&mut slot, Layer(0), KEY, 8));
        assert!(!sends(&mut slot, Layer(2), DELTA, 3));
    }

    #[test]
    fn keyframes_of_two_layers_at_once_make_one_start() {
        let start = crate::meeting::test_instant();
        let mut slot = Slot::new("9".into(), 9.into(), None);
        slot.set_source(start, Some(camera()));
        slot.set_target(start, Some(Layer(2)), Urgency::AtKeyframe);
        for layer in [Layer(0), Layer(1)] {
            assert_eq!(
                slot.handle_video(start, layer, &KEY, 1.into(), 0),
                Verdict::Ignore
            );
        }
        assert_ne!(
            slot.handle_video(start, Layer(2), &KEY, 1.into(), 0),
            Verdict::Ignore
        );
    }

    #[test]
    fn smaller_layer_does_if_the_wanted_one_does_not_come_and_is_left_once_it_shows() {
        let start = crate::meeting::test_instant();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let mut slot = Slot::new("9".into(), 9.into(), None);
        slot.set_source(start, Some(camera()));
        slot.set_target(start, Some(Layer(2)), Urgency::AtKeyframe);
        assert_ne!(
            slot.handle_video(at(400), Layer(0), &KEY, 1.into(), 0),
            Verdict::Ignore
        );
        assert_eq!(
            slot.handle_video(at(400), Layer(2), &KEY, 1.into(), 0),
            Verdict::Ignore
        );
        assert_eq!(slot.poll_keyframe(at(500)), None);
        assert_eq!(slot.poll_keyframe(at(900)), Some(Layer(2)));
        assert_ne!(
            slot.handle_video(at(950), Layer(2), &KEY, 9.into(), 0),
            Verdict::Ignore
        );
    }

    #[test]
    fn upper_temporal_layers_come_back_at_a_switching_up_point() {
        let mut slot = playing(Layer(0));
        slot.set_temporal(0);
        let upper = Vp9Descriptor { temporal: 1, ..DELTA };
        assert!(!sends(&mut slot, Layer(0), upper, 2));
        slot.set_temporal(2);
        assert!(!sends(&mut slot, Layer(0), upper, 3));
        assert!(sends(
            &mut slot,
            Layer(0),
            Vp9Descriptor {
                is_switching_up_point: true,
                ..upper
            },
            4
        ));
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
    const KEY: Vp9Descriptor = Vp9Descriptor {
        is_keyframe_start: true,
        ..DELTA
    };

    fn playing(layer: Layer) -> Slot {
        let start = crate::meeting::test_instant();
        let mut slot = Slot::new("9".into(), 9.into(), None);
        slot.set_source(start, Some(camera()));
        slot.set_target(start, Some(layer), Urgency::AtKeyframe);
        assert_ne!(
            slot.handle_video(start, layer, &KEY, 1.into(), 0),
            Verdict::Ignore
        );
        slot
    }

    fn camera() -> TrackSource {
        TrackSource {
            participant: ParticipantId(1),
            kind: TrackKind::Camera,
        }
    }

    fn later() -> Instant {
        crate::meeting::test_instant() + Duration::from_secs(1)
    }

    fn sends(slot: &mut Slot, layer: Layer, descriptor: Vp9Descriptor, seq_no: u64) -> bool {
        slot.handle_video(later(), layer, &descriptor, seq_no.into(), 0) != Verdict::Ignore
    }
}
