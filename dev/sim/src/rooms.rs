// SPDX-License-Identifier: MIT OR Apache-2.0
//! Breakout rooms: at the server a meeting each, in a client a second session, and between the two what a page carries.

use std::collections::BTreeMap;

use meeting::{Effect, Hello, Meeting, MeetingConfig, OpenRoom, Visitor};
use protocol::{ConnectionId, ErrorCode, MeetingId, Timestamp, TrackKind};
use rand_chacha::ChaCha20Rng;
use session::{BreakoutEntry, Command, Session, SessionConfig};

use crate::{
    client::{Client, ClientId},
    network::Link,
    relay::Relay,
    server::Outgoing,
    world::World,
};

/// The server's open breakout rooms.
#[derive(Default)]
pub(crate) struct Rooms {
    by_id: BTreeMap<MeetingId, Room>,
    room_by_connection: BTreeMap<ConnectionId, MeetingId>,
    /// Whether it lets anybody in.
    is_careless: bool,
    outgoing: Vec<Outgoing>,
}

struct Room {
    meeting: Meeting,
    relay: Relay,
}

impl Rooms {
    pub(crate) fn clear(&mut self) {
        self.by_id.clear();
        self.room_by_connection.clear();
    }

    pub(crate) fn holds(&self, id: MeetingId) -> bool {
        self.by_id.contains_key(&id)
    }

    pub(crate) fn relay(&self, id: MeetingId) -> Option<&Relay> {
        self.by_id.get(&id).map(|room| &room.relay)
    }

    /// Opens what is new and closes what is missing.
    pub(crate) fn open(
        &mut self,
        now: Timestamp,
        rng: &mut ChaCha20Rng,
        parent: &MeetingConfig,
        open: Vec<OpenRoom>,
    ) {
        for (id, room) in &mut self.by_id {
            if !open.iter().any(|open| open.room == *id) {
                room.meeting.handle_closed(ErrorCode::MeetingEnded);
            }
        }
        self.outgoing = self.drain();
        self.by_id
            .retain(|id, _| open.iter().any(|open| open.room == *id));
        for OpenRoom { room: id, belonging } in open {
            let room = self.by_id.entry(id).or_insert_with(|| Room {
                meeting: Meeting::new(MeetingConfig {
                    meeting: id,
                    admission_key: None,
                    has_lobby: false,
                    ..parent.clone()
                }),
                relay: Relay::default(),
            });
            if !self.is_careless {
                room.meeting.set_belonging(now, rng, belonging);
            }
        }
    }

    pub(crate) fn handle_hello(
        &mut self,
        now: Timestamp,
        rng: &mut ChaCha20Rng,
        connection: ConnectionId,
        (id, hello): (MeetingId, Hello),
        visitor: Visitor,
    ) {
        self.room_by_connection.insert(connection, id);
        if let Some(room) = self.by_id.get_mut(&id) {
            room.meeting.handle_hello(now, rng, connection, hello, visitor);
        }
    }

    /// Takes a message if it is for a room.
    pub(crate) fn handle_message(
        &mut self,
        now: Timestamp,
        rng: &mut ChaCha20Rng,
        connection: ConnectionId,
        bytes: &[u8],
    ) -> bool {
        let Some(id) = self.room_by_connection.get(&connection) else {
            return false;
        };
        if let Some(room) = self.by_id.get_mut(id) {
            room.meeting.handle_message(now, rng, connection, bytes);
        }
        true
    }

    pub(crate) fn handle_disconnected(&mut self, now: Timestamp, connection: ConnectionId) {
        let id = self.room_by_connection.remove(&connection);
        if let Some(room) = id.and_then(|id| self.by_id.get_mut(&id)) {
            room.meeting.handle_disconnected(now, connection);
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        self.by_id
            .values()
            .filter_map(|room| room.meeting.poll_timeout())
            .min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Timestamp, rng: &mut ChaCha20Rng) {
        for room in self.by_id.values_mut() {
            room.meeting.handle_timeout(now, rng);
        }
    }

    pub(crate) fn drain(&mut self) -> Vec<Outgoing> {
        let mut outgoing = std::mem::take(&mut self.outgoing);
        for room in self.by_id.values_mut() {
            while let Some(effect) = room.meeting.poll_effect() {
                match effect {
                    Effect::Send { connection, message } => {
                        outgoing.push(Outgoing::Message(connection, message))
                    }
                    Effect::Close { connection, .. } => outgoing.push(Outgoing::Close(connection)),
                    Effect::Media(command) => {
                        for event in room.relay.handle_command(command) {
                            room.meeting.handle_media_event(event);
                        }
                    }
                    Effect::Persist(_) | Effect::Rooms(_) => {}
                }
            }
        }
        outgoing
    }
}

impl World {
    /// From here on the server lets anybody into breakout rooms.
    pub fn be_careless_about_rooms(&mut self) {
        self.server.rooms.is_careless = true;
    }

    /// Somebody enters a breakout room that its view offers, as a page does it: by a second session.
    ///
    /// # Panics
    /// If the view does not offer it.
    pub fn enter_room(&mut self, id: ClientId, room: &str) -> ClientId {
        let rooms = &self.view(id).breakouts.rooms;
        let offered = rooms.iter().find(|offered| offered.id == room);
        let pass = offered.and_then(|offered| offered.pass.clone());
        let pass = pass.unwrap_or_else(|| panic!("{}\nthe room is not offered", self.timeline));
        let room = room.to_owned();
        self.command(
            id,
            Command::EnterRoom {
                room: Some(room.clone()),
            },
        );
        self.break_into_room(id, &room, pass)
    }

    /// Somebody tries to enter a breakout room with whatever pass.
    ///
    /// # Panics
    /// If `room` is no meeting id.
    pub fn break_into_room(&mut self, id: ClientId, room: &str, pass: String) -> ClientId {
        let room: MeetingId = room.parse().expect("an id of a room");
        let seed = self.seed();
        let parent = &self.clients[id.0];
        let (name, link) = (parent.name.clone(), parent.link.clone());
        let config = SessionConfig {
            link: link.clone(),
            name: name.clone(),
            resume: None,
            active: vec![TrackKind::Microphone],
        };
        let stay = parent.resume.clone().expect("it is in the meeting");
        let mut client = Client::new(
            self.now,
            seed,
            &format!("{name} in a room"),
            link,
            Link::default(),
        );
        client.session = Session::in_breakout(self.now, seed, config, BreakoutEntry { room, stay, pass });
        client.room = Some(room);
        client.parent = Some(id);
        client.is_wanted = false;
        self.clients.push(client);
        let inside = ClientId(self.clients.len() - 1);
        self.drain_client(inside);
        inside
    }

    /// Does what a page does when the view of the session in the meeting changes: the sessions in rooms get their passes.
    pub(crate) fn carry_passes(&mut self, id: ClientId) {
        let inside: Vec<ClientId> = self
            .client_ids()
            .filter(|inside| self.clients[inside.0].parent == Some(id))
            .collect();
        for inside in inside {
            let room = self.clients[inside.0].room.map(|room| room.to_string());
            let rooms = self.view(id).breakouts.rooms.iter();
            let pass = rooms
                .filter(|offered| Some(&offered.id) == room.as_ref())
                .find_map(|offered| offered.pass.clone());
            if let Some(pass) = pass {
                self.command(inside, Command::RenewPass { pass });
            }
        }
    }
}
