// SPDX-License-Identifier: MIT OR Apache-2.0
//! When to connect, when to give a connection up, when to try again. Knows nothing of what is said on it.

use std::time::Duration;

use protocol::Timestamp;
use rand_core::RngCore;

/// The state of the one WebSocket.
#[derive(Debug)]
pub(crate) struct Connection {
    phase: Phase,
    failures: u32,
    /// Since when there is no greeting: the beginning, or the loss.
    without_since: Timestamp,
    was_open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Until the time comes.
    Waiting {
        until: Timestamp,
    },
    /// The shell is opening it.
    Opening {
        until: Timestamp,
    },
    /// Open, but the server has not let the client in.
    Greeting {
        until: Timestamp,
    },
    /// The client is in.
    Open {
        heard_at: Timestamp,
        pinged_at: Option<Timestamp>,
    },
    Closed,
}

/// What the passing of time asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Open the WebSocket.
    Connect,
    /// Ask the silent server whether it is there.
    Ping,
    /// The connection is dead: close it.
    Lost,
    /// There has been none for so long that the person should be told.
    GiveUp,
}

impl Connection {
    /// Waits for nothing: the first connect is due at once.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            phase: Phase::Waiting { until: now },
            failures: 0,
            without_since: now,
            was_open: false,
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    pub(crate) fn is_greeting(&self) -> bool {
        matches!(self.phase, Phase::Greeting { .. })
    }

    pub(crate) fn handle_connected(&mut self, now: Timestamp) {
        if matches!(self.phase, Phase::Opening { .. }) {
            self.phase = Phase::Greeting {
                until: now + ANSWER_WITHIN,
            };
        }
    }

    pub(crate) fn handle_welcomed(&mut self, now: Timestamp) {
        self.failures = 0;
        self.was_open = true;
        self.phase = Phase::Open {
            heard_at: now,
            pinged_at: None,
        };
    }

    pub(crate) fn handle_heard(&mut self, now: Timestamp) {
        if let Phase::Open { .. } = self.phase {
            self.phase = Phase::Open {
                heard_at: now,
                pinged_at: None,
            };
        }
    }

    /// Notes that the server was asked for a sign of life.
    pub(crate) fn handle_asked(&mut self, now: Timestamp) {
        if let Phase::Open {
            pinged_at: pinged_at @ None,
            ..
        } = &mut self.phase
        {
            *pinged_at = Some(now);
        }
    }

    /// Notes that the connection is gone and plans the next one.
    pub(crate) fn handle_lost(&mut self, now: Timestamp, rng: &mut impl RngCore) {
        match self.phase {
            Phase::Closed | Phase::Waiting { .. } => return,
            Phase::Open { .. } => self.without_since = now,
            Phase::Opening { .. } | Phase::Greeting { .. } => {}
        }
        let step = usize::try_from(self.failures)
            .unwrap_or(usize::MAX)
            .min(BACKOFF.len() - 1);
        let jitter = Duration::from_millis(u64::from(rng.next_u32()) % (BACKOFF_MS_JITTER + 1));
        self.failures = self.failures.saturating_add(1);
        self.phase = Phase::Waiting {
            until: now + BACKOFF[step] + jitter,
        };
    }

    pub(crate) fn close(&mut self) {
        self.phase = Phase::Closed;
    }

    /// Returns what is due at `now`, once.
    pub(crate) fn poll_due(&mut self, now: Timestamp) -> Option<Due> {
        if self.poll_timeout()? > now {
            return None;
        }
        if !self.is_open() && now >= self.give_up_at() {
            self.phase = Phase::Closed;
            return Some(Due::GiveUp);
        }
        match self.phase {
            Phase::Waiting { .. } => {
                self.phase = Phase::Opening {
                    until: now + ANSWER_WITHIN,
                };
                Some(Due::Connect)
            }
            Phase::Open {
                heard_at,
                pinged_at: None,
            } => {
                self.phase = Phase::Open {
                    heard_at,
                    pinged_at: Some(now),
                };
                Some(Due::Ping)
            }
            Phase::Opening { .. } | Phase::Greeting { .. } | Phase::Open { .. } => Some(Due::Lost),
            Phase::Closed => None,
        }
    }

