// SPDX-License-Identifier: MIT OR Apache-2.0
//! The least that forwarding could cost on this machine: packets of a measurement's size, number and pace are sealed
//! and sent, one system call each, and nothing else is done. The other side only takes them.

use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde_json::json;
use str0m::crypto::from_feature_flags;

use crate::{run::write_line, wait_for_signal};

/// What the floor takes.
#[derive(Args)]
pub(crate) struct FloorArgs {
    /// Which side this is.
    #[arg(value_enum)]
    side: Side,
    /// The address of the receiving side; receiver N listens on port 20000 + N.
    address: IpAddr,
    /// How many receivers there are.
    #[arg(long)]
    receivers: u16,
    /// How many packets of each picture every receiver gets, and of every fifth picture one more.
    #[arg(long, default_value_t = 5)]
    packets: usize,
    /// How long to send, in seconds.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum Side {
    Send,
    Receive,
}

/// Runs one side. The sender prints, as a line of JSON, how many packets it sent and what CPU time that took.
pub(crate) async fn floor(args: FloorArgs) -> anyhow::Result<ExitCode> {
    match args.side {
        Side::Receive => receive(&args).await?,
        Side::Send => send(&args)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn receive(args: &FloorArgs) -> anyhow::Result<()> {
    for receiver in 0..args.receivers {
        let socket = tokio::net::UdpSocket::bind(args.receiver(receiver)).await?;
        tokio::spawn(async move {
            let mut buffer = [0; 2048];
            while socket.recv(&mut buffer).await.is_ok() {}
        });
    }
    write_line(&json!({"event": "ready"}));
    wait_for_signal().await;
    Ok(())
}

fn send(args: &FloorArgs) -> anyhow::Result<()> {
    let socket = UdpSocket::bind(("0.0.0.0", 0))?;
    let provider = from_feature_flags().srtp_provider.aead_aes_256_gcm();
    let mut receivers: Vec<_> = (0..args.receivers)
        .map(|receiver| (args.receiver(receiver), provider.create_cipher([7; 32], true)))
        .collect();
    let plain = [0; PAYLOAD_BYTES];
    let mut packet = [0; HEADER_BYTES + PAYLOAD_BYTES + TAG_BYTES];
    let mut sent: u64 = 0;
    let (cpu, mut picture_at) = (cpu_time()?, Instant::now());
    for picture in 0..args.seconds * PICTURES_PER_SECOND {
        let packets = args.packets + usize::from(picture % 5 == 4);
        for _ in 0..packets {
            let mut nonce = [0; 12];
            nonce[..8].copy_from_slice(&sent.to_be_bytes());
            for (address, cipher) in &mut receivers {
                let (header, sealed) = packet.split_at_mut(HEADER_BYTES);
                cipher
                    .encrypt(&nonce, header, &plain, sealed)
                    .ok()
                    .context("sealing failed")?;
                // A full buffer costs as much as a send.
                let _ = socket.send_to(&packet, *address);
                sent += 1;
            }
        }
        picture_at += Duration::from_secs(1) / PICTURES_PER_SECOND;
        std::thread::sleep(picture_at.saturating_duration_since(Instant::now()));
    }
    let spent = cpu_time()? - cpu;
    write_line(&json!({"event": "floor", "packets": sent, "cpuMicros": spent.as_micros() as u64}));
    Ok(())
}

impl FloorArgs {
    fn receiver(&self, receiver: u16) -> SocketAddr {
        SocketAddr::new(self.address, FIRST_PORT + receiver)
    }
}

/// CPU time of this thread.
fn cpu_time() -> anyhow::Result<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").context("no schedstat")?;
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    nanoseconds.map(Duration::from_nanos).context("no schedstat")
}

const FIRST_PORT: u16 = 20_000;
const PICTURES_PER_SECOND: u32 = 30;

// A full packet of the measured clip as the server sends it: RTP header with extensions, descriptor and sealed frame.
const HEADER_BYTES: usize = 24;
const PAYLOAD_BYTES: usize = 1105;
const TAG_BYTES: usize = 16;
