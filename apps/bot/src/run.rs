// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runs one stay against the world: socket, clock, WebSocket. Decides when it is over and whether it went well.

use std::{
    io::Write as _,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use session::{LeftReason, LocalReason, State};
use tokio::{net::UdpSocket, sync::watch};

use crate::{
    load::Member,
    media::Clips,
    server::ServerAddress,
    signalling::{Connection, SignallingEvent},
    stay::{Stay, StayOptions, StayOutput},
    tally::Report,
};

/// When a bot's work is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    /// Stay this long; for ever if there is none.
    pub(crate) lasts: Option<Duration>,
    /// See and hear this many people, oneself included.
    pub(crate) people: Option<usize>,
    /// Stay until a host removes the bot; staying longer is a failure.
    pub(crate) until_removed: bool,
    /// Whether every view is written out as a line of JSON.
    pub(crate) writes_events: bool,
    /// How long joining may take.
    pub(crate) joins_within: Duration,
}

/// Runs one bot to its end. `unseeing` counts the bots of this process that have not yet seen everybody; `stop`
/// turns true when the process is to end; `member` is its place in a crowd that measures.
pub(crate) async fn run(
    server: ServerAddress,
    options: StayOptions,
    clips: Arc<Clips>,
    goal: Goal,
    unseeing: Arc<watch::Sender<usize>>,
    mut stop: watch::Receiver<bool>,
    mut member: Option<Member>,
) -> anyhow::Result<Report> {
    let (socket, local) = server.bind_udp().await?;
    let started_at = Instant::now();
    #[expect(
        clippy::disallowed_methods,
        reason = "the process's edge: where the session's seed comes from"
    )]
    let seed = rand::random();
    let stay = Stay::start(started_at, seed, options, &clips, local);
    let mut runner = Runner {
        url: server.websocket_url(),
        stay,
        socket,
        connection: None,
        goal,
        problem: None,
        unseeing: unseeing.subscribe(),
        counts_at: started_at,
    };
    let mut has_seen = false;
    let mut buffer = vec![0; DATAGRAM_BYTES];
    loop {
        let now = Instant::now();
        if let Some(member) = &mut member {
            member.look(now, &mut runner.stay);
        }
        runner.drain(now).await;
        if !has_seen && goal.people.is_some_and(|people| runner.stay.sees(people)) {
            has_seen = true;
            unseeing.send_modify(|bots| *bots -= 1);
        }
        if *stop.borrow() || runner.is_over(now, started_at) {
            if let Some(member) = &member {
                member.finish(&runner.stay);
            }
            return Ok(runner.finish().await);
        }
        let at = runner.stay.poll_timeout().min(now + CHECK_INTERVAL);
        tokio::select! {
            event = next_event(&mut runner.connection) => runner.handle_event(event),
            received = runner.socket.recv_from(&mut buffer) => {
                if let Ok((bytes, source)) = received {
                    runner.handle_datagrams(&mut buffer, bytes, source);
                }
            }
            () = tokio::time::sleep_until(at.into()) => {}
            _ = stop.changed() => {}
        }
        let now = Instant::now();
        if runner.stay.poll_timeout() <= now {
            runner.stay.handle_timeout(now);
        }
    }
}

struct Runner {
    url: String,
    stay: Stay,
    socket: UdpSocket,
    connection: Option<Connection>,
    goal: Goal,
    problem: Option<String>,
    unseeing: watch::Receiver<usize>,
    counts_at: Instant,
}

impl Runner {
    fn handle_event(&mut self, event: SignallingEvent) {
        let now = Instant::now();
        match event {
            SignallingEvent::Opened => self.stay.handle_connected(now),
            SignallingEvent::Message(message) => self.stay.handle_message(now, &message),
            SignallingEvent::Closed => {
                self.connection = None;
                self.stay.handle_disconnected(now);
            }
        }
    }

    /// Takes what has arrived, one datagram at a time but without going back to the runtime in between.
    fn handle_datagrams(&mut self, buffer: &mut [u8], bytes: usize, source: SocketAddr) {
        let mut received = (bytes, source);
        for _ in 0..DATAGRAMS_AT_ONCE {
            let (bytes, source) = received;
            self.stay
                .handle_datagram(Instant::now(), source, &buffer[..bytes]);
            match self.socket.try_recv_from(buffer) {
                Ok(next) => received = next,
                Err(_) => return,
            }
        }
    }

