// SPDX-License-Identifier: MIT OR Apache-2.0
//! One peer connection to the media server: str0m in RTP mode, as the side that offers.
//!
//! Contract: after every `handle_*` and `send_*` call, drain [`Transport::poll_output`] to `None`, then ask
//! [`Transport::poll_timeout`]. Knows encrypted frames only.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use protocol::TrackKind;
use session::{Command, PublishedLine};
use str0m::{
    Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig,
    change::{SdpAnswer, SdpPendingOffer},
    config::DtlsVersion,
    format::Codec,
    media::{Direction, KeyframeRequestKind, MediaKind, Mid, Pt, Rid, Simulcast, SimulcastLayer},
    net::{Protocol, Receive},
    rtp::{ExtensionValues, RtpPacket, RtpWrite},
};

use super::{
    assembler::Assembler,
    count::{PacketCount, Packets},
    vp9::{self, FrameHeader},
};
use crate::media::Layer;

/// A peer connection with its number.
pub(crate) struct Transport {
    /// The session's number for it.
    pub(crate) number: u32,
    local: SocketAddr,
    rtc: Rtc,
    pending: Option<SdpPendingOffer>,
    published: Vec<(Mid, TrackKind)>,
    opus: Pt,
    vp9: Pt,
    streams: BTreeMap<(TrackKind, Option<Layer>), SendStream>,
    assemblers: BTreeMap<Mid, Assembler>,
    count: PacketCount,
    what: Reception,
    receiving: [u16; 2],
    is_connected: bool,
    outputs: VecDeque<TransportOutput>,
    timeout_at: Instant,
}

/// What a transport wants done, or found.
pub(crate) enum TransportOutput {
    /// A datagram to be sent.
    Transmit {
        /// Where to.
        destination: SocketAddr,
        /// What.
        datagram: Vec<u8>,
    },
    /// A whole encrypted frame.
    Frame(ReceivedFrame),
    /// Somebody cannot decode an own video before its next keyframe.
    KeyframeRequest,
    /// Media flows from here on.
    Connected,
    /// It does not come back.
    Lost,
}

/// An encrypted frame as it was received.
pub(crate) struct ReceivedFrame {
    /// The m-line.
    pub(crate) mid: String,
    /// The encrypted frame.
    pub(crate) data: Vec<u8>,
    /// What the payload descriptor says.
    pub(crate) is_keyframe: bool,
    /// Whether frames before it were lost for good.
    pub(crate) is_after_loss: bool,
}

/// What becomes of received packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reception {
    /// They are put together to frames.
    Frames,
    /// They are decrypted (SRTP) and counted: hundreds of bots on one machine do no more.
    Counts,
}

struct SendStream {
    next_sequence: u64,
    next_picture_id: u16,
}

impl Transport {
    /// Makes a peer connection with all its m-lines, and the offer for it.
    ///
    /// # Errors
    /// When `local` is no address that ICE may use.
    pub(crate) fn offer(now: Instant, number: u32, local: SocketAddr) -> anyhow::Result<(Self, Command)> {
        let config = RtcConfig::new()
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp9(true)
            .set_rtp_mode(true)
            .set_dtls_version(DtlsVersion::Dtls12)
            .set_send_buffer_video(SEND_BUFFER_PACKETS);
        let mut rtc = config.build(now);
        rtc.add_local_candidate(Candidate::host(local, "udp").context("local address")?);
        let payload_type = |rtc: &Rtc, codec: Codec| {
            let params = rtc.codec_config().find(|params| params.spec().codec == codec);
            params.expect("the codec was enabled above").pt()
        };
        let (opus, vp9) = (payload_type(&rtc, Codec::Opus), payload_type(&rtc, Codec::Vp9));
        let mut changes = rtc.sdp_api();
        let mut published = Vec::new();
        for kind in TrackKind::ALL {
            let simulcast = (kind == TrackKind::Camera).then(simulcast);
            let mid = changes.add_media(
                media_kind(kind.is_video()),
                Direction::SendOnly,
                None,
                None,
                simulcast,
            );
            published.push((mid, kind));
        }
        for (is_video, count) in [(false, AUDIO_SLOTS), (true, VIDEO_SLOTS)] {
            for _ in 0..count {
                changes.add_media(media_kind(is_video), Direction::RecvOnly, None, None, None);
            }
        }
        let (offer, pending) = changes.apply().expect("m-lines were added");
        let transport = Self {
            number,
            local,
            rtc,
            pending: Some(pending),
            published,
            opus,
            vp9,
            streams: BTreeMap::new(),
            assemblers: BTreeMap::new(),
            count: PacketCount::default(),
            what: Reception::Frames,
            receiving: [AUDIO_SLOTS, VIDEO_SLOTS],
            is_connected: false,
            outputs: VecDeque::new(),
            timeout_at: now,
        };
        let command = transport.offer_command(offer.to_sdp_string());
        Ok((transport, command))
    }

