// SPDX-License-Identifier: MIT OR Apache-2.0
//! Starting and stopping.

use std::{net::SocketAddr, time::Duration};

use media::MediaHandle;
use meeting::InstanceKeys;
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use store::{InstanceSecret, Store, StoreError};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{ServerConfig, http, shared::Shared};

/// A running server. Dropping it does not stop it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    stopped: mpsc::Receiver<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The store does not answer.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl Server {
    /// Starts to serve, and takes up the meetings that people were in when the server stopped.
    ///
    /// # Errors
    /// [`ServerError`] if the address cannot be listened on or the store does not answer.
    pub async fn start(config: ServerConfig, store: Store, media: MediaHandle) -> Result<Self, ServerError> {
        let listen = |source| ServerError::Listen {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let keys = instance_keys(&store).await?;
        let occupied = store.occupied_meetings().await?;
        let (stop, stopping) = watch::channel(false);
        let (running, stopped) = mpsc::channel(1);
        let shared = Shared::new(config, store, media, keys, stopping.clone(), running);
        for meeting in occupied {
            shared.live.start(&shared, meeting);
        }
        let app = http::router(shared).into_make_service_with_connect_info::<SocketAddr>();
        let serve = axum::serve(listener, app).with_graceful_shutdown(is_stopping(stopping));
        let serving = tokio::spawn(async move { serve.await });
        Ok(Self {
            address,
            stop,
            stopped,
            serving,
        })
    }

    /// Returns where the server listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops: closes every connection so that its client comes back to the next start, and returns when all is
    /// written, or after a few seconds.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let all = async {
            // The answer is `None` when the last task has let go of what the tasks share.
            while self.stopped.recv().await.is_some() {}
        };
        if tokio::time::timeout(STOP_WITHIN, all).await.is_err() {
            tracing::warn!("stopped with connections open");
        }
        self.serving.abort();
    }
}

async fn is_stopping(mut stopping: watch::Receiver<bool>) {
    // An error means that the server's handle was dropped without stopping it: serve on.
    if stopping.wait_for(|is_stopping| *is_stopping).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The installation's secrets, made on the first start.
async fn instance_keys(store: &Store) -> Result<InstanceKeys, StoreError> {
    let mut rng = StdRng::from_os_rng();
    let mut secrets = [[0; 32]; 2];
    for (secret, which) in secrets
        .iter_mut()
        .zip([InstanceSecret::Resume, InstanceSecret::ExternalSender])
    {
        let mut candidate = [0; 32];
        rng.fill_bytes(&mut candidate);
        *secret = store.instance_secret(which, candidate).await?;
    }
    let [resume, external_sender] = secrets;
    Ok(InstanceKeys::new(resume, external_sender))
}

// Longer than any write takes; shorter than the ten seconds after which supervisors kill.
const STOP_WITHIN: Duration = Duration::from_secs(5);
