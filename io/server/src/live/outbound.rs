// SPDX-License-Identifier: MIT OR Apache-2.0
//! The bounded queue from a meeting's task to one WebSocket.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use axum::body::Bytes;
use protocol::ErrorCode;
use tokio::sync::mpsc;

/// The meeting's end.
pub(crate) struct Outbound {
    queue: mpsc::Sender<Outgoing>,
    queued_bytes: Arc<AtomicUsize>,
}

/// The WebSocket's end.
pub(crate) struct OutgoingQueue {
    queue: mpsc::Receiver<Outgoing>,
    queued_bytes: Arc<AtomicUsize>,
}

/// What is sent.
#[derive(Debug)]
pub(crate) enum Outgoing {
    /// One binary message.
    Message(Bytes),
    /// Nothing comes after this.
    Close(Option<ErrorCode>),
}

/// Why nothing more reaches a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreachable {
    /// It reads more slowly than its meeting speaks.
    TooSlow,
    /// Its WebSocket is over.
    Gone,
}

impl Outbound {
    pub(crate) fn new() -> (Self, OutgoingQueue) {
        let (sender, receiver) = mpsc::channel(QUEUED_MESSAGES);
        let queued_bytes = Arc::<AtomicUsize>::default();
        let outbound = Self {
            queue: sender,
            queued_bytes: Arc::clone(&queued_bytes),
        };
        let queue = OutgoingQueue {
            queue: receiver,
            queued_bytes,
        };
        (outbound, queue)
    }

    /// Queues without waiting.
    ///
    /// # Errors
    /// [`Unreachable`] if too much is waiting already, or the WebSocket is over.
    pub(crate) fn send(&self, outgoing: Outgoing) -> Result<(), Unreachable> {
        let bytes = outgoing.len();
        if self.queued_bytes.load(Relaxed) + bytes > QUEUED_BYTES {
            return Err(Unreachable::TooSlow);
        }
        self.queued_bytes.fetch_add(bytes, Relaxed);
        self.queue.try_send(outgoing).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unreachable::TooSlow,
            mpsc::error::TrySendError::Closed(_) => Unreachable::Gone,
        })
    }
}

impl OutgoingQueue {
    /// Returns the next thing to send, or `None` when the meeting's task let go of the connection.
    pub(crate) async fn next(&mut self) -> Option<Outgoing> {
        let outgoing = self.queue.recv().await?;
        self.queued_bytes.fetch_sub(outgoing.len(), Relaxed);
        Some(outgoing)
    }
}

impl Outgoing {
    fn len(&self) -> usize {
        match self {
            Self::Message(bytes) => bytes.len(),
            Self::Close(_) => 0,
        }
    }
}

// Ten seconds of a busy meeting of 250. A client that is further behind gains more by coming back for the current state.
const QUEUED_MESSAGES: usize = 2048;
// The Welcome of a meeting of 250 takes 1 MB; more than a few of these is memory that a stalled client holds.
const QUEUED_BYTES: usize = 8 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_does_not_read_is_given_up() {
        let (outbound, _queue) = Outbound::new();
        let message = || Outgoing::Message(Bytes::from_static(b"message"));
        assert!((0..QUEUED_MESSAGES).all(|_| outbound.send(message()).is_ok()));
        assert_eq!(outbound.send(message()), Err(Unreachable::TooSlow));
    }

    #[tokio::test]
    async fn big_messages_count_by_their_size_until_they_are_read() {
        let (outbound, mut queue) = Outbound::new();
        let message = || Outgoing::Message(Bytes::from(vec![0; QUEUED_BYTES / 4]));
        assert!((0..4).all(|_| outbound.send(message()).is_ok()));
        assert_eq!(outbound.send(message()), Err(Unreachable::TooSlow));
        assert!(queue.next().await.is_some());
        assert_eq!(outbound.send(message()), Ok(()));
    }
}