    async fn drain(&mut self, now: Instant) {
        while let Some(output) = self.stay.poll_output() {
            match output {
                StayOutput::Connect => self.connection = Some(Connection::open(self.url.clone())),
                StayOutput::Disconnect => self.connection = None,
                StayOutput::Send(message) => {
                    if let Some(connection) = &self.connection {
                        connection.send(message);
                    }
                }
                StayOutput::Transmit {
                    destination,
                    datagram,
                } => {
                    // A full send buffer is loss, which media survives.
                    let _ = self.socket.send_to(&datagram, destination).await;
                }
                StayOutput::Viewed => self.write_view(),
            }
        }
        if self.goal.writes_events && self.counts_at <= now {
            self.counts_at = now + COUNTS_INTERVAL;
            write_line(&json!({"event": "counts", "bot": self.stay.name(), "opened": self.stay.opened()}));
        }
    }

    fn write_view(&self) {
        if let Some(view) = self.stay.view().filter(|_| self.goal.writes_events) {
            write_line(&json!({"event": "view", "bot": self.stay.name(), "view": view}));
        }
    }

    fn is_over(&mut self, now: Instant, started_at: Instant) -> bool {
        let lasted = now - started_at;
        let state = self.stay.view().map(|view| (view.state, view.left_because));
        if let Some((State::Left, because)) = state {
            self.problem = self.problem_with_end(because);
            return true;
        }
        if self.stay.view().is_none_or(|view| view.state == State::Joining) {
            if lasted > self.goal.joins_within {
                self.problem = Some("could not join in time".to_owned());
                return true;
            }
            return false;
        }
        if self.goal.people.is_some() && self.goal.lasts.is_none() && *self.unseeing.borrow() == 0 {
            return true;
        }
        let limit = self
            .goal
            .lasts
            .or_else(|| (self.goal.people.is_some() || self.goal.until_removed).then_some(SEE_WITHIN));
        if limit.is_some_and(|limit| lasted > limit) {
            self.problem = self.problem_at_limit();
            return true;
        }
        false
    }

    fn problem_with_end(&self, because: Option<LeftReason>) -> Option<String> {
        let removals = [protocol::ErrorCode::Removed, protocol::ErrorCode::KeptOut];
        let is_removal = removals
            .into_iter()
            .any(|code| because == Some(LeftReason::Server(code)));
        let is_own = matches!(
            because,
            Some(LeftReason::Local(LocalReason::Left | LocalReason::EndedByYou))
        );
        if is_own || (is_removal && self.goal.until_removed) {
            return None;
        }
        let reason = serde_json::to_value(because).ok();
        let reason = reason
            .as_ref()
            .and_then(|reason| reason.as_str())
            .unwrap_or("unknown");
        Some(format!("left the meeting: {reason}"))
    }

    fn problem_at_limit(&self) -> Option<String> {
        if self.goal.until_removed {
            return Some("was not removed".to_owned());
        }
        if !self.stay.had_media() {
            return Some("media never connected".to_owned());
        }
        let people = self.goal.people.filter(|&people| !self.stay.sees(people))?;
        let there = self.stay.view().map_or(0, |view| view.participants.len());
        Some(format!(
            "does not see and hear everybody: {people} expected, {there} there"
        ))
    }

    async fn finish(mut self) -> Report {
        let now = Instant::now();
        // A view of the end shows nobody, so the report is written before.
        let report = self.stay.report(self.problem.take());
        self.stay.leave(now);
        self.drain(now).await;
        if let Some(mut connection) = self.connection.take() {
            let closed = async { while !matches!(connection.next().await, SignallingEvent::Closed) {} };
            // Whether the server hears the farewell is its own business.
            let _ = tokio::time::timeout(FAREWELL_WITHIN, closed).await;
        }
        report
    }
}

async fn next_event(connection: &mut Option<Connection>) -> SignallingEvent {
    match connection {
        Some(connection) => connection.next().await,
        None => std::future::pending().await,
    }
}

/// Writes one line of JSON to standard output.
pub(crate) fn write_line(value: &serde_json::Value) {
    let mut out = std::io::stdout().lock();
    // A closed pipe means that nobody reads any more.
    let _ = writeln!(out, "{value}");
    let _ = out.flush();
}

// UDP's largest payload.
const DATAGRAM_BYTES: usize = 65_536;

// Enough for a keyframe of every other bot; more would starve the WebSocket.
const DATAGRAMS_AT_ONCE: usize = 64;

// How late the end of a goal may be noticed.
const CHECK_INTERVAL: Duration = Duration::from_millis(100);

// A busy machine with a browser or two needs seconds; a meeting that cannot be joined shows at once.
pub(crate) const JOIN_WITHIN: Duration = Duration::from_secs(20);

// How often whoever reads the events learns what was opened.
const COUNTS_INTERVAL: Duration = Duration::from_millis(200);

// For goals without a time of their own.
const SEE_WITHIN: Duration = Duration::from_secs(60);

const FAREWELL_WITHIN: Duration = Duration::from_secs(1);
