// SPDX-License-Identifier: MIT OR Apache-2.0
//! What arrives at the media port, and the SDP that asks for it.

use std::{cell::RefCell, net::SocketAddr, time::Duration, time::Instant};

use protocol::{MeetingId, ParticipantId, Redacted, TrackKind, message::PublishedMid};
use sfu::{PeerKey, Sfu, SfuCommand, SfuConfig, SfuEvent, SfuOutput, Vp9Descriptor};
use str0m::{
    Candidate, Input, Output, Rtc, RtcConfig,
    change::SdpAnswer,
    format::{Codec, FormatParams},
    media::{Direction, Frequency, MediaKind, Mid},
    net::{Protocol, Receive},
    rtp::RtpWrite,
};

/// The clear beginning of a VP9 payload.
pub(crate) fn vp9_descriptor(data: &[u8]) {
    if let Ok(descriptor) = Vp9Descriptor::parse(data) {
        assert!(
            descriptor.length <= data.len(),
            "a descriptor lies within its payload"
        );
        let alone = Vp9Descriptor::parse(&data[..descriptor.length]);
        assert_eq!(
            alone,
            Ok(descriptor),
            "a descriptor does not depend on what follows it"
        );
    }
}

/// An SDP offer.
pub(crate) fn sdp_offer(data: &[u8]) {
    let sdp = Redacted(String::from_utf8_lossy(data).into_owned());
    let now = Instant::now();
    let mut sfu = Sfu::new(now, SfuConfig::new(0, vec![server()], vec![server()]));
    let peer = key(1);
    let publish = vec![PublishedMid {
        mid: "0".to_owned(),
        kind: TrackKind::Camera,
    }];
    sfu.handle_command(
        now,
        SfuCommand::Offer {
            peer,
            transport: 1,
            sdp,
            publish,
        },
    );
    let mut answers = 0;
    while let Some(output) = sfu.poll_output() {
        match output {
            SfuOutput::Event(SfuEvent::Answer { .. } | SfuEvent::OfferRefused { .. }) => answers += 1,
            SfuOutput::Event(SfuEvent::MeetingFailed { .. }) => panic!("an offer broke the meeting"),
            SfuOutput::Event(_) | SfuOutput::Transmit(_) => {}
        }
    }
    assert_eq!(answers, 1, "every offer is answered once");
}

/// A datagram from a stranger, from the address of a connected peer, and as the payload of that peer's authentic packet.
pub(crate) fn datagram(data: &[u8]) {
    thread_local! {
        // The handshake takes longer than a thousand inputs.
        static CALL: RefCell<Call> = RefCell::new(Call::connect());
    }
    CALL.with_borrow_mut(|call| {
        call.now += Duration::from_millis(1);
        for source in [stranger(), client()] {
            call.sfu
                .handle_datagram(call.now, Protocol::Udp, source, server(), data);
            call.sfu
                .handle_datagram(call.now, Protocol::Tcp, source, server(), data);
        }
        call.write(data);
        call.exchange();
        assert!(!call.has_failed, "a datagram broke the meeting");
        if call.is_lost {
            *call = Call::connect();
        }
    });
}

/// Returns an offer as a client writes it.
pub(crate) fn honest_offer() -> String {
    Call::offer(Instant::now()).2
}

/// One peer connected to an `Sfu`, without a network in between.
struct Call {
    now: Instant,
    sfu: Sfu,
    rtc: Rtc,
    mid: Mid,
    seq_no: u64,
    is_connected: bool,
    is_lost: bool,
    has_failed: bool,
}

