// SPDX-License-Identifier: MIT OR Apache-2.0
//! Starting the media plane, and talking to it.

use std::{
    net::{SocketAddr, TcpListener, UdpSocket},
    sync::Arc,
    thread,
};

use protocol::MeetingId;
use sfu::{SfuCommand, SfuConfig, SfuEvent};
use tokio::sync::{mpsc, watch};

use crate::{
    MediaConfig, MediaError, MediaStats,
    announced::Announced,
    config::MOST_WORKERS,
    counters::SharedStats,
    tcp,
    worker::{self, WorkerInput},
};

/// The media plane of a server process.
#[derive(Debug)]
pub struct MediaServer;

impl MediaServer {
    /// Binds all sockets and starts the threads. They end with the last handle.
    ///
    /// # Errors
    /// [`MediaError`] says what was in the way.
    pub fn start(config: MediaConfig) -> Result<MediaHandle, MediaError> {
        if !(1..=MOST_WORKERS).contains(&config.workers) {
            return Err(MediaError::Workers {
                workers: config.workers,
            });
        }
        let bind = |address| move |source| MediaError::Bind { address, source };
        let listener = TcpListener::bind(config.tcp).map_err(bind(config.tcp))?;
        let tcp_address = listener.local_addr().map_err(bind(config.tcp))?;
        let tcp_candidates = config.candidates_of(tcp_address);
        let (shutdown, shutting_down) = watch::channel(());
        let (mut workers, mut tcp_inputs) = (Vec::new(), Vec::new());
        for number in 0..config.workers {
            let address = worker_address(&config, number)?;
            let socket = UdpSocket::bind(address).map_err(bind(address))?;
            let udp = socket.local_addr().map_err(bind(address))?;
            let worker_number = u8::try_from(number).expect("at most 255 workers");
            let candidates = config.candidates_of(udp);
            let announced = Announced::new(&candidates);
            let sfu = SfuConfig::new(worker_number, candidates, tcp_candidates.clone());
            let (inputs, inputs_rx) = mpsc::unbounded_channel();
            let (tcp_input, tcp_input_rx) = mpsc::channel(TCP_FRAMES_WAITING);
            let stats = Arc::new(SharedStats::default());
            let worker = worker::Setup {
                sfu,
                socket,
                announced,
                inputs: inputs_rx,
                tcp_inputs: tcp_input_rx,
                stats: Arc::clone(&stats),
                shutting_down: shutting_down.clone(),
            };
            let thread = thread::Builder::new().name(format!("media-{number}"));
            thread.spawn(move || worker.run()).map_err(MediaError::Thread)?;
            workers.push(Worker { inputs, stats, udp });
            tcp_inputs.push(tcp_input);
        }
        let acceptor = tcp::Setup {
            listener,
            announced: Announced::new(&tcp_candidates),
            workers: tcp_inputs,
            shutting_down,
        };
        let thread = thread::Builder::new().name("media-tcp".to_owned());
        thread.spawn(move || acceptor.run()).map_err(MediaError::Thread)?;
        let udp_addresses = workers.iter().map(|worker| worker.udp).collect();
        Ok(MediaHandle(Arc::new(Inner {
            workers,
            udp_addresses,
            tcp_address,
            shutdown,
        })))
    }
}

fn worker_address(config: &MediaConfig, number: usize) -> Result<SocketAddr, MediaError> {
    let mut address = config.udp;
    if address.port() != 0 {
        let port = u16::try_from(usize::from(config.udp.port()) + number);
        let ports = MediaError::Ports {
            workers: config.workers,
            first: config.udp.port(),
        };
        address.set_port(port.map_err(|_| ports)?);
    }
    Ok(address)
}

/// How the rest of the server talks to the media plane.
#[derive(Debug, Clone)]
pub struct MediaHandle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    workers: Vec<Worker>,
    udp_addresses: Vec<SocketAddr>,
    tcp_address: SocketAddr,
    shutdown: watch::Sender<()>,
}

#[derive(Debug)]
struct Worker {
    inputs: mpsc::UnboundedSender<WorkerInput>,
    stats: Arc<SharedStats>,
    udp: SocketAddr,
}

impl MediaHandle {
    /// Hands a command to the worker that owns the meeting. Never blocks; after [`Self::shutdown`] it does nothing.
    pub fn send(&self, command: SfuCommand) {
        let worker = self.worker_of(command.meeting());
        let _ = worker.inputs.send(WorkerInput::Command(command));
    }

    /// Returns the events of a meeting from here on; a second call takes them over from the first. Their number is
    /// bounded by the meeting's own commands and what its peers may do per second, so the channel is not.
    pub fn attach(&self, meeting: MeetingId) -> mpsc::UnboundedReceiver<SfuEvent> {
        let (events, receiver) = mpsc::unbounded_channel();
        let _ = self
            .worker_of(meeting)
            .inputs
            .send(WorkerInput::Attach { meeting, events });
        receiver
    }

    /// Returns the counts of all workers together, at most a few milliseconds old while there is traffic.
    pub fn stats(&self) -> MediaStats {
        SharedStats::sum(self.0.workers.iter().map(|worker| &*worker.stats))
    }

    /// Returns where the workers listen.
    pub fn udp_addresses(&self) -> &[SocketAddr] {
        &self.0.udp_addresses
    }

    /// Returns where ICE-TCP listens.
    pub fn tcp_address(&self) -> SocketAddr {
        self.0.tcp_address
    }

    /// Returns whether every worker still takes commands.
    pub fn is_alive(&self) -> bool {
        self.0.workers.iter().all(|worker| !worker.inputs.is_closed())
    }

    /// Ends all threads, for all handles.
    pub fn shutdown(&self) {
        let _ = self.0.shutdown.send(());
    }

    /// The ids are random: any bytes of one spread meetings evenly.
    fn worker_of(&self, meeting: MeetingId) -> &Worker {
        let [first, second, ..] = *meeting.as_bytes();
        let number = usize::from(u16::from_be_bytes([first, second]));
        &self.0.workers[number % self.0.workers.len()]
    }
}

// Frames of all TCP connections that wait for one worker; beyond that the connections wait.
const TCP_FRAMES_WAITING: usize = 1024;
