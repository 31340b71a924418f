// SPDX-License-Identifier: MIT OR Apache-2.0
//! What every request and every task of the server may reach.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use media::MediaHandle;
use meeting::InstanceKeys;
use protocol::ConnectionId;
use store::Store;
use tokio::sync::{mpsc, watch};

use crate::{
    ServerConfig,
    clock::Clock,
    limit::{OpenLimiter, RateLimiter},
    live::Registry,
    metrics::Metrics,
};

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) media: MediaHandle,
    pub(crate) keys: InstanceKeys,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    pub(crate) live: Registry,
    pub(crate) origins: Vec<String>,
    pub(crate) creations: RateLimiter,
    pub(crate) connections: OpenLimiter,
    pub(crate) stopping: watch::Receiver<bool>,
    /// Closes when the last task has let go of this.
    _running: mpsc::Sender<()>,
    next_connection: AtomicU64,
}

impl Shared {
    pub(crate) fn new(
        config: ServerConfig,
        store: Store,
        media: MediaHandle,
        keys: InstanceKeys,
        stopping: watch::Receiver<bool>,
        running: mpsc::Sender<()>,
    ) -> Self {
        Self(Arc::new(Parts {
            store,
            media,
            keys,
            clock: Clock::start(),
            metrics: Metrics::default(),
            live: Registry::default(),
            origins: config.origins,
            creations: RateLimiter::per_minute(config.meetings_per_minute),
            connections: OpenLimiter::new(config.connections_per_address),
            stopping,
            _running: running,
            next_connection: AtomicU64::new(1),
        }))
    }

    pub(crate) fn next_connection(&self) -> ConnectionId {
        ConnectionId(self.next_connection.fetch_add(1, Relaxed))
    }
}

impl std::ops::Deref for Shared {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
