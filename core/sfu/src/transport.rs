// SPDX-License-Identifier: MIT OR Apache-2.0
//! One peer connection: str0m in RTP mode, and what was negotiated on it.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Input, Output, Rtc, RtcConfig,
    bwe::{Bitrate, BweKind},
    config::DtlsCert,
    crypto::CryptoProvider,
    format::{Codec, FormatParams},
    ice::IceCreds,
    media::{Frequency, KeyframeRequestKind, Pt},
    net::{Protocol, Receive, TcpType},
    rtp::{Extension, ExtensionMap, Ssrc},
    stats::PeerStats,
};

use crate::{LostReason, SfuConfig, SfuOutput, egress::Slot, ingress::Ingress, shortage::ShortageJudge};

/// What the transports of one worker have in common.
#[derive(Debug)]
pub(crate) struct TransportFactory {
    config: SfuConfig,
    crypto: Arc<CryptoProvider>,
    certificate: DtlsCert,
}

impl TransportFactory {
    pub(crate) fn new(config: SfuConfig) -> Self {
        let crypto = Arc::new(crate::crypto::strong_srtp_only(&config.crypto));
        let certificate = crypto
            .dtls_provider
            .generate_certificate()
            .expect("the provider generates certificates");
        Self {
            config,
            crypto,
            certificate,
        }
    }

    /// Makes the answering side of a peer connection with all candidates of the worker.
    pub(crate) fn build(&self, now: Instant) -> Rtc {
        let mut credentials = IceCreds::new();
        credentials
            .ufrag
            .insert_str(0, &format!("{:02x}", self.config.worker));
        let mut config = RtcConfig::new()
            .set_local_ice_credentials(credentials)
            .set_crypto_provider(self.crypto.clone())
            .set_dtls_cert(self.certificate.clone())
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .enable_bwe(Some(FIRST_ESTIMATE))
            .set_stats_interval(Some(STATS_INTERVAL))
            .set_extension_map(extensions())
            .clear_codecs();
        let codecs = config.codec_config();
        codecs.enable_opus(true, false);
        codecs.add_config(
            PREFERRED_VP9_PT.into(),
            Some(PREFERRED_VP9_RTX_PT.into()),
            Codec::Vp9,
            Frequency::NINETY_KHZ,
            None,
            FormatParams {
                profile_id: Some(0),
                ..FormatParams::default()
            },
        );
        let mut rtc = config.build(now);
        for &address in &self.config.udp {
            if let Ok(candidate) = Candidate::host(address, Protocol::Udp) {
                rtc.add_local_candidate(candidate);
            }
        }
        for &address in &self.config.tcp {
            if let Ok(candidate) = Candidate::builder()
                .tcp()
                .host(address)
                .tcptype(TcpType::Passive)
                .build()
            {
                rtc.add_local_candidate(candidate);
            }
        }
        rtc
    }
}

fn extensions() -> ExtensionMap {
    let mut map = ExtensionMap::empty();
    map.set(1, Extension::AudioLevel);
    map.set(3, Extension::TransportSequenceNumber);
    map.set(4, Extension::RtpMid);
    map.set(10, Extension::RtpStreamId);
    map.set(11, Extension::RepairedRtpStreamId);
    map.set(13, Extension::VideoOrientation);
    map
}

/// How far a transport has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransportState {
    /// ICE or DTLS are not up.
    Connecting { since: Instant },
    /// Media may flow.
    Connected,
}

/// One peer connection of one peer.
#[derive(Debug)]
pub(crate) struct Transport {
    pub(crate) number: u32,
    pub(crate) state: TransportState,
    pub(crate) ingress: Ingress,
    pub(crate) audio_slots: Vec<Slot>,
    pub(crate) video_slots: Vec<Slot>,
    /// The payload type of each codec on this connection; browsers number them differently.
    pub(crate) opus: Option<Pt>,
    pub(crate) vp9: Option<Pt>,
    pub(crate) estimate: Bitrate,
    /// What was last asked with [`crate::SfuEvent::MoreSlots`].
    pub(crate) slots_asked: (u16, u16),
    pub(crate) up_not_before: Instant,
    pub(crate) shortage: ShortageJudge,
    /// Whether the link lost packets lately, or held them up.
    pub(crate) is_congested: bool,
    pub(crate) rtc: Rtc,
    desired_bitrate: Bitrate,
    ufrag: String,
    addresses: Vec<(Protocol, SocketAddr)>,
    last_heard_at: Instant,
}

