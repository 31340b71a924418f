// SPDX-License-Identifier: MIT OR Apache-2.0
//! Serving: store, media workers and web side, until a signal says stop.

use std::{
    io::{IsTerminal as _, Write as _},
    num::NonZero,
};

use anyhow::Context as _;
use media::{MediaConfig, MediaServer};
use server::{Server, ServerConfig};
use store::Store;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, Listen, LogFormat};

/// Serves until SIGTERM or Ctrl-C.
pub(crate) fn serve(config: Config) -> anyhow::Result<()> {
    start_logging(&config)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(run(config))
}

async fn run(config: Config) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let store = Store::open(&config.data).await?;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let media = MediaServer::start(MediaConfig {
        udp: config.media.listen.0,
        tcp: config.media.listen.0,
        workers: if config.media.workers == 0 {
            cores
        } else {
            config.media.workers
        },
        candidates: config.media.addresses,
    })?;
    let server = Server::start(
        ServerConfig {
            listen: config.http.listen.0,
            origins: config.http.origins,
            connections_per_address: config.http.connections_per_address,
            meetings_per_minute: config.http.meetings_per_minute,
        },
        store.clone(),
        media.clone(),
    )
    .await?;
    announce(&server)?;
    stop.await;
    tracing::info!("stopping");
    server.stop().await;
    media.shutdown();
    store.close().await;
    Ok(())
}

/// Says on standard output that everything is ready, and where: scripts wait for this line.
fn announce(server: &Server) -> anyhow::Result<()> {
    let listen = Listen(server.address());
    let mut out = std::io::stdout().lock();
    writeln!(out, "Incamera is ready at http://{listen}").context("cannot write to standard output")?;
    out.flush().context("cannot write to standard output")
}

fn start_logging(config: &Config) -> anyhow::Result<()> {
    let filter: EnvFilter = config
        .log
        .filter
        .parse()
        .with_context(|| format!("log.filter: {:?} is not a filter", config.log.filter))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}

/// Returns what ends when the process is asked to stop. Listens from now on, so that no signal is lost while starting.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("cannot listen for signals")?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminated.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
