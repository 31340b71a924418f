// SPDX-License-Identifier: MIT OR Apache-2.0
//! All meetings of one worker: finds the meeting of a datagram, and keeps their panics apart.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};

use protocol::MeetingId;
use str0m::{
    ice::StunMessage,
    net::{Protocol, Receive},
};
use tracing::{error, info};

use crate::{
    DropReason, PeerKey, SfuCommand, SfuConfig, SfuEvent, SfuOutput, SfuStats,
    meeting::{Meeting, RouteChange},
    transport::{TransportFactory, contained},
};

/// The media plane of one worker thread.
///
/// After every `handle_*`, or after a batch of them, drain [`Self::poll_output`] to `None`, then ask
/// [`Self::poll_timeout`] when to call [`Self::handle_timeout`]. A batch makes larger sends.
#[derive(Debug)]
pub struct Sfu {
    now: Instant,
    factory: Arc<TransportFactory>,
    meetings: BTreeMap<MeetingId, Meeting>,
    peers_by_address: BTreeMap<(bool, SocketAddr), PeerKey>,
    peers_by_ufrag: BTreeMap<String, PeerKey>,
    deadlines: BTreeSet<(Instant, MeetingId)>,
    dirty: VecDeque<MeetingId>,
    outputs: VecDeque<SfuOutput>,
    stats: SfuStats,
}

impl Sfu {
    /// Makes a worker without meetings.
    ///
    /// # Panics
    /// If the cryptography of `config` cannot make a certificate.
    pub fn new(now: Instant, config: SfuConfig) -> Self {
        Self {
            now,
            factory: Arc::new(TransportFactory::new(config)),
            meetings: BTreeMap::new(),
            peers_by_address: BTreeMap::new(),
            peers_by_ufrag: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            dirty: VecDeque::new(),
            outputs: VecDeque::new(),
            stats: SfuStats::default(),
        }
    }

    /// Takes a command of a meeting's.
    pub fn handle_command(&mut self, now: Instant, command: SfuCommand) {
        self.now = self.now.max(now);
        let id = command.meeting();
        let makes_one = matches!(
            command,
            SfuCommand::Offer { .. }
                | SfuCommand::SetTracks { .. }
                | SfuCommand::Subscribe { .. }
                | SfuCommand::Block { .. }
        );
        if makes_one && !self.meetings.contains_key(&id) {
            info!(meeting = %id, "meeting has media");
            self.meetings
                .insert(id, Meeting::new(id, Arc::clone(&self.factory)));
        }
        self.run(id, |meeting| meeting.handle_command(now, command));
        if self
            .meetings
            .get(&id)
            .is_some_and(|meeting| meeting.peers.is_empty())
        {
            self.remove(id);
        }
    }

    /// Takes a datagram, or one RFC 4571 frame of a TCP connection, that came from `source` to `destination`.
    pub fn handle_datagram(
        &mut self,
        now: Instant,
        proto: Protocol,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
    ) {
        self.now = self.now.max(now);
        if let Err(reason) = self.route_datagram(now, proto, source, destination, contents) {
            self.stats.count_drop(reason);
        }
    }

    fn route_datagram(
        &mut self,
        now: Instant,
        proto: Protocol,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
    ) -> Result<(), DropReason> {
        if contents.len() > DATAGRAM_BYTES {
            return Err(DropReason::TooLarge);
        }
        let read = || {
            let receive = contained(|| Receive::new(proto, source, destination, contents));
            receive.ok().and_then(Result::ok).ok_or(DropReason::NotWebRtc)
        };
        let receive = read()?;
        let address = (proto == Protocol::Tcp, source);
        let (peer, proof) = if is_stun(contents) {
            let ufrag = local_ufrag(contents).ok_or(DropReason::Unknown)?;
            (self.peers_by_ufrag.get(&ufrag).copied(), Some(read()?))
        } else {
            (self.peers_by_address.get(&address).copied(), None)
        };
        let peer = peer.ok_or(DropReason::Unknown)?;
        let is_stun = proof.is_some();
        let is_theirs = self.run(peer.meeting, |meeting| {
            meeting.handle_datagram(now, peer.participant, (proto, source), receive, proof)
        });
        if is_stun && is_theirs == Some(true) {
            self.peers_by_address.insert(address, peer);
        }
        Ok(())
    }