impl Call {
    fn offer(now: Instant) -> (Rtc, Mid, String, str0m::change::SdpPendingOffer) {
        let mut config = RtcConfig::new().set_rtp_mode(true).clear_codecs();
        config.codec_config().enable_opus(true, false);
        let parameters = FormatParams {
            profile_id: Some(0),
            ..FormatParams::default()
        };
        let (pt, rtx) = (PAYLOAD_TYPE.into(), Some((PAYLOAD_TYPE + 1).into()));
        config
            .codec_config()
            .add_config(pt, rtx, Codec::Vp9, Frequency::NINETY_KHZ, None, parameters);
        let mut rtc = config.build(now);
        rtc.add_local_candidate(Candidate::host(client(), "udp").expect("it is a host's address"));
        let mut api = rtc.sdp_api();
        let mid = api.add_media(MediaKind::Video, Direction::SendOnly, None, None, None);
        api.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None);
        api.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None);
        let (offer, pending) = api.apply().expect("there are changes");
        (rtc, mid, offer.to_sdp_string(), pending)
    }

    fn connect() -> Self {
        let now = Instant::now();
        let mut sfu = Sfu::new(now, SfuConfig::new(0, vec![server()], vec![]));
        let (mut rtc, mid, sdp, pending) = Self::offer(now);
        let peer = key(1);
        let publish = vec![PublishedMid {
            mid: mid.to_string(),
            kind: TrackKind::Camera,
        }];
        sfu.handle_command(
            now,
            SfuCommand::Offer {
                peer,
                transport: 1,
                sdp: Redacted(sdp),
                publish,
            },
        );
        sfu.handle_command(
            now,
            SfuCommand::SetTracks {
                peer,
                active: vec![TrackKind::Camera],
            },
        );
        let answer = std::iter::from_fn(|| sfu.poll_output()).find_map(|output| match output {
            SfuOutput::Event(SfuEvent::Answer { sdp, .. }) => Some(sdp.0),
            SfuOutput::Event(_) | SfuOutput::Transmit(_) => None,
        });
        let answer =
            SdpAnswer::from_sdp_string(&answer.expect("the offer is answered")).expect("the answer is SDP");
        rtc.sdp_api()
            .accept_answer(pending, answer)
            .expect("the answer fits the offer");
        let mut call = Self {
            now,
            sfu,
            rtc,
            mid,
            seq_no: 1,
            is_connected: false,
            is_lost: false,
            has_failed: false,
        };
        for _ in 0..HANDSHAKE_STEPS {
            call.now += Duration::from_millis(5);
            call.exchange();
            if call.is_connected {
                return call;
            }
        }
        panic!("the peer does not connect");
    }

    fn write(&mut self, payload: &[u8]) {
        let payload = payload[..payload.len().min(LARGEST_PAYLOAD)].to_vec();
        self.seq_no += 1;
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(self.mid, None) else {
            return;
        };
        let packet = RtpWrite::new(PAYLOAD_TYPE.into(), self.seq_no.into(), 0, self.now, payload);
        stream.write_rtp(packet.marker(true).nackable(true));
    }

    /// Lets both sides say what they have to say, until neither has.
    fn exchange(&mut self) {
        for _ in 0..MOST_ROUNDS {
            let mut is_quiet = true;
            let _ = self.rtc.handle_input(Input::Timeout(self.now));
            while let Ok(output) = self.rtc.poll_output() {
                match output {
                    Output::Timeout(_) => break,
                    Output::Transmit(datagram) => {
                        is_quiet = false;
                        self.sfu.handle_datagram(
                            self.now,
                            Protocol::Udp,
                            client(),
                            server(),
                            &datagram.contents,
                        );
                    }
                    Output::Event(_) => {}
                }
            }
            self.sfu.handle_timeout(self.now);
            while let Some(output) = self.sfu.poll_output() {
                is_quiet &= !matches!(output, SfuOutput::Transmit(_));
                self.take(output);
            }
            if is_quiet {
                return;
            }
        }
    }

    fn take(&mut self, output: SfuOutput) {
        match output {
            SfuOutput::Transmit(datagram) if datagram.destination == client() => {
                if let Ok(receive) = Receive::new(Protocol::Udp, server(), client(), &datagram.contents) {
                    let _ = self.rtc.handle_input(Input::Receive(self.now, receive));
                }
            }
            SfuOutput::Event(SfuEvent::PeerConnected { .. }) => self.is_connected = true,
            SfuOutput::Event(SfuEvent::PeerLost { .. }) => self.is_lost = true,
            SfuOutput::Event(SfuEvent::MeetingFailed { .. }) => self.has_failed = true,
            SfuOutput::Transmit(_) | SfuOutput::Event(_) => {}
        }
    }
}

fn key(participant: u32) -> PeerKey {
    PeerKey {
        meeting: MeetingId::new([3; 16]),
        participant: ParticipantId(participant),
    }
}

fn server() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 3478))
}

fn client() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], 5000))
}

fn stranger() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 66], 5000))
}

const PAYLOAD_TYPE: u8 = 98;
const LARGEST_PAYLOAD: usize = 1100;
// A handshake settles within a few; a loop of the two sides would show as a slow target.
const MOST_ROUNDS: usize = 20;
const HANDSHAKE_STEPS: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_packets_get_past_authentication_also_after_hostile_ones() {
        let mut call = Call::connect();
        for number in 0_u64..50 {
            call.now += Duration::from_millis(1);
            call.sfu.handle_datagram(
                call.now,
                Protocol::Udp,
                client(),
                server(),
                &[0x90, 98, 0, 1, 0, 0, 0, 1],
            );
            call.write(b"\xae\x80\x01\x00\x05\x18\x01\x40\x00\xb4\x01\x04\xaa");
            call.exchange();
            assert_eq!(call.sfu.stats().rtp_in, number + 1);
        }
        assert!(!call.is_lost && !call.has_failed);
    }
}
