// SPDX-License-Identifier: MIT OR Apache-2.0
//! One WebSocket from its challenge to its end: bytes between a client and the task of its meeting.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket},
};
use meeting::{Greeting, Hello};
use protocol::{AccountId, ConnectionId, ErrorCode, MeetingId, ServerMessage, encode};
use rand::{SeedableRng as _, rngs::StdRng};
use store::StoredAccount;
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use crate::{
    device_mark::Device,
    live::{Input, Outbound, Outgoing, OutgoingQueue},
    shared::Shared,
};

/// Runs the connection until either side ends it.
pub(crate) async fn run(shared: Shared, mut socket: WebSocket, account: Option<AccountId>, device: Device) {
    shared.metrics.connections.add(1);
    let end = converse(&shared, &mut socket, account, device).await;
    shared.metrics.connections.add(-1);
    // The peer may be gone; then nobody is left to be told.
    let _ = timeout(CLOSE_WITHIN, close(&mut socket, end)).await;
}

/// Why a connection is over.
enum End {
    /// The client closed, or is gone.
    Gone,
    /// The client is refused, and has not been told.
    Refused(ErrorCode),
    /// The meeting is done with the client, and has told it why.
    Done(Option<ErrorCode>),
    /// The meeting let go of the connection: the client may come back.
    Dropped,
    /// The server stops: the client may come back.
    Stopping,
}

async fn converse(
    shared: &Shared,
    socket: &mut WebSocket,
    account: Option<AccountId>,
    device: Device,
) -> End {
    let mut stopping = shared.stopping.clone();
    let greeted = tokio::select! {
        greeted = greet(socket) => greeted,
        _ = stopping.wait_for(|is_stopping| *is_stopping) => return End::Stopping,
    };
    let (meeting, hello) = match greeted {
        Ok(hello) => hello,
        Err(end) => {
            if let End::Refused(code) = end {
                shared.metrics.count_refusal(code);
            }
            return end;
        }
    };
    // What was known when the connection was opened may not be so any more.
    let account = match look_up(shared, account).await {
        Ok(account) => account,
        Err(end) => return end,
    };
    let connection = shared.next_connection();
    let (outbound, mut outgoing) = Outbound::new();
    let input = Input::Hello {
        connection,
        hello: Box::new(hello),
        account: account.map(Box::new),
        device: Some(device.mark(meeting)),
        outbound,
    };
    let inputs = match enter(shared, meeting, input).await {
        Ok(inputs) => inputs,
        Err(code) => {
            shared.metrics.count_refusal(code);
            return End::Refused(code);
        }
    };
    let end = tokio::select! {
        end = relay(shared, socket, connection, &inputs, &mut outgoing) => end,
        // The meeting is not told: its people come back after the restart.
        _ = stopping.wait_for(|is_stopping| *is_stopping) => return End::Stopping,
    };
    if *stopping.borrow() {
        return End::Stopping;
    }
    // A meeting that is over need not know.
    let _ = inputs.send(Input::Disconnected { connection }).await;
    end
}

async fn look_up(shared: &Shared, account: Option<AccountId>) -> Result<Option<StoredAccount>, End> {
    let Some(account) = account else { return Ok(None) };
    shared.store.account(account).await.map_err(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "cannot look up an account"
        );
        shared.metrics.count_refusal(ErrorCode::Internal);
        End::Refused(ErrorCode::Internal)
    })
}

/// Challenges the client and waits for its hello.
async fn greet(socket: &mut WebSocket) -> Result<(MeetingId, Hello), End> {
    let (greeting, challenge) = Greeting::new(&mut StdRng::from_os_rng());
    send(socket, Message::Binary(encode(&challenge).into())).await?;
    let hello = async {
        loop {
            if let Some(bytes) = next(socket).await? {
                return Ok(bytes);
            }
        }
    };
    let bytes = timeout(HELLO_WITHIN, hello)
        .await
        .unwrap_or(Err(End::Refused(ErrorCode::OutOfOrder)))?;
    greeting.handle_message(&bytes).map_err(End::Refused)
}

