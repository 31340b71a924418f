// SPDX-License-Identifier: MIT OR Apache-2.0
//! Starting and stopping.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use account::{MacKey, SessionToken};
use identity::{DnsConfigError, MailConfigError, OidcConfigError, SmsConfigError};
use media::MediaHandle;
use meeting::InstanceKeys;
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use store::{InstanceSecret, Store, StoreError};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use crate::{
    PolicySource, ServerConfig, accept,
    clock::Clock,
    http,
    in_force::{self, InForce, LoadError},
    outside::Outside,
    records,
    shared::{Secrets, Shared},
};

/// A running server. Dropping it does not stop it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    operator_link: Option<String>,
    stop: watch::Sender<bool>,
    stopped: mpsc::Receiver<()>,
    serving: JoinHandle<()>,
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
    /// There is no policy to decide by.
    #[error("cannot use the policy: {reason}")]
    Policy {
        /// What is wrong with it, one line per problem.
        reason: String,
    },
    /// The relay's settings do not fit.
    #[error("mail")]
    Mail(#[from] MailConfigError),
    /// A provider's settings do not fit.
    #[error("oidc")]
    Oidc(#[from] OidcConfigError),
    /// The gateway's settings do not fit.
    #[error("phone")]
    Phone(#[from] SmsConfigError),
    /// The DNS server's settings do not fit.
    #[error("accounts.resolver")]
    Dns(#[from] DnsConfigError),
}

impl From<LoadError> for ServerError {
    fn from(error: LoadError) -> Self {
        Self::Policy {
            reason: match &error {
                LoadError::Read(cause) => format!("{error}: {cause}"),
                LoadError::Policy(_) => error.to_string(),
            },
        }
    }
}

impl Server {
    /// Starts to serve, and takes up the meetings that people were in when the server stopped.
    ///
    /// # Errors
    /// [`ServerError`] if the address cannot be listened on, the store does not answer, or the configuration cannot be used.
    pub async fn start(config: ServerConfig, store: Store, media: MediaHandle) -> Result<Self, ServerError> {
        let in_force = InForce::load(&config.policy)?;
        let listen = |source| ServerError::Listen {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let url = config.public_url.clone().unwrap_or_else(|| local_url(address));
        let outside = Outside::new(&config, &url)?;
        if outside.mailer.is_none() {
            tracing::warn!("no mail relay is configured: mail goes to the mailbox in the operator's console");
        }
        let secrets = secrets(&store).await?;
        let operator_link = operator_link(&store, &url).await?;
        let occupied = store.occupied_meetings().await?;
        tracing::info!(
            policy = in_force.info.name,
            hash = in_force.info.hash,
            "the policy in force"
        );
        let (stop, stopping) = watch::channel(false);
        let (running, stopped) = mpsc::channel(1);
        let shared = Shared::new(
            config,
            &url,
            store,
            media,
            outside,
            secrets,
            in_force,
            stopping.clone(),
            running,
        );
        for meeting in occupied {
            shared.live.start(&shared, meeting);
        }
        tokio::spawn(watch_policy(shared.clone()));
        tokio::spawn(prune(shared.clone()));
        let serving = tokio::spawn(accept::serve(listener, http::router(shared), stopping));
        Ok(Self {
            address,
            operator_link,
            stop,
            stopped,
            serving,
        })
    }

    /// Returns where the server listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the link that makes whoever opens it first the operator, as long as there is none.
    pub fn operator_link(&self) -> Option<&str> {
        self.operator_link.as_deref()
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

/// Returns the origin as a person on this machine types it: browsers give passkeys and cameras to `localhost`.
fn local_url(address: SocketAddr) -> String {
    if address.ip() == Ipv4Addr::LOCALHOST {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

async fn watch_policy(shared: Shared) {
    let PolicySource::File(file) = &shared.config.policy else {
        return;
    };
    let stopping = shared.stopping.clone();
    in_force::watch_file(file, &shared.in_force, &shared.store, &shared.metrics, stopping).await;
}

/// Forgets what has expired and looks whether the records of domains are still there, now and then.
async fn prune(shared: Shared) {
    let mut stopping = shared.stopping.clone();
    let mut rounds = interval(PRUNE_EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
        }
        let now = Clock::unix_now();
        if let Err(error) = shared.store.prune(now).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot forget what has expired"
            );
        }
        let looked = tokio::select! {
            looked = records::check(&shared, now) => looked,
            _ = stopping.wait_for(|is_stopping| *is_stopping) => return,
        };
        if let Err(error) = looked {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "cannot look at the records of domains"
            );
        }
    }
}

/// Makes a new link as long as nobody used one: whoever lost the first has the next start's.
async fn operator_link(store: &Store, url: &str) -> Result<Option<String>, StoreError> {
    if store.has_operator().await? {
        return Ok(None);
    }
    let token = SessionToken::random(&mut StdRng::from_os_rng());
    let expires_at = Clock::unix_now().plus(OPERATOR_LINK_VALID_FOR);
    store.set_operator_link(&token.hash(), expires_at).await?;
    Ok(Some(format!("{url}/operator#{}", token.to_text())))
}

/// The installation's secrets, made on the first start.
async fn secrets(store: &Store) -> Result<Secrets, StoreError> {
    let mut rng = StdRng::from_os_rng();
    let mut secrets = [[0; 32]; 4];
    for (secret, which) in secrets.iter_mut().zip([
        InstanceSecret::Resume,
        InstanceSecret::ExternalSender,
        InstanceSecret::IdentityKey,
        InstanceSecret::Mac,
    ]) {
        let mut candidate = [0; 32];
        rng.fill_bytes(&mut candidate);
        *secret = store.instance_secret(which, candidate).await?;
    }
    let [resume, external_sender, identity_key, mac] = secrets;
    Ok(Secrets {
        keys: InstanceKeys::new(resume, external_sender).with_identity_key(identity_key),
        macs: MacKey::new(mac),
    })
}

// Longer than any write takes; shorter than the ten seconds after which supervisors kill.
const STOP_WITHIN: Duration = Duration::from_secs(5);

// Installed on a Friday, opened on Monday.
const OPERATOR_LINK_VALID_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

// What has expired is refused anyway: this keeps the file small. Of the records, each is looked for once a day.
const PRUNE_EVERY: Duration = Duration::from_secs(60 * 60);
