// SPDX-License-Identifier: MIT OR Apache-2.0
//! The network: messages under way, in order within a connection as TCP keeps them, late as the seed says.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::Duration,
};

use protocol::{ConnectionId, Timestamp};
use rand::Rng as _;
use rand_chacha::ChaCha20Rng;

use crate::client::ClientId;

/// The way between one client and the server.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// One way.
    pub latency: Duration,
    /// Added to the latency, up to this much.
    pub jitter: Duration,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            latency: Duration::from_millis(20),
            jitter: Duration::ZERO,
        }
    }
}

/// Something that arrives somewhere.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// The client's wish for a connection reaches the server.
    Connect { client: ClientId, attempt: u64 },
    /// The server's yes or no reaches the client.
    Connected {
        client: ClientId,
        attempt: u64,
        connection: Option<ConnectionId>,
    },
    ToServer {
        connection: ConnectionId,
        bytes: Vec<u8>,
    },
    ToClient {
        connection: ConnectionId,
        bytes: Vec<u8>,
    },
    /// The server learns that the client's end is closed.
    ClosedByClient { connection: ConnectionId },
    /// The client learns that the server's end is closed.
    ClosedByServer { connection: ConnectionId },
}

/// What is under way.
#[derive(Default)]
pub(crate) struct Network {
    queue: BinaryHeap<Reverse<Entry>>,
    count: u64,
    last_arrival: BTreeMap<(Direction, ConnectionId), Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Direction {
    Up,
    Down,
}

struct Entry {
    at: Timestamp,
    number: u64,
    arrival: Arrival,
}

impl Network {
    /// Sends something on its way over `link`. What belongs to one connection and direction stays in order.
    pub(crate) fn send(&mut self, now: Timestamp, rng: &mut ChaCha20Rng, link: Link, arrival: Arrival) {
        let jitter = link.jitter.mul_f64(rng.random::<f64>());
        let mut at = now + link.latency + jitter;
        let lane = match &arrival {
            Arrival::Connect { .. } => None,
            Arrival::Connected { connection, .. } => {
                connection.map(|connection| (Direction::Down, connection))
            }
            Arrival::ToServer { connection, .. } | Arrival::ClosedByClient { connection } => {
                Some((Direction::Up, *connection))
            }
            Arrival::ToClient { connection, .. } | Arrival::ClosedByServer { connection } => {
                Some((Direction::Down, *connection))
            }
        };
        if let Some(lane) = lane {
            let last = self.last_arrival.entry(lane).or_default();
            at = at.max(*last);
            *last = at;
        }
        self.count += 1;
        self.queue.push(Reverse(Entry {
            at,
            number: self.count,
            arrival,
        }));
    }

    /// Returns when the next thing arrives.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.queue.peek().map(|Reverse(entry)| entry.at)
    }

    /// Takes what has arrived by `now`, one at a time.
    pub(crate) fn poll(&mut self, now: Timestamp) -> Option<Arrival> {
        if self.next_at()? > now {
            return None;
        }
        self.queue.pop().map(|Reverse(entry)| entry.arrival)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
