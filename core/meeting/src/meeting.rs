// SPDX-License-Identifier: MIT OR Apache-2.0
//! The meeting: its state, and what goes in and out. How people enter is in `enter`, how they are gone in `depart`, what
//! they say in `message`.

pub(crate) mod depart;
mod enter;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use account::Standing;
use policy::Policy;
use protocol::{
    ConnectionId, ErrorCode, MeetingId, Mode, ParticipantId, ServerMessage, Timestamp, acts::ActsInForce,
    decode, limits, message::RosterEntry,
};
use rand_core::CryptoRng;
use sfu::{PeerKey, SfuCommand};

use depart::Departure;
pub(crate) use enter::Identity;

use crate::{
    Effect, InstanceKeys, Record, RestoreError,
    acts::{keeping_out::KeptOut, lobby::Lobby},
    breakouts::Breakouts,
    group::Group,
    participant::{Media, Participant, Presence, peer_key},
    rate::RateLimit,
    reject::{Rejection, code_of},
    said::Said,
    snapshot::{self, SavedParticipant, Snapshot},
    standard::StandardKeys,
    token::Stay,
    visitor::Visitor,
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
    /// Who may do what.
    pub policy: Arc<Policy>,
    /// The standing of the account that made the meeting; `None` if a guest did.
    pub owner_standing: Option<Standing>,
    /// Whether newcomers wait in the lobby until a host's act says otherwise.
    pub has_lobby: bool,
    /// How many people it is for, by its owner's plan and wish. Never more than [`limits::PARTICIPANTS`] come in.
    pub people: usize,
    /// When its owner's plan ends it, if ever: whoever is in it then is refused, and whoever comes later.
    pub closes_at: Option<Timestamp>,
}

/// The truth about one meeting. After every `handle_*`, drain [`Self::poll_effect`] to `None`, then call
/// [`Self::handle_timeout`] at [`Self::poll_timeout`].
pub struct Meeting {
    pub(crate) config: MeetingConfig,
    pub(crate) roster: BTreeMap<ParticipantId, Participant>,
    pub(crate) keys: Keys,
    connections: BTreeMap<ConnectionId, Connection>,
    removed: BTreeSet<[u8; 16]>,
    pub(crate) said: Said,
    pub(crate) acts: ActsInForce,
    pub(crate) lobby: Lobby,
    pub(crate) kept_out: Vec<KeptOut>,
    pub(crate) breakouts: Breakouts,
    next_participant: u32,
    is_ended: bool,
    /// Why nobody is let in, until the shell opens the meeting anew.
    closed: Option<ErrorCode>,
    is_changed: bool,
    pub(crate) effects: VecDeque<Effect>,
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
            said: Said::default(),
            acts: ActsInForce::default(),
            lobby: Lobby::default(),
            kept_out: Vec::new(),
            breakouts: Breakouts::default(),
            next_participant: 1,
            is_ended: false,
            closed: None,
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
                    **group = Group::restore(now, &meeting.config, snapshot)?;
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
                hears_from: 0,
                visitor: Visitor::guest(now, 0),
                stay_key: saved.stay_key.into_vec(),
            };
            meeting.roster.insert(saved.participant, participant);
        }
        meeting.restore_acts(&snapshot.acts);
        meeting.kept_out = snapshot.kept_out;
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
            return self.handle_lobby_message(now, connection, bytes);
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
            return self.leave_lobby(connection);
        };
        let Some(participant) = self.roster.get_mut(&participant) else {
            return;
        };
        participant.presence = Presence::Away {
            until: now + limits::RESUME_WITHIN,
        };
        let entry = participant.roster_entry(self.config.mode);
        self.broadcast(&ServerMessage::RosterChanged { entry });
        self.settle_group(now);
    }

    /// Refuses everybody who is here and everybody who comes, because something outside of the meeting changed: its owner
    /// was suspended, or it was deleted. The meeting itself goes on existing.
    pub fn handle_closed(&mut self, code: ErrorCode) {
        self.closed = Some(code);
        let waiting = self.lobby.clear();
        for connection in std::mem::take(&mut self.connections).into_keys().chain(waiting) {
            self.refuse(connection, code);
        }
        self.roster.clear();
        self.forget_keys();
        self.is_changed = !self.is_ended;
        let meeting = self.config.meeting;
        self.media(SfuCommand::RemoveMeeting { meeting });
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Timestamp, rng: &mut impl CryptoRng) {
        if self.is_overtime(now) && !self.roster.is_empty() {
            self.handle_closed(ErrorCode::TimeLimit);
        }
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
        let closes_at = self.config.closes_at.filter(|_| !self.roster.is_empty());
        away.chain(self.poll_group_timeout()).chain(closes_at).min()
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
        let effect = self.effects.pop_front();
        effect.or_else(|| self.poll_rooms().map(Effect::Rooms))
    }

    /// Returns whether nobody is here or expected back: the shell may drop the meeting and restore it later.
    pub fn is_idle(&self) -> bool {
        self.roster.is_empty() && self.connections.is_empty() && self.lobby.is_empty()
    }

    /// Returns whether a host has ended the meeting.
    pub const fn is_ended(&self) -> bool {
        self.is_ended
    }

    /// Returns how many people are in the roster.
    pub fn participant_count(&self) -> usize {
        self.roster.len()
    }

    /// Returns whether the meeting is as long as it may be.
    fn is_overtime(&self, now: Timestamp) -> bool {
        self.config.closes_at.is_some_and(|at| at <= now)
    }

    /// Nobody is left who needs them.
    fn forget_keys(&mut self) {
        match &mut self.keys {
            Keys::Standard(keys) => keys.forget(),
            Keys::EndToEnd(group) => group.reset(),
        }
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
            .roster_entry(self.config.mode)
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

    pub(crate) fn refuse(&mut self, connection: ConnectionId, code: ErrorCode) {
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
            stay_key: participant.stay_key.clone().into(),
        });
        Snapshot {
            version: snapshot::VERSION,
            next_participant: self.next_participant,
            standard_epoch,
            participants: participants.collect(),
            removed: self.removed.iter().map(|stay| (*stay).into()).collect(),
            group,
            acts: self.acts.acts(),
            kept_out: self.kept_out.clone(),
        }
        .encode()
    }
}

/// How long people have to come back after the server restarted. Clients back off while it is down, so they need longer
/// than after a lost connection; a gone person's leaf stays in the group for as long.
pub const RETURN_AFTER_RESTART_WITHIN: Duration = Duration::from_secs(30);
