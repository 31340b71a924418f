// SPDX-License-Identifier: MIT OR Apache-2.0
//! The peers of one meeting, and what they are told.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use protocol::{
    MeetingId, ParticipantId, Redacted, TrackKind, TrackSource, limits,
    message::{PublishedMid, VideoRequest},
};
use str0m::{
    Event, Output,
    net::{Protocol, Receive},
};
use tracing::{debug, info};

use crate::{
    DropReason, LostReason, OfferRefusal, PeerKey, SfuCommand, SfuEvent, SfuOutput, SfuStats,
    offer::Offer,
    peer::Peer,
    speakers::Speakers,
    track::Track,
    transport::{Transport, TransportFactory, TransportState},
};

/// One meeting.
#[derive(Debug)]
pub(crate) struct Meeting {
    pub(crate) id: MeetingId,
    pub(crate) peers: BTreeMap<ParticipantId, Peer>,
    pub(crate) tracks: BTreeMap<TrackSource, Track>,
    pub(crate) speakers: Speakers,
    pub(crate) outputs: VecDeque<SfuOutput>,
    pub(crate) stats: SfuStats,
    /// How datagrams find their peer, for [`crate::Sfu`] to follow.
    pub(crate) route_changes: Vec<RouteChange>,
    /// When [`crate::Sfu`] has this meeting scheduled.
    pub(crate) scheduled_at: Option<Instant>,
    factory: Arc<TransportFactory>,
    dirty: Vec<ParticipantId>,
    deadlines: BTreeSet<(Instant, ParticipantId)>,
    tick_at: Option<Instant>,
    /// When the next PLI is due.
    pub(crate) plis_at: Option<Instant>,
}

/// How datagrams find their peer.
#[derive(Debug)]
pub(crate) enum RouteChange {
    /// STUN for this ICE user name fragment is for the participant.
    Add {
        ufrag: String,
        participant: ParticipantId,
    },
    /// A transport is gone.
    Remove {
        ufrag: String,
        addresses: Vec<(Protocol, SocketAddr)>,
    },
    /// An address is another one's to have.
    Forget { address: (Protocol, SocketAddr) },
}

impl Meeting {
    pub(crate) fn new(id: MeetingId, factory: Arc<TransportFactory>) -> Self {
        Self {
            id,
            peers: BTreeMap::new(),
            tracks: BTreeMap::new(),
            speakers: Speakers::default(),
            outputs: VecDeque::new(),
            stats: SfuStats::default(),
            route_changes: Vec::new(),
            scheduled_at: None,
            factory,
            dirty: Vec::new(),
            deadlines: BTreeSet::new(),
            tick_at: None,
            plis_at: None,
        }
    }

    pub(crate) fn handle_command(&mut self, now: Instant, command: SfuCommand) {
        match command {
            SfuCommand::Offer {
                peer,
                transport,
                sdp,
                publish,
            } => {
                self.handle_offer(now, peer.participant, transport, &sdp.0, &publish);
            }
            SfuCommand::SetTracks { peer, active } => self.handle_set_tracks(now, peer.participant, &active),
            SfuCommand::Subscribe { peer, videos } => self.handle_subscribe(now, peer.participant, videos),
            SfuCommand::RequestKeyframe { peer, source } => {
                self.handle_keyframe_request(now, peer.participant, source)
            }
            SfuCommand::ForceKeyframes { .. } => self.force_keyframes(now),
            SfuCommand::Block { peer } => self.handle_block(now, peer.participant),
            SfuCommand::RemovePeer { peer } => self.handle_remove(now, peer.participant),
            SfuCommand::RemoveMeeting { .. } => {
                for participant in self.peers.keys().copied().collect::<Vec<_>>() {
                    self.release(now, participant);
                }
                self.peers.clear();
            }
            #[cfg(any(test, feature = "crash-hook"))]
            SfuCommand::Crash { .. } => panic!("asked to"),
        }
    }

    fn handle_offer(
        &mut self,
        now: Instant,
        participant: ParticipantId,
        number: u32,
        sdp: &str,
        publish: &[PublishedMid],
    ) {
        let peer = self.key(participant);
        let event = match self.accept_offer(now, participant, number, sdp, publish) {
            Ok(sdp) => SfuEvent::Answer {
                peer,
                transport: number,
                sdp: Redacted(sdp),
            },
            Err(reason) => SfuEvent::OfferRefused {
                peer,
                transport: number,
                reason,
            },
        };
        debug!(%peer, number, event = ?event, "offer");
        self.emit(event);
        self.tick_at.get_or_insert(now + TICK);
        self.mark_dirty(participant);
        self.assign_slots(now);
    }

