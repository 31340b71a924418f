// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a worker counts, readable from elsewhere without disturbing it.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
};

use sfu::{DropReason, SfuStats};

/// Counts of all workers together, since the start. Packets are datagrams or TCP frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MediaStats {
    /// Packets received.
    pub packets_in: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Packets sent.
    pub packets_out: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// System calls that sent them; fewer than packets where the kernel segments.
    pub sends: u64,
    /// Packets that a socket did not take.
    pub send_failures: u64,
    /// TCP connections open.
    pub tcp_connections: u64,
    /// Meetings with peers.
    pub meetings: u64,
    /// Transports.
    pub peers: u64,
    /// RTP packets from publishers.
    pub rtp_in: u64,
    /// RTP packets to subscribers, resends not counted.
    pub rtp_forwarded: u64,
    /// PLIs to publishers.
    pub plis: u64,
    /// Layer switches downward.
    pub layers_down: u64,
    /// Layer switches upward.
    pub layers_up: u64,
    /// Meetings lost to a caught panic.
    pub meetings_failed: u64,
    /// Peers refused for their SRTP profile.
    pub weak_srtp: u64,
    /// Packets dropped, by reason in the order of [`DropReason::ALL`].
    pub dropped: [u64; DropReason::ALL.len()],
}

impl MediaStats {
    /// Returns the counts in the text format of Prometheus.
    pub fn render_prometheus(&self) -> String {
        let mut text = String::new();
        for (name, kind, help, value) in [
            (
                "packets_in_total",
                "counter",
                "Media packets received.",
                self.packets_in,
            ),
            (
                "bytes_in_total",
                "counter",
                "Media bytes received.",
                self.bytes_in,
            ),
            (
                "packets_out_total",
                "counter",
                "Media packets sent.",
                self.packets_out,
            ),
            ("bytes_out_total", "counter", "Media bytes sent.", self.bytes_out),
            (
                "sends_total",
                "counter",
                "System calls that sent media packets.",
                self.sends,
            ),
            (
                "send_failures_total",
                "counter",
                "Media packets that a socket did not take.",
                self.send_failures,
            ),
            (
                "tcp_connections",
                "gauge",
                "ICE-TCP connections.",
                self.tcp_connections,
            ),
            ("meetings", "gauge", "Meetings with media.", self.meetings),
            ("peers", "gauge", "Media transports.", self.peers),
            (
                "rtp_in_total",
                "counter",
                "RTP packets from publishers.",
                self.rtp_in,
            ),
            (
                "rtp_forwarded_total",
                "counter",
                "RTP packets to subscribers.",
                self.rtp_forwarded,
            ),
            (
                "plis_total",
                "counter",
                "Keyframe requests to publishers.",
                self.plis,
            ),
            (
                "layers_down_total",
                "counter",
                "Switches to a smaller layer.",
                self.layers_down,
            ),
            (
                "layers_up_total",
                "counter",
                "Switches to a larger layer.",
                self.layers_up,
            ),
            (
                "meetings_failed_total",
                "counter",
                "Meetings lost to a caught panic.",
                self.meetings_failed,
            ),
            (
                "weak_srtp_total",
                "counter",
                "Peers refused for their SRTP profile.",
                self.weak_srtp,
            ),
        ] {
            let name = format!("incamera_media_{name}");
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        }
        let name = "incamera_media_dropped_total";
        let _ = writeln!(
            text,
            "# HELP {name} Media packets dropped.\n# TYPE {name} counter"
        );
        for (reason, count) in DropReason::ALL.into_iter().zip(self.dropped) {
            let _ = writeln!(text, "{name}{{reason=\"{}\"}} {count}", reason.as_str());
        }
        text
    }

    /// Returns how much was dropped for `reason`.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason as usize]
    }

    pub(crate) fn set_sfu(&mut self, stats: &SfuStats, census: (usize, usize)) {
        (self.meetings, self.peers) = (census.0 as u64, census.1 as u64);
        self.rtp_in = stats.rtp_in;
        self.rtp_forwarded = stats.rtp_forwarded;
        self.plis = stats.plis;
        self.layers_down = stats.layers_down;
        self.layers_up = stats.layers_up;
        self.meetings_failed = stats.meetings_failed;
        self.weak_srtp = stats.weak_srtp;
        self.dropped = DropReason::ALL.map(|reason| stats.dropped(reason));
    }

    fn to_array(self) -> [u64; COUNTERS] {
        let mut array = [0; COUNTERS];
        let (named, dropped) = array.split_at_mut(NAMED);
        named.copy_from_slice(&[
            self.packets_in,
            self.bytes_in,
            self.packets_out,
            self.bytes_out,
            self.sends,
            self.send_failures,
            self.tcp_connections,
            self.meetings,
            self.peers,
            self.rtp_in,
            self.rtp_forwarded,
            self.plis,
            self.layers_down,
            self.layers_up,
            self.meetings_failed,
            self.weak_srtp,
        ]);
        dropped.copy_from_slice(&self.dropped);
        array
    }

    fn from_array(array: [u64; COUNTERS]) -> Self {
        let mut dropped = [0; DropReason::ALL.len()];
        dropped.copy_from_slice(&array[NAMED..]);
        Self {
            packets_in: array[0],
            bytes_in: array[1],
            packets_out: array[2],
            bytes_out: array[3],
            sends: array[4],
            send_failures: array[5],
            tcp_connections: array[6],
            meetings: array[7],
            peers: array[8],
            rtp_in: array[9],
            rtp_forwarded: array[10],
            plis: array[11],
            layers_down: array[12],
            layers_up: array[13],
            meetings_failed: array[14],
            weak_srtp: array[15],
            dropped,
        }
    }
}

/// One worker's counts, written by it alone and read by whoever asks.
#[derive(Debug, Default)]
pub(crate) struct SharedStats([AtomicU64; COUNTERS]);

impl SharedStats {
    pub(crate) fn store(&self, stats: MediaStats) {
        for (shared, value) in self.0.iter().zip(stats.to_array()) {
            shared.store(value, Ordering::Relaxed);
        }
    }

    /// Adds up the counts of several workers.
    pub(crate) fn sum<'a>(workers: impl Iterator<Item = &'a Self>) -> MediaStats {
        let mut sum = [0; COUNTERS];
        for worker in workers {
            for (sum, shared) in sum.iter_mut().zip(&worker.0) {
                *sum += shared.load(Ordering::Relaxed);
            }
        }
        MediaStats::from_array(sum)
    }
}

const NAMED: usize = 16;
const COUNTERS: usize = NAMED + DropReason::ALL.len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_workers_add_up() {
        let mut dropped = [0; DropReason::ALL.len()];
        dropped[DropReason::Unknown as usize] = 3;
        let stats = MediaStats {
            packets_in: 2,
            weak_srtp: 1,
            dropped,
            ..MediaStats::default()
        };
        let workers = [SharedStats::default(), SharedStats::default()];
        workers[0].store(stats);
        workers[1].store(stats);
        let sum = SharedStats::sum(workers.iter());
        assert_eq!(
            (sum.packets_in, sum.weak_srtp, sum.dropped(DropReason::Unknown)),
            (4, 2, 6)
        );
        assert!(
            sum.render_prometheus()
                .contains("incamera_media_dropped_total{reason=\"unknown\"} 6\n")
        );
    }
}
