// SPDX-License-Identifier: MIT OR Apache-2.0
//! When to ask a publisher for a keyframe.

use std::time::{Duration, Instant};

use protocol::{ParticipantId, TrackSource};

use crate::{SfuEvent, ingress::Layer, meeting::Meeting, peer::Peer, track::Track, transport::Transport};

/// Collects keyframe requests from subscribers and emits at most one per interval.
#[derive(Debug, Default)]
pub(crate) struct KeyframeThrottle {
    is_wanted: bool,
    last_sent_at: Option<Instant>,
}

impl KeyframeThrottle {
    /// Notes that a subscriber cannot decode until the next keyframe.
    pub(crate) fn handle_request(&mut self) {
        self.is_wanted = true;
    }

    /// Notes that a keyframe came, by itself or asked for: whoever waited has it.
    pub(crate) fn handle_keyframe(&mut self) {
        self.is_wanted = false;
    }

    /// Returns whether to send one PLI to the publisher at `now`.
    pub(crate) fn poll_pli(&mut self, now: Instant) -> bool {
        let is_due = self.poll_timeout(now).is_some_and(|at| at <= now);
        if is_due {
            self.is_wanted = false;
            self.last_sent_at = Some(now);
        }
        is_due
    }

    /// Returns when [`Self::poll_pli`] must be called next, if ever.
    pub(crate) fn poll_timeout(&self, now: Instant) -> Option<Instant> {
        self.is_wanted
            .then(|| self.last_sent_at.map_or(now, |sent| sent + MIN_INTERVAL))
    }
}

impl Meeting {
    /// Takes a subscriber's word that it needs a keyframe of what it receives.
    pub(crate) fn handle_keyframe_request(
        &mut self,
        now: Instant,
        participant: ParticipantId,
        source: TrackSource,
    ) {
        let Some(peer) = self.peers.get(&participant) else {
            return;
        };
        let mut slots = peer.transport.iter().flat_map(Transport::slots);
        let layer = slots
            .find(|slot| slot.source == Some(source))
            .and_then(|slot| slot.layer());
        drop(slots);
        if let Some(layer) = layer {
            self.request_keyframe(now, source, layer);
        }
    }

    /// Asks for a keyframe of every layer that anybody sends.
    pub(crate) fn force_keyframes(&mut self, now: Instant) {
        for source in self
            .tracks
            .keys()
            .copied()
            .filter(|source| source.kind.is_video())
            .collect::<Vec<_>>()
        {
            if !self
                .peers
                .get(&source.participant)
                .is_some_and(|peer| peer.sends(source.kind))
            {
                continue;
            }
            let layers: Vec<_> = self
                .tracks
                .get(&source)
                .into_iter()
                .flat_map(Track::seen)
                .collect();
            for layer in layers {
                self.request_keyframe(now, source, layer);
            }
            let peer = self.key(source.participant);
            self.emit(SfuEvent::KeyframeWanted {
                peer,
                kind: source.kind,
            });
        }
    }

    /// Asks for a keyframe as soon as the throttle allows.
    pub(crate) fn request_keyframe(&mut self, now: Instant, source: TrackSource, layer: Layer) {
        let Some(track) = self.tracks.get_mut(&source) else {
            return;
        };
        let throttle = &mut track.layers[layer.index()].throttle;
        throttle.handle_request();
        self.plis_at = [self.plis_at, throttle.poll_timeout(now)]
            .into_iter()
            .flatten()
            .min();
    }

    /// Sends the PLIs that are due.
    pub(crate) fn send_plis(&mut self, now: Instant) {
        let mut due = Vec::new();
        self.plis_at = None;
        for (&source, track) in &mut self.tracks {
            for (index, layer) in (0..).zip(&mut track.layers) {
                if layer.throttle.poll_pli(now) {
                    due.push((source, Layer(index)));
                }
                self.plis_at = [self.plis_at, layer.throttle.poll_timeout(now)]
                    .into_iter()
                    .flatten()
                    .min();
            }
        }
        for (source, layer) in due {
            let Some(transport) = self.peers.get_mut(&source.participant).and_then(Peer::connected) else {
                continue;
            };
            if let Some(ssrc) = transport.ingress.ssrc(source.kind, layer) {
                transport.request_keyframe(ssrc);
                self.stats.plis += 1;
                self.mark_dirty(source.participant);
            }
        }
    }
}

// A keyframe costs several times a delta frame: asking faster starves the very subscribers who asked.
const MIN_INTERVAL: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_requests_make_one_pli_per_interval() {
        let start = crate::meeting::test_instant();
        let mut throttle = KeyframeThrottle::default();
        assert_eq!(throttle.poll_timeout(start), None);
        let mut plis = 0;
        for millisecond in 0..1000 {
            throttle.handle_request();
            plis += u32::from(throttle.poll_pli(start + Duration::from_millis(millisecond)));
        }
        assert_eq!(plis, 2);
    }

    #[test]
    fn keyframe_that_came_by_itself_withdraws_the_request() {
        let start = crate::meeting::test_instant();
        let mut throttle = KeyframeThrottle::default();
        throttle.handle_request();
        throttle.handle_keyframe();
        assert!(!throttle.poll_pli(start));
    }
}
