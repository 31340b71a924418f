// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server: a real meeting, what a store would keep of it, and the relay in place of the media plane.

use std::collections::BTreeMap;

use meeting::{Effect, Greeting, Meeting, MeetingConfig, Record, Visitor};
use protocol::{
    AccountId, ConnectionId, ErrorCode, MeetingId, ServerMessage, Timestamp, identity::IdentityClaim,
};
use rand_chacha::ChaCha20Rng;

use crate::{client::ClientId, relay::Relay, rooms::Rooms};

pub(crate) struct Server {
    config: MeetingConfig,
    meeting: Option<Meeting>,
    stored: Option<Vec<u8>>,
    greetings: BTreeMap<ConnectionId, Greeting>,
    clients: BTreeMap<ConnectionId, ClientId>,
    last_connection: u64,
    pub(crate) identities: BTreeMap<ClientId, IdentityClaim>,
    /// By what the shell knows whom again.
    pub(crate) marks: BTreeMap<ClientId, (Option<AccountId>, Option<[u8; 32]>)>,
    pub(crate) relay: Relay,
    pub(crate) rooms: Rooms,
    outgoing: Vec<Outgoing>,
}

/// Something for one connection.
#[expect(clippy::large_enum_variant, reason = "nearly all are messages")]
pub(crate) enum Outgoing {
    Message(ConnectionId, ServerMessage),
    Close(ConnectionId),
}

impl Server {
    pub(crate) fn new(config: MeetingConfig) -> Self {
        Self {
            meeting: Some(Meeting::new(config.clone())),
            config,
            stored: None,
            greetings: BTreeMap::new(),
            clients: BTreeMap::new(),
            last_connection: 0,
            identities: BTreeMap::new(),
            marks: BTreeMap::new(),
            relay: Relay::default(),
            rooms: Rooms::default(),
            outgoing: Vec::new(),
        }
    }

    /// From here on, whoever says hello is let in, whatever its link secret.
    pub(crate) fn stop_checking_secrets(&mut self) {
        self.config.admission_key = None;
        self.meeting = Some(Meeting::new(self.config.clone()));
    }

    pub(crate) fn is_up(&self) -> bool {
        self.meeting.is_some()
    }

    /// Stops at once, and forgets whatever it did not store. Returns the connections that break.
    pub(crate) fn stop(&mut self) -> Vec<ConnectionId> {
        self.meeting = None;
        self.greetings.clear();
        self.relay = Relay::default();
        self.rooms.clear();
        std::mem::take(&mut self.clients).into_keys().collect()
    }

    /// Goes on from what was stored.
    pub(crate) fn start(&mut self, now: Timestamp) {
        self.meeting = Some(match &self.stored {
            Some(state) => Meeting::restore(now, self.config.clone(), state).expect("it stored this itself"),
            None => Meeting::new(self.config.clone()),
        });
    }

    pub(crate) fn client_of(&self, connection: ConnectionId) -> Option<ClientId> {
        self.clients.get(&connection).copied()
    }

    pub(crate) fn accept(&mut self, rng: &mut ChaCha20Rng, client: ClientId) -> ConnectionId {
        self.last_connection += 1;
        let connection = ConnectionId(self.last_connection);
        let (greeting, challenge) = Greeting::new(rng);
        self.greetings.insert(connection, greeting);
        self.clients.insert(connection, client);
        self.outgoing.push(Outgoing::Message(connection, challenge));
        connection
    }

    pub(crate) fn handle_message(
        &mut self,
        now: Timestamp,
        rng: &mut ChaCha20Rng,
        connection: ConnectionId,
        bytes: &[u8],
    ) {
        let visitor = self.visitor(now, connection);
        let Some(meeting) = &mut self.meeting else {
            return;
        };
        match self.greetings.remove(&connection) {
            Some(greeting) => match greeting.handle_message(bytes) {
                Ok((id, hello)) if id == self.config.meeting => {
                    meeting.handle_hello(now, rng, connection, hello, visitor);
                }
                Ok((id, hello)) if self.rooms.holds(id) => {
                    self.rooms
                        .handle_hello(now, rng, connection, (id, hello), visitor);
                }
                Ok(_) => self.refuse(connection, ErrorCode::UnknownMeeting),
                Err(code) => self.refuse(connection, code),
            },
            None if self.rooms.handle_message(now, rng, connection, bytes) => {}
            None => meeting.handle_message(now, rng, connection, bytes),
        }
        self.drain(now, rng);
    }

    pub(crate) fn handle_closed(&mut self, now: Timestamp, rng: &mut ChaCha20Rng, connection: ConnectionId) {
        self.greetings.remove(&connection);
        self.clients.remove(&connection);
        self.rooms.handle_disconnected(now, connection);
        if let Some(meeting) = &mut self.meeting {
            meeting.handle_disconnected(now, connection);
        }
        self.drain(now, rng);
    }

    /// Returns what stands in for the media plane of the meeting, or of one of its breakout rooms.
    pub(crate) fn relay_of(&self, room: Option<MeetingId>) -> &Relay {
        room.and_then(|room| self.rooms.relay(room))
            .unwrap_or(&self.relay)
    }

    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        let own = self.meeting.as_ref().and_then(Meeting::poll_timeout);
        own.into_iter().chain(self.rooms.poll_timeout()).min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Timestamp, rng: &mut ChaCha20Rng) {
        if let Some(meeting) = &mut self.meeting {
            meeting.handle_timeout(now, rng);
        }
        self.rooms.handle_timeout(now, rng);
        self.drain(now, rng);
    }

    pub(crate) fn take_outgoing(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.outgoing)
    }

    pub(crate) fn forget(&mut self, connection: ConnectionId) {
        self.clients.remove(&connection);
    }

    fn visitor(&self, now: Timestamp, connection: ConnectionId) -> Visitor {
        let guest = Visitor::guest(now, STARTED_AT + now.since_zero().as_secs());
        let client = self.clients.get(&connection);
        let (account, device) = client
            .and_then(|client| self.marks.get(client).copied())
            .unwrap_or_default();
        let guest = guest.known_by(account, device);
        match client.and_then(|client| self.identities.get(client)) {
            Some(identity) => guest.with_identity(identity.clone()),
            None => guest,
        }
    }

    fn refuse(&mut self, connection: ConnectionId, code: ErrorCode) {
        self.outgoing
            .push(Outgoing::Message(connection, ServerMessage::Refused { code }));
        self.outgoing.push(Outgoing::Close(connection));
    }

    fn drain(&mut self, now: Timestamp, rng: &mut ChaCha20Rng) {
        let Some(meeting) = &mut self.meeting else {
            return;
        };
        while let Some(effect) = meeting.poll_effect() {
            match effect {
                Effect::Send { connection, message } => {
                    self.outgoing.push(Outgoing::Message(connection, message));
                }
                Effect::Close { connection, .. } => self.outgoing.push(Outgoing::Close(connection)),
                Effect::Media(command) => {
                    for event in self.relay.handle_command(command) {
                        meeting.handle_media_event(event);
                    }
                }
                Effect::Persist(Record::State { state, .. }) => self.stored = Some(state),
                Effect::Persist(Record::Ended) => {}
                Effect::Rooms(rooms) => self.rooms.open(now, rng, &self.config, rooms),
            }
        }
        self.outgoing.extend(self.rooms.drain());
    }
}

// The world's beginning, in seconds since 1970.
const STARTED_AT: u64 = 1_800_000_000;
