// SPDX-License-Identifier: MIT OR Apache-2.0
//! One WebSocket connection, run by its own task, so that a slow server never holds up media.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::mpsc;
use tokio_tungstenite::{
    connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// What a connection reports.
pub(crate) enum SignallingEvent {
    /// It is open.
    Opened,
    /// The server sent a message.
    Message(Vec<u8>),
    /// It is closed, or never opened. Nothing follows.
    Closed,
}

/// A connection that is being opened or is open. Dropping it sends what is queued, then closes it.
pub(crate) struct Connection {
    messages: mpsc::UnboundedSender<Vec<u8>>,
    events: mpsc::UnboundedReceiver<SignallingEvent>,
}

impl Connection {
    /// Starts to open a WebSocket.
    pub(crate) fn open(url: String) -> Self {
        let (messages, outgoing) = mpsc::unbounded_channel();
        let (reports, events) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            run(url, outgoing, &reports).await;
            // Whoever listened may be gone, which is as good.
            let _ = reports.send(SignallingEvent::Closed);
        });
        Self { messages, events }
    }

    /// Queues a message.
    pub(crate) fn send(&self, message: Vec<u8>) {
        // If the task has ended, `Closed` is on its way.
        let _ = self.messages.send(message);
    }

    /// Waits for the next event.
    pub(crate) async fn next(&mut self) -> SignallingEvent {
        self.events.recv().await.unwrap_or(SignallingEvent::Closed)
    }
}

async fn run(
    url: String,
    mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    reports: &mpsc::UnboundedSender<SignallingEvent>,
) {
    let config = WebSocketConfig::default().read_buffer_size(READ_BYTES);
    let Ok((socket, _)) = connect_async_with_config(&url, Some(config), false).await else {
        return;
    };
    let _ = reports.send(SignallingEvent::Opened);
    let (mut sink, mut stream) = socket.split();
    loop {
        tokio::select! {
            message = outgoing.recv() => {
                let Some(message) = message else {
                    let _ = sink.close().await;
                    return;
                };
                if sink.send(Message::Binary(message.into())).await.is_err() {
                    return;
                }
            }
            received = stream.next() => match received {
                Some(Ok(Message::Binary(bytes))) => {
                    let _ = reports.send(SignallingEvent::Message(bytes.to_vec()));
                }
                Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            }
        }
    }
}

// The library clears this much before every read. Most messages take a few hundred bytes; larger ones take more reads.
const READ_BYTES: usize = 4096;
