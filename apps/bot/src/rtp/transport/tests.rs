// SPDX-License-Identifier: MIT OR Apache-2.0
//! A transport against a bare str0m that answers, as the media server does; time is made up.

use std::collections::BTreeSet;

use str0m::{bwe::Bitrate, change::SdpOffer, rtp::SeqNo};

use super::*;

#[test]
fn every_layer_arrives_under_its_rid() {
    let mut pair = Pair::connect();
    for _ in 0..5 {
        for layer in Layer::ALL {
            pair.send_picture(TrackKind::Camera, layer, &[layer as u8; 3000]);
        }
        pair.pass(Duration::from_millis(60));
    }
    for (layer, rid) in Layer::ALL.into_iter().zip(["q", "h", "f"]) {
        let mut assembler = Assembler::default();
        for (sequence, payload) in pair.server.packets_of(rid) {
            assembler.handle_packet(sequence, &payload);
        }
        let frames: Vec<Vec<u8>> = std::iter::from_fn(|| assembler.poll_frame())
            .map(|frame| frame.data)
            .collect();
        assert_eq!(frames, vec![vec![layer as u8; 3000]; 5], "layer {rid}");
    }
}

#[test]
fn the_voice_arrives_with_its_loudness() {
    let mut pair = Pair::connect();
    let now = pair.now;
    let voice = EncryptedFrame {
        data: b"sealed",
        time: Duration::ZERO,
        is_keyframe: true,
        is_speech: true,
    };
    pair.client.send_voice(now, &voice).expect("connected");
    pair.pass(Duration::from_millis(40));
    let heard = &pair.server.packets;
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].header.ext_vals.audio_level, Some(SPEECH_LEVEL));
    assert_eq!(&heard[0].payload[..], b"sealed");
}

#[test]
fn frames_in_receiving_slots_come_out_whole() {
    let mut pair = Pair::connect();
    let mid = first_video_slot(&pair.offered);
    let header = FrameHeader {
        picture_id: 1,
        is_keyframe: true,
        size: (640, 360),
    };
    pair.server
        .write(pair.now, mid, vp9::packetise(header, &[9; 2500]));
    let frames = pair.pass(Duration::from_millis(60));
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0].mid, mid.to_string());
    assert_eq!(frames[0].data, [9; 2500]);
    assert!(frames[0].is_keyframe);
}

#[test]
fn more_slots_are_offered_once() {
    let mut pair = Pair::connect();
    let before = pair.client.rtc.media(pair.client.published[0].0).is_some();
    assert!(before, "the published m-lines are there");
    let Some(Command::Offer { sdp, transport, .. }) = pair.client.offer_more(AUDIO_SLOTS, VIDEO_SLOTS + 3)
    else {
        panic!("more were wanted");
    };
    assert_eq!(transport, 7);
    let lines = sdp.matches("\r\nm=video").count();
    assert_eq!(lines, usize::from(VIDEO_SLOTS) + 3 + 2);
    assert!(pair.client.offer_more(50, 50).is_none(), "an offer is under way");
    let answer = pair.server.answer(&sdp);
    pair.client.handle_answer(pair.now, &answer).expect("answer");
    assert!(
        pair.client.offer_more(AUDIO_SLOTS, VIDEO_SLOTS).is_none(),
        "there are enough"
    );
}

#[test]
fn an_answer_without_an_offer_is_refused() {
    let mut pair = Pair::connect();
    assert!(pair.client.handle_answer(pair.now, "v=0\r\n").is_err());
}

struct Pair {
    now: Instant,
    client: Transport,
    server: Answerer,
    offered: String,
}

struct Answerer {
    rtc: Rtc,
    packets: Vec<RtpPacket>,
    datagrams: Vec<Vec<u8>>,
    timeout_at: Instant,
}

impl Pair {
    fn connect() -> Self {
        let now = Instant::now();
        let (client, offer) = Transport::offer(now, 7, address(1)).expect("loopback will do");
        let Command::Offer { sdp, publish, .. } = offer else {
            panic!("not an offer");
        };
        assert_eq!(publish.len(), 4);
        let mut pair = Self {
            now,
            client,
            server: Answerer::start(now),
            offered: sdp.clone(),
        };
        let answer = pair.server.answer(&sdp);
        pair.client.handle_answer(now, &answer).expect("answer");
        pair.pass(Duration::from_secs(2));
        assert!(pair.client.is_connected());
        pair
    }

