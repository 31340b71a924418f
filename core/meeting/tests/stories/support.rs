// SPDX-License-Identifier: MIT OR Apache-2.0
//! One meeting with clients that say hello and keep what they were sent.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ed25519_dalek::{Signer as _, SigningKey};
use incamera_meeting::{Effect, Greeting, InstanceKeys, Meeting, MeetingConfig, Record, Visitor};
use policy::{AccountFacts, Policy, Preset};
use protocol::{
    ClientMessage, ConnectionId, ErrorCode, MeetingId, Mode, PROTOCOL_VERSION, ParticipantId, Redacted,
    ResumeToken, ServerMessage, Timestamp, encode,
    identity::{IdentityClaim, SignedStatement},
    limits,
    message::{HostProof, RosterEntry, StandardKey},
    mls,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use sfu::{SfuCommand, SfuEvent};

pub(crate) const MEETING: MeetingId = MeetingId::new([7; 16]);

/// A meeting in a world whose clock only moves when it is told to.
pub(crate) struct World {
    pub(crate) meeting: Meeting,
    pub(crate) now: Timestamp,
    pub(crate) config: MeetingConfig,
    pub(crate) stored: Option<Vec<u8>>,
    pub(crate) has_ended: bool,
    pub(crate) rooms: Vec<incamera_meeting::OpenRoom>,
    pub(crate) media: Vec<SfuCommand>,
    rng: ChaCha20Rng,
    next_connection: u64,
    inboxes: BTreeMap<ConnectionId, Vec<ServerMessage>>,
    closed: BTreeMap<ConnectionId, Option<ErrorCode>>,
}

/// What a hello says, beyond the usual.
#[derive(Default, Clone)]
pub(crate) struct HelloWith {
    pub(crate) resume: Option<ResumeToken>,
    pub(crate) epoch: Option<u64>,
    pub(crate) host: Option<SigningKey>,
    pub(crate) mode: Option<Mode>,
    pub(crate) name: Option<&'static str>,
    pub(crate) has_wrong_secret: bool,
    pub(crate) leaf_key: Vec<u8>,
    pub(crate) heard: Option<u64>,
    pub(crate) identity: Option<IdentityClaim>,
    pub(crate) account: Option<AccountFacts>,
}

impl HelloWith {
    fn visitor(&self, now: Timestamp) -> Visitor {
        let mut visitor = Visitor::guest(now, UNIX_TIME);
        if let Some(identity) = &self.identity {
            visitor = visitor.with_identity(identity.clone());
        }
        if let Some(facts) = &self.account {
            visitor = visitor.with_account(facts.clone());
        }
        visitor
    }
}

/// The installation's clock at the beginning of each hello, in seconds since 1970.
pub(crate) const UNIX_TIME: u64 = 1_800_000_000;

/// What a Welcome gave.
#[derive(Clone)]
pub(crate) struct Welcomed {
    pub(crate) connection: ConnectionId,
    pub(crate) id: ParticipantId,
    pub(crate) resume: ResumeToken,
    pub(crate) roster: Vec<RosterEntry>,
    pub(crate) key: Option<StandardKey>,
    pub(crate) identity: Option<SignedStatement>,
    pub(crate) identity_key: Vec<u8>,
    pub(crate) unix_time: u64,
}

impl World {
    pub(crate) fn new(mode: Mode) -> Self {
        let config = MeetingConfig {
            meeting: MEETING,
            mode,
            host_key: Some(host_key().verifying_key().to_bytes()),
            admission_key: (mode == Mode::E2ee).then(|| admission_key().verifying_key().to_bytes()),
            keys: InstanceKeys::new([1; 32], [2; 32]).with_identity_key(IDENTITY_SEED),
            policy: Arc::new(Policy::preset(Preset::default())),
            owner_standing: None,
            has_lobby: false,
            people: limits::PARTICIPANTS,
            closes_at: None,
        };
        Self::of(config)
    }

    /// A meeting about which the shell knows something more.
    pub(crate) fn with(mode: Mode, change: impl FnOnce(&mut MeetingConfig)) -> Self {
        let mut config = Self::new(mode).config;
        change(&mut config);
        Self::of(config)
    }

    fn of(config: MeetingConfig) -> Self {
        Self {
            meeting: Meeting::new(config.clone()),
            now: Timestamp::new(Duration::from_secs(100)),
            config,
            stored: None,
            has_ended: false,
            rooms: Vec::new(),
            media: Vec::new(),
            rng: ChaCha20Rng::seed_from_u64(1),
            next_connection: 1,
            inboxes: BTreeMap::new(),
            closed: BTreeMap::new(),
        }
    }

    /// Says hello on a new connection and returns it, welcomed or not.
    pub(crate) fn hello(&mut self, with: HelloWith) -> ConnectionId {
        let visitor = with.visitor(self.now);
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let (greeting, challenge) = Greeting::new(&mut self.rng);
        let ServerMessage::Challenge { nonce } = challenge else {
            panic!("the first message is a challenge");
        };
        let mode = with.mode.unwrap_or(self.config.mode);
        let host_proof = with.host.map(|key| HostProof {
            host_key: key.verifying_key().to_bytes().to_vec(),
            signature: key
                .sign(&mls::host_challenge_message(MEETING, mode, &nonce))
                .to_bytes()
                .to_vec(),
        });
        let hello = ClientMessage::Hello {
            version: PROTOCOL_VERSION,
            meeting: MEETING,
            mode,
            resume: with.resume,
            epoch: with.epoch,
            host_proof,
            admission: prove_admission(mode, &nonce, with.has_wrong_secret),
            name: with.name.map(|name| Redacted(String::from(name))),
            leaf_key: with.leaf_key,
            heard: with.heard,
            stay: None,
        };
        let (_, hello) = greeting.handle_message(&encode(&hello)).expect("a whole hello");
        self.meeting
            .handle_hello(self.now, &mut self.rng, connection, hello, visitor);
        self.settle();
        connection
    }

    #[track_caller]
    pub(crate) fn join(&mut self, with: HelloWith) -> Welcomed {
        let connection = self.hello(with);
        self.welcomed(connection)
    }

    #[track_caller]
    pub(crate) fn welcomed(&mut self, connection: ConnectionId) -> Welcomed {
        let inbox = self
            .inboxes
            .get_mut(&connection)
            .map(std::mem::take)
            .unwrap_or_default();
        for message in inbox {
            if let ServerMessage::Welcome {
                participant,
                resume,
                roster,
                standard_key,
                identity,
                identity_key,
                unix_time,
                ..
            } = message
            {
                return Welcomed {
                    connection,
                    id: participant,
                    resume,
                    roster,
                    key: standard_key,
                    identity,
                    identity_key,
                    unix_time,
                };
            }
        }
        panic!("no welcome");
    }

    pub(crate) fn say(&mut self, connection: ConnectionId, message: &ClientMessage) {
        self.say_bytes(connection, &encode(message));
    }

    pub(crate) fn say_bytes(&mut self, connection: ConnectionId, bytes: &[u8]) {
        self.meeting
            .handle_message(self.now, &mut self.rng, connection, bytes);
        self.settle();
    }

    pub(crate) fn disconnect(&mut self, connection: ConnectionId) {
        self.meeting.handle_disconnected(self.now, connection);
        self.settle();
    }

    pub(crate) fn media_event(&mut self, event: SfuEvent) {
        self.meeting.handle_media_event(event);
        self.settle();
    }

    /// Lets time pass, with every timeout at its moment.
    pub(crate) fn wait(&mut self, span: Duration) {
        let until = self.now + span;
        while let Some(at) = self.meeting.poll_timeout().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.meeting.handle_timeout(self.now, &mut self.rng);
            self.settle();
        }
        self.now = until;
    }

    /// Something outside closes the meeting.
    pub(crate) fn close(&mut self, code: ErrorCode) {
        self.meeting.handle_closed(code);
        self.settle();
    }

    /// Stops the server and starts it again with what was stored.
    pub(crate) fn restart(&mut self) {
        self.now = Timestamp::new(Duration::from_secs(5));
        self.meeting = match &self.stored {
            Some(state) => Meeting::restore(self.now, self.config.clone(), state).expect("own state"),
            None => Meeting::new(self.config.clone()),
        };
        self.inboxes.clear();
        self.settle();
    }

    /// Takes what was sent to the connection so far.
    pub(crate) fn received(&mut self, connection: ConnectionId) -> Vec<ServerMessage> {
        self.inboxes
            .get_mut(&connection)
            .map(std::mem::take)
            .unwrap_or_default()
    }

    pub(crate) fn forget_received(&mut self) {
        self.inboxes.clear();
        self.media.clear();
    }

    /// Returns whether the connection was closed, and why.
    pub(crate) fn closed(&self, connection: ConnectionId) -> Option<Option<ErrorCode>> {
        self.closed.get(&connection).copied()
    }

    /// Checks that the connection was refused with `code` and closed.
    #[track_caller]
    pub(crate) fn check_refused(&mut self, connection: ConnectionId, code: ErrorCode) {
        assert_eq!(
            self.received(connection).last(),
            Some(&ServerMessage::Refused { code })
        );
        assert_eq!(self.closed(connection), Some(Some(code)));
    }

    /// Checks that the connection's last message was rejected with `code`, and the connection goes on.
    #[track_caller]
    pub(crate) fn check_rejected(&mut self, connection: ConnectionId, code: ErrorCode) {
        assert_eq!(
            self.received(connection).last(),
            Some(&ServerMessage::Rejected { code })
        );
        assert_eq!(self.closed(connection), None);
    }

    fn settle(&mut self) {
        while let Some(effect) = self.meeting.poll_effect() {
            match effect {
                Effect::Send { connection, message } => {
                    assert!(
                        !self.closed.contains_key(&connection),
                        "sent after close: {message:?}"
                    );
                    self.inboxes.entry(connection).or_default().push(message);
                }
                Effect::Close { connection, code } => {
                    assert_eq!(self.closed.insert(connection, code), None, "closed once");
                }
                Effect::Media(command) => self.media.push(command),
                Effect::Persist(Record::State { state, .. }) => self.stored = Some(state),
                Effect::Persist(Record::Ended) => self.has_ended = true,
                Effect::Rooms(rooms) => self.rooms = rooms,
            }
        }
    }
}

/// The key of those who have the link secret.
fn admission_key() -> SigningKey {
    SigningKey::from_bytes(&[11; 32])
}

fn prove_admission(mode: Mode, challenge: &[u8], has_wrong_secret: bool) -> Vec<u8> {
    let key = if has_wrong_secret {
        SigningKey::from_bytes(&[12; 32])
    } else {
        admission_key()
    };
    let message = mls::admission_challenge_message(MEETING, mode, challenge);
    if mode == Mode::E2ee {
        key.sign(&message).to_bytes().to_vec()
    } else {
        Vec::new()
    }
}

pub(crate) fn host_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

/// The standard keys among `messages`.
pub(crate) fn keys(messages: &[ServerMessage]) -> Vec<StandardKey> {
    let mut keys = Vec::new();
    for message in messages {
        if let ServerMessage::StandardKey { key } = message {
            keys.push(key.clone());
        }
    }
    keys
}

/// The participants in `roster`.
pub(crate) fn ids(roster: &[RosterEntry]) -> Vec<u32> {
    roster.iter().map(|entry| entry.participant.0).collect()
}

/// The seed of the installation's identity key.
pub(crate) const IDENTITY_SEED: [u8; 32] = [13; 32];