impl Transport {
    pub(crate) fn new(now: Instant, number: u32, mut rtc: Rtc) -> Self {
        let ufrag = rtc.direct_api().local_ice_credentials().ufrag;
        Self {
            number,
            state: TransportState::Connecting { since: now },
            ingress: Ingress::default(),
            audio_slots: Vec::new(),
            video_slots: Vec::new(),
            opus: None,
            vp9: None,
            estimate: FIRST_ESTIMATE,
            slots_asked: (0, 0),
            up_not_before: now,
            shortage: ShortageJudge::default(),
            is_congested: false,
            rtc,
            desired_bitrate: Bitrate::ZERO,
            ufrag,
            addresses: Vec::new(),
            last_heard_at: now,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.state == TransportState::Connected
    }

    pub(crate) fn ufrag(&self) -> &str {
        &self.ufrag
    }

    /// The addresses from which this transport's datagrams come.
    pub(crate) fn addresses(&self) -> &[(Protocol, SocketAddr)] {
        &self.addresses
    }

    /// Notes an address that proved the ICE password, and returns one that makes room for it if there are too many.
    pub(crate) fn add_address(
        &mut self,
        proto: Protocol,
        source: SocketAddr,
    ) -> Option<(Protocol, SocketAddr)> {
        self.addresses.push((proto, source));
        (self.addresses.len() > MAX_ADDRESSES).then(|| self.addresses.remove(0))
    }

    /// Returns whether ICE takes this message for its own: user name and integrity are right.
    pub(crate) fn accepts(&self, now: Instant, receive: Receive<'_>) -> bool {
        contained(|| self.rtc.accepts(&Input::Receive(now, receive))).unwrap_or(false)
    }

    /// Feeds a datagram. Whoever calls must drain [`Self::poll`] before the next one.
    pub(crate) fn handle_receive(&mut self, now: Instant, receive: Receive<'_>) -> Result<(), LostReason> {
        self.last_heard_at = now;
        // DTLS reports junk from anyone who can write to the socket as an error; only its own end is one.
        let _ = contained(|| self.rtc.handle_input(Input::Receive(now, receive)))?;
        if self.rtc.is_alive() {
            Ok(())
        } else {
            Err(LostReason::Closed)
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Result<(), LostReason> {
        contained(|| self.rtc.handle_input(Input::Timeout(now)))?.map_err(|_| LostReason::Violation)
    }

    pub(crate) fn poll(&mut self) -> Result<Output, LostReason> {
        contained(|| self.rtc.poll_output())?.map_err(|_| LostReason::Violation)
    }

    /// Returns whether nothing was heard for too long.
    pub(crate) fn is_lost(&self, now: Instant) -> bool {
        match self.state {
            TransportState::Connecting { since } => now.saturating_duration_since(since) >= CONNECT_WITHIN,
            TransportState::Connected => now.saturating_duration_since(self.last_heard_at) >= crate::IDLE_FOR,
        }
    }

    /// Sends a PLI for one layer of a track.
    pub(crate) fn request_keyframe(&mut self, ssrc: Ssrc) {
        if let Some(stream) = self.rtc.direct_api().stream_rx(&ssrc) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    pub(crate) fn handle_estimate(&mut self, estimate: BweKind) {
        match estimate {
            BweKind::Twcc { estimate, .. } | BweKind::Remb { estimate, .. } => self.estimate = estimate,
            _ => {}
        }
    }

    /// Tells the bandwidth estimation how much is worth looking for, if that has changed. Nothing is padded up to it,
    /// only probed. Returns whether str0m has to be polled for it.
    pub(crate) fn set_desired_bitrate(&mut self, desired: Bitrate) -> bool {
        let (before, after) = (self.desired_bitrate.as_f64(), desired.as_f64());
        let is_news = (before - after).abs() > after * WORTH_TELLING;
        if is_news {
            self.desired_bitrate = desired;
            self.rtc.bwe().set_bitrate(Bitrate::ZERO, desired);
        }
        is_news
    }

    /// Takes how the link did in the last second.
    pub(crate) fn handle_stats(&mut self, stats: &PeerStats) {
        self.is_congested = stats
            .egress_loss_fraction
            .is_some_and(|loss| loss >= CONGESTED_LOSS)
            || stats.rtt.is_some_and(|rtt| rtt >= CONGESTED_RTT);
    }

    /// Forgets the estimate, and begins with another one.
    pub(crate) fn restart_estimation(&mut self, estimate: Bitrate) {
        self.estimate = estimate;
        self.rtc.bwe().reset(estimate);
    }

    /// Says goodbye (DTLS `close_notify`), as far as that is possible.
    pub(crate) fn close(&mut self, now: Instant, outputs: &mut VecDeque<SfuOutput>) {
        let rtc = &mut self.rtc;
        let _ = contained(|| {
            let _ = rtc.close();
            let _ = rtc.handle_input(Input::Timeout(now));
            for _ in 0..GOODBYE_DATAGRAMS {
                match rtc.poll_output() {
                    Ok(Output::Transmit(transmit)) => outputs.push_back(SfuOutput::Transmit(transmit)),
                    Ok(Output::Event(_)) => {}
                    Ok(Output::Timeout(_)) | Err(_) => break,
                }
            }
        });
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.audio_slots.iter().chain(&self.video_slots)
    }
}

/// Runs str0m on bytes that a stranger chose. A panic there costs that peer, and nobody else, the connection.
pub(crate) fn contained<T>(run: impl FnOnce() -> T) -> Result<T, LostReason> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|_| LostReason::Violation)
}

// Enough for the small layer and audio of a few people before the first feedback; lower makes every call begin
// blurred, higher overruns a poor uplink for its first second.
const FIRST_ESTIMATE: Bitrate = Bitrate::kbps(1500);

// What the answer prefers; the offer's numbers win.
const PREFERRED_VP9_PT: u8 = 98;
const PREFERRED_VP9_RTX_PT: u8 = 99;

// Losses of radio links that congestion has no part in stay below, those of a full queue are above.
const CONGESTED_LOSS: f32 = 0.05;

// Round trips around the world take 0.3 s; more is a queue, in which talk is no talk any more.
const CONGESTED_RTT: Duration = Duration::from_millis(600);

// Shorter than any shortage that is believed. str0m's loss fraction is of the last second whatever this is.
const STATS_INTERVAL: Duration = Duration::from_millis(500);

// A rise makes str0m probe at once: the wavering of a measured bitrate is none.
const WORTH_TELLING: f64 = 0.05;

// RTCP BYE and close_notify.
const GOODBYE_DATAGRAMS: usize = 16;

// A client has a handful of interfaces; more addresses are an attack on the table.
const MAX_ADDRESSES: usize = 8;

// ICE and DTLS take a few round trips; browsers themselves give up after 15 to 30 s.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
