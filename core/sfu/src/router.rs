// SPDX-License-Identifier: MIT OR Apache-2.0
//! The straight way of a media packet: from the publisher's transport to those of the subscribers.

use std::{mem, sync::Arc, time::Instant};

use protocol::{ParticipantId, TrackKind, TrackSource};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite};

use crate::{DropReason, LostReason, Vp9Descriptor, egress::Verdict, ingress::Layer, meeting::Meeting};

impl Meeting {
    /// Forwards one packet of a publisher to everybody who receives its track.
    pub(crate) fn forward(&mut self, now: Instant, publisher: ParticipantId, packet: &RtpPacket) {
        self.stats.rtp_in += 1;
        let arrival = match self.classify(now, publisher, packet) {
            Ok(arrival) => arrival,
            Err(reason) => return self.stats.count_drop(reason),
        };
        let source = TrackSource {
            participant: publisher,
            kind: arrival.kind,
        };
        let track = self.tracks.entry(source).or_default();
        if let Some(descriptor) = &arrival.descriptor {
            let layer = &mut track.layers[arrival.layer.index()];
            layer.handle_packet(now, packet.payload.len(), descriptor.height);
            if descriptor.is_keyframe_start {
                layer.throttle.handle_keyframe();
            }
        } else if !arrival.kind.is_video() {
            track.layers[0].handle_packet(now, packet.payload.len(), None);
            if arrival.kind == TrackKind::Microphone
                && let Some(level) = packet.header.ext_vals.audio_level
            {
                self.speakers.handle_level(now, publisher, level);
            }
        }
        let subscribers = mem::take(&mut track.subscribers);
        for &(subscriber, index) in &subscribers {
            self.send(now, subscriber, index, &arrival, packet);
        }
        if let Some(track) = self.tracks.get_mut(&source) {
            track.subscribers = subscribers;
        }
    }

    fn classify(
        &mut self,
        now: Instant,
        publisher: ParticipantId,
        packet: &RtpPacket,
    ) -> Result<Arrival, DropReason> {
        let peer = self.peers.get_mut(&publisher).ok_or(DropReason::NoTransport)?;
        let transport = peer.transport.as_mut().ok_or(DropReason::NoTransport)?;
        let origin = transport.ingress.origin(&mut transport.rtc, packet.header.ssrc);
        if transport.ingress.is_excessive() {
            self.lose(now, publisher, LostReason::Violation);
            return Err(DropReason::NotPublished);
        }
        let (kind, layer) = origin.ok_or(DropReason::NotPublished)?;
        if !peer.active.contains(&kind) {
            return Err(DropReason::NotPublished);
        }
        let codec = if kind.is_video() {
            transport.vp9
        } else {
            transport.opus
        };
        if codec != Some(packet.header.payload_type) {
            return Err(DropReason::WrongCodec);
        }
        let is_padding = packet.payload.is_empty();
        let descriptor = match kind.is_video() && !is_padding {
            true => Some(Vp9Descriptor::parse(&packet.payload).map_err(|_| DropReason::BadDescriptor)?),
            false => None,
        };
        Ok(Arrival {
            kind,
            layer,
            descriptor,
        })
    }

    fn send(
        &mut self,
        now: Instant,
        subscriber: ParticipantId,
        index: usize,
        arrival: &Arrival,
        packet: &RtpPacket,
    ) {
        let Some(transport) = self.peers.get_mut(&subscriber).and_then(|peer| peer.connected()) else {
            return;
        };
        let is_video = arrival.kind.is_video();
        let (slots, codec) = match is_video {
            true => (&mut transport.video_slots, transport.vp9),
            false => (&mut transport.audio_slots, transport.opus),
        };
        let (Some(slot), Some(codec)) = (slots.get_mut(index), codec) else {
            return;
        };
        let verdict = match &arrival.descriptor {
            Some(descriptor) => slot.handle_video(
                now,
                arrival.layer,
                descriptor,
                packet.seq_no,
                packet.header.timestamp,
            ),
            None if is_video => return slot.skip(arrival.layer, packet.seq_no),
            None => slot.handle_audio(now, packet.seq_no, packet.header.timestamp),
        };
        let Verdict::Forward {
            seq_no,
            time,
            switched_from,
        } = verdict
        else {
            return;
        };
        let received = &packet.header.ext_vals;
        let extensions = ExtensionValues {
            audio_level: received.audio_level,
            voice_activity: received.voice_activity,
            video_orientation: received.video_orientation,
            ..ExtensionValues::default()
        };
        slot.open(&mut transport.rtc);
        let ssrc = slot.ssrc;
        let mut api = transport.rtc.direct_api();
        let Some(stream) = api.stream_tx(&ssrc) else {
            return;
        };
        stream.write_rtp(
            RtpWrite::new(codec, seq_no, time, packet.timestamp, Arc::clone(&packet.payload))
                .marker(packet.header.marker)
                .nackable(is_video)
                .ext_vals(extensions),
        );
        self.stats.rtp_forwarded += 1;
        match switched_from {
            Some(before) if before > arrival.layer => self.stats.layers_down += 1,
            Some(_) => self.stats.layers_up += 1,
            None => {}
        }
        self.mark_dirty(subscriber);
    }
}

/// What a packet is.
#[derive(Debug)]
struct Arrival {
    kind: TrackKind,
    layer: Layer,
    /// Present for video that carries something.
    descriptor: Option<Vp9Descriptor>,
}