/// Hands the hello to the meeting's task.
async fn enter(
    shared: &Shared,
    meeting: MeetingId,
    mut input: Input,
) -> Result<mpsc::Sender<Input>, ErrorCode> {
    for _ in 0..ATTEMPTS {
        let inputs = shared.live.meeting(shared, meeting).await?;
        match inputs.send(input).await {
            Ok(()) => return Ok(inputs),
            // The last person left between the lookup and the hello.
            Err(mpsc::error::SendError(returned)) => input = returned,
        }
    }
    Err(ErrorCode::Unavailable)
}

async fn relay(
    shared: &Shared,
    socket: &mut WebSocket,
    connection: ConnectionId,
    inputs: &mpsc::Sender<Input>,
    outgoing: &mut OutgoingQueue,
) -> End {
    let mut pings = interval(PING_INTERVAL);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard_at = Instant::now();
    loop {
        let step = tokio::select! {
            received = next(socket) => {
                heard_at = Instant::now();
                match received {
                    Ok(Some(bytes)) => {
                        shared.metrics.messages_received.add_one();
                        let message = Input::Message { connection, bytes };
                        inputs.send(message).await.map_err(|_| End::Dropped)
                    }
                    Ok(None) => Ok(()),
                    Err(end) => Err(end),
                }
            }
            next = outgoing.next() => match next {
                Some(Outgoing::Message(bytes)) => send(socket, Message::Binary(bytes)).await,
                Some(Outgoing::Close(code)) => Err(End::Done(code)),
                None => Err(End::Dropped),
            },
            _ = pings.tick() => {
                if heard_at.elapsed() > SILENT_FOR {
                    return End::Gone;
                }
                send(socket, Message::Ping(Bytes::new())).await
            }
        };
        if let Err(end) = step {
            return end;
        }
    }
}

/// Waits for the next frame; `None` for one that only shows that the client is alive.
async fn next(socket: &mut WebSocket) -> Result<Option<Bytes>, End> {
    match socket.recv().await {
        Some(Ok(Message::Binary(bytes))) => Ok(Some(bytes)),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Text(_))) => Err(End::Refused(ErrorCode::Malformed)),
        Some(Ok(Message::Close(_))) | None => Err(End::Gone),
        Some(Err(error)) => Err(broken(&error)),
    }
}

/// Tells a message over the socket's bound from a client that is gone.
fn broken(error: &axum::Error) -> End {
    // The library's error type is not in its interface; its text is the only mark.
    if std::error::Error::source(error).is_some_and(|cause| cause.to_string().contains("too long")) {
        End::Refused(ErrorCode::TooLarge)
    } else {
        End::Gone
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(SEND_WITHIN, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

/// Closes in a way that lets the client read what was sent before: waits for its own close.
async fn close(socket: &mut WebSocket, end: End) {
    let (code, reason) = match end {
        End::Gone => return,
        End::Refused(refused) => {
            let message = encode(&ServerMessage::Refused { code: refused });
            if socket.send(Message::Binary(message.into())).await.is_err() {
                return;
            }
            (CLOSE_POLICY, refused.as_str())
        }
        End::Done(Some(refused)) => (CLOSE_POLICY, refused.as_str()),
        End::Done(None) => (CLOSE_NORMAL, ""),
        End::Dropped => (CLOSE_TRY_AGAIN, "try again"),
        End::Stopping => (CLOSE_RESTART, "the server restarts"),
    };
    let frame = CloseFrame {
        code,
        reason: Utf8Bytes::from_static(reason),
    };
    if socket.send(Message::Close(Some(frame))).await.is_ok() {
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

// RFC 6455, section 7.4.1, and the registry that it founds.
const CLOSE_NORMAL: u16 = 1000;
const CLOSE_POLICY: u16 = 1008;
const CLOSE_RESTART: u16 = 1012;
const CLOSE_TRY_AGAIN: u16 = 1013;

// Slow networks take seconds for a round trip; a connection that says nothing is held for no longer.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

// A lost connection is to be noticed well before a person gives up waiting; three pings may be lost.
const PING_INTERVAL: Duration = Duration::from_secs(5);
const SILENT_FOR: Duration = Duration::from_secs(15);

// A client whose window stays closed for as long as one that says nothing.
const SEND_WITHIN: Duration = Duration::from_secs(15);

// Enough for the answer to come back over a slow network; nothing depends on it.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

// Each failure means that the meeting became empty in the same moment.
const ATTEMPTS: usize = 3;