    fn accept_offer(
        &mut self,
        now: Instant,
        participant: ParticipantId,
        number: u32,
        sdp: &str,
        publish: &[PublishedMid],
    ) -> Result<String, OfferRefusal> {
        if self.peers.len() >= limits::PARTICIPANTS && !self.peers.contains_key(&participant) {
            return Err(OfferRefusal::TooManyPeers);
        }
        let offer = Offer::parse(sdp, publish)?;
        let peer = self.peers.entry(participant).or_default();
        if peer.is_blocked {
            return Err(OfferRefusal::Blocked);
        }
        match &mut peer.transport {
            Some(transport) if number < transport.number => Err(OfferRefusal::Stale),
            Some(transport) if number == transport.number => {
                let answer = offer.accept(transport);
                self.resubscribe(participant);
                if answer.is_err() {
                    self.lose(now, participant, LostReason::Violation);
                }
                answer
            }
            Some(_) | None => {
                let mut transport = Transport::new(now, number, self.factory.build(now));
                let answer = offer.accept(&mut transport)?;
                self.release(now, participant);
                let ufrag = transport.ufrag().to_owned();
                self.route_changes.push(RouteChange::Add { ufrag, participant });
                self.peers.entry(participant).or_default().transport = Some(transport);
                Ok(answer)
            }
        }
    }

    fn handle_set_tracks(&mut self, now: Instant, participant: ParticipantId, active: &[TrackKind]) {
        let Some(peer) = self.peer_for_command(participant) else {
            return;
        };
        if !peer.set_active(active) {
            return;
        }
        if !active.contains(&TrackKind::Microphone) && self.speakers.remove(participant) {
            self.emit_speakers();
        }
        self.assign_slots(now);
    }

    fn handle_subscribe(&mut self, now: Instant, participant: ParticipantId, videos: Vec<VideoRequest>) {
        let Some(peer) = self.peer_for_command(participant) else {
            return;
        };
        peer.set_videos(videos);
        self.assign_videos_of(now, participant);
    }

    /// Commands may come before the first offer; what they say is kept, for as many as a meeting holds.
    fn peer_for_command(&mut self, participant: ParticipantId) -> Option<&mut Peer> {
        if self.peers.len() >= limits::PARTICIPANTS && !self.peers.contains_key(&participant) {
            return None;
        }
        Some(self.peers.entry(participant).or_default())
    }

    fn handle_block(&mut self, now: Instant, participant: ParticipantId) {
        let Some(peer) = self.peer_for_command(participant) else {
            return;
        };
        peer.is_blocked = true;
        self.release(now, participant);
        self.assign_slots(now);
    }

    fn handle_remove(&mut self, now: Instant, participant: ParticipantId) {
        self.release(now, participant);
        if let Some(peer) = self.peers.remove(&participant)
            && let Some(at) = peer.due_at
        {
            self.deadlines.remove(&(at, participant));
        }
        self.assign_slots(now);
    }

