// SPDX-License-Identifier: MIT OR Apache-2.0
//! The meeting: who is in it, how they enter and how they are gone. What they say is in `message`.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use protocol::{
    ConnectionId, ErrorCode, MeetingId, Mode, ParticipantId, Redacted, ServerMessage, Timestamp, decode,
    limits, message::RosterEntry,
};
use rand_core::CryptoRng;
use sfu::{PeerKey, SfuCommand};

use crate::{
    Effect, Hello, InstanceKeys, Record, RestoreError,
    group::Group,
    host,
    participant::{Media, Participant, Presence, peer_key},
    rate::RateLimit,
    reject::{Rejection, code_of},
    snapshot::{self, SavedParticipant, Snapshot},
    standard::StandardKeys,
    token::Stay,
};

/// What is fixed about a meeting when it is created.
#[derive(Clone)]
pub struct MeetingConfig {
    /// Which meeting.
    pub meeting: MeetingId,
    /// How its media keys come about.
    pub mode: Mode,
    /// The host's Ed25519 public key; `None` in a meeting without a host.
    pub host_key: Option<[u8; 32]>,
    /// The installation's secrets.
    pub keys: InstanceKeys,
}

/// The truth about one meeting. After every `handle_*`, drain [`Self::poll_effect`] to `None`, then call
/// [`Self::handle_timeout`] at [`Self::poll_timeout`].
pub struct Meeting {
    pub(crate) config: MeetingConfig,
    pub(crate) roster: BTreeMap<ParticipantId, Participant>,
    pub(crate) keys: Keys,
    connections: BTreeMap<ConnectionId, Connection>,
    removed: BTreeSet<[u8; 16]>,
    next_participant: u32,
    is_ended: bool,
    is_changed: bool,
    effects: VecDeque<Effect>,
}

/// Where the media keys come from, and what the server has to do with it.
pub(crate) enum Keys {
    Standard(StandardKeys),
    EndToEnd(Box<Group>),
}

/// A connection whose hello was accepted.
struct Connection {
    participant: ParticipantId,
    limit: RateLimit,
}

/// How somebody comes to be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Departure {
    /// By its own wish, or too long without a connection.
    Left,
    /// Sent away; its token is worth nothing any more.
    Removed(ErrorCode),
    /// Sent away by a host whose commit is to follow.
    Announced,
}

impl Meeting {
    /// Opens the meeting with nobody in it.
    pub fn new(config: MeetingConfig) -> Self {
        let keys = match config.mode {
            Mode::Standard => Keys::Standard(StandardKeys::new(0)),
            Mode::E2ee => Keys::EndToEnd(Box::new(Group::new(&config))),
        };
        Self {
            config,
            roster: BTreeMap::new(),
            keys,
            connections: BTreeMap::new(),
            removed: BTreeSet::new(),
            next_participant: 1,
            is_ended: false,
            is_changed: false,
            effects: VecDeque::new(),
        }
    }

    /// Goes on where [`Record::State`] stood when the server stopped: everybody is without a connection, and has
    /// [`RETURN_AFTER_RESTART_WITHIN`] to come back.
    ///
    /// # Errors
    /// [`RestoreError`] if the state is damaged or of another version.
    pub fn restore(now: Timestamp, config: MeetingConfig, state: &[u8]) -> Result<Self, RestoreError> {
        let snapshot = Snapshot::decode(state)?;
        let mut meeting = Self::new(config);
        meeting.next_participant = snapshot.next_participant;
        meeting.removed = snapshot.removed.into_iter().map(|stay| *stay).collect();
        match &mut meeting.keys {
            Keys::Standard(keys) => *keys = StandardKeys::new(snapshot.standard_epoch),
            Keys::EndToEnd(group) => {
                if let Some(snapshot) = &snapshot.group {
                    **group = Group::restore(&meeting.config, snapshot)?;
                }
            }
        }
        for saved in snapshot.participants {
            let participant = Participant {
                id: saved.participant,
                stay: Stay(*saved.stay),
                name: None,
                is_host: saved.is_host,
                presence: Presence::Away {
                    until: now + RETURN_AFTER_RESTART_WITHIN,
                },
                media: Media::default(),
            };
            meeting.roster.insert(saved.participant, participant);
        }
        meeting.remove_strangers(now);
        Ok(meeting)
    }

    /// Takes the hello of a connection that [`crate::Greeting`] opened.
    pub fn handle_hello(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        connection: ConnectionId,
        hello: Hello,
    ) {
        match self.identify(rng, &hello) {
            Ok(identity) => self.enter(now, rng, connection, identity, hello),
            Err(code) => self.refuse(connection, code),
        }
    }