    /// Offers again with `audio` and `video` receiving m-lines, if those are more than there are.
    pub(crate) fn offer_more(&mut self, audio: u16, video: u16) -> Option<Command> {
        if self.pending.is_some() {
            return None;
        }
        let mut changes = self.rtc.sdp_api();
        for (index, (is_video, wanted)) in [(false, audio), (true, video)].into_iter().enumerate() {
            for _ in self.receiving[index]..wanted {
                changes.add_media(media_kind(is_video), Direction::RecvOnly, None, None, None);
            }
            self.receiving[index] = self.receiving[index].max(wanted);
        }
        let (offer, pending) = changes.apply()?;
        self.pending = Some(pending);
        Some(self.offer_command(offer.to_sdp_string()))
    }

    fn offer_command(&self, sdp: String) -> Command {
        let publish = self.published.iter().map(|(mid, kind)| PublishedLine {
            mid: mid.to_string(),
            kind: *kind,
        });
        Command::Offer {
            transport: self.number,
            sdp,
            publish: publish.collect(),
        }
    }

    /// Takes the answer to the offer that is under way.
    ///
    /// # Errors
    /// When it is no answer to it.
    pub(crate) fn handle_answer(&mut self, now: Instant, sdp: &str) -> anyhow::Result<()> {
        let pending = self.pending.take().context("an answer without an offer")?;
        let answer = SdpAnswer::from_sdp_string(sdp).context("the answer is no SDP")?;
        self.rtc
            .sdp_api()
            .accept_answer(pending, answer)
            .context("answer not accepted")?;
        self.handle_timeout(now)
    }

    /// Takes a datagram.
    ///
    /// # Errors
    /// When str0m gives the connection up.
    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        source: SocketAddr,
        datagram: &[u8],
    ) -> anyhow::Result<()> {
        // What is neither STUN, DTLS, RTP nor RTCP is somebody's noise.
        let Ok(receive) = Receive::new(Protocol::Udp, source, self.local, datagram) else {
            return Ok(());
        };
        self.rtc.handle_input(Input::Receive(now, receive))?;
        self.drain(now)
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// When str0m gives the connection up.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> anyhow::Result<()> {
        self.rtc.handle_input(Input::Timeout(now))?;
        self.drain(now)
    }

    /// Returns when [`Self::handle_timeout`] is due.
    pub(crate) const fn poll_timeout(&self) -> Instant {
        self.timeout_at
    }

    /// Returns what is to be done next.
    pub(crate) fn poll_output(&mut self) -> Option<TransportOutput> {
        self.outputs.pop_front()
    }

    /// Returns whether media flows.
    pub(crate) const fn is_connected(&self) -> bool {
        self.is_connected
    }

    /// Decides what becomes of received packets; at first they become frames.
    pub(crate) const fn set_reception(&mut self, what: Reception) {
        self.what = what;
    }

    /// Returns how many packets came and were lost so far.
    pub(crate) fn packets(&self) -> Packets {
        self.count.packets()
    }

    /// Sends an encrypted picture of one layer of the camera, or of the screen, which has one.
    pub(crate) fn send_picture(
        &mut self,
        now: Instant,
        kind: TrackKind,
        layer: Layer,
        picture: &EncryptedFrame<'_>,
    ) -> anyhow::Result<()> {
        let layer_key = (kind == TrackKind::Camera).then_some(layer);
        let stream = self
            .streams
            .entry((kind, layer_key))
            .or_insert_with(SendStream::start);
        let header = FrameHeader {
            picture_id: stream.next_picture_id,
            is_keyframe: picture.is_keyframe,
            size: layer.size(),
        };
        stream.next_picture_id = (stream.next_picture_id + 1) & PICTURE_ID_MASK;
        let payloads = vp9::packetise(header, picture.data);
        let time = rtp_time(picture.time, VIDEO_CLOCK);
        self.write(
            now,
            (kind, layer_key),
            time,
            payloads,
            &ExtensionValues::default(),
        )
    }

    /// Sends an encrypted packet of the voice.
    pub(crate) fn send_voice(&mut self, now: Instant, voice: &EncryptedFrame<'_>) -> anyhow::Result<()> {
        let kind = TrackKind::Microphone;
        self.streams.entry((kind, None)).or_insert_with(SendStream::start);
        let extensions = ExtensionValues {
            audio_level: Some(if voice.is_speech {
                SPEECH_LEVEL
            } else {
                PAUSE_LEVEL
            }),
            voice_activity: Some(voice.is_speech),
            ..ExtensionValues::default()
        };
        let time = rtp_time(voice.time, AUDIO_CLOCK);
        self.write(now, (kind, None), time, vec![voice.data.to_vec()], &extensions)
    }

    fn write(
        &mut self,
        now: Instant,
        key: (TrackKind, Option<Layer>),
        time: u32,
        payloads: Vec<Vec<u8>>,
        extensions: &ExtensionValues,
    ) -> anyhow::Result<()> {
        let (kind, layer) = key;
        let payload_type = if kind.is_video() { self.vp9 } else { self.opus };
        let rid = layer.map(|layer| Rid::from(layer.rid()));
        let Some(&(mid, _)) = self.published.iter().find(|(_, published)| *published == kind) else {
            return Ok(());
        };
        let mut direct = self.rtc.direct_api();
        // The server may have accepted fewer layers than were offered.
        let (Some(tx), Some(stream)) = (direct.stream_tx_by_mid(mid, rid), self.streams.get_mut(&key)) else {
            return Ok(());
        };
        let count = payloads.len();
        for (index, payload) in payloads.into_iter().enumerate() {
            let packet = RtpWrite::new(payload_type, stream.next_sequence.into(), time, now, payload)
                .marker(index + 1 == count && kind.is_video())
                .nackable(kind.is_video())
                .ext_vals(extensions.clone());
            stream.next_sequence += 1;
            tx.write_rtp(packet);
        }
        self.handle_timeout(now)
    }

    /// Asks the server for a keyframe on a receiving m-line.
    pub(crate) fn request_keyframe(&mut self, mid: &str) {
        if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(Mid::from(mid), None) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    fn drain(&mut self, now: Instant) -> anyhow::Result<()> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.timeout_at = at.max(now);
                    return Ok(());
                }
                Output::Transmit(transmit) => self.outputs.push_back(TransportOutput::Transmit {
                    destination: transmit.destination,
                    datagram: transmit.contents.to_vec(),
                }),
                Output::Event(event) => self.handle_event(event),
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "str0m's events, most of which concern nobody here"
    )]
    fn handle_event(&mut self, event: Event) {
        match event {
            Event::Connected => {
                self.is_connected = true;
                self.outputs.push_back(TransportOutput::Connected);
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) | Event::Closed => {
                self.is_connected = false;
                self.outputs.push_back(TransportOutput::Lost);
            }
            Event::KeyframeRequest(request) if self.published.iter().any(|(mid, _)| *mid == request.mid) => {
                self.outputs.push_back(TransportOutput::KeyframeRequest);
            }
            Event::RtpPacket(packet) => self.handle_packet(packet),
            _ => {}
        }
    }

    fn handle_packet(&mut self, packet: RtpPacket) {
        self.count.handle_packet(*packet.header.ssrc, *packet.seq_no);
        if self.what == Reception::Counts {
            return;
        }
        let mut direct = self.rtc.direct_api();
        let Some(mid) = direct.stream_rx(&packet.header.ssrc).map(|stream| stream.mid()) else {
            return;
        };
        if packet.header.payload_type == self.opus {
            self.outputs.push_back(TransportOutput::Frame(ReceivedFrame {
                mid: mid.to_string(),
                data: packet.payload.to_vec(),
                is_keyframe: true,
                is_after_loss: false,
            }));
            return;
        }
        let assembler = self.assemblers.entry(mid).or_default();
        assembler.handle_packet(*packet.seq_no, &packet.payload);
        while let Some(frame) = assembler.poll_frame() {
            self.outputs.push_back(TransportOutput::Frame(ReceivedFrame {
                mid: mid.to_string(),
                data: frame.data,
                is_keyframe: frame.is_keyframe,
                is_after_loss: frame.is_after_loss,
            }));
        }
    }
}

