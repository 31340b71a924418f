// SPDX-License-Identifier: MIT OR Apache-2.0
//! Live meetings: one task each, found by id.

mod outbound;
mod task;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use meeting::Hello;
use protocol::{ConnectionId, ErrorCode, MeetingId};
use tokio::sync::mpsc;

pub(crate) use outbound::{Outbound, Outgoing, OutgoingQueue, Unreachable};

use crate::shared::Shared;

/// What connections tell the task of their meeting.
pub(crate) enum Input {
    /// Somebody wants in.
    Hello {
        connection: ConnectionId,
        hello: Hello,
        outbound: Outbound,
    },
    /// Whoever is in says something.
    Message {
        connection: ConnectionId,
        bytes: axum::body::Bytes,
    },
    /// The connection is gone.
    Disconnected { connection: ConnectionId },
    /// Breaks the meeting, to try that nothing else notices.
    #[cfg(test)]
    Panic,
}

/// The live meetings by id.
#[derive(Default)]
pub(crate) struct Registry {
    inputs_by_meeting: Mutex<HashMap<MeetingId, mpsc::Sender<Input>>>,
}

impl Registry {
    /// Returns the way to the meeting's task, which is started if nobody was in the meeting.
    ///
    /// # Errors
    /// The code to refuse a hello with.
    pub(crate) async fn meeting(
        &self,
        shared: &Shared,
        id: MeetingId,
    ) -> Result<mpsc::Sender<Input>, ErrorCode> {
        if let Some(inputs) = self.lock().get(&id) {
            return Ok(inputs.clone());
        }
        match shared.store.meeting(id).await {
            Ok(Some(meeting)) if meeting.ended_at.is_some() => Err(ErrorCode::MeetingEnded),
            Ok(Some(_)) => Ok(self.start(shared, id)),
            Ok(None) => Err(ErrorCode::UnknownMeeting),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "cannot look up a meeting"
                );
                Err(ErrorCode::Internal)
            }
        }
    }

    /// Starts the meeting's task unless it runs.
    pub(crate) fn start(&self, shared: &Shared, id: MeetingId) -> mpsc::Sender<Input> {
        let mut inputs_by_meeting = self.lock();
        if let Some(inputs) = inputs_by_meeting.get(&id) {
            return inputs.clone();
        }
        let (sender, receiver) = mpsc::channel(INPUTS);
        inputs_by_meeting.insert(id, sender.clone());
        // The task loads what is stored by itself: whatever a task before it kept is written by then.
        task::spawn(shared.clone(), id, receiver);
        sender
    }

    /// Takes the meeting out if nobody has sent anything to its task.
    fn retire_if_unused(&self, id: MeetingId, inputs: &mut mpsc::Receiver<Input>) -> bool {
        let mut inputs_by_meeting = self.lock();
        if !inputs.is_empty() {
            return false;
        }
        inputs.close();
        inputs_by_meeting.remove(&id);
        true
    }

    fn retire(&self, id: MeetingId) {
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MeetingId, mpsc::Sender<Input>>> {
        self.inputs_by_meeting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

// Beyond this, readers of the meeting's WebSockets wait, and through TCP their clients.
const INPUTS: usize = 1024;

#[cfg(test)]
mod tests;
