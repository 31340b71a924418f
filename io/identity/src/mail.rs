// SPDX-License-Identifier: MIT OR Apache-2.0
//! Letters to the operator's SMTP relay.
//!
//! Posting never waits: a letter goes to a bounded waiting room, from where a few connections at a time take it to the
//! relay. So a slow relay slows nobody's request, and an answer tells nothing by its time. Where there is no relay, the
//! server keeps the letters itself; this module does not know.

mod config;
mod delivery;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use account::EmailAddress;
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use self::delivery::Delivery;
pub use self::{
    config::{MailConfig, MailConfigError, MailTls, Patience},
    delivery::MailFailure,
};
use crate::Written;

/// The way to the relay. Clones share it.
#[derive(Clone)]
pub struct Mailer {
    inner: Arc<Inner>,
}

struct Inner {
    from: Mailbox,
    delivery: Delivery,
    patience: Patience,
    /// One permit for each letter that may wait.
    room: Arc<Semaphore>,
    /// One permit for each connection to the relay.
    connections: Semaphore,
    counters: Counters,
    last_failure: Mutex<Option<MailFailure>>,
}

#[derive(Default)]
struct Counters {
    posted: AtomicU64,
    sent: AtomicU64,
    delayed: AtomicU64,
    refused: AtomicU64,
    lost: AtomicU64,
}

/// Why a letter does not even wait. The client that asked for it gets the same answer as if it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPosted {
    /// No relay would take the address.
    #[error("not an address that mail can be sent to")]
    BadAddress,
    /// Too many letters wait: the relay is down, or somebody asks for codes in bulk.
    #[error("too many letters wait for the relay")]
    QueueFull,
}

/// What became of the letters since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct MailStats {
    /// Accepted for sending.
    pub posted: u64,
    /// Taken by the relay.
    pub sent: u64,
    /// Tries that failed and were followed by another.
    pub delayed: u64,
    /// Refused by the relay for good.
    pub refused: u64,
    /// Given up after the last try, or not accepted for sending.
    pub lost: u64,
    /// Waiting or under way at this moment.
    pub waiting: u64,
    /// Why the last failed try failed.
    pub last_failure: Option<MailFailure>,
}

impl Mailer {
    /// Makes ready to send, within a tokio runtime. Does not connect: a relay that is down hinders no start.
    ///
    /// # Errors
    /// [`MailConfigError`] if the configuration cannot work.
    pub fn start(config: &MailConfig) -> Result<Self, MailConfigError> {
        let from = config.sender()?;
        let inner = Inner {
            delivery: Delivery::new(config, &from)?,
            from,
            patience: config.patience.clone(),
            room: Arc::new(Semaphore::new(ROOM)),
            connections: Semaphore::new(CONNECTIONS),
            counters: Counters::default(),
            last_failure: Mutex::new(None),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Puts a letter into the waiting room. Returns at once.
    ///
    /// # Errors
    /// [`NotPosted`] if it will not be sent.
    pub fn post(&self, to: &EmailAddress, letter: &Written) -> Result<(), NotPosted> {
        let posted = self.inner.clone().accept(to, letter);
        if posted.is_err() {
            self.inner.counters.lost.fetch_add(1, Ordering::Relaxed);
        }
        posted
    }

    /// Returns what became of the letters since the start.
    pub fn stats(&self) -> MailStats {
        let counters = &self.inner.counters;
        MailStats {
            posted: counters.posted.load(Ordering::Relaxed),
            sent: counters.sent.load(Ordering::Relaxed),
            delayed: counters.delayed.load(Ordering::Relaxed),
            refused: counters.refused.load(Ordering::Relaxed),
            lost: counters.lost.load(Ordering::Relaxed),
            waiting: (ROOM - self.inner.room.available_permits()) as u64,
            last_failure: *self
                .inner
                .last_failure
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Waits until no letter waits. For the end: a letter that is posted meanwhile may find no room.
    pub async fn drained(&self) {
        let all = u32::try_from(ROOM).expect("the room is small");
        let permits = self.inner.room.acquire_many(all).await;
        drop(permits.expect("the semaphore is never closed"));
    }
}

impl Inner {
    fn accept(self: Arc<Self>, to: &EmailAddress, letter: &Written) -> Result<(), NotPosted> {
        let to: Address = to.as_str().parse().map_err(|_| NotPosted::BadAddress)?;
        let seat = self
            .room
            .clone()
            .try_acquire_owned()
            .map_err(|_| NotPosted::QueueFull)?;
        let number = self.counters.posted.fetch_add(1, Ordering::Relaxed);
        let (envelope, text) = self.seal(to, letter, number)?;
        tokio::spawn(async move {
            self.deliver(&envelope, &text).await;
            drop(seat);
        });
        Ok(())
    }

    fn seal(&self, to: Address, letter: &Written, number: u64) -> Result<(Envelope, Vec<u8>), NotPosted> {
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .message_id(Some(self.message_id(number)))
            .header(ContentType::TEXT_PLAIN)
            .header(ContentTransferEncoding::QuotedPrintable)
            .body(letter.body.clone())
            .map_err(|_| NotPosted::BadAddress)?;
        // RFC 3834, section 5: no out-of-office notes in return.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(name, String::from("auto-generated")));
        Ok((message.envelope().clone(), message.formatted()))
    }

    /// Unique, and tells nothing: a counter would tell each recipient how many letters are sent.
    fn message_id(&self, number: u64) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut hash = Sha256::new();
        hash.update(now.as_nanos().to_be_bytes());
        hash.update(std::process::id().to_be_bytes());
        hash.update(number.to_be_bytes());
        let hex: String = hash.finalize()[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("<{hex}@{}>", self.from.email.domain())
    }

    async fn deliver(&self, envelope: &Envelope, text: &[u8]) {
        let mut pauses = self.patience.pauses.iter();
        loop {
            let connection = self
                .connections
                .acquire()
                .await
                .expect("the semaphore is never closed");
            let outcome = self.delivery.attempt(envelope, text, self.patience.attempt).await;
            drop(connection);
            let Err(failure) = outcome else {
                self.counters.sent.fetch_add(1, Ordering::Relaxed);
                return;
            };
            *self.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
            if !failure.is_temporary() {
                tracing::warn!(%failure, "letter refused");
                self.counters.refused.fetch_add(1, Ordering::Relaxed);
                return;
            }
            let Some(pause) = pauses.next() else {
                tracing::warn!(%failure, "letter given up");
                self.counters.lost.fetch_add(1, Ordering::Relaxed);
                return;
            };
            tracing::info!(%failure, pause_s = pause.as_secs(), "letter delayed");
            self.counters.delayed.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(*pause).await;
        }
    }
}

// A relay that is down for five minutes holds all codes of a busy hour; each letter is some 2 kB.
const ROOM: usize = 2000;
// A letter keeps its connection for some 50 ms, even to a relay beside us: its end waits for the acknowledgement of the text
// before it, which is delayed by 40 ms. So these carry 300 letters a second. Relays allow 20 connections from one client or more.
const CONNECTIONS: usize = 16;
