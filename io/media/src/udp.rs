// SPDX-License-Identifier: MIT OR Apache-2.0
//! One UDP socket, many datagrams per system call: batched receives, segmented sends (UDP_SEGMENT).

use std::{
    io::{self, IoSliceMut},
    net::{SocketAddr, UdpSocket as StdUdpSocket},
};

use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use tokio::{io::Interest, net::UdpSocket};

use crate::{MediaStats, announced::Announced};

/// A worker's socket.
#[derive(Debug)]
pub(crate) struct BatchedSocket {
    socket: UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
    announced: Announced,
    buffers: Vec<Vec<u8>>,
    metas: Vec<RecvMeta>,
    outgoing: Outgoing,
}

impl BatchedSocket {
    /// Takes over a bound socket, inside a tokio runtime.
    pub(crate) fn new(socket: StdUdpSocket, announced: Announced) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let local = socket.local_addr()?;
        let socket = UdpSocket::from_std(socket)?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        // Refused sizes are no reason not to serve.
        let _ = state.set_send_buffer_size(UdpSockRef::from(&socket), SOCKET_BUFFER_BYTES);
        let _ = state.set_recv_buffer_size(UdpSockRef::from(&socket), SOCKET_BUFFER_BYTES);
        let bytes = RECEIVED_BYTES * state.gro_segments();
        let max_segments = state.max_gso_segments();
        Ok(Self {
            socket,
            state,
            local,
            announced,
            buffers: vec![vec![0; bytes]; BATCH_SIZE],
            metas: vec![RecvMeta::default(); BATCH_SIZE],
            outgoing: Outgoing {
                max_segments,
                ..Outgoing::default()
            },
        })
    }

    /// Waits until there is something to receive.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Receives what there is, up to a batch, and hands each datagram on: from, to, contents.
    pub(crate) fn receive(
        &mut self,
        mut handle: impl FnMut(SocketAddr, SocketAddr, &[u8]),
    ) -> io::Result<()> {
        let Self {
            socket,
            state,
            buffers,
            metas,
            local,
            announced,
            ..
        } = self;
        let mut slices: Vec<IoSliceMut<'_>> =
            buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
        let received = socket.try_io(Interest::READABLE, || {
            state.recv(UdpSockRef::from(&*socket), &mut slices, metas)
        });
        let messages = match received {
            Ok(messages) => messages,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        drop(slices);
        for (meta, buffer) in metas.iter().zip(buffers).take(messages) {
            let own = SocketAddr::new(
                meta.dst_ip.map_or_else(|| local.ip(), |ip| ip.to_canonical()),
                local.port(),
            );
            let destination = announced.inward(own);
            let contents = buffer.get(..meta.len).unwrap_or(&[]);
            for datagram in contents.chunks(meta.stride.max(1)) {
                handle(meta.addr, destination, datagram);
            }
        }
        Ok(())
    }

    /// Queues a datagram. Those that follow each other to the same destination leave together.
    pub(crate) async fn send(
        &mut self,
        source: SocketAddr,
        destination: SocketAddr,
        contents: &[u8],
        stats: &mut MediaStats,
    ) {
        if !self.outgoing.push(source, destination, contents) {
            self.flush(stats).await;
            self.outgoing.push(source, destination, contents);
        }
    }

    /// Sends what is queued. Waits for room in the socket's buffer: dropping here would only make more resends.
    pub(crate) async fn flush(&mut self, stats: &mut MediaStats) {
        let Some(addresses) = self.outgoing.addresses.take() else {
            return;
        };
        let Outgoing {
            contents,
            segment_bytes,
            segments,
            ..
        } = &self.outgoing;
        let transmit = Transmit {
            destination: addresses.destination,
            ecn: None,
            contents,
            segment_size: (*segments > 1).then_some(*segment_bytes),
            // A socket bound to one address needs no other; naming it costs a control message.
            src_ip: self
                .local
                .ip()
                .is_unspecified()
                .then(|| self.announced.outward(addresses.source))
                .flatten(),
        };
        loop {
            let sent = self.socket.try_io(Interest::WRITABLE, || {
                self.state.try_send(UdpSockRef::from(&self.socket), &transmit)
            });
            match sent {
                Ok(()) => {
                    stats.sends += 1;
                    stats.packets_out += *segments as u64;
                    stats.bytes_out += contents.len() as u64;
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.socket.writable().await.is_err() {
                        break;
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, "datagram not sent");
                    stats.send_failures += *segments as u64;
                    break;
                }
            }
        }
        // quinn-udp stops offering segmentation when a network device refuses it.
        self.outgoing.max_segments = self.state.max_gso_segments();
        self.outgoing.clear();
    }
}

