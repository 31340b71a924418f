// SPDX-License-Identifier: MIT OR Apache-2.0
//! One worker thread: a UDP socket, an Sfu, and a loop between them.

use std::{
    collections::HashMap,
    io,
    net::{SocketAddr, UdpSocket},
    sync::Arc,
    time::Instant,
};

use protocol::MeetingId;
use sfu::{Sfu, SfuCommand, SfuConfig, SfuEvent, SfuOutput};
use str0m::net::{Protocol, Transmit};
use tokio::{
    sync::{mpsc, watch},
    time::sleep_until,
};
use tracing::{debug, error, info};

use crate::{MediaStats, announced::Announced, counters::SharedStats, tcp, udp::BatchedSocket};

/// What the rest of the server wants of a worker.
#[derive(Debug)]
pub(crate) enum WorkerInput {
    /// For the Sfu.
    Command(SfuCommand),
    /// Where the events of a meeting go.
    Attach {
        meeting: MeetingId,
        events: mpsc::UnboundedSender<SfuEvent>,
    },
}

/// What TCP connections bring.
#[derive(Debug)]
pub(crate) enum TcpInput {
    /// A connection that belongs to this worker; `frames` leads to its socket.
    Opened {
        remote: SocketAddr,
        frames: mpsc::Sender<Vec<u8>>,
    },
    /// A packet that came.
    Frame {
        local: SocketAddr,
        remote: SocketAddr,
        contents: Vec<u8>,
    },
    /// The connection is gone.
    Closed { remote: SocketAddr },
}

/// What a worker thread begins with.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) sfu: SfuConfig,
    pub(crate) socket: UdpSocket,
    pub(crate) announced: Announced,
    pub(crate) inputs: mpsc::UnboundedReceiver<WorkerInput>,
    pub(crate) tcp_inputs: mpsc::Receiver<TcpInput>,
    pub(crate) stats: Arc<SharedStats>,
    pub(crate) shutting_down: watch::Receiver<()>,
}

impl Setup {
    /// Runs until the server shuts down.
    pub(crate) fn run(self) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return error!(%error, "media worker did not start"),
        };
        if let Err(error) = runtime.block_on(self.serve()) {
            error!(%error, "media worker ended");
        }
    }

    async fn serve(self) -> io::Result<()> {
        let Self {
            sfu,
            socket,
            announced,
            inputs,
            tcp_inputs,
            stats,
            shutting_down,
        } = self;
        let worker = Worker {
            sfu: Sfu::new(Instant::now(), sfu),
            socket: BatchedSocket::new(socket, announced)?,
            events_by_meeting: HashMap::new(),
            frames_by_remote: HashMap::new(),
            stats: MediaStats::default(),
            shared: stats,
        };
        worker.run(inputs, tcp_inputs, shutting_down).await
    }
}

#[derive(Debug)]
struct Worker {
    sfu: Sfu,
    socket: BatchedSocket,
    events_by_meeting: HashMap<MeetingId, mpsc::UnboundedSender<SfuEvent>>,
    frames_by_remote: HashMap<SocketAddr, mpsc::Sender<Vec<u8>>>,
    stats: MediaStats,
    shared: Arc<SharedStats>,
}

