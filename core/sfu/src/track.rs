// SPDX-License-Identifier: MIT OR Apache-2.0
//! One publisher's track as the router sees it: its layers, and who receives it.

use std::time::{Duration, Instant};

use protocol::ParticipantId;
use str0m::bwe::Bitrate;

use crate::{
    allocator::LayerOffer,
    ingress::{LAYERS, Layer},
    keyframe::KeyframeThrottle,
};

/// A published track.
#[derive(Debug, Default)]
pub(crate) struct Track {
    pub(crate) layers: [LayerState; LAYERS],
    /// Who receives it, and in which of their slots.
    pub(crate) subscribers: Vec<(ParticipantId, usize)>,
}

/// What is known of one layer.
#[derive(Debug, Default)]
pub(crate) struct LayerState {
    pub(crate) throttle: KeyframeThrottle,
    bytes: u64,
    bitrate: Option<f64>,
    height: Option<u16>,
    last_at: Option<Instant>,
}

impl LayerState {
    /// Counts a packet.
    pub(crate) fn handle_packet(&mut self, now: Instant, bytes: usize, height: Option<u16>) {
        self.bytes += bytes as u64;
        self.height = height.or(self.height);
        self.last_at = Some(now);
    }

    /// Closes a measuring interval of the bitrate.
    pub(crate) fn measure(&mut self, interval: Duration) {
        let measured = self.bytes as f64 * 8.0 / interval.as_secs_f64();
        self.bytes = 0;
        self.bitrate = match self.bitrate {
            Some(before) => Some(before + (measured - before) * SMOOTHING),
            None => (measured > 0.0).then_some(measured),
        };
    }

    fn is_alive(&self, now: Instant) -> bool {
        self.last_at
            .is_some_and(|at| now.saturating_duration_since(at) < GONE_AFTER)
    }
}

impl Track {
    /// Returns what there is to choose from.
    pub(crate) fn offers(&self, now: Instant) -> [Option<LayerOffer>; LAYERS] {
        let alive: Vec<bool> = self.layers.iter().map(|layer| layer.is_alive(now)).collect();
        let is_silent = !alive.contains(&true);
        let mut offers = [None; LAYERS];
        for (index, (offer, layer)) in offers.iter_mut().zip(&self.layers).enumerate() {
            // Before the first packet, and in a pause of all layers, the smallest is what will come.
            if alive[index] || (is_silent && index == 0) {
                *offer = Some(LayerOffer {
                    bitrate: layer
                        .bitrate
                        .map_or(NOMINAL_BITRATES[index], |bits| Bitrate::bps(bits as u64)),
                    height: layer.height.unwrap_or(NOMINAL_HEIGHTS[index]),
                });
            }
        }
        offers
    }

    /// Returns what an audio track takes: nothing while it is muted.
    pub(crate) fn audio_bitrate(&self) -> Bitrate {
        Bitrate::bps(self.layers[0].bitrate.unwrap_or(0.0) as u64)
    }

    /// Returns the layers that were ever seen.
    pub(crate) fn seen(&self) -> impl Iterator<Item = Layer> {
        let seen = self.layers.each_ref().map(|layer| layer.last_at.is_some());
        (0..)
            .zip(seen)
            .filter(|&(_, seen)| seen)
            .map(|(index, _)| Layer(index))
    }
}

// A quarter of the difference per interval: a keyframe does not look like a rise, and a real one shows within a second.
const SMOOTHING: f64 = 0.25;

// Encoders pause a layer when the uplink or the processor does not suffice. Sooner would mistake a frozen scene for it.
const GONE_AFTER: Duration = Duration::from_secs(3);

// What q, h and f of a 720p camera come to, until measured.
const NOMINAL_BITRATES: [Bitrate; LAYERS] = [Bitrate::kbps(150), Bitrate::kbps(500), Bitrate::kbps(1500)];
const NOMINAL_HEIGHTS: [u16; LAYERS] = [180, 360, 720];
