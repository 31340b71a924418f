// SPDX-License-Identifier: MIT OR Apache-2.0
//! A str0m client on a real socket, UDP or TCP, that talks and listens.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use incamera_media::MediaHandle;
use protocol::{MeetingId, ParticipantId, Redacted, TrackKind, message::PublishedMid};
use sfu::{PeerKey, SfuCommand, SfuEvent};
use str0m::{
    Candidate, Event, Input, Output, Rtc, RtcConfig,
    change::{SdpAnswer, SdpPendingOffer},
    format::{Codec, FormatParams},
    media::{Direction, Frequency, MediaKind, Mid},
    net::{Protocol, Receive, TcpType},
    rtp::{ExtensionValues, RtpWrite},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket, tcp::OwnedWriteHalf},
    sync::mpsc,
    time::{sleep_until, timeout},
};

pub(crate) struct Client {
    pub(crate) key: PeerKey,
    pub(crate) is_connected: bool,
    pub(crate) heard: usize,
    pub(crate) answer: Option<String>,
    rtc: Rtc,
    pending: Option<SdpPendingOffer>,
    microphone: Mid,
    link: Link,
    local: SocketAddr,
    received: mpsc::UnboundedReceiver<(SocketAddr, Vec<u8>)>,
    seq_no: u64,
    next_voice_at: Instant,
}

enum Link {
    Udp(std::sync::Arc<UdpSocket>),
    Tcp(OwnedWriteHalf),
}

impl Client {
    /// Offers over UDP, on behalf of a participant.
    pub(crate) async fn over_udp(media: &MediaHandle, meeting: MeetingId, id: u32) -> Self {
        let socket = std::sync::Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback"));
        let local = socket.local_addr().expect("is bound");
        let (sender, received) = mpsc::unbounded_channel();
        let reader = std::sync::Arc::clone(&socket);
        tokio::spawn(async move {
            let mut buffer = vec![0; 2000];
            while let Ok((length, source)) = reader.recv_from(&mut buffer).await {
                if sender.send((source, buffer[..length].to_vec())).is_err() {
                    return;
                }
            }
        });
        let candidate = Candidate::host(local, "udp").expect("is a host");
        Self::offer(
            media,
            key(meeting, id),
            Link::Udp(socket),
            local,
            candidate,
            received,
        )
    }