/// An encrypted frame on its way out.
pub(crate) struct EncryptedFrame<'a> {
    /// The encrypted frame.
    pub(crate) data: &'a [u8],
    /// When it was taken, since the player started.
    pub(crate) time: Duration,
    /// Pictures: whether it needs no frame before it.
    pub(crate) is_keyframe: bool,
    /// Voice: whether somebody speaks in it.
    pub(crate) is_speech: bool,
}

impl SendStream {
    const fn start() -> Self {
        Self {
            // The first sequence number must be below 65536, or the receiver's rollover counter starts wrong.
            next_sequence: 1,
            next_picture_id: 1,
        }
    }
}

fn simulcast() -> Simulcast {
    let mut simulcast = Simulcast::new();
    for layer in Layer::ALL {
        simulcast.add_send_layer(SimulcastLayer::new(layer.rid()));
    }
    simulcast
}

const fn media_kind(is_video: bool) -> MediaKind {
    if is_video {
        MediaKind::Video
    } else {
        MediaKind::Audio
    }
}

#[expect(clippy::cast_possible_truncation, reason = "RTP timestamps wrap")]
fn rtp_time(time: Duration, clock: u64) -> u32 {
    (time.as_micros() as u64 * clock / 1_000_000) as u32
}

const VIDEO_CLOCK: u64 = 90_000;
const AUDIO_CLOCK: u64 = 48_000;

// 15 bits (RFC 9628, section 4.2).
const PICTURE_ID_MASK: u16 = 0x7FFF;

// In -dBov (RFC 6464). Loud enough to be an active speaker, and a quiet room.
const SPEECH_LEVEL: i8 = -25;
const PAUSE_LEVEL: i8 = -80;

// What DESIGN foresees for a client; the server asks for more when a meeting has more people.
const AUDIO_SLOTS: u16 = 8;
const VIDEO_SLOTS: u16 = 12;

// Two seconds of the largest layer; the default of 1000 costs a hundred bots 100 MB.
const SEND_BUFFER_PACKETS: usize = 100;

#[cfg(test)]
mod tests;
