// SPDX-License-Identifier: MIT OR Apache-2.0
//! ICE-TCP (RFC 6544): accepts connections, reads and writes RFC 4571 frames, and finds the worker of each by the user
//! name of its first STUN message.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdTcpListener},
    sync::Arc,
    time::Duration,
};

use sfu::worker_of_ufrag;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Semaphore, mpsc, watch},
    time::timeout,
};
use tracing::{debug, error};

use crate::{announced::Announced, worker::TcpInput};

/// What the accepting thread needs.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) listener: StdTcpListener,
    pub(crate) announced: Announced,
    pub(crate) workers: Vec<mpsc::Sender<TcpInput>>,
    pub(crate) shutting_down: watch::Receiver<()>,
}

impl Setup {
    /// Accepts until the server shuts down.
    pub(crate) fn run(self) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return error!(%error, "no ICE-TCP"),
        };
        if let Err(error) = runtime.block_on(self.accept()) {
            error!(%error, "ICE-TCP ended");
        }
    }

    async fn accept(self) -> io::Result<()> {
        let Self {
            listener,
            announced,
            workers,
            mut shutting_down,
        } = self;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        let workers: Arc<[_]> = workers.into();
        loop {
            let accepted = tokio::select! {
                _ = shutting_down.changed() => return Ok(()),
                accepted = listener.accept() => accepted,
            };
            let (stream, remote) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, mostly: wait until some are closed.
                    debug!(%error, "TCP connection not accepted");
                    tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
                continue;
            };
            let workers = Arc::clone(&workers);
            let announced = announced.clone();
            tokio::spawn(async move {
                let _permit = permit;
                if let Err(error) = serve(stream, remote, announced, &workers).await {
                    debug!(%error, "TCP connection ended");
                }
            });
        }
    }
}

async fn serve(
    stream: TcpStream,
    remote: SocketAddr,
    mut announced: Announced,
    workers: &[mpsc::Sender<TcpInput>],
) -> io::Result<()> {
    let own = stream.local_addr()?;
    let local = announced.inward(SocketAddr::new(own.ip().to_canonical(), own.port()));
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    let mut reader = BufReader::with_capacity(READ_BYTES, reader);
    let first = timeout(FIRST_FRAME_WITHIN, read_frame(&mut reader)).await??;
    let worker = worker_of_ufrag(&first).and_then(|number| workers.get(usize::from(number)));
    let Some(worker) = worker else { return Ok(()) };
    let (frames, outgoing) = mpsc::channel(FRAMES_WAITING);
    let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
    worker
        .send(TcpInput::Opened { remote, frames })
        .await
        .map_err(gone)?;
    let result = tokio::select! {
        read = read_frames(reader, first, local, remote, worker) => read,
        written = write_frames(writer, outgoing) => written,
    };
    worker.send(TcpInput::Closed { remote }).await.map_err(gone)?;
    result
}

async fn read_frames(
    mut reader: BufReader<OwnedReadHalf>,
    first: Vec<u8>,
    local: SocketAddr,
    remote: SocketAddr,
    worker: &mpsc::Sender<TcpInput>,
) -> io::Result<()> {
    let mut contents = first;
    loop {
        let frame = TcpInput::Frame {
            local,
            remote,
            contents,
        };
        worker.send(frame).await.map_err(|_| io::ErrorKind::BrokenPipe)?;
        contents = timeout(IDLE_FOR, read_frame(&mut reader)).await??;
    }
}

/// Reads one frame (RFC 4571, section 2): two bytes of length, then the packet.
async fn read_frame(reader: &mut BufReader<OwnedReadHalf>) -> io::Result<Vec<u8>> {
    let length = usize::from(reader.read_u16().await?);
    if length > FRAME_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut contents = vec![0; length];
    reader.read_exact(&mut contents).await?;
    Ok(contents)
}

async fn write_frames(mut writer: OwnedWriteHalf, mut frames: mpsc::Receiver<Vec<u8>>) -> io::Result<()> {
    while let Some(frame) = frames.recv().await {
        timeout(WRITTEN_WITHIN, writer.write_all(&frame)).await??;
    }
    Ok(())
}

/// Returns `contents` as one frame, or `None` if it is too long for one.
pub(crate) fn frame(contents: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(contents.len()).ok()?;
    let mut frame = Vec::with_capacity(contents.len() + 2);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(contents);
    Some(frame)
}

// Connections of all workers; each costs a file descriptor and a few kilobytes to whoever opens it, and to us.
const CONNECTIONS: usize = 2048;

// A client sends its first check as soon as it is connected.
const FIRST_FRAME_WITHIN: Duration = Duration::from_secs(5);

// ICE consent checks come every few seconds.
const IDLE_FOR: Duration = Duration::from_secs(30);

// A receiver that takes nothing for so long has a link that carries no call.
const WRITTEN_WITHIN: Duration = Duration::from_secs(10);

const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

// Browsers keep to 1280 bytes over TCP too.
const FRAME_BYTES: usize = 1500;

const READ_BYTES: usize = 8 * 1024;

// A second of a 1.5 Mbit/s stream. More is delay that no call bears; what does not fit is dropped, and resent if asked.
const FRAMES_WAITING: usize = 256;
