// SPDX-License-Identifier: MIT OR Apache-2.0
//! A network that loses, delays and throttles, the same way for the same seed.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// What happens to datagrams on the way to an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    /// Lost, in thousandths.
    pub(crate) loss: u64,
    pub(crate) delay: Duration,
    /// Delay of some datagrams beyond that, which reorders them.
    pub(crate) jitter: Duration,
    /// Bits per second; what would queue for more than 300 ms is lost.
    pub(crate) rate: Option<u64>,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            loss: 0,
            delay: Duration::from_millis(10),
            jitter: Duration::ZERO,
            rate: None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Datagram {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) contents: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Network {
    towards: BTreeMap<SocketAddr, Conditions>,
    busy_until: BTreeMap<SocketAddr, Instant>,
    under_way: BTreeMap<(Instant, u64), Datagram>,
    stalled_until: BTreeMap<SocketAddr, Instant>,
    count: u64,
    state: u64,
    pub(crate) lost: u64,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            towards: BTreeMap::new(),
            busy_until: BTreeMap::new(),
            under_way: BTreeMap::new(),
            stalled_until: BTreeMap::new(),
            count: 0,
            state: seed | 1,
            lost: 0,
        }
    }

    pub(crate) fn set(&mut self, towards: SocketAddr, conditions: Conditions) {
        self.towards.insert(towards, conditions);
    }

    /// Nothing reaches an address until then, and everything at once thereafter.
    pub(crate) fn stall(&mut self, towards: SocketAddr, until: Instant) {
        self.stalled_until.insert(towards, until);
    }

    pub(crate) fn send(
        &mut self,
        now: Instant,
        source: SocketAddr,
        destination: SocketAddr,
        contents: Vec<u8>,
    ) {
        let conditions = self.towards.get(&destination).copied().unwrap_or_default();
        if self.random() % 1000 < conditions.loss {
            self.lost += 1;
            return;
        }
        let mut at = now;
        if let Some(rate) = conditions.rate {
            let free_at = self.busy_until.get(&destination).copied().unwrap_or(now).max(now);
            if free_at - now > Duration::from_millis(300) {
                self.lost += 1;
                return;
            }
            at = free_at + Duration::from_micros((contents.len() as u64 + 28) * 8_000_000 / rate);
            self.busy_until.insert(destination, at);
        }
        at += conditions.delay;
        if !conditions.jitter.is_zero() && self.random().is_multiple_of(4) {
            at += conditions.jitter;
        }
        at = at.max(self.stalled_until.get(&destination).copied().unwrap_or(at));
        self.count += 1;
        self.under_way.insert(
            (at, self.count),
            Datagram {
                source,
                destination,
                contents,
            },
        );
    }

    pub(crate) fn arrivals(&mut self, now: Instant) -> Vec<Datagram> {
        let later = self.under_way.split_off(&(now + Duration::from_nanos(1), 0));
        std::mem::replace(&mut self.under_way, later)
            .into_values()
            .collect()
    }

    /// xorshift64, for a network of chance that can be repeated.
    fn random(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
}
