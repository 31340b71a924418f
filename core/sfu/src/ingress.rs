// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a publisher sends: whose track a packet is of, and which simulcast layer.

use std::collections::BTreeMap;

use protocol::TrackKind;
use str0m::{
    Rtc,
    media::{Mid, Rid},
    rtp::Ssrc,
};

/// A simulcast layer, 0 the smallest. A track without simulcast has layer 0 only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Layer(pub(crate) u8);

impl Layer {
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    fn from_rid(rid: Option<Rid>) -> Option<Self> {
        let Some(rid) = rid else { return Some(Self(0)) };
        RIDS.iter()
            .zip(0..)
            .find(|(name, _)| **name == &*rid)
            .map(|(_, index)| Self(index))
    }
}

/// The layers of a track.
pub(crate) const LAYERS: usize = 3;

/// Which stream carries what.
#[derive(Debug, Default)]
pub(crate) struct Ingress {
    kinds_by_mid: Vec<(Mid, TrackKind)>,
    origins_by_ssrc: BTreeMap<Ssrc, Option<(TrackKind, Layer)>>,
    ssrcs: BTreeMap<(TrackKind, u8), Ssrc>,
    ssrcs_seen: usize,
}

impl Ingress {
    pub(crate) fn set_published(&mut self, published: Vec<(Mid, TrackKind)>) {
        self.kinds_by_mid = published;
        self.origins_by_ssrc.clear();
    }

    pub(crate) fn publishes(&self, kind: TrackKind) -> bool {
        self.kinds_by_mid.iter().any(|&(_, published)| published == kind)
    }

    /// Returns the stream that carries a layer, once a packet of it came.
    pub(crate) fn ssrc(&self, kind: TrackKind, layer: Layer) -> Option<Ssrc> {
        self.ssrcs.get(&(kind, layer.0)).copied()
    }

    /// Returns whether the peer goes through SSRCs as no client does, which costs str0m memory for each.
    pub(crate) fn is_excessive(&self) -> bool {
        self.ssrcs_seen > MAX_SSRCS
    }

    /// Returns what a packet with `ssrc` is of; `None` if it was not announced.
    pub(crate) fn origin(&mut self, rtc: &mut Rtc, ssrc: Ssrc) -> Option<(TrackKind, Layer)> {
        if let Some(&origin) = self.origins_by_ssrc.get(&ssrc) {
            return origin;
        }
        let stream = rtc.direct_api();
        let origin = self.look_up(stream, ssrc);
        self.ssrcs_seen += 1;
        if self.origins_by_ssrc.len() < MAX_SSRCS {
            self.origins_by_ssrc.insert(ssrc, origin);
        }
        if let Some((kind, layer)) = origin {
            self.ssrcs.insert((kind, layer.0), ssrc);
        }
        origin
    }

    fn look_up(&self, mut api: str0m::change::DirectApi<'_>, ssrc: Ssrc) -> Option<(TrackKind, Layer)> {
        let stream = api.stream_rx(&ssrc)?;
        let layer = Layer::from_rid(stream.rid())?;
        let mid = stream.mid();
        let &(_, kind) = self
            .kinds_by_mid
            .iter()
            .find(|(published, _)| *published == mid)?;
        (kind == TrackKind::Camera || layer == Layer(0)).then_some((kind, layer))
    }
}

// RFC 8851 restriction ids, as all web clients name them: quarter, half, full.
const RIDS: [&str; LAYERS] = ["q", "h", "f"];

// Four tracks make six streams; a browser that restarts a sender takes new ones. Beyond this it is an attack.
const MAX_SSRCS: usize = 128;