impl Worker {
    async fn run(
        mut self,
        mut inputs: mpsc::UnboundedReceiver<WorkerInput>,
        mut tcp_inputs: mpsc::Receiver<TcpInput>,
        mut shutting_down: watch::Receiver<()>,
    ) -> io::Result<()> {
        loop {
            let wake_at = self.sfu.poll_timeout();
            tokio::select! {
                _ = shutting_down.changed() => return Ok(()),
                input = inputs.recv() => match input {
                    Some(input) => {
                        self.handle_input(input);
                        for _ in 0..INPUTS_AT_ONCE {
                            let Ok(input) = inputs.try_recv() else { break };
                            self.handle_input(input);
                        }
                    }
                    None => return Ok(()),
                },
                Some(input) = tcp_inputs.recv() => {
                    self.handle_tcp(input);
                    for _ in 0..INPUTS_AT_ONCE {
                        let Ok(input) = tcp_inputs.try_recv() else { break };
                        self.handle_tcp(input);
                    }
                }
                readable = self.socket.readable() => {
                    readable?;
                    self.receive();
                }
                () = sleep_until(wake_at.unwrap_or_else(Instant::now).into()), if wake_at.is_some() => {}
            }
            let now = Instant::now();
            if self.sfu.poll_timeout().is_some_and(|at| at <= now) {
                self.sfu.handle_timeout(now);
            }
            self.drain().await;
            self.stats.set_sfu(&self.sfu.stats(), self.sfu.census());
            self.stats.tcp_connections = self.frames_by_remote.len() as u64;
            self.shared.store(self.stats);
        }
    }

    fn handle_input(&mut self, input: WorkerInput) {
        match input {
            WorkerInput::Command(command) => {
                let meeting = command.meeting();
                let is_the_end = matches!(command, SfuCommand::RemoveMeeting { .. });
                self.sfu.handle_command(Instant::now(), command);
                if is_the_end {
                    self.events_by_meeting.remove(&meeting);
                }
            }
            WorkerInput::Attach { meeting, events } => {
                self.events_by_meeting.insert(meeting, events);
            }
        }
    }

    fn handle_tcp(&mut self, input: TcpInput) {
        match input {
            TcpInput::Opened { remote, frames } => {
                self.frames_by_remote.insert(remote, frames);
            }
            TcpInput::Frame {
                local,
                remote,
                contents,
            } => {
                self.stats.packets_in += 1;
                self.stats.bytes_in += contents.len() as u64;
                self.sfu
                    .handle_datagram(Instant::now(), Protocol::Tcp, remote, local, &contents);
            }
            TcpInput::Closed { remote } => {
                self.frames_by_remote.remove(&remote);
            }
        }
    }

    fn receive(&mut self) {
        let now = Instant::now();
        let Self {
            socket, sfu, stats, ..
        } = self;
        let received = socket.receive(|source, destination, contents| {
            stats.packets_in += 1;
            stats.bytes_in += contents.len() as u64;
            sfu.handle_datagram(now, Protocol::Udp, source, destination, contents);
        });
        if let Err(error) = received {
            // An ICMP error of an earlier send, mostly.
            debug!(%error, "nothing received");
        }
    }

    async fn drain(&mut self) {
        while let Some(output) = self.sfu.poll_output() {
            match output {
                SfuOutput::Transmit(transmit) if transmit.proto == Protocol::Udp => {
                    let Transmit {
                        source,
                        destination,
                        contents,
                        ..
                    } = transmit;
                    self.socket
                        .send(source, destination, &contents, &mut self.stats)
                        .await;
                }
                SfuOutput::Transmit(transmit) => self.send_tcp(&transmit),
                SfuOutput::Event(event) => self.report(event),
            }
        }
        self.socket.flush(&mut self.stats).await;
    }

    fn send_tcp(&mut self, transmit: &Transmit) {
        let sender = self.frames_by_remote.get(&transmit.destination);
        let is_sent = sender
            .zip(tcp::frame(&transmit.contents))
            .is_some_and(|(sender, frame)| sender.try_send(frame).is_ok());
        if is_sent {
            self.stats.packets_out += 1;
            self.stats.bytes_out += transmit.contents.len() as u64;
        } else {
            self.stats.send_failures += 1;
        }
    }

    fn report(&mut self, event: SfuEvent) {
        let meeting = event.meeting();
        let is_heard = self
            .events_by_meeting
            .get(&meeting)
            .is_some_and(|events| events.send(event).is_ok());
        if !is_heard {
            info!(%meeting, "event of a meeting that nobody attached to");
            self.events_by_meeting.remove(&meeting);
        }
    }
}

// Commands or frames handled before the loop looks at the socket again.
const INPUTS_AT_ONCE: usize = 64;
