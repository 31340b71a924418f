// SPDX-License-Identifier: MIT OR Apache-2.0
//! The lobby: whoever waits in it is in no roster and no group, gets no key and no media, and is heard by hosts only.

use std::collections::BTreeMap;

use policy::{Action, Role};
use protocol::{
    ClientMessage, ConnectionId, ErrorCode, ParticipantId, ServerMessage, Timestamp,
    acts::{Admitted, SignedAct},
    decode,
    message::WaitingEntry,
};
use rand_core::CryptoRng;

use crate::{
    Effect, Hello, Meeting, Visitor,
    meeting::Identity,
    rate::RateLimit,
    reject::{Rejection, code_of},
};

/// Everybody who waits.
#[derive(Default)]
pub(crate) struct Lobby {
    waiting: BTreeMap<ConnectionId, Waiting>,
    /// How many ever waited.
    count: u64,
}

struct Waiting {
    number: u64,
    identity: Identity,
    hello: Hello,
    visitor: Visitor,
    stay_key: Vec<u8>,
    name: Vec<u8>,
    limit: RateLimit,
}

impl Lobby {
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn holds(&self, id: ParticipantId) -> bool {
        self.waiting
            .values()
            .any(|waiting| waiting.identity.participant == id)
    }

    /// Forgets everybody, and returns their connections.
    pub(crate) fn clear(&mut self) -> Vec<ConnectionId> {
        std::mem::take(&mut self.waiting).into_keys().collect()
    }

    fn in_order(&self) -> Vec<WaitingEntry> {
        let mut waiting: Vec<&Waiting> = self.waiting.values().collect();
        waiting.sort_by_key(|waiting| waiting.number);
        waiting
            .into_iter()
            .map(|waiting| WaitingEntry {
                participant: waiting.identity.participant,
                stay_key: waiting.stay_key.clone(),
                name: waiting.name.clone(),
            })
            .collect()
    }
}

impl Meeting {
    /// Returns whether a hello has to wait for a host.
    pub(crate) fn must_wait(&self, identity: &Identity, hello: &Hello, visitor: &Visitor) -> bool {
        if self.roster.contains_key(&identity.participant) {
            return false;
        }
        let stay_key = self.proved_stay_key(&hello.challenge, hello.stay.as_ref());
        // A host let it in before, or made it one.
        let was_admitted = self.acts.admission_of(&stay_key).is_some()
            || self.acts.role_of(&stay_key) > protocol::acts::Role::Participant;
        let joining = self.joining(visitor, identity.is_host, false);
        !was_admitted
            && !self
                .config
                .policy
                .allows(&visitor.actor, &Action::PassLobby(joining))
    }

    /// Has somebody wait.
    pub(crate) fn wait(
        &mut self,
        now: Timestamp,
        connection: ConnectionId,
        identity: Identity,
        hello: Hello,
        visitor: Visitor,
    ) {
        if self.lobby.waiting.len() >= WAITING {
            return self.refuse(connection, ErrorCode::MeetingFull);
        }
        let stay_key = self.proved_stay_key(&hello.challenge, hello.stay.as_ref());
        let message = ServerMessage::InLobby {
            participant: identity.participant,
        };
        self.lobby.count += 1;
        self.lobby.waiting.insert(
            connection,
            Waiting {
                number: self.lobby.count,
                identity,
                hello,
                visitor,
                stay_key,
                name: Vec::new(),
                limit: RateLimit::new(now),
            },
        );
        self.send_on(connection, message);
        self.tell_hosts_who_waits();
    }

