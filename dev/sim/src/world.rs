// SPDX-License-Identifier: MIT OR Apache-2.0
//! The world: one server, its clients, the network between them, and time, which passes only here.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
    time::Duration,
};

use e2ee::{NewMeeting, invitation};
use meeting::{InstanceKeys, MeetingConfig};
use policy::{Policy, Preset};
use protocol::{
    AccountId, ClientMessage, ConnectionId, MeetingId, MeetingLink, Mode, ParticipantId, ServerMessage,
    Timestamp, encode, identity::IdentityClaim,
};
use rand::Rng as _;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use session::{Command, View};

use crate::{
    client::{Client, ClientId},
    network::{Arrival, Link, Network},
    server::Server,
    timeline::Timeline,
};

/// Looks at every message to a client on its way out of the server, and says what goes out instead.
pub type FromServer = Box<dyn FnMut(ClientId, ServerMessage) -> Vec<ServerMessage> + Send>;

/// Looks at every message of a client on its way into the server, and says what goes in instead.
pub type ToServer = Box<dyn FnMut(ClientId, ClientMessage) -> Vec<ClientMessage> + Send>;

/// One meeting and everybody in it.
pub struct World {
    pub(crate) now: Timestamp,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) network: Network,
    pub(crate) server: Server,
    pub(crate) clients: Vec<Client>,
    pub(crate) host_link: MeetingLink,
    pub(crate) timeline: Timeline,
    pub(crate) from_server: Option<FromServer>,
    pub(crate) to_server: Option<ToServer>,
    pub(crate) lost_ways: BTreeSet<ConnectionId>,
    pub(crate) messages: u64,
    pub(crate) cut_at_message: Option<u64>,
}

impl World {
    /// Creates an end-to-end encrypted meeting.
    pub fn new(seed: u64) -> Self {
        Self::with_mode(seed, Mode::E2ee)
    }

    /// Creates an end-to-end encrypted meeting whose server lets in whoever comes, whatever its link secret.
    pub fn with_lenient_server(seed: u64) -> Self {
        let mut world = Self::new(seed);
        world.server.stop_checking_secrets();
        world
    }