    /// Offers over ICE-TCP.
    pub(crate) async fn over_tcp(media: &MediaHandle, meeting: MeetingId, id: u32) -> Self {
        let remote = media.tcp_address();
        let stream = TcpStream::connect(remote).await.expect("the server listens");
        let local = stream.local_addr().expect("is connected");
        let (mut reader, writer) = stream.into_split();
        let (sender, received) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let Ok(length) = reader.read_u16().await else {
                    return;
                };
                let mut frame = vec![0; usize::from(length)];
                if reader.read_exact(&mut frame).await.is_err() || sender.send((remote, frame)).is_err() {
                    return;
                }
            }
        });
        let candidate = Candidate::builder()
            .tcp()
            .host(local)
            .tcptype(TcpType::Active)
            .build()
            .expect("is a host");
        Self::offer(
            media,
            key(meeting, id),
            Link::Tcp(writer),
            local,
            candidate,
            received,
        )
    }

    fn offer(
        media: &MediaHandle,
        key: PeerKey,
        link: Link,
        local: SocketAddr,
        candidate: Candidate,
        received: mpsc::UnboundedReceiver<(SocketAddr, Vec<u8>)>,
    ) -> Self {
        let now = Instant::now();
        let mut config = RtcConfig::new().set_rtp_mode(true).clear_codecs();
        config.codec_config().enable_opus(true, false);
        config.codec_config().add_config(
            98.into(),
            Some(99.into()),
            Codec::Vp9,
            Frequency::NINETY_KHZ,
            None,
            FormatParams {
                profile_id: Some(0),
                ..FormatParams::default()
            },
        );
        let mut rtc = config.build(now);
        rtc.add_local_candidate(candidate);
        let mut api = rtc.sdp_api();
        let microphone = api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None);
        for _ in 0..4 {
            api.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
        }
        let (offer, pending) = api.apply().expect("has changes");
        let publish = vec![PublishedMid {
            mid: microphone.to_string(),
            kind: TrackKind::Microphone,
        }];
        media.send(SfuCommand::SetTracks {
            peer: key,
            active: vec![TrackKind::Microphone],
        });
        media.send(SfuCommand::Offer {
            peer: key,
            transport: 1,
            sdp: Redacted(offer.to_sdp_string()),
            publish,
        });
        Self {
            key,
            is_connected: false,
            heard: 0,
            answer: None,
            rtc,
            pending: Some(pending),
            microphone,
            link,
            local,
            received,
            seq_no: 1,
            next_voice_at: now,
        }
    }

    /// Takes what the server says, if it is for this client.
    pub(crate) fn handle_event(&mut self, event: &SfuEvent) {
        if let SfuEvent::Answer { peer, sdp, .. } = event
            && *peer == self.key
            && let Some(pending) = self.pending.take()
        {
            self.answer = Some(sdp.0.clone());
            let proto = if matches!(self.link, Link::Udp(_)) {
                " UDP "
            } else {
                " TCP "
            };
            let is_for_us =
                |line: &&str| !line.starts_with("a=candidate:") || line.to_uppercase().contains(proto);
            let sdp: String = sdp
                .0
                .lines()
                .filter(is_for_us)
                .map(|line| format!("{line}\r\n"))
                .collect();
            let answer = SdpAnswer::from_sdp_string(&sdp).expect("the server writes SDP");
            self.rtc
                .sdp_api()
                .accept_answer(pending, answer)
                .expect("the answer fits");
        }
    }

    /// Sends and receives for a while: until something happens, at most 20 ms.
    pub(crate) async fn step(&mut self) {
        self.talk();
        let timeout_at = self.drain().await.min(Instant::now() + Duration::from_millis(20));
        tokio::select! {
            Some((source, contents)) = self.received.recv() => {
                let now = Instant::now();
                let proto = if matches!(self.link, Link::Udp(_)) { Protocol::Udp } else { Protocol::Tcp };
                if let Ok(receive) = Receive::new(proto, source, self.local, &contents) {
                    let _ = self.rtc.handle_input(Input::Receive(now, receive));
                }
            }
            () = sleep_until(timeout_at.into()) => {
                let _ = self.rtc.handle_input(Input::Timeout(Instant::now()));
            }
        }
        self.drain().await;
    }

    fn talk(&mut self) {
        let now = Instant::now();
        if !self.is_connected || now < self.next_voice_at {
            return;
        }
        self.next_voice_at = now + Duration::from_millis(20);
        let pt = self
            .rtc
            .codec_config()
            .params()
            .iter()
            .find(|params| params.spec().codec == Codec::Opus);
        let pt = pt.expect("is configured").pt();
        let extensions = ExtensionValues {
            audio_level: Some(-20),
            ..ExtensionValues::default()
        };
        let time = u32::try_from(self.seq_no * 960).expect("short tests");
        let mut api = self.rtc.direct_api();
        let stream = api.stream_tx_by_mid(self.microphone, None).expect("was declared");
        stream.write_rtp(RtpWrite::new(pt, self.seq_no.into(), time, now, [0x77; 80]).ext_vals(extensions));
        self.seq_no += 1;
        let _ = self.rtc.handle_input(Input::Timeout(now));
    }

    async fn drain(&mut self) -> Instant {
        loop {
            match self.rtc.poll_output().expect("works") {
                Output::Timeout(at) => return at,
                Output::Transmit(transmit) => self
                    .send(transmit.destination, &transmit.contents)
                    .await
                    .expect("sends"),
                Output::Event(Event::Connected) => self.is_connected = true,
                Output::Event(Event::RtpPacket(packet)) => {
                    assert_eq!(packet.payload[..], [0x77; 80]);
                    self.heard += 1;
                }
                Output::Event(_) => {}
            }
        }
    }

    async fn send(&mut self, destination: SocketAddr, contents: &[u8]) -> io::Result<()> {
        match &mut self.link {
            Link::Udp(socket) => socket.send_to(contents, destination).await.map(drop),
            Link::Tcp(writer) => {
                let length = u16::try_from(contents.len()).expect("is short");
                writer.write_all(&length.to_be_bytes()).await?;
                writer.write_all(contents).await
            }
        }
    }
}

/// Runs clients of one meeting until `is_done`.
pub(crate) async fn run_until(
    clients: &mut [Client],
    events: &mut mpsc::UnboundedReceiver<SfuEvent>,
    is_done: impl Fn(&[Client]) -> bool,
) -> Vec<SfuEvent> {
    let mut seen = Vec::new();
    let done = timeout(Duration::from_secs(10), async {
        while !is_done(clients) {
            while let Ok(event) = events.try_recv() {
                clients.iter_mut().for_each(|client| client.handle_event(&event));
                seen.push(event);
            }
            for client in clients.iter_mut() {
                client.step().await;
            }
        }
    });
    assert!(done.await.is_ok(), "did not happen in time: {seen:?}");
    seen
}

pub(crate) fn key(meeting: MeetingId, id: u32) -> PeerKey {
    PeerKey {
        meeting,
        participant: ParticipantId(id),
    }
}

pub(crate) fn start(workers: usize) -> MediaHandle {
    let any = SocketAddr::new(IpAddr::from(Ipv4Addr::LOCALHOST), 0);
    let config = incamera_media::MediaConfig {
        udp: any,
        tcp: any,
        workers,
        candidates: vec![],
    };
    incamera_media::MediaServer::start(config).expect("loopback has free ports")
}