    /// Takes a datagram for a participant. Returns whether the address it came from proved to be the participant's.
    pub(crate) fn handle_datagram(
        &mut self,
        now: Instant,
        participant: ParticipantId,
        address: (Protocol, SocketAddr),
        receive: Receive<'_>,
        proof: Option<Receive<'_>>,
    ) -> bool {
        let Some(transport) = self
            .peers
            .get_mut(&participant)
            .and_then(|peer| peer.transport.as_mut())
        else {
            self.stats.count_drop(DropReason::NoTransport);
            return false;
        };
        if let Some(proof) = proof {
            if !transport.accepts(now, proof) {
                self.stats.count_drop(DropReason::Unknown);
                return false;
            }
            if !transport.addresses().contains(&address)
                && let Some(address) = transport.add_address(address.0, address.1)
            {
                self.route_changes.push(RouteChange::Forget { address });
            }
        }
        if let Err(reason) = transport.handle_receive(now, receive) {
            self.lose(now, participant, reason);
            return true;
        }
        // str0m holds one received packet: it is lost unless polled before the next datagram.
        if self.drain(now, participant) > 0 {
            self.mark_dirty(participant);
        }
        true
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        while let Some(&(at, participant)) = self.deadlines.first()
            && at <= now
        {
            self.deadlines.pop_first();
            if let Some(peer) = self.peers.get_mut(&participant) {
                peer.due_at = None;
            }
            self.mark_dirty(participant);
        }
        if self.speakers.handle_timeout(now) {
            self.emit_speakers();
            self.assign_slots(now);
        }
        if self.tick_at.is_some_and(|at| at <= now) {
            self.tick(now);
        }
        if self.plis_at.is_some_and(|at| at <= now) {
            self.send_plis(now);
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let deadline = self.deadlines.first().map(|&(at, _)| at);
        [deadline, self.tick_at, self.plis_at, self.speakers.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Lets every peer that has something to send send it.
    pub(crate) fn flush(&mut self, now: Instant) {
        if self.plis_at.is_some_and(|at| at <= now) {
            self.send_plis(now);
        }
        while let Some(participant) = self.dirty.pop() {
            // str0m's pacer gives out one packet per call, at once if that is its turn: whatever is left would wait for
            // the next timeout, with what else has come in the meantime.
            for _ in 0..PACKETS_AT_ONCE {
                let Some(peer) = self.peers.get_mut(&participant) else {
                    break;
                };
                peer.is_dirty = false;
                let Some(transport) = &mut peer.transport else {
                    break;
                };
                if let Err(reason) = transport.handle_timeout(now) {
                    self.lose(now, participant, reason);
                    break;
                }
                if self.drain(now, participant) == 0 {
                    break;
                }
            }
        }
    }

    /// Takes everything that the participant's transport has to say. Returns how many datagrams it sends.
    fn drain(&mut self, now: Instant, participant: ParticipantId) -> usize {
        let mut datagrams = 0;
        loop {
            let Some(peer) = self.peers.get_mut(&participant) else {
                return datagrams;
            };
            let Some(transport) = &mut peer.transport else {
                return datagrams;
            };
            match transport.poll() {
                Ok(Output::Transmit(transmit)) => {
                    datagrams += 1;
                    self.outputs.push_back(SfuOutput::Transmit(transmit));
                }
                Ok(Output::Event(event)) => self.handle_event(now, participant, event),
                Ok(Output::Timeout(at)) => {
                    if !transport.rtc.is_alive() {
                        self.lose(now, participant, LostReason::Closed);
                        return datagrams;
                    }
                    // str0m says "at once" with a time gone by. A millisecond later is soon enough, and cannot spin.
                    let at = Some(at.max(now + SHORTEST_TIMEOUT));
                    if peer.due_at != at {
                        if let Some(before) = peer.due_at {
                            self.deadlines.remove(&(before, participant));
                        }
                        peer.due_at = at;
                        self.deadlines.extend(at.map(|at| (at, participant)));
                    }
                    return datagrams;
                }
                Err(reason) => {
                    self.lose(now, participant, reason);
                    return datagrams;
                }
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "str0m's events may grow, and most are for other uses"
    )]
    fn handle_event(&mut self, now: Instant, participant: ParticipantId, event: Event) {
        match event {
            Event::RtpPacket(packet) => self.forward(now, participant, &packet),
            Event::Connected => self.handle_connected(now, participant),
            Event::KeyframeRequest(request) => {
                let slots = self
                    .peers
                    .get(&participant)
                    .and_then(|peer| peer.transport.as_ref());
                let slot = slots.and_then(|transport| transport.slots().find(|slot| slot.mid == request.mid));
                if let Some((source, layer)) = slot.and_then(|slot| Some((slot.source?, slot.layer()?))) {
                    self.request_keyframe(now, source, layer);
                }
            }
            Event::EgressBitrateEstimate(estimate) => {
                if let Some(transport) = self
                    .peers
                    .get_mut(&participant)
                    .and_then(|peer| peer.transport.as_mut())
                {
                    transport.handle_estimate(estimate);
                    self.allocate(now, participant);
                }
            }
            Event::PeerStats(stats) => {
                if let Some(transport) = self
                    .peers
                    .get_mut(&participant)
                    .and_then(|peer| peer.transport.as_mut())
                {
                    transport.handle_stats(&stats);
                }
            }
            Event::Closed => {
                let transport = self
                    .peers
                    .get(&participant)
                    .and_then(|peer| peer.transport.as_ref());
                let was_connected = transport.is_some_and(Transport::is_connected);
                if !was_connected {
                    self.stats.weak_srtp += 1;
                }
                self.lose(
                    now,
                    participant,
                    if was_connected {
                        LostReason::Closed
                    } else {
                        LostReason::WeakSrtp
                    },
                );
            }
            _ => {}
        }
    }

    fn handle_connected(&mut self, now: Instant, participant: ParticipantId) {
        let peer = self.key(participant);
        let Some(transport) = self
            .peers
            .get_mut(&participant)
            .and_then(|peer| peer.transport.as_mut())
        else {
            return;
        };
        transport.state = TransportState::Connected;
        let transport = transport.number;
        info!(%peer, transport, "peer connected");
        self.emit(SfuEvent::PeerConnected { peer, transport });
        self.allocate(now, participant);
    }

    fn tick(&mut self, now: Instant) {
        let lost = |peer: &Peer| {
            peer.transport
                .as_ref()
                .is_some_and(|transport| transport.is_lost(now))
        };
        for participant in self.ids(lost) {
            self.lose(now, participant, LostReason::TimedOut);
        }
        for track in self.tracks.values_mut() {
            for layer in &mut track.layers {
                layer.measure(TICK);
            }
        }
        for participant in self.ids(|peer| peer.transport.as_ref().is_some_and(Transport::is_connected)) {
            self.allocate(now, participant);
        }
        self.tick_at = self
            .peers
            .values()
            .any(|peer| peer.transport.is_some())
            .then_some(now + TICK);
    }

    pub(crate) fn ids(&self, select: impl Fn(&Peer) -> bool) -> Vec<ParticipantId> {
        self.peers
            .iter()
            .filter(|(_, peer)| select(peer))
            .map(|(&id, _)| id)
            .collect()
    }

    /// Gives up the participant's transport, and says so.
    pub(crate) fn lose(&mut self, now: Instant, participant: ParticipantId, reason: LostReason) {
        let Some(number) = self.release(now, participant) else {
            return;
        };
        let peer = self.key(participant);
        info!(%peer, transport = number, %reason, "peer lost");
        self.emit(SfuEvent::PeerLost {
            peer,
            transport: number,
            reason,
        });
        self.assign_slots(now);
    }

    /// Drops the participant's transport, saying goodbye where that is possible. Returns its number.
    fn release(&mut self, now: Instant, participant: ParticipantId) -> Option<u32> {
        let mut transport = self.peers.get_mut(&participant)?.transport.take()?;
        transport.close(now, &mut self.outputs);
        self.route_changes.push(RouteChange::Remove {
            ufrag: transport.ufrag().to_owned(),
            addresses: transport.addresses().to_vec(),
        });
        for track in self.tracks.values_mut() {
            track
                .subscribers
                .retain(|&(subscriber, _)| subscriber != participant);
        }
        for kind in TrackKind::ALL {
            self.restart_track(now, TrackSource { participant, kind });
        }
        if self.speakers.remove(participant) {
            self.emit_speakers();
        }
        Some(transport.number)
    }

    /// Forgets what was known of a track whose streams are gone. Its subscribers wait for those of the next transport.
    fn restart_track(&mut self, now: Instant, source: TrackSource) {
        let Some(track) = self.tracks.get_mut(&source) else {
            return;
        };
        track.layers = Default::default();
        for &(subscriber, index) in &track.subscribers {
            let transport = self
                .peers
                .get_mut(&subscriber)
                .and_then(|peer| peer.transport.as_mut());
            let slots = transport.map(|transport| match source.kind.is_video() {
                true => &mut transport.video_slots,
                false => &mut transport.audio_slots,
            });
            if let Some(slot) = slots.and_then(|slots| slots.get_mut(index)) {
                slot.set_source(now, Some(source));
            }
        }
    }

    pub(crate) fn mark_dirty(&mut self, participant: ParticipantId) {
        if let Some(peer) = self.peers.get_mut(&participant)
            && !peer.is_dirty
        {
            peer.is_dirty = true;
            self.dirty.push(participant);
        }
    }

    pub(crate) fn is_dirty(&self, now: Instant) -> bool {
        !self.dirty.is_empty() || self.plis_at.is_some_and(|at| at <= now)
    }

    pub(crate) fn emit(&mut self, event: SfuEvent) {
        self.outputs.push_back(SfuOutput::Event(event));
    }

    fn emit_speakers(&mut self) {
        let participants = self.speakers.current().to_vec();
        self.emit(SfuEvent::Speakers {
            meeting: self.id,
            participants,
        });
    }

    pub(crate) fn key(&self, participant: ParticipantId) -> PeerKey {
        PeerKey {
            meeting: self.id,
            participant,
        }
    }
}

/// How long a connected peer may be silent. Browsers check consent every 5 s (RFC 7675) and give up after 30; a client
/// that lost its network comes back with a new transport, so this bounds memory, not the call.
pub const IDLE_FOR: Duration = Duration::from_secs(20);

// Bandwidth is allocated and bitrates are measured this often. Longer delays a better picture, shorter measures noise.
const TICK: Duration = Duration::from_millis(250);

// A second of a large meeting, so that a transport which never ends does not stop the others.
const PACKETS_AT_ONCE: usize = 1000;

const SHORTEST_TIMEOUT: Duration = Duration::from_millis(1);

/// Makes an instant to count from in tests; only differences matter.
#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "there is no other way to make an instant"
)]
pub(crate) fn test_instant() -> Instant {
    Instant::now()
}
