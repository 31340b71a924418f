// SPDX-License-Identifier: MIT OR Apache-2.0
//! Moves time and messages: what is due next happens next.

use protocol::{ClientMessage, ConnectionId, ServerMessage, Timestamp, TrackKind, decode, encode};
use rand_core::RngCore as _;
use session::{Command, Directive, Output, PublishedLine, View};

use crate::{
    client::ClientId,
    network::Arrival,
    server::Outgoing,
    timeline::{describe_client_message, describe_server_message},
    world::World,
};

impl World {
    pub(crate) fn run(&mut self, end: Timestamp, mut is_so: impl FnMut(&mut Self) -> bool) -> bool {
        let mut rounds_at_once = 0;
        loop {
            if is_so(self) {
                return true;
            }
            let next = self.next_at();
            let Some(next) = next.filter(|next| *next <= end) else {
                self.now = end;
                return is_so(self);
            };
            rounds_at_once = if next > self.now { 0 } else { rounds_at_once + 1 };
            assert!(rounds_at_once < 100_000, "{}\ntime stands still", self.timeline);
            self.now = self.now.max(next);
            self.step();
        }
    }

    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        let clients = self.clients.iter().filter(|client| client.is_running);
        clients
            .flat_map(|client| [client.session.poll_timeout(), client.frames.poll_timeout()])
            .chain([self.network.next_at(), self.server.poll_timeout()])
            .flatten()
            .min()
    }

    pub(crate) fn step(&mut self) {
        if let Some(arrival) = self.network.poll(self.now) {
            self.handle_arrival(arrival);
        } else if self.server.poll_timeout().is_some_and(|at| at <= self.now) {
            self.server.handle_timeout(self.now, &mut self.rng);
            self.drain_server();
        } else {
            for id in self.client_ids() {
                let client = &mut self.clients[id.0];
                if client.is_running && client.frames.poll_timeout().is_some_and(|at| at <= self.now) {
                    client.frames.handle_timeout(self.now);
                }
                if client.is_running && client.session.poll_timeout().is_some_and(|at| at <= self.now) {
                    client.session.handle_timeout(self.now);
                    self.drain_client(id);
                }
            }
        }
    }

    pub(crate) fn handle_arrival(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Connect { client, attempt } => {
                let is_reachable = self.server.is_up() && self.clients[client.0].is_online;
                let connection = is_reachable.then(|| self.server.accept(&mut self.rng, client));
                let way = self.clients[client.0].way;
                let arrival = Arrival::Connected {
                    client,
                    attempt,
                    connection,
                };
                self.network.send(self.now, &mut self.rng, way, arrival);
                self.drain_server();
            }
            Arrival::Connected {
                client: id,
                attempt,
                connection,
            } => {
                let client = &mut self.clients[id.0];
                if !client.is_running || client.attempt != attempt {
                    // Nobody waits for it any more: closed unused.
                    if let Some(connection) = connection {
                        let way = client.way;
                        self.network.send(
                            self.now,
                            &mut self.rng,
                            way,
                            Arrival::ClosedByClient { connection },
                        );
                    }
                    return;
                }
                client.connection = connection.filter(|_| client.is_online);
                if client.connection.is_some() {
                    client.session.handle_connected(self.now);
                } else {
                    client.session.handle_disconnected(self.now);
                }
                self.drain_client(id);
            }
            Arrival::ToServer { connection, bytes } => {
                let Some(id) = self.server.client_of(connection) else {
                    return;
                };
                if self.lost_ways.contains(&connection)
                    || !self.clients[id.0].is_online
                    || self.is_cut_now(id)
                {
                    return;
                }
                self.server
                    .handle_message(self.now, &mut self.rng, connection, &bytes);
                self.drain_server();
            }
            Arrival::ToClient { connection, bytes } => {
                let Some(id) = self.owner(connection) else {
                    return;
                };
                if !self.clients[id.0].is_online || self.is_cut_now(id) {
                    return;
                }
                if let Ok(message) = decode::<ServerMessage>(&bytes)
                    && let Some(text) = describe_server_message(&message)
                {
                    self.note(id, &text);
                }
                self.clients[id.0].session.handle_message(self.now, &bytes);
                self.drain_client(id);
            }
            Arrival::ClosedByClient { connection } => {
                self.server.handle_closed(self.now, &mut self.rng, connection);
                self.drain_server();
            }
            Arrival::ClosedByServer { connection } => {
                if let Some(id) = self.owner(connection) {
                    self.clients[id.0].connection = None;
                    self.clients[id.0].session.handle_disconnected(self.now);
                    self.drain_client(id);
                }
            }
        }
    }

    pub(crate) fn drain_server(&mut self) {
        for outgoing in self.server.take_outgoing() {
            match outgoing {
                Outgoing::Message(connection, message) => {
                    let Some(id) = self.server.client_of(connection) else {
                        continue;
                    };
                    let way = self.clients[id.0].way;
                    let messages = match &mut self.from_server {
                        Some(tamper) => tamper(id, message),
                        None => vec![message],
                    };
                    for message in messages {
                        let bytes = encode(&message);
                        self.network.send(
                            self.now,
                            &mut self.rng,
                            way,
                            Arrival::ToClient { connection, bytes },
                        );
                    }
                }
                Outgoing::Close(connection) => {
                    if let Some(id) = self.server.client_of(connection) {
                        let way = self.clients[id.0].way;
                        self.network.send(
                            self.now,
                            &mut self.rng,
                            way,
                            Arrival::ClosedByServer { connection },
                        );
                        self.server.forget(connection);
                    }
                }
            }
        }
    }

    pub(crate) fn drain_client(&mut self, id: ClientId) {
        while let Some(output) = self.clients[id.0].session.poll_output() {
            let way = self.clients[id.0].way;
            match output {
                Output::Connect => {
                    self.clients[id.0].attempt += 1;
                    let attempt = self.clients[id.0].attempt;
                    let arrival = Arrival::Connect { client: id, attempt };
                    self.network.send(self.now, &mut self.rng, way, arrival);
                }
                Output::Disconnect => self.close_client_end(id),
                Output::Send(bytes) => self.send_to_server(id, &bytes),
                Output::Media(directive) => self.handle_directive(id, directive),
                Output::Keys(update) => self.clients[id.0]
                    .frames
                    .handle_encoded(self.now, &update)
                    .expect("a session encodes what a frame side decodes"),
                Output::View(view) => {
                    self.show(id, view);
                    self.carry_passes(id);
                }
                Output::Resume(token) => self.clients[id.0].resume = Some(token),
            }
        }
    }

    pub(crate) fn handle_directive(&mut self, id: ClientId, directive: Directive) {
        let client = &mut self.clients[id.0];
        match directive {
            Directive::NewTransport { transport } => {
                client.transport = Some(transport);
                client.slots.clear();
                let publish = vec![PublishedLine {
                    mid: "0".to_owned(),
                    kind: TrackKind::Microphone,
                }];
                let sdp = "offer".to_owned();
                client.session.handle_command(
                    self.now,
                    Command::Offer {
                        transport,
                        sdp,
                        publish,
                    },
                );
            }
            Directive::Slot { mid, source, .. } => {
                match source {
                    Some(source) => client.slots.insert(mid, source),
                    None => client.slots.remove(&mid),
                };
            }
            Directive::Keyframe { .. } => client.keyframes += 1,
            Directive::Answer { .. } | Directive::MoreSlots { .. } | Directive::CloseTransport => {}
        }
    }

    pub(crate) fn send_to_server(&mut self, id: ClientId, bytes: &[u8]) {
        let Some(connection) = self.clients[id.0].connection else {
            return;
        };
        let message = decode::<ClientMessage>(bytes).expect("a session sends messages");
        if let Some(text) = describe_client_message(&message) {
            self.note(id, &text);
        }
        let messages = match &mut self.to_server {
            Some(tamper) => tamper(id, message),
            None => vec![message],
        };
        let way = self.clients[id.0].way;
        for message in messages {
            let bytes = encode(&message);
            self.network.send(
                self.now,
                &mut self.rng,
                way,
                Arrival::ToServer { connection, bytes },
            );
        }
    }

    pub(crate) fn show(&mut self, id: ClientId, view: Box<View>) {
        let before = self.clients[id.0].view.replace(view);
        let after = self.view(id);
        let line = before.as_ref().is_none_or(|before| {
            (
                before.state,
                before.epoch,
                before.notices.len(),
                before.is_sending_paused,
            ) != (
                after.state,
                after.epoch,
                after.notices.len(),
                after.is_sending_paused,
            )
        });
        if line {
            let last = after.notices.last().map(|notice| notice.code);
            let paused = if after.is_sending_paused {
                ", NOT SENDING"
            } else {
                ""
            };
            let text = format!("== {:?} epoch {} {:?}{paused}", after.state, after.epoch, last);
            self.note(id, &text);
        }
    }

    pub(crate) fn close_client_end(&mut self, id: ClientId) {
        let client = &mut self.clients[id.0];
        client.attempt += 1;
        if let Some(connection) = client.connection.take().filter(|_| client.is_online) {
            let way = client.way;
            self.network.send(
                self.now,
                &mut self.rng,
                way,
                Arrival::ClosedByClient { connection },
            );
        }
    }

    pub(crate) fn is_cut_now(&mut self, id: ClientId) -> bool {
        self.messages += 1;
        let is_cut = self.cut_at_message == Some(self.messages);
        if is_cut {
            self.cut(id);
        }
        is_cut
    }

    pub(crate) fn owner(&self, connection: ConnectionId) -> Option<ClientId> {
        self.client_ids()
            .find(|id| self.clients[id.0].connection == Some(connection) && self.clients[id.0].is_running)
    }

    pub(crate) fn note(&mut self, id: ClientId, what: &str) {
        let name = self.clients[id.0].name.clone();
        self.timeline.note(self.now, &name, what);
    }

    pub(crate) fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        seed
    }
}
