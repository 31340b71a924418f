// SPDX-License-Identifier: MIT OR Apache-2.0
//! What every request and every task of the server may reach.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use account::MacKey;
use media::MediaHandle;
use meeting::InstanceKeys;
use policy::Policy;
use protocol::ConnectionId;
use store::Store;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::{
    ServerConfig,
    clock::Clock,
    http::connection_tests::{TEST_PLACES, TESTS_PER_MINUTE},
    in_force::InForce,
    limit::{Gate, OpenLimiter, RateLimiter},
    live::Registry,
    metrics::Metrics,
    outside::Outside,
};

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) config: ServerConfig,
    pub(crate) store: Store,
    pub(crate) media: MediaHandle,
    pub(crate) outside: Outside,
    pub(crate) keys: InstanceKeys,
    pub(crate) macs: MacKey,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
    pub(crate) live: Registry,
    pub(crate) in_force: watch::Sender<Arc<InForce>>,
    /// Origins of pages that are this server's own, besides the host that a request names.
    pub(crate) origins: Vec<String>,
    pub(crate) requests: RateLimiter,
    pub(crate) creations: RateLimiter,
    pub(crate) sign_ins: RateLimiter,
    pub(crate) connection_tests: RateLimiter,
    pub(crate) test_places: Arc<Semaphore>,
    pub(crate) connections: OpenLimiter,
    /// What costs signatures and writes before anybody has proved anything.
    pub(crate) proofs: Gate,
    /// What waits for providers, gateways and DNS servers.
    pub(crate) errands: Gate,
    pub(crate) stopping: watch::Receiver<bool>,
    /// Closes when the last task has let go of this.
    _running: mpsc::Sender<()>,
    next_connection: AtomicU64,
}

/// The installation's secrets.
pub(crate) struct Secrets {
    pub(crate) keys: InstanceKeys,
    pub(crate) macs: MacKey,
}

impl Shared {
    #[expect(
        clippy::too_many_arguments,
        reason = "each is made elsewhere, and all live as long as this"
    )]
    pub(crate) fn new(
        config: ServerConfig,
        url: &str,
        store: Store,
        media: MediaHandle,
        outside: Outside,
        secrets: Secrets,
        in_force: InForce,
        stopping: watch::Receiver<bool>,
        running: mpsc::Sender<()>,
    ) -> Self {
        let (in_force, _) = watch::channel(Arc::new(in_force));
        let origins = config.origins.iter().cloned();
        Self(Arc::new(Parts {
            store,
            media,
            outside,
            keys: secrets.keys,
            macs: secrets.macs,
            clock: Clock::start(),
            metrics: Metrics::default(),
            live: Registry::default(),
            in_force,
            origins: origins.chain([String::from(url)]).collect(),
            requests: RateLimiter::per_minute(config.requests_per_minute),
            creations: RateLimiter::per_minute(config.meetings_per_minute),
            sign_ins: RateLimiter::per_minute(config.sign_ins_per_minute),
            connection_tests: RateLimiter::per_minute(TESTS_PER_MINUTE),
            test_places: Arc::new(Semaphore::new(TEST_PLACES)),
            connections: OpenLimiter::new(config.connections_per_address),
            proofs: Gate::new(PROOFS_AT_ONCE, PROOFS_WAITING),
            errands: Gate::new(ERRANDS_AT_ONCE, ERRANDS_WAITING),
            config,
            stopping,
            _running: running,
            next_connection: AtomicU64::new(1),
        }))
    }

    /// Returns the policy in force.
    pub(crate) fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.in_force.borrow().policy)
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

// The database has one writer, which calls need too: two proofs at a time leave it to them most of the time, and still
// are some hundreds a second.
const PROOFS_AT_ONCE: usize = 2;
// A second's worth: whoever comes later gives up before the turn comes.
const PROOFS_WAITING: usize = 400;

// Each is a connection to somewhere slow, and a minute at most.
const ERRANDS_AT_ONCE: usize = 32;
const ERRANDS_WAITING: usize = 64;
