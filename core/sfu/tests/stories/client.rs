// SPDX-License-Identifier: MIT OR Apache-2.0
//! A client on str0m: offers, publishes made-up VP9 and Opus, and notes what it receives.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use protocol::{TrackKind, TrackSource, message::PublishedMid};
use str0m::{
    Candidate, Event, Input, Output, Rtc, RtcConfig,
    change::{SdpAnswer, SdpPendingOffer},
    format::{Codec, FormatParams},
    media::{Direction, Frequency, MediaKind, Mid, Pt, Rid, Simulcast, SimulcastLayer},
    net::{Protocol, Receive},
    rtp::{ExtensionValues, RtpWrite},
};

/// A received RTP packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) at: Instant,
    pub(crate) mid: Mid,
    pub(crate) pt: Pt,
    pub(crate) ssrc: u32,
    pub(crate) seq_no: u64,
    pub(crate) time: u32,
    pub(crate) marker: bool,
    pub(crate) audio_level: Option<i8>,
    pub(crate) payload: Vec<u8>,
}

impl Packet {
    /// The layer that the made-up payload says it is of.
    pub(crate) fn layer(&self) -> u8 {
        self.payload[self.payload.len() - 1]
    }

    pub(crate) fn is_keyframe(&self) -> bool {
        self.payload[0] & 0x40 == 0 && self.payload[0] & 0x08 != 0
    }
}

/// A camera or screen that runs by itself.
#[derive(Debug, Clone)]
pub(crate) struct Video {
    pub(crate) kind: TrackKind,
    /// Bits per second of each layer.
    pub(crate) bitrates: Vec<u64>,
    pub(crate) frames_per_second: u64,
    /// Whether frames alternate between temporal layers 0 and 1.
    pub(crate) has_temporal_layers: bool,
    /// What the ciphertext is made of.
    pub(crate) fill: u8,
    next_at: Instant,
    frames: u32,
    wants_keyframe: Vec<bool>,
    seq_nos: Vec<u64>,
}

pub(crate) struct Client {
    pub(crate) transport: u32,
    pub(crate) address: SocketAddr,
    pub(crate) rtc: Rtc,
    pub(crate) is_connected: bool,
    pub(crate) is_closed: bool,
    pub(crate) transmits: Vec<(SocketAddr, Vec<u8>)>,
    pub(crate) videos: Vec<Video>,
    /// Level of the microphone in dBov, if it is on.
    pub(crate) voice: Option<i8>,
    pub(crate) slots: BTreeMap<String, Option<TrackSource>>,
    pub(crate) received: Vec<(Option<TrackSource>, Packet)>,
    pub(crate) keyframe_requests: Vec<(Instant, TrackKind, Option<Rid>)>,
    pending: Option<SdpPendingOffer>,
    mids: BTreeMap<TrackKind, Mid>,
    next_voice_at: Instant,
    voice_seq_no: u64,
    timeout_at: Instant,
}

pub(crate) const RIDS: [&str; 3] = ["q", "h", "f"];

impl Client {
    pub(crate) fn new(
        now: Instant,
        id: u32,
        transport: u32,
        audio_slots: usize,
        video_slots: usize,
    ) -> (Self, String) {
        let address = SocketAddr::from((
            [10, 0, 0, u8::try_from(id).expect("few clients")],
            5000 + transport as u16,
        ));
        let mut config = RtcConfig::new().set_rtp_mode(true).clear_codecs();
        config.codec_config().enable_opus(true, false);
        // Every client numbers VP9 differently, as browsers do.
        let vp9 = 100 + u8::try_from(id % 10).expect("below 10") * 2;
        config.codec_config().add_config(
            vp9.into(),
            Some((vp9 + 1).into()),
            Codec::Vp9,
            Frequency::NINETY_KHZ,
            None,
            FormatParams {
                profile_id: Some(0),
                ..FormatParams::default()
            },
        );
        let mut rtc = config.build(now);
        rtc.add_local_candidate(Candidate::host(address, "udp").expect("is a host"));
        let mut api = rtc.sdp_api();
        let mut mids = BTreeMap::new();
        for kind in TrackKind::ALL {
            let simulcast = (kind == TrackKind::Camera).then(|| Simulcast {
                send: RIDS.iter().map(|rid| SimulcastLayer::new(rid)).collect(),
                recv: vec![],
            });
            let medium = if kind.is_video() {
                MediaKind::Video
            } else {
                MediaKind::Audio
            };
            mids.insert(
                kind,
                api.add_media(medium, Direction::SendOnly, None, None, simulcast),
            );
        }
        for _ in 0..audio_slots {
            api.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
        }
        for _ in 0..video_slots {
            api.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
        }
        let (offer, pending) = api.apply().expect("has changes");
        let client = Self {
            transport,
            address,
            rtc,
            is_connected: false,
            is_closed: false,
            transmits: Vec::new(),
            videos: Vec::new(),
            voice: None,
            slots: BTreeMap::new(),
            received: Vec::new(),
            keyframe_requests: Vec::new(),
            pending: Some(pending),
            mids,
            next_voice_at: now,
            voice_seq_no: 1,
            timeout_at: now,
        };
        (client, offer.to_sdp_string())
    }