    /// Returns when [`Self::poll_due`] has something, if ever.
    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Waiting { until } | Phase::Opening { until } | Phase::Greeting { until } => {
                Some(until.min(self.give_up_at()))
            }
            Phase::Open {
                heard_at,
                pinged_at: None,
            } => Some(heard_at + PING_AFTER),
            Phase::Open {
                pinged_at: Some(pinged_at),
                ..
            } => Some(pinged_at + PONG_WITHIN),
            Phase::Closed => None,
        }
    }

    fn give_up_at(&self) -> Timestamp {
        self.without_since + if self.was_open { RECONNECT_FOR } else { CONNECT_FOR }
    }
}

// The network is usually back at once or in some seconds; the last step repeats. Slower costs people the call,
// faster costs a restarting server its breath.
const BACKOFF: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(2),
];

// Everybody loses a restarted server in the same moment and should not come back in the same moment.
const BACKOFF_MS_JITTER: u64 = 100;

// TLS and a WebSocket take two or three round trips; 10 s is a second's round trip with losses.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

// Together below `limits::RESUME_WITHIN`, so that a silently dead connection is noticed while the server still holds
// the place. Shorter wakes radios for nothing.
const PING_AFTER: Duration = Duration::from_secs(4);
const PONG_WITHIN: Duration = Duration::from_secs(4);

// A person waiting at a page that does not load gives up at about this time too.
const CONNECT_FOR: Duration = Duration::from_secs(30);

// A lift, a tunnel, a router's restart. Beyond it, people expect to have to rejoin.
const RECONNECT_FOR: Duration = Duration::from_secs(180);

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn the_first_connect_is_due_at_once_and_only_once() {
        let mut connection = Connection::new(Timestamp::ZERO);
        assert_eq!(connection.poll_due(Timestamp::ZERO), Some(Due::Connect));
        assert_eq!(connection.poll_due(Timestamp::ZERO), None);
    }

    #[test]
    fn attempts_become_rarer_until_the_limit_and_then_it_gives_up() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let mut connection = Connection::new(Timestamp::ZERO);
        let mut attempts = Vec::new();
        let mut now = Timestamp::ZERO;
        loop {
            match connection.poll_due(now) {
                Some(Due::Connect) => {
                    attempts.push(now);
                    connection.handle_lost(now, &mut rng);
                }
                Some(Due::GiveUp) => break,
                Some(Due::Ping | Due::Lost) | None => {}
            }
            now = connection.poll_timeout().expect("it is still trying").max(now);
        }
        let gaps: Vec<Duration> = attempts
            .windows(2)
            .map(|pair| pair[1].saturating_since(pair[0]))
            .collect();
        assert!(gaps[0] >= BACKOFF[0] && gaps[0] < BACKOFF[1], "{gaps:?}");
        assert!(
            gaps.iter().all(|gap| *gap <= Duration::from_millis(2100)),
            "{gaps:?}"
        );
        assert!(now.since_zero() >= CONNECT_FOR, "it gave up at {now:?}");
    }

    #[test]
    fn a_silent_server_is_asked_and_then_given_up() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let mut connection = Connection::new(Timestamp::ZERO);
        connection.poll_due(Timestamp::ZERO);
        connection.handle_connected(Timestamp::ZERO);
        connection.handle_welcomed(Timestamp::ZERO);
        let asked_at = connection.poll_timeout().expect("it listens");
        assert_eq!(connection.poll_due(asked_at), Some(Due::Ping));
        connection.handle_heard(asked_at);
        let asked_at = connection.poll_timeout().expect("it listens");
        assert_eq!(connection.poll_due(asked_at), Some(Due::Ping));
        let lost_at = connection.poll_timeout().expect("it waits for the answer");
        assert_eq!(connection.poll_due(lost_at), Some(Due::Lost));
        connection.handle_lost(lost_at, &mut rng);
        assert!(!connection.is_open());
        assert!(lost_at.since_zero() < protocol::limits::RESUME_WITHIN);
    }
}