/// Datagrams for one destination that may leave in one system call: all of the same size, but the last may be smaller.
#[derive(Debug, Default)]
struct Outgoing {
    addresses: Option<Addresses>,
    contents: Vec<u8>,
    segment_bytes: usize,
    segments: usize,
    max_segments: usize,
}

#[derive(Debug, PartialEq, Eq)]
struct Addresses {
    source: SocketAddr,
    destination: SocketAddr,
}

impl Outgoing {
    /// Adds a datagram, unless it cannot leave with those that are there.
    fn push(&mut self, source: SocketAddr, destination: SocketAddr, contents: &[u8]) -> bool {
        let addresses = Addresses { source, destination };
        match &self.addresses {
            None => {
                self.addresses = Some(addresses);
                self.segment_bytes = contents.len();
            }
            Some(present) => {
                let is_whole = self.contents.len() == self.segment_bytes * self.segments;
                let fits = contents.len() <= self.segment_bytes
                    && self.segments < self.max_segments
                    && self.contents.len() + contents.len() <= SEND_BYTES;
                if *present != addresses || !is_whole || !fits {
                    return false;
                }
            }
        }
        self.contents.extend_from_slice(contents);
        self.segments += 1;
        true
    }

    fn clear(&mut self) {
        self.addresses = None;
        self.contents.clear();
        self.segments = 0;
    }
}

// Larger than any datagram of a browser's; what is longer is cut and refused.
const RECEIVED_BYTES: usize = 1600;

// The largest UDP payload over IPv4, which bounds a segmented send as well.
const SEND_BYTES: usize = 65_507;

// A keyframe to two hundred subscribers is 8 MB; the kernel's default of 200 kB loses most of it in one burst. Kernels
// clip this to their own limit.
const SOCKET_BUFFER_BYTES: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_datagrams_to_one_destination_leave_together() {
        let mut outgoing = Outgoing {
            max_segments: 3,
            ..Outgoing::default()
        };
        assert!(outgoing.push(address(1), address(2), &[1; 100]));
        assert!(outgoing.push(address(1), address(2), &[2; 100]));
        assert!(outgoing.push(address(1), address(2), &[3; 60]));
        assert!(
            !outgoing.push(address(1), address(2), &[4; 60]),
            "a small one ends the series"
        );
        assert_eq!((outgoing.segments, outgoing.contents.len()), (3, 260));
    }

    #[test]
    fn others_do_not_join() {
        let mut outgoing = Outgoing {
            max_segments: 2,
            ..Outgoing::default()
        };
        assert!(outgoing.push(address(1), address(2), &[1; 100]));
        assert!(
            !outgoing.push(address(1), address(3), &[1; 100]),
            "another destination"
        );
        assert!(!outgoing.push(address(1), address(2), &[1; 101]), "a larger one");
        assert!(outgoing.push(address(1), address(2), &[1; 100]));
        assert!(
            !outgoing.push(address(1), address(2), &[1; 100]),
            "more than the kernel segments"
        );
        outgoing.clear();
        assert!(outgoing.push(address(1), address(3), &[1; 7]));
    }

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }
}