    /// Offers more slots on the same transport.
    pub(crate) fn offer_more(&mut self, audio_slots: usize, video_slots: usize) -> String {
        let mut api = self.rtc.sdp_api();
        for _ in 0..audio_slots {
            api.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
        }
        for _ in 0..video_slots {
            api.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
        }
        let (offer, pending) = api.apply().expect("has changes");
        self.pending = Some(pending);
        offer.to_sdp_string()
    }

    pub(crate) fn published(&self) -> Vec<PublishedMid> {
        self.mids
            .iter()
            .map(|(&kind, mid)| PublishedMid {
                mid: mid.to_string(),
                kind,
            })
            .collect()
    }

    pub(crate) fn accept_answer(&mut self, sdp: &str) {
        let answer = SdpAnswer::from_sdp_string(sdp).expect("the server writes SDP");
        let pending = self.pending.take().expect("an offer was made");
        self.rtc
            .sdp_api()
            .accept_answer(pending, answer)
            .expect("the answer fits");
    }

    pub(crate) fn set_slot(&mut self, mid: &str, source: Option<TrackSource>) {
        self.slots.insert(mid.to_owned(), source);
    }

    pub(crate) fn start_video(&mut self, now: Instant, kind: TrackKind, bitrates: &[u64]) -> &mut Video {
        self.videos.push(Video {
            kind,
            bitrates: bitrates.to_vec(),
            frames_per_second: 25,
            has_temporal_layers: false,
            fill: 0xa5,
            next_at: now,
            frames: 0,
            wants_keyframe: vec![true; bitrates.len()],
            seq_nos: vec![1; bitrates.len()],
        });
        self.videos.last_mut().expect("was pushed")
    }

    pub(crate) fn received_of(&self, source: TrackSource) -> Vec<Packet> {
        self.received
            .iter()
            .filter(|(of, _)| *of == Some(source))
            .map(|(_, packet)| packet.clone())
            .collect()
    }

    pub(crate) fn handle_datagram(&mut self, now: Instant, source: SocketAddr, contents: &[u8]) {
        let Ok(receive) = Receive::new(Protocol::Udp, source, self.address, contents) else {
            return;
        };
        if self.rtc.handle_input(Input::Receive(now, receive)).is_err() {
            self.is_closed = true;
        }
        self.drain(now);
    }

    pub(crate) fn step(&mut self, now: Instant) {
        self.send_voice(now);
        self.send_videos(now);
        if self.timeout_at <= now {
            let _ = self.rtc.handle_input(Input::Timeout(now));
        }
        self.drain(now);
    }

