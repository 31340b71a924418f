// SPDX-License-Identifier: MIT OR Apache-2.0
//! The meeting: its state, and what goes in and out. How people enter is in `enter`, how they are gone in `depart`, what
//! they say in `message`.

pub(crate) mod depart;
mod enter;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use protocol::{
    ConnectionId, ErrorCode, MeetingId, Mode, ParticipantId, ServerMessage, Timestamp, decode, limits,
    message::RosterEntry,
};
use rand_core::CryptoRng;
use sfu::{PeerKey, SfuCommand};

use depart::Departure;

use crate::{
    Effect, InstanceKeys, Record, RestoreError,
    group::Group,
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
    /// The Ed25519 public key of those who have the link secret; `None` where it was not registered.
    pub admission_key: Option<[u8; 32]>,
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
                key_epoch: None,
            };
            meeting.roster.insert(saved.participant, participant);
        }
        meeting.remove_strangers(now);
        Ok(meeting)
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

/// How long people have to come back after the server restarted. Clients back off while it is down, so they need longer
/// than after a lost connection; a gone person's leaf stays in the group for as long.
pub const RETURN_AFTER_RESTART_WITHIN: Duration = Duration::from_secs(30);