    /// Takes a message from a connection that is in no roster: it may be in the lobby.
    pub(crate) fn handle_lobby_message(&mut self, now: Timestamp, connection: ConnectionId, bytes: &[u8]) {
        let Some(waiting) = self.lobby.waiting.get_mut(&connection) else {
            // Sent before the client learned that this connection is over.
            return;
        };
        let outcome = waiting.limit.accept(now).and_then(|()| {
            decode::<ClientMessage>(bytes).map_err(|error| Rejection::Connection(code_of(error)))
        });
        match outcome {
            Ok(ClientMessage::Ping) => self.send_on(connection, ServerMessage::Pong),
            Ok(ClientMessage::Knock { name }) if name.len() <= protocol::acts::SEALED_BYTES => {
                waiting.name = name;
                self.tell_hosts_who_waits();
            }
            Ok(ClientMessage::Leave) => {
                self.effects.push_back(Effect::Close {
                    connection,
                    code: None,
                });
                self.leave_lobby(connection);
            }
            Ok(_) => {
                let code = ErrorCode::OutOfOrder;
                self.send_on(connection, ServerMessage::Rejected { code });
            }
            Err(Rejection::Message(code)) => self.send_on(connection, ServerMessage::Rejected { code }),
            Err(Rejection::Connection(code)) => {
                self.refuse(connection, code);
                self.leave_lobby(connection);
            }
        }
    }

    /// Notes that somebody does not wait any more.
    pub(crate) fn leave_lobby(&mut self, connection: ConnectionId) {
        if self.lobby.waiting.remove(&connection).is_some() {
            self.tell_hosts_who_waits();
        }
    }

    /// Lets in whom a host admitted.
    pub(crate) fn admit(&mut self, now: Timestamp, rng: &mut impl CryptoRng, admitted: &[Admitted]) {
        let is_meant = |waiting: &Waiting| {
            admitted.iter().any(|admitted| {
                admitted.participant == waiting.identity.participant && admitted.stay_key == waiting.stay_key
            })
        };
        self.let_in(now, rng, is_meant);
    }

    /// Lets in everybody: there is no lobby any more.
    pub(crate) fn admit_everybody(&mut self, now: Timestamp, rng: &mut impl CryptoRng) {
        self.let_in(now, rng, |_| true);
    }

    fn let_in(&mut self, now: Timestamp, rng: &mut impl CryptoRng, is_meant: impl Fn(&Waiting) -> bool) {
        let connections: Vec<ConnectionId> = self
            .lobby
            .waiting
            .iter()
            .filter(|(_, waiting)| is_meant(waiting))
            .map(|(connection, _)| *connection)
            .collect();
        for connection in connections {
            let Some(waiting) = self.lobby.waiting.remove(&connection) else {
                continue;
            };
            // The meeting may have filled up since the hello.
            if self.has_room() {
                self.enter(
                    now,
                    rng,
                    connection,
                    waiting.identity,
                    waiting.hello,
                    waiting.visitor,
                );
            } else {
                self.refuse(connection, ErrorCode::MeetingFull);
            }
        }
        self.tell_hosts_who_waits();
    }

    /// Sends somebody away who waits.
    pub(crate) fn turn_away(&mut self, id: ParticipantId) {
        let connection = self
            .lobby
            .waiting
            .iter()
            .find(|(_, waiting)| waiting.identity.participant == id)
            .map(|(connection, _)| *connection);
        if let Some(connection) = connection {
            self.refuse(connection, ErrorCode::TurnedAway);
            self.leave_lobby(connection);
        }
    }

    /// Passes a host's words on to those who wait.
    pub(crate) fn tell_lobby(&mut self, by: ParticipantId, act: SignedAct) {
        let connections: Vec<ConnectionId> = self.lobby.waiting.keys().copied().collect();
        for connection in connections {
            self.send_on(connection, ServerMessage::Act { by, act: act.clone() });
        }
    }

    /// Tells the hosts who waits, if there is anything to tell.
    pub(crate) fn tell_hosts_who_waits(&mut self) {
        let waiting = self.lobby.in_order();
        for host in self.hosts() {
            self.send_to(
                host,
                ServerMessage::Waiting {
                    waiting: waiting.clone(),
                },
            );
        }
    }

    /// Tells one newcomer who waits, if it runs the meeting and somebody does.
    pub(crate) fn tell_who_waits(&mut self, id: ParticipantId) {
        if self.role(id) != Role::Participant && !self.lobby.is_empty() {
            let waiting = self.lobby.in_order();
            self.send_to(id, ServerMessage::Waiting { waiting });
        }
    }

    fn send_on(&mut self, connection: ConnectionId, message: ServerMessage) {
        self.effects.push_back(Effect::Send { connection, message });
    }
}

// Nobody admits more one by one, and each is memory that a stranger with the link can make the server hold.
const WAITING: usize = 100;