    /// Takes one message of a connection whose hello was accepted.
    pub fn handle_message(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        connection: ConnectionId,
        bytes: &[u8],
    ) {
        let Some(state) = self.connections.get_mut(&connection) else {
            // Sent before the client learned that this connection is over.
            return;
        };
        let participant = state.participant;
        let outcome = match state.limit.accept(now) {
            Ok(()) => match decode(bytes) {
                Ok(message) => self.handle_client_message(now, rng, participant, message),
                Err(error) => Err(Rejection::Connection(code_of(error))),
            },
            Err(rejection) => Err(rejection),
        };
        match outcome {
            Ok(()) => {}
            Err(Rejection::Message(code)) => self.send_to(participant, ServerMessage::Rejected { code }),
            Err(Rejection::Connection(code)) => {
                self.refuse(connection, code);
                self.handle_disconnected(now, connection);
            }
        }
    }

    /// Notes that a connection is gone. Its participant has [`limits::RESUME_WITHIN`] to come back.
    pub fn handle_disconnected(&mut self, now: Timestamp, connection: ConnectionId) {
        let Some(Connection { participant, .. }) = self.connections.remove(&connection) else {
            return;
        };
        let Some(participant) = self.roster.get_mut(&participant) else {
            return;
        };
        participant.presence = Presence::Away {
            until: now + limits::RESUME_WITHIN,
        };
        let entry = participant.roster_entry();
        self.broadcast(&ServerMessage::RosterChanged { entry });
        self.settle_group(now);
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Timestamp, rng: &mut impl CryptoRng) {
        let overdue = self
            .roster
            .values()
            .filter_map(|participant| match participant.presence {
                Presence::Away { until } if until <= now => Some(participant.id),
                Presence::Away { .. } | Presence::Connected(_) => None,
            });
        for participant in overdue.collect::<Vec<_>>() {
            self.depart(now, rng, participant, Departure::Left);
        }
        self.handle_group_timeout(now);
    }