    fn drain(&mut self, now: Instant) {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.timeout_at = at;
                    return;
                }
                Ok(Output::Transmit(transmit)) => {
                    self.transmits
                        .push((transmit.destination, transmit.contents.to_vec()));
                }
                Ok(Output::Event(event)) => self.handle_event(now, event),
                Err(_) => {
                    self.is_closed = true;
                    return;
                }
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "str0m's events may grow")]
    fn handle_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Connected => self.is_connected = true,
            Event::Closed => self.is_closed = true,
            Event::RtpPacket(packet) => {
                let ssrc = packet.header.ssrc;
                let Some(mid) = self.rtc.direct_api().stream_rx(&ssrc).map(|stream| stream.mid()) else {
                    return;
                };
                let source = self.slots.get(&mid.to_string()).copied().flatten();
                let packet = Packet {
                    at: now,
                    mid,
                    pt: packet.header.payload_type,
                    ssrc: *ssrc,
                    seq_no: *packet.seq_no,
                    time: packet.header.timestamp,
                    marker: packet.header.marker,
                    audio_level: packet.header.ext_vals.audio_level,
                    payload: packet.payload.to_vec(),
                };
                self.received.push((source, packet));
            }
            Event::KeyframeRequest(request) => {
                let kind = self
                    .mids
                    .iter()
                    .find(|(_, mid)| **mid == request.mid)
                    .map(|(&kind, _)| kind);
                let Some(kind) = kind else { return };
                self.keyframe_requests.push((now, kind, request.rid));
                let index = request
                    .rid
                    .map_or(0, |rid| RIDS.iter().position(|name| *name == &*rid).unwrap_or(0));
                if let Some(video) = self.videos.iter_mut().find(|video| video.kind == kind) {
                    video.wants_keyframe[index] = true;
                }
            }
            _ => {}
        }
    }

    fn send_voice(&mut self, now: Instant) {
        let Some(level) = self.voice else { return };
        if !self.is_connected || now < self.next_voice_at {
            return;
        }
        self.next_voice_at = now + Duration::from_millis(20);
        let seq_no = self.voice_seq_no;
        self.voice_seq_no += 1;
        self.send_audio(now, TrackKind::Microphone, seq_no, level, &[0x5a; 80]);
    }

    pub(crate) fn send_audio(
        &mut self,
        now: Instant,
        kind: TrackKind,
        seq_no: u64,
        level: i8,
        payload: &[u8],
    ) {
        let mid = self.mids[&kind];
        let pt = self.pt(Codec::Opus);
        let extensions = ExtensionValues {
            audio_level: Some(level),
            voice_activity: Some(true),
            ..ExtensionValues::default()
        };
        let time = u32::try_from(seq_no * 960).expect("short stories");
        let mut api = self.rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, None).expect("was declared");
        stream.write_rtp(RtpWrite::new(pt, seq_no.into(), time, now, payload).ext_vals(extensions));
        self.timeout_at = now;
    }

    fn send_videos(&mut self, now: Instant) {
        if !self.is_connected {
            return;
        }
        let mut videos = std::mem::take(&mut self.videos);
        for video in &mut videos {
            if now >= video.next_at {
                video.next_at = now + Duration::from_millis(1000 / video.frames_per_second);
                for index in 0..video.bitrates.len() {
                    self.send_frame(now, video, index);
                }
                video.frames += 1;
            }
        }
        self.videos = videos;
    }

    fn send_frame(&mut self, now: Instant, video: &mut Video, index: usize) {
        let is_keyframe = std::mem::take(&mut video.wants_keyframe[index]);
        if video.bitrates[index] == 0 {
            return;
        }
        let temporal = if video.has_temporal_layers && !is_keyframe {
            (video.frames % 2) as u8
        } else {
            0
        };
        let bytes = usize::try_from(video.bitrates[index] / 8 / video.frames_per_second).expect("is small");
        let bytes = if is_keyframe { bytes * 3 } else { bytes };
        let packets = bytes.div_ceil(1100).max(1);
        let rid = (video.kind == TrackKind::Camera).then(|| Rid::from(RIDS[index]));
        for packet in 0..packets {
            let payload = vp9_payload(&Vp9 {
                is_keyframe,
                is_start: packet == 0,
                is_end: packet + 1 == packets,
                temporal,
                height: 180 << index,
                picture: video.frames,
                bytes: bytes / packets,
                fill: video.fill,
                layer: u8::try_from(index).expect("is small"),
            });
            let seq_no = video.seq_nos[index];
            video.seq_nos[index] += 1;
            // Every layer has its own random offset, as in browsers.
            let time =
                video.frames.wrapping_mul(90_000 / video.frames_per_second as u32) + 1_000_000 * index as u32;
            self.send_video(
                now,
                (video.kind, rid),
                (seq_no, time, packet + 1 == packets),
                payload,
            );
        }
    }

    pub(crate) fn send_video(
        &mut self,
        now: Instant,
        (kind, rid): (TrackKind, Option<Rid>),
        (seq_no, time, marker): (u64, u32, bool),
        payload: Vec<u8>,
    ) {
        let mid = self.mids[&kind];
        let pt = self.pt(Codec::Vp9);
        let mut api = self.rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, rid).expect("was declared");
        stream.write_rtp(
            RtpWrite::new(pt, seq_no.into(), time, now, payload)
                .marker(marker)
                .nackable(true),
        );
        self.timeout_at = now;
    }

    pub(crate) fn pt(&self, codec: Codec) -> Pt {
        let mut params = self.rtc.codec_config().params().iter();
        params
            .find(|params| params.spec().codec == codec)
            .expect("is configured")
            .pt()
    }
}

/// A VP9 packet: descriptor in clear, the rest made up, the last byte its layer.
pub(crate) struct Vp9 {
    pub(crate) is_keyframe: bool,
    pub(crate) is_start: bool,
    pub(crate) is_end: bool,
    pub(crate) temporal: u8,
    pub(crate) height: u16,
    pub(crate) picture: u32,
    pub(crate) bytes: usize,
    pub(crate) fill: u8,
    pub(crate) layer: u8,
}

pub(crate) fn vp9_payload(packet: &Vp9) -> Vec<u8> {
    let mut flags = 0xa0;
    flags |= if packet.is_keyframe { 0 } else { 0x40 };
    flags |= if packet.is_start { 0x08 } else { 0 };
    flags |= if packet.is_end { 0x04 } else { 0 };
    let has_structure = packet.is_keyframe && packet.is_start;
    flags |= if has_structure { 0x02 } else { 0 };
    let picture = (packet.picture as u16 & 0x7fff) | 0x8000;
    let mut payload = vec![flags];
    payload.extend(picture.to_be_bytes());
    payload.push(packet.temporal << 5 | if packet.temporal > 0 { 0x10 } else { 0 });
    payload.push(packet.picture as u8);
    if has_structure {
        payload.push(0x10);
        payload.extend((packet.height * 16 / 9).to_be_bytes());
        payload.extend(packet.height.to_be_bytes());
    }
    payload.resize(payload.len() + packet.bytes.max(1), packet.fill);
    payload.push(packet.layer);
    payload
}