    /// Lets time pass; returns the frames that came out at the client.
    fn pass(&mut self, span: Duration) -> Vec<ReceivedFrame> {
        let end = self.now + span;
        let mut frames = Vec::new();
        while self.now < end {
            while let Some(output) = self.client.poll_output() {
                match output {
                    TransportOutput::Transmit { datagram, .. } => {
                        self.server.handle_datagram(self.now, &datagram)
                    }
                    TransportOutput::Frame(frame) => frames.push(frame),
                    TransportOutput::Connected | TransportOutput::KeyframeRequest => {}
                    TransportOutput::Lost => panic!("lost"),
                }
            }
            for datagram in self.server.drain(self.now) {
                self.client
                    .handle_datagram(self.now, address(2), &datagram)
                    .expect("alive");
            }
            self.now += Duration::from_millis(5);
            if self.client.poll_timeout() <= self.now {
                self.client.handle_timeout(self.now).expect("alive");
            }
        }
        frames
    }

    fn send_picture(&mut self, kind: TrackKind, layer: Layer, data: &[u8]) {
        let picture = EncryptedFrame {
            data,
            time: Duration::ZERO,
            is_keyframe: true,
            is_speech: false,
        };
        self.client
            .send_picture(self.now, kind, layer, &picture)
            .expect("connected");
    }
}

impl Answerer {
    fn start(now: Instant) -> Self {
        let mut rtc = RtcConfig::new()
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp9(true)
            .enable_bwe(Some(Bitrate::mbps(5)))
            .set_rtp_mode(true)
            .set_dtls_version(DtlsVersion::Dtls12)
            .build(now);
        rtc.add_local_candidate(Candidate::host(address(2), "udp").expect("loopback"));
        Self {
            rtc,
            packets: Vec::new(),
            datagrams: Vec::new(),
            timeout_at: now,
        }
    }

    fn answer(&mut self, sdp: &str) -> String {
        let offer = SdpOffer::from_sdp_string(sdp).expect("the client writes SDP");
        let answer = self.rtc.sdp_api().accept_offer(offer).expect("acceptable");
        answer.to_sdp_string()
    }

    fn handle_datagram(&mut self, now: Instant, datagram: &[u8]) {
        let receive = Receive::new(Protocol::Udp, address(1), address(2), datagram).expect("WebRTC");
        self.rtc
            .handle_input(Input::Receive(now, receive))
            .expect("alive");
        // RTP mode holds one packet: it has to be taken before the next datagram.
        self.take_outputs();
    }

    fn drain(&mut self, now: Instant) -> Vec<Vec<u8>> {
        if self.timeout_at <= now {
            self.rtc.handle_input(Input::Timeout(now)).expect("alive");
        }
        self.take_outputs();
        std::mem::take(&mut self.datagrams)
    }

    fn take_outputs(&mut self) {
        loop {
            match self.rtc.poll_output().expect("alive") {
                Output::Timeout(at) => {
                    self.timeout_at = at;
                    return;
                }
                Output::Transmit(transmit) => self.datagrams.push(transmit.contents.to_vec()),
                Output::Event(Event::RtpPacket(packet)) => self.packets.push(packet),
                Output::Event(_) => {}
            }
        }
    }

    /// The packets of one layer, by the SSRC that carried the rid.
    fn packets_of(&self, rid: &str) -> Vec<(u64, Vec<u8>)> {
        let rid = Rid::from(rid);
        let ssrcs: BTreeSet<u32> = self
            .packets
            .iter()
            .filter(|packet| packet.header.ext_vals.rid == Some(rid))
            .map(|packet| *packet.header.ssrc)
            .collect();
        assert_eq!(ssrcs.len(), 1, "one stream per layer");
        let of_layer = self
            .packets
            .iter()
            .filter(|packet| ssrcs.contains(&*packet.header.ssrc));
        of_layer
            .map(|packet| (*packet.seq_no, packet.payload.to_vec()))
            .collect()
    }

    fn write(&mut self, now: Instant, mid: Mid, payloads: Vec<Vec<u8>>) {
        let vp9 = self
            .rtc
            .codec_config()
            .find(|params| params.spec().codec == Codec::Vp9);
        let payload_type = vp9.expect("enabled").pt();
        let count = payloads.len();
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_tx_by_mid(mid, None).expect("a sending m-line");
        for (index, payload) in payloads.into_iter().enumerate() {
            let sequence = SeqNo::from(100 + index as u64);
            stream
                .write_rtp(RtpWrite::new(payload_type, sequence, 0, now, payload).marker(index + 1 == count));
        }
    }
}

fn first_video_slot(sdp: &str) -> Mid {
    let sections = sdp.split("\r\nm=").filter(|section| section.starts_with("video"));
    let slot = sections
        .into_iter()
        .find(|section| section.contains("a=recvonly"));
    let lines = slot.expect("slots were offered").lines();
    let mid = lines.filter_map(|line| line.strip_prefix("a=mid:")).next();
    Mid::from(mid.expect("every m-line has one"))
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 40_000 + port))
}
