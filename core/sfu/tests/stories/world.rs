// SPDX-License-Identifier: MIT OR Apache-2.0
//! An Sfu and str0m clients on a virtual network and clock. Loss, delay and bandwidth are per client and direction.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use incamera_sfu::{PeerKey, Sfu, SfuCommand, SfuConfig, SfuEvent, SfuOutput};
use protocol::{MeetingId, ParticipantId, Redacted, TrackKind, TrackSource, message::VideoRequest};
use str0m::net::Protocol;

use crate::{
    client::{Client, Packet},
    network::Network,
};

/// The world of a story.
pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) sfu: Sfu,
    pub(crate) clients: BTreeMap<u32, Client>,
    pub(crate) network: Network,
    pub(crate) events: Vec<SfuEvent>,
    /// Lengths and destinations of all that the Sfu sent.
    pub(crate) sent: Vec<(SocketAddr, usize)>,
}

pub(crate) const MEETING: MeetingId = MeetingId::new([7; 16]);

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with_config(seed, instant(), SfuConfig::new(3, vec![server()], vec![]))
    }

    pub(crate) fn with_config(seed: u64, now: Instant, config: SfuConfig) -> Self {
        Self {
            now,
            sfu: Sfu::new(now, config),
            clients: BTreeMap::new(),
            network: Network::new(seed),
            events: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// Makes a client with all its m-lines, and has it offer.
    pub(crate) fn offer(&mut self, id: u32, audio_slots: usize, video_slots: usize) {
        let transport = self.clients.get(&id).map_or(1, |client| client.transport + 1);
        let (client, offer) = Client::new(self.now, id, transport, audio_slots, video_slots);
        let publish = client.published();
        self.clients.insert(id, client);
        self.command(SfuCommand::Offer {
            peer: key(id),
            transport,
            sdp: Redacted(offer),
            publish,
        });
    }

    /// Has a client join with microphone and camera on, and waits until it is connected.
    #[track_caller]
    pub(crate) fn join(&mut self, id: u32) {
        self.join_with(id, 4, 4);
    }

    #[track_caller]
    pub(crate) fn join_with(&mut self, id: u32, audio_slots: usize, video_slots: usize) {
        self.offer(id, audio_slots, video_slots);
        self.set_tracks(id, &[TrackKind::Microphone, TrackKind::Camera]);
        self.run_until(Duration::from_secs(5), |world| {
            world.clients[&id].is_connected && world.is_connected(id)
        });
    }

    pub(crate) fn is_connected(&self, id: u32) -> bool {
        let transport = self.clients[&id].transport;
        self.events.contains(&SfuEvent::PeerConnected {
            peer: key(id),
            transport,
        })
    }

    pub(crate) fn set_tracks(&mut self, id: u32, active: &[TrackKind]) {
        self.command(SfuCommand::SetTracks {
            peer: key(id),
            active: active.to_vec(),
        });
    }

    pub(crate) fn subscribe(&mut self, id: u32, videos: &[(u32, TrackKind, u16)]) {
        let videos = videos
            .iter()
            .map(|&(publisher, kind, height)| VideoRequest {
                source: source(publisher, kind),
                height,
            })
            .collect();
        self.command(SfuCommand::Subscribe {
            peer: key(id),
            videos,
        });
    }

    pub(crate) fn command(&mut self, command: SfuCommand) {
        self.sfu.handle_command(self.now, command);
        self.drain_sfu();
    }

    pub(crate) fn client(&mut self, id: u32) -> &mut Client {
        self.clients.get_mut(&id).expect("joined")
    }

    /// What a client received of a track, in order of arrival.
    pub(crate) fn received(&self, subscriber: u32, publisher: u32, kind: TrackKind) -> Vec<Packet> {
        self.clients[&subscriber].received_of(source(publisher, kind))
    }

    #[track_caller]
    pub(crate) fn run_until(&mut self, limit: Duration, is_done: impl Fn(&Self) -> bool) {
        let end = self.now + limit;
        while !is_done(self) {
            assert!(
                self.now < end,
                "did not happen within {limit:?}; events: {:?}",
                self.events
            );
            self.run_for(Duration::from_millis(5));
        }
    }

    /// Lets virtual time pass, in steps of a millisecond.
    pub(crate) fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now < end {
            self.now += Duration::from_millis(1);
            self.step();
        }
    }

    fn step(&mut self) {
        let now = self.now;
        for datagram in self.network.arrivals(now) {
            if datagram.destination == server() {
                self.sfu
                    .handle_datagram(now, Protocol::Udp, datagram.source, server(), &datagram.contents);
            } else if let Some(client) = self
                .clients
                .values_mut()
                .find(|client| client.address == datagram.destination)
            {
                client.handle_datagram(now, datagram.source, &datagram.contents);
            }
        }
        if self.sfu.poll_timeout().is_some_and(|at| at <= now) {
            self.sfu.handle_timeout(now);
        }
        self.drain_sfu();
        for client in self.clients.values_mut() {
            client.step(now);
            for (destination, contents) in client.transmits.drain(..) {
                self.network.send(now, client.address, destination, contents);
            }
        }
    }

    fn drain_sfu(&mut self) {
        while let Some(output) = self.sfu.poll_output() {
            match output {
                SfuOutput::Transmit(transmit) => {
                    self.sent.push((transmit.destination, transmit.contents.len()));
                    self.network.send(
                        self.now,
                        transmit.source,
                        transmit.destination,
                        transmit.contents.to_vec(),
                    );
                }
                SfuOutput::Event(event) => self.handle_event(event),
            }
        }
    }

    fn handle_event(&mut self, event: SfuEvent) {
        match &event {
            SfuEvent::Answer { peer, transport, sdp } => {
                if let Some(client) = self.clients.get_mut(&peer.participant.0)
                    && client.transport == *transport
                {
                    client.accept_answer(&sdp.0);
                }
            }
            SfuEvent::SlotChanged {
                peer,
                transport,
                mid,
                source,
            } => {
                if let Some(client) = self.clients.get_mut(&peer.participant.0)
                    && client.transport == *transport
                {
                    client.set_slot(mid, *source);
                }
            }
            SfuEvent::OfferRefused { .. }
            | SfuEvent::PeerConnected { .. }
            | SfuEvent::PeerLost { .. }
            | SfuEvent::MoreSlots { .. }
            | SfuEvent::Speakers { .. }
            | SfuEvent::KeyframeWanted { .. }
            | SfuEvent::MeetingFailed { .. } => {}
        }
        self.events.push(event);
    }
}

/// Makes an instant to count from; only differences matter.
#[expect(
    clippy::disallowed_methods,
    reason = "there is no other way to make an instant"
)]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

pub(crate) fn key(id: u32) -> PeerKey {
    PeerKey {
        meeting: MEETING,
        participant: ParticipantId(id),
    }
}

pub(crate) fn source(id: u32, kind: TrackKind) -> TrackSource {
    TrackSource {
        participant: ParticipantId(id),
        kind,
    }
}

pub(crate) fn server() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 3478))
}