    /// Creates a meeting of either mode.
    pub fn with_mode(seed: u64, mode: Mode) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let secrets = NewMeeting::generate(&mut rng, mode);
        let id = MeetingId::new(rng.random());
        let host_link = secrets.link(id);
        let config = MeetingConfig {
            meeting: id,
            mode,
            host_key: e2ee::host_key(&host_link).map(|key| key.public_key()),
            admission_key: secrets.admission_key(),
            keys: InstanceKeys::new(rng.random(), rng.random()).with_identity_key(rng.random()),
            policy: Arc::clone(&POLICY),
            owner_standing: None,
            has_lobby: false,
            people: protocol::limits::PARTICIPANTS,
            closes_at: None,
        };
        Self {
            now: Timestamp::ZERO,
            rng,
            network: Network::default(),
            server: Server::new(config),
            clients: Vec::new(),
            host_link,
            timeline: Timeline::default(),
            from_server: None,
            to_server: None,
            lost_ways: BTreeSet::new(),
            messages: 0,
            cut_at_message: None,
        }
    }

    /// Returns the host link.
    pub fn host_link(&self) -> MeetingLink {
        self.host_link.clone()
    }

    /// Returns the virtual time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Returns what happened so far.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Returns the world's dice.
    pub fn rng(&mut self) -> &mut ChaCha20Rng {
        &mut self.rng
    }

    /// Somebody opens the invitation.
    pub fn join(&mut self, name: &str) -> ClientId {
        let link = invitation(&self.host_link);
        self.join_with(name, link, Link::default())
    }

    /// Somebody opens the host link.
    pub fn join_as_host(&mut self, name: &str) -> ClientId {
        let link = self.host_link.clone();
        self.join_with(name, link, Link::default())
    }

    /// Somebody opens some link, at the end of some network.
    pub fn join_with(&mut self, name: &str, link: MeetingLink, way: Link) -> ClientId {
        let seed = self.seed();
        let client = Client::new(self.now, seed, name, link, way);
        self.clients.push(client);
        let id = ClientId(self.clients.len() - 1);
        self.note(id, "joins");
        self.drain_client(id);
        id
    }

    /// Somebody has an account from here on: each of its connections carries it.
    pub fn sign_in(&mut self, id: ClientId, identity: IdentityClaim) {
        self.server.identities.insert(id, identity);
    }

    /// Somebody's next connections are a guest's.
    pub fn sign_out(&mut self, id: ClientId) {
        self.server.identities.remove(&id);
    }

    /// Somebody's connections are of this account and this browser from here on.
    pub fn mark(&mut self, id: ClientId, account: Option<AccountId>, device: Option<[u8; 32]>) {
        self.server.marks.insert(id, (account, device));
    }

    /// Somebody does something in the interface.
    pub fn command(&mut self, id: ClientId, command: Command) {
        self.clients[id.0].session.handle_command(self.now, command);
        self.drain_client(id);
    }

    /// Somebody leaves.
    pub fn leave(&mut self, id: ClientId) {
        self.note(id, "leaves");
        self.clients[id.0].is_wanted = false;
        self.command(id, Command::Leave);
    }

    /// `host` removes `whom`.
    pub fn remove(&mut self, host: ClientId, whom: ClientId) {
        let Some(participant) = self.me(whom) else {
            return;
        };
        self.note(host, &format!("removes {}", self.clients[whom.0].name));
        self.clients[whom.0].is_wanted = false;
        self.command(host, Command::Remove { participant });
    }

    /// Somebody's page is closed without a word.
    pub fn vanish(&mut self, id: ClientId) {
        self.note(id, "vanishes");
        let client = &mut self.clients[id.0];
        client.is_wanted = false;
        client.is_running = false;
        self.close_client_end(id);
    }

    /// Somebody reloads the page.
    pub fn reload(&mut self, id: ClientId) {
        self.note(id, "reloads");
        self.close_client_end(id);
        let seed = self.seed();
        let client = &mut self.clients[id.0];
        client.reload(self.now, seed);
        self.drain_client(id);
    }

    /// Breaks somebody's connection; both ends notice, and what was on its way to the server may be lost.
    pub fn cut(&mut self, id: ClientId) {
        let Some(connection) = self.clients[id.0].connection else {
            return;
        };
        self.note(id, "connection cut");
        if self.rng.random() {
            self.lost_ways.insert(connection);
        }
        self.close_client_end(id);
        self.clients[id.0].session.handle_disconnected(self.now);
        self.drain_client(id);
    }

    /// Takes somebody's network away, which nobody is told, or gives it back: under another address, so that
    /// connections do not survive it. The server's own pings find out in ten seconds.
    pub fn set_online(&mut self, id: ClientId, is_online: bool) {
        if self.clients[id.0].is_online == is_online {
            return;
        }
        self.note(id, if is_online { "online" } else { "offline" });
        self.clients[id.0].is_online = is_online;
        let Some(connection) = self.clients[id.0].connection else {
            return;
        };
        if is_online {
            self.cut(id);
        } else {
            let way = Link {
                latency: SERVER_NOTICES_WITHIN,
                jitter: Duration::ZERO,
            };
            self.network.send(
                self.now,
                &mut self.rng,
                way,
                Arrival::ClosedByClient { connection },
            );
        }
    }

    /// Stops the server at once.
    pub fn stop_server(&mut self) {
        self.timeline.note(self.now, "server", "stops");
        let broken = self.server.stop();
        for connection in broken {
            let ids: Vec<ClientId> = self
                .client_ids()
                .filter(|id| self.clients[id.0].connection == Some(connection))
                .collect();
            for id in ids {
                self.clients[id.0].connection = None;
                self.clients[id.0].session.handle_disconnected(self.now);
                self.drain_client(id);
            }
        }
    }

    /// Starts the server from what it stored.
    pub fn start_server(&mut self) {
        self.timeline.note(self.now, "server", "starts");
        self.server.start(self.now);
    }

    /// Puts a hostile hand on what the server sends.
    pub fn tamper_from_server(&mut self, tamper: FromServer) {
        self.from_server = Some(tamper);
    }

    /// Puts a hostile hand on what the server receives.
    pub fn tamper_to_server(&mut self, tamper: ToServer) {
        self.to_server = Some(tamper);
    }

    /// Lets the server be honest again.
    pub fn stop_tampering(&mut self) {
        self.from_server = None;
        self.to_server = None;
    }

    /// Has the server say something to somebody out of turn.
    pub fn inject(&mut self, id: ClientId, message: &ServerMessage) {
        if let Some(connection) = self.clients[id.0].connection {
            let bytes = encode(message);
            let way = self.clients[id.0].way;
            self.network.send(
                self.now,
                &mut self.rng,
                way,
                Arrival::ToClient { connection, bytes },
            );
        }
    }

    /// Loses the message with this number, counted from now over both directions, and the connection with it.
    pub fn lose_message(&mut self, number: u64) {
        self.messages = 0;
        self.cut_at_message = Some(number);
    }

    /// Returns how many messages were delivered since the beginning, or since [`Self::lose_message`].
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// Returns what somebody sees.
    ///
    /// # Panics
    /// If nothing was shown, which cannot be after a join.
    pub fn view(&self, id: ClientId) -> &View {
        self.clients[id.0]
            .view
            .as_ref()
            .expect("a session shows something at once")
    }

    /// Returns somebody's participant id, once known.
    pub fn me(&self, id: ClientId) -> Option<ParticipantId> {
        self.view(id).me
    }

    /// Returns how many keyframes somebody's encoder was asked for.
    pub fn keyframes(&self, id: ClientId) -> u32 {
        self.clients[id.0].keyframes
    }

    /// Returns everybody who ever joined.
    pub fn client_ids(&self) -> impl Iterator<Item = ClientId> + use<> {
        (0..self.clients.len()).map(ClientId)
    }

    /// Returns everybody whom the story wants in the meeting.
    pub fn wanted(&self) -> Vec<ClientId> {
        self.client_ids()
            .filter(|id| self.clients[id.0].is_wanted)
            .collect()
    }

    /// Notes that somebody is not expected in the meeting.
    pub fn expect_out(&mut self, id: ClientId) {
        self.clients[id.0].is_wanted = false;
    }

    /// Lets time pass.
    pub fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        self.run(end, |_| false);
        self.now = end;
    }

    /// Lets time pass until `is_so`, or for `limit`; returns whether it came to be so.
    pub fn run_until(&mut self, limit: Duration, is_so: impl FnMut(&mut Self) -> bool) -> bool {
        let end = self.now + limit;
        self.run(end, is_so)
    }

    /// Lets time pass until everybody who is wanted is in, with the same keys and the same picture of the meeting.
    ///
    /// # Panics
    /// With the timeline, if that does not happen within a minute.
    #[track_caller]
    pub fn converge(&mut self) {
        let is_whole = self.run_until(Duration::from_secs(60), |world| world.faults().is_empty());
        if !is_whole {
            let faults = self.faults();
            panic!("{}\nnot whole after a minute: {faults:#?}", self.timeline);
        }
    }

    /// Fails with the timeline.
    ///
    /// # Panics
    /// If `is_so` is false.
    #[track_caller]
    pub fn check(&self, is_so: bool, claim: &str) {
        assert!(is_so, "{}\n{claim}", self.timeline);
    }
}

// Two of the server's pings, five seconds apart.
const SERVER_NOTICES_WITHIN: Duration = Duration::from_secs(10);

/// Reading a policy takes longer than many a story.
static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| Arc::new(Policy::preset(Preset::default())));
