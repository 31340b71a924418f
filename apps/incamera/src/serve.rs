// SPDX-License-Identifier: MIT OR Apache-2.0
//! Serving: store, media workers and web side, until a signal says stop.

use std::{
    io::{IsTerminal as _, Write as _},
    num::NonZero,
    time::Duration,
};

use anyhow::Context as _;
use identity::Secret;
use media::{MediaConfig, MediaServer};
use policy::Plans;
use protocol::http::ConfigurationEntry;
use server::{PaymentConfig, Server, ServerConfig};
use store::Store;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, Listen, LogFormat};

/// Serves until SIGTERM or Ctrl-C.
pub(crate) fn serve(config: Config, shown: Vec<ConfigurationEntry>) -> anyhow::Result<()> {
    start_logging(&config)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(run(config, shown))
}

async fn run(config: Config, shown: Vec<ConfigurationEntry>) -> anyhow::Result<()> {
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
        candidates: config.media.addresses.clone(),
    })?;
    let is_local = config.media.listen.0.ip().is_loopback() && config.media.addresses.is_empty();
    let server = Server::start(web_side(config, shown)?, store.clone(), media.clone()).await?;
    announce(&server, is_local)?;
    stop.await;
    tracing::info!("stopping");
    server.stop().await;
    media.shutdown();
    store.close().await;
    Ok(())
}

fn web_side(config: Config, shown: Vec<ConfigurationEntry>) -> anyhow::Result<ServerConfig> {
    let Config {
        http,
        accounts,
        plans,
        payment,
        ..
    } = config;
    let secret = Secret::of(
        payment.webhook_secret.as_ref(),
        payment.webhook_secret_file.as_deref(),
    );
    Ok(ServerConfig {
        name: config.name,
        public_url: config.public_url.0,
        listen: http.listen.0,
        origins: http.origins,
        trusted_proxies: http.trusted_proxies.into_iter().map(|proxy| proxy.0).collect(),
        connections_per_address: http.connections_per_address,
        requests_per_minute: http.requests_per_minute,
        meetings_per_minute: http.meetings_per_minute,
        sign_ins_per_minute: http.sign_ins_per_minute,
        policy: config.policy.0,
        mail: config.mail,
        providers: config.oidc,
        phone: config.phone,
        resolver: accounts.resolver.0,
        payment: PaymentConfig {
            secret: secret.context("payment.webhook_secret")?,
            link: payment.link,
        },
        plans: Plans {
            free: plans.free,
            paid: plans.paid,
        },
        denied_for: Duration::from_secs(u64::from(accounts.denied_days) * 24 * 60 * 60),
        shown,
    })
}

/// Says on standard output that everything is ready, and where: scripts wait for the last line. The line before it is for
/// whoever installs this, and stands nowhere else.
fn announce(server: &Server, is_media_local: bool) -> anyhow::Result<()> {
    let listen = Listen(server.address());
    let mut out = std::io::stdout().lock();
    if let Some(link) = server.operator_link() {
        writeln!(out, "Open this once to run this installation: {link}")
            .context("cannot write to standard output")?;
    }
    if is_media_local {
        writeln!(
            out,
            "Sound and picture listen on this computer only, where Firefox does not reach them: for Firefox, add --media 0.0.0.0:3478"
        )
        .context("cannot write to standard output")?;
    }
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