    /// Returns when [`Self::handle_timeout`] is due, if ever.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let away = self
            .roster
            .values()
            .filter_map(|participant| match participant.presence {
                Presence::Away { until } => Some(until),
                Presence::Connected(_) => None,
            });
        away.chain(self.poll_group_timeout()).min()
    }

    /// Returns the next thing to do. The state to keep comes first, so that nothing is announced that a restart
    /// would forget.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        if self.is_changed {
            self.is_changed = false;
            return Some(Effect::Persist(Record::State {
                state: self.snapshot(),
                is_occupied: !self.roster.is_empty(),
            }));
        }
        self.effects.pop_front()
    }

    /// Returns whether nobody is here or expected back: the shell may drop the meeting and restore it later.
    pub fn is_idle(&self) -> bool {
        self.roster.is_empty() && self.connections.is_empty()
    }

    /// Returns whether a host has ended the meeting.
    pub const fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Returns how many people are in the roster.
    pub fn participant_count(&self) -> usize {
        self.roster.len()
    }

    /// Decides who the hello is from, or why it is from nobody.
    fn identify(&mut self, rng: &mut impl CryptoRng, hello: &Hello) -> Result<Identity, ErrorCode> {
        if self.is_ended {
            return Err(ErrorCode::MeetingEnded);
        }
        let config = &self.config;
        if hello.mode != config.mode {
            return Err(ErrorCode::WrongMode);
        }
        let is_host = match &hello.host_proof {
            None => false,
            Some(proof) => {
                let host_key = config.host_key.as_ref();
                if !host::is_host(config.meeting, config.mode, host_key, &hello.challenge, proof) {
                    return Err(ErrorCode::NotHost);
                }
                true
            }
        };
        if let Some(token) = &hello.resume {
            let verified = config.keys.verify(config.meeting, token);
            let (participant, stay) = verified.ok_or(ErrorCode::ForeignToken)?;
            if self.removed.contains(&stay.0) {
                return Err(ErrorCode::Removed);
            }
            match self.roster.get(&participant) {
                Some(present) if present.stay != stay => return Err(ErrorCode::ForeignToken),
                Some(_) => {}
                None => self.check_room()?,
            }
            return Ok(Identity {
                participant,
                stay,
                is_host,
            });
        }
        self.check_room()?;
        let mut stay = Stay([0; 16]);
        rng.fill_bytes(&mut stay.0);
        Ok(Identity {
            participant: self.free_number(),
            stay,
            is_host,
        })
    }

    fn check_room(&self) -> Result<(), ErrorCode> {
        if self.roster.len() < limits::PARTICIPANTS {
            Ok(())
        } else {
            Err(ErrorCode::MeetingFull)
        }
    }

    fn free_number(&mut self) -> ParticipantId {
        loop {
            let candidate = ParticipantId(self.next_participant);
            self.next_participant = self.next_participant % LAST_PARTICIPANT + 1;
            if !self.roster.contains_key(&candidate) && !self.has_leaf(candidate) {
                return candidate;
            }
        }
    }

    fn has_leaf(&self, id: ParticipantId) -> bool {
        match &self.keys {
            Keys::Standard(_) => false,
            Keys::EndToEnd(group) => group.has_leaf(id),
        }
    }

    /// Enters somebody in the roster and, in the same act, gives what roster members have.
    fn enter(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        connection: ConnectionId,
        identity: Identity,
        hello: Hello,
    ) {
        let id = identity.participant;
        let name = self.shown_name(hello.name);
        // Whoever was gone is on its way out of the group, whatever its client still has of it.
        let epoch = hello.epoch.filter(|_| self.roster.contains_key(&id));
        if let Some(present) = self.roster.get_mut(&id) {
            let before = present.connection();
            present.presence = Presence::Connected(connection);
            present.is_host |= identity.is_host;
            present.name = name.or(present.name.take());
            present.media.hold();
            if let Some(before) = before {
                self.connections.remove(&before);
                self.refuse(before, ErrorCode::Superseded);
            }
            // A client that comes back makes a new transport, whose number may be the old one's.
            let peer = self.peer(id);
            self.media(SfuCommand::RemovePeer { peer });
        } else {
            let participant = Participant {
                id,
                stay: identity.stay,
                name,
                is_host: identity.is_host,
                presence: Presence::Connected(connection),
                media: Media::default(),
            };
            self.roster.insert(id, participant);
        }
        self.is_changed = true;
        let limit = RateLimit::new(now);
        self.connections.insert(
            connection,
            Connection {
                participant: id,
                limit,
            },
        );
        self.welcome(rng, id, &identity.stay, epoch);
        self.settle_group(now);
    }

    fn welcome(&mut self, rng: &mut impl CryptoRng, id: ParticipantId, stay: &Stay, epoch: Option<u64>) {
        let (group, standard_key, external_sender) = match &mut self.keys {
            Keys::Standard(keys) => (None, Some(keys.hand_out(rng)), Vec::new()),
            Keys::EndToEnd(group) => (group.greet(id, epoch), None, group.external_sender()),
        };
        let message = ServerMessage::Welcome {
            participant: id,
            resume: self.config.keys.issue(self.config.meeting, id, stay),
            roster: self.roster.values().map(Participant::roster_entry).collect(),
            group,
            standard_key,
            external_sender,
        };
        self.send_to(id, message);
        let entry = self.entry(id);
        self.broadcast_except(id, &ServerMessage::RosterChanged { entry });
        if self.require_joined(id).is_ok() {
            self.admit_media(id);
            self.send_proposals(id);
        }
    }

    /// Tells somebody who comes back what it is to expect in the next commit.
    fn send_proposals(&mut self, id: ParticipantId) {
        if let Keys::EndToEnd(group) = &self.keys {
            for message in group.proposals() {
                self.send_to(id, message);
            }
        }
    }

    /// Names are shown by the server in standard meetings only; in end-to-end meetings it must not pass one on.
    fn shown_name(&self, name: Option<Redacted<String>>) -> Option<Redacted<String>> {
        match self.config.mode {
            Mode::Standard => name,
            Mode::E2ee => None,
        }
    }

    /// Lets somebody go, in every sense.
    pub(crate) fn depart(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        id: ParticipantId,
        departure: Departure,
    ) {
        self.take_out(now, id, departure);
        self.rotate_standard_key(rng);
        self.settle_group(now);
    }

    /// Takes somebody out of the roster, and out of everything that goes with being in it.
    pub(crate) fn take_out(&mut self, now: Timestamp, id: ParticipantId, departure: Departure) {
        let Some(participant) = self.roster.remove(&id) else {
            return;
        };
        self.is_changed = true;
        let peer = self.peer(id);
        self.media(SfuCommand::RemovePeer { peer });
        let code = match departure {
            Departure::Left => None,
            Departure::Removed(code) => Some(code),
            Departure::Announced => Some(ErrorCode::Removed),
        };
        if code.is_some() {
            self.removed.insert(participant.stay.0);
        }
        if let Some(connection) = participant.connection() {
            self.connections.remove(&connection);
            match code {
                None => self.effects.push_back(Effect::Close { connection, code }),
                Some(code) => self.refuse(connection, code),
            }
        }
        // Announced before the roster shrinks, or clients would see a leaf without a participant and raise an alarm.
        self.depart_from_group(now, id, departure);
        self.broadcast(&ServerMessage::RosterLeft { participant: id });
        if self.roster.is_empty() {
            let meeting = self.config.meeting;
            self.media(SfuCommand::RemoveMeeting { meeting });
        }
    }

    /// Whoever is gone must not read what comes after.
    fn rotate_standard_key(&mut self, rng: &mut impl CryptoRng) {
        let Keys::Standard(keys) = &mut self.keys else {
            return;
        };
        if self.roster.is_empty() {
            keys.forget();
            return;
        }
        let key = keys.rotate(rng);
        self.broadcast(&ServerMessage::StandardKey { key });
        self.force_keyframes();
    }

    /// Ends the meeting for everybody, for ever.
    pub(crate) fn end(&mut self, by: ParticipantId, signature: Vec<u8>) {
        self.is_ended = true;
        self.is_changed = false;
        self.effects.push_back(Effect::Persist(Record::Ended));
        self.broadcast(&ServerMessage::Ended { by, signature });
        for connection in std::mem::take(&mut self.connections).into_keys() {
            self.effects.push_back(Effect::Close {
                connection,
                code: None,
            });
        }
        self.roster.clear();
        let meeting = self.config.meeting;
        self.media(SfuCommand::RemoveMeeting { meeting });
    }

    /// Lets the participant's media through, with all that was asked for before.
    pub(crate) fn admit_media(&mut self, id: ParticipantId) {
        let peer = self.peer(id);
        if let Some(participant) = self.roster.get_mut(&id) {
            let commands = participant.media.admit(peer);
            self.effects.extend(commands.into_iter().map(Effect::Media));
        }
    }

    pub(crate) fn peer(&self, participant: ParticipantId) -> PeerKey {
        peer_key(self.config.meeting, participant)
    }

    pub(crate) fn media(&mut self, command: SfuCommand) {
        self.effects.push_back(Effect::Media(command));
    }

    /// Whatever was encoded before is not readable with the next key.
    pub(crate) fn force_keyframes(&mut self) {
        let meeting = self.config.meeting;
        self.media(SfuCommand::ForceKeyframes { meeting });
    }

    pub(crate) fn mark_changed(&mut self) {
        self.is_changed = true;
    }

    pub(crate) fn entry(&self, id: ParticipantId) -> RosterEntry {
        self.roster
            .get(&id)
            .expect("callers hold a participant of the roster")
            .roster_entry()
    }

    /// Sends to `participant` if it has a connection.
    pub(crate) fn send_to(&mut self, participant: ParticipantId, message: ServerMessage) {
        if let Some(connection) = self.roster.get(&participant).and_then(Participant::connection) {
            self.effects.push_back(Effect::Send { connection, message });
        }
    }

    pub(crate) fn broadcast(&mut self, message: &ServerMessage) {
        self.broadcast_if(message, |_| true);
    }

    pub(crate) fn broadcast_except(&mut self, except: ParticipantId, message: &ServerMessage) {
        self.broadcast_if(message, |participant| participant.id != except);
    }

    pub(crate) fn broadcast_if(&mut self, message: &ServerMessage, is_meant: impl Fn(&Participant) -> bool) {
        let meant = self.roster.values().filter(|participant| is_meant(participant));
        let sends = meant
            .filter_map(Participant::connection)
            .map(|connection| Effect::Send {
                connection,
                message: message.clone(),
            });
        self.effects.extend(sends);
    }

    fn refuse(&mut self, connection: ConnectionId, code: ErrorCode) {
        self.effects.push_back(Effect::Send {
            connection,
            message: ServerMessage::Refused { code },
        });
        self.effects.push_back(Effect::Close {
            connection,
            code: Some(code),
        });
    }

    fn snapshot(&self) -> Vec<u8> {
        let (standard_epoch, group) = match &self.keys {
            Keys::Standard(keys) => (keys.epoch(), None),
            Keys::EndToEnd(group) => (0, group.snapshot().map(Into::into)),
        };
        let participants = self.roster.values().map(|participant| SavedParticipant {
            participant: participant.id,
            stay: participant.stay.0.into(),
            is_host: participant.is_host,
        });
        Snapshot {
            version: snapshot::VERSION,
            next_participant: self.next_participant,
            standard_epoch,
            participants: participants.collect(),
            removed: self.removed.iter().map(|stay| (*stay).into()).collect(),
            group,
        }
        .encode()
    }
}

/// Whom a hello is from.
struct Identity {
    participant: ParticipantId,
    stay: Stay,
    is_host: bool,
}

/// How long people have to come back after the server restarted. Clients back off while it is down, so they need longer
/// than after a lost connection; a gone person's leaf stays in the group for as long.
pub const RETURN_AFTER_RESTART_WITHIN: Duration = Duration::from_secs(30);

// SFrame key ids have 12 bits for the sender of a standard meeting. Numbers are reused only after all others, so that
// nobody is taken for somebody who left lately.
const LAST_PARTICIPANT: u32 = 4095;
