// SPDX-License-Identifier: MIT OR Apache-2.0
//! A meeting on the server, and the connections of dishonest clients.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use ::meeting::{Effect, Greeting, InstanceKeys, Meeting, MeetingConfig, Visitor};
use policy::{Policy, Preset};
use protocol::{ConnectionId, MeetingId, Mode, Timestamp};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng as _};

use crate::script::steps;

/// Connections, their messages and the passing of time, in any order. The first byte chooses the mode.
pub(crate) fn meeting(data: &[u8]) {
    let Some((first, script)) = data.split_first() else {
        return;
    };
    let mode = if first & 1 == 0 {
        Mode::E2ee
    } else {
        Mode::Standard
    };
    let mut world = World::new(mode);
    for step in steps(script) {
        let connection = ConnectionId(u64::from(step.kind >> 4) % CONNECTIONS);
        match step.kind & 0x0f {
            KIND_CONNECT => world.connect(connection, step.bytes),
            KIND_DISCONNECT => world.meeting.handle_disconnected(world.now, connection),
            KIND_TIME => world.pass(step.bytes.len()),
            _ => world
                .meeting
                .handle_message(world.now, &mut world.rng, connection, step.bytes),
        }
        world.drain();
    }
}

struct World {
    now: Timestamp,
    rng: ChaCha8Rng,
    meeting: Meeting,
    connected: BTreeMap<ConnectionId, ()>,
}

impl World {
    fn new(mode: Mode) -> Self {
        let keys = InstanceKeys::new([1; 32], [2; 32]);
        let config = MeetingConfig {
            meeting: MEETING,
            mode,
            host_key: None,
            admission_key: None,
            keys,
            policy: Arc::clone(&POLICY),
            owner_standing: None,
            has_lobby: false,
            people: PEOPLE,
            closes_at: Some(Timestamp::new(CLOSES_AFTER)),
        };
        Self {
            now: Timestamp::ZERO,
            rng: ChaCha8Rng::seed_from_u64(1),
            meeting: Meeting::new(config),
            connected: BTreeMap::new(),
        }
    }

    /// Gives a connection its first message; a second one on the same connection is a new connection.
    fn connect(&mut self, connection: ConnectionId, hello: &[u8]) {
        if self.connected.insert(connection, ()).is_some() {
            self.meeting.handle_disconnected(self.now, connection);
        }
        let (greeting, _) = Greeting::new(&mut self.rng);
        if let Ok((_, hello)) = greeting.handle_message(hello) {
            self.meeting.handle_hello(
                self.now,
                &mut self.rng,
                connection,
                hello,
                Visitor::guest(self.now, 0),
            );
        }
    }

    fn pass(&mut self, steps: usize) {
        let passed = Duration::from_millis(250 * u64::try_from(steps).unwrap_or(u64::MAX));
        self.now = Timestamp::new(self.now.since_zero() + passed);
        self.meeting.handle_timeout(self.now, &mut self.rng);
    }

    fn drain(&mut self) {
        let mut closed = Vec::new();
        for _ in 0..MOST_EFFECTS {
            match self.meeting.poll_effect() {
                Some(Effect::Close { connection, .. }) => closed.push(connection),
                Some(Effect::Send { message, .. }) => {
                    protocol::encode(&message);
                }
                Some(Effect::Media(_) | Effect::Persist(_) | Effect::Rooms(_)) => {}
                None => {
                    for connection in closed {
                        self.connected.remove(&connection);
                        self.meeting.handle_disconnected(self.now, connection);
                    }
                    while self.meeting.poll_effect().is_some() {}
                    assert!(self.meeting.participant_count() <= protocol::limits::PARTICIPANTS);
                    return;
                }
            }
        }
        panic!("a meeting does not stop having effects");
    }
}

/// The meeting that the made corpus says hello to.
pub(crate) const MEETING: MeetingId = MeetingId::new([5; 16]);
/// A step whose bytes are a connection's first message; its connection stands in the upper four bits.
pub(crate) const KIND_CONNECT: u8 = 0;
pub(crate) const KIND_DISCONNECT: u8 = 1;
pub(crate) const KIND_TIME: u8 = 2;
/// A step whose bytes are a further message; so is every greater kind.
pub(crate) const KIND_MESSAGE: u8 = 3;
const CONNECTIONS: u64 = 6;
const MOST_EFFECTS: usize = 100_000;

// Reading it takes longer than running most inputs.
static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| Arc::new(Policy::preset(Preset::default())));

// Few enough for a script to fill the meeting, and late enough for it to do other things before.
const PEOPLE: usize = 6;
const CLOSES_AFTER: Duration = Duration::from_secs(120);