    /// Lets time pass.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some(&(at, id)) = self.deadlines.first()
            && at <= now
        {
            self.deadlines.pop_first();
            if let Some(meeting) = self.meetings.get_mut(&id) {
                meeting.scheduled_at = None;
            }
            self.run(id, |meeting| meeting.handle_timeout(now));
        }
    }

    /// Returns when [`Self::handle_timeout`] must be called next, if ever.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deadlines.first().map(|&(at, _)| at)
    }

    /// Returns the next thing to send or to report, until there is none.
    pub fn poll_output(&mut self) -> Option<SfuOutput> {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return Some(output);
            }
            let id = self.dirty.pop_front()?;
            let now = self.now;
            self.run(id, |meeting| meeting.flush(now));
        }
    }

    /// Returns what was counted since the worker began.
    pub fn stats(&self) -> SfuStats {
        self.stats
    }

    /// Returns how many meetings have peers, and how many transports there are.
    pub fn census(&self) -> (usize, usize) {
        // Every transport has a user name fragment of its own.
        (self.meetings.len(), self.peers_by_ufrag.len())
    }

    /// Runs one meeting. A panic costs that meeting its peers, and nobody else anything.
    fn run<T>(&mut self, id: MeetingId, step: impl FnOnce(&mut Meeting) -> T) -> Option<T> {
        let meeting = self.meetings.get_mut(&id)?;
        match catch_unwind(AssertUnwindSafe(|| step(meeting))) {
            Ok(result) => {
                self.collect(id);
                Some(result)
            }
            Err(_) => {
                error!(meeting = %id, "meeting panicked and is dropped");
                self.stats.meetings_failed += 1;
                self.remove(id);
                self.outputs
                    .push_back(SfuOutput::Event(SfuEvent::MeetingFailed { meeting: id }));
                None
            }
        }
    }

    /// Takes over what a meeting has to say.
    fn collect(&mut self, id: MeetingId) {
        let Some(meeting) = self.meetings.get_mut(&id) else {
            return;
        };
        self.outputs.append(&mut meeting.outputs);
        self.stats.add(std::mem::take(&mut meeting.stats));
        for change in meeting.route_changes.drain(..) {
            match change {
                RouteChange::Add { ufrag, participant } => {
                    self.peers_by_ufrag.insert(
                        ufrag,
                        PeerKey {
                            meeting: id,
                            participant,
                        },
                    );
                }
                RouteChange::Remove { ufrag, addresses } => {
                    let peer = self.peers_by_ufrag.remove(&ufrag);
                    for (proto, address) in addresses {
                        let address = (proto == Protocol::Tcp, address);
                        if self.peers_by_address.get(&address).copied() == peer {
                            self.peers_by_address.remove(&address);
                        }
                    }
                }
                RouteChange::Forget {
                    address: (proto, address),
                } => {
                    self.peers_by_address.remove(&(proto == Protocol::Tcp, address));
                }
            }
        }
        if meeting.is_dirty(self.now) && !self.dirty.contains(&id) {
            self.dirty.push_back(id);
        }
        let at = meeting.poll_timeout();
        if at != meeting.scheduled_at {
            if let Some(before) = meeting.scheduled_at {
                self.deadlines.remove(&(before, id));
            }
            meeting.scheduled_at = at;
            self.deadlines.extend(at.map(|at| (at, id)));
        }
    }

    fn remove(&mut self, id: MeetingId) {
        if let Some(meeting) = self.meetings.remove(&id) {
            info!(meeting = %id, "meeting has no media any more");
            if let Some(at) = meeting.scheduled_at {
                self.deadlines.remove(&(at, id));
            }
        }
        self.dirty.retain(|&dirty| dirty != id);
        self.peers_by_address.retain(|_, peer| peer.meeting != id);
        self.peers_by_ufrag.retain(|_, peer| peer.meeting != id);
    }
}

/// Returns the worker whose transport an ICE user name fragment belongs to, if it has the form of ours.
pub fn worker_of_ufrag(contents: &[u8]) -> Option<u8> {
    if !is_stun(contents) {
        return None;
    }
    u8::from_str_radix(local_ufrag(contents)?.get(..2)?, 16).ok()
}

/// RFC 7983, section 7.
fn is_stun(contents: &[u8]) -> bool {
    contents.len() >= 20 && contents.first().is_some_and(|&first| first < 2)
}

/// Returns our half of the user name of a STUN message.
fn local_ufrag(contents: &[u8]) -> Option<String> {
    contained(|| {
        StunMessage::parse(contents)
            .ok()?
            .split_username()
            .map(|(local, _)| local.to_owned())
    })
    .ok()
    .flatten()
}

// The largest datagram that browsers send is 1280 bytes, over TCP too. str0m cannot resend payloads of more than 2000.
const DATAGRAM_BYTES: usize = 1500;

#[cfg(test)]
mod tests {
    use protocol::{ParticipantId, TrackKind};

    use super::*;

    #[test]
    fn panic_stays_in_its_meeting() {
        let now = crate::meeting::test_instant();
        let mut sfu = Sfu::new(now, SfuConfig::new(0, vec![], vec![]));
        let [one, other] = [1, 2].map(|byte| MeetingId::new([byte; 16]));
        for meeting in [one, other] {
            let peer = PeerKey {
                meeting,
                participant: ParticipantId(1),
            };
            sfu.handle_command(
                now,
                SfuCommand::SetTracks {
                    peer,
                    active: vec![TrackKind::Camera],
                },
            );
        }
        assert_eq!(sfu.census().0, 2);
        sfu.handle_command(now, SfuCommand::Crash { meeting: one });
        assert_eq!((sfu.census().0, sfu.stats().meetings_failed), (1, 1));
        let event = sfu.poll_output();
        assert!(
            matches!(event, Some(SfuOutput::Event(SfuEvent::MeetingFailed { meeting })) if meeting == one)
        );
        sfu.handle_command(now, SfuCommand::Crash { meeting: one });
        assert!(sfu.poll_output().is_none(), "there is no such meeting any more");
    }

    #[test]
    fn worker_is_found_by_the_ufrag_of_a_binding_request() {
        let mut message = vec![0, 1, 0, 48, 0x21, 0x12, 0xa4, 0x42];
        message.extend([7; 12]);
        message.extend([0, 6, 0, 9]);
        message.extend(b"0aXYZ:abc\0\0\0");
        message.extend([0, 0x24, 0, 4, 0, 0, 0, 1]);
        message.extend([0, 8, 0, 20]);
        message.extend([9; 20]);
        assert_eq!(worker_of_ufrag(&message), Some(10));
        message[24] = b'q';
        assert_eq!(worker_of_ufrag(&message), None);
        assert_eq!(worker_of_ufrag(&message[..20]), None);
    }
}
