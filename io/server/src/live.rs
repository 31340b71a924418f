// SPDX-License-Identifier: MIT OR Apache-2.0
//! Live meetings: one task each, found by id.

mod outbound;
mod rooms;
mod task;
mod visitor;

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use meeting::{Hello, OpenRoom};
use protocol::{AccountId, ConnectionId, ErrorCode, MeetingId};
use store::StoredAccount;
use tokio::sync::mpsc;

pub(crate) use outbound::{Outbound, Outgoing, OutgoingQueue, Unreachable};

use crate::shared::Shared;

/// What connections tell the task of their meeting.
pub(crate) enum Input {
    /// Somebody wants in.
    Hello {
        connection: ConnectionId,
        hello: Box<Hello>,
        /// Whose session the connection was opened in.
        account: Option<Box<StoredAccount>>,
        /// By what the meeting knows the browser again.
        device: Option<[u8; 32]>,
        outbound: Outbound,
    },
    /// Whoever is in says something.
    Message {
        connection: ConnectionId,
        bytes: axum::body::Bytes,
    },
    /// The connection is gone.
    Disconnected { connection: ConnectionId },
    /// What is known of the account is no longer so: whoever is here as it has to come back as who it is by then.
    AccountChanged { account: AccountId },
    /// Others than before belong in the breakout room that the meeting is.
    BelongingChanged,
    /// The account has another plan: its meeting is as long and as large as that says.
    PlanChanged { account: AccountId },
    /// Something outside of the meeting ends it: everybody is told the code.
    Close { code: ErrorCode },
    /// Breaks the meeting, to try that nothing else notices.
    #[cfg(test)]
    Panic,
}

/// The live meetings by id.
#[derive(Default)]
pub(crate) struct Registry {
    inputs_by_meeting: Mutex<HashMap<MeetingId, mpsc::Sender<Input>>>,
    rooms: rooms::OpenRooms,
    /// As the hosts have it at present, where the meeting's task has said so.
    lobby_by_meeting: Mutex<HashMap<MeetingId, bool>>,
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
        if self.rooms.holds(id) {
            return Ok(self.start(shared, id));
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

    /// Ends the meeting for whoever is in it, after the store has been told why nobody is to come back.
    pub(crate) async fn close(&self, id: MeetingId, code: ErrorCode) {
        let inputs = self.lock().get(&id).cloned();
        if let Some(inputs) = inputs {
            // A task that is over has nobody left to tell.
            let _ = inputs.send(Input::Close { code }).await;
        }
    }

    /// Opens a meeting's breakout rooms, tells those that are open who belongs in them, and closes the others.
    pub(crate) async fn set_rooms(&self, parent: MeetingId, open: Vec<OpenRoom>) {
        let (changed, closed) = self.rooms.replace(parent, open);
        for room in closed {
            self.close(room, ErrorCode::MeetingEnded).await;
        }
        for room in changed {
            let inputs = self.lock().get(&room).cloned();
            if let Some(inputs) = inputs {
                // A room that is not live looks it up when it is.
                let _ = inputs.send(Input::BelongingChanged).await;
            }
        }
    }

    /// Has every connection of the account come back: what it may do was decided by facts that have changed, after the store
    /// has been told.
    pub(crate) async fn account_changed(&self, account: AccountId) {
        let all: Vec<_> = self.lock().values().cloned().collect();
        for inputs in all {
            // A task that is over has no connections.
            let _ = inputs.send(Input::AccountChanged { account }).await;
        }
    }

    /// Has the account's meetings go by the plan that it has.
    pub(crate) async fn plan_changed(&self, account: AccountId) {
        let all: Vec<_> = self.lock().values().cloned().collect();
        for inputs in all {
            // A task that is over asks for the plan when it runs again.
            let _ = inputs.send(Input::PlanChanged { account }).await;
        }
    }

    /// Returns whether somebody is in the meeting or expected back.
    pub(crate) fn is_live(&self, id: MeetingId) -> bool {
        self.lock().contains_key(&id)
    }

    /// Returns whether newcomers wait in the lobby; `None` if nobody is in the meeting.
    pub(crate) fn has_lobby(&self, id: MeetingId) -> Option<bool> {
        self.lock_lobbies().get(&id).copied()
    }

    fn note_lobby(&self, id: MeetingId, has_lobby: bool) {
        self.lock_lobbies().insert(id, has_lobby);
    }

    fn lock_lobbies(&self) -> MutexGuard<'_, HashMap<MeetingId, bool>> {
        self.lobby_by_meeting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the meeting out if nobody has sent anything to its task.
    fn retire_if_unused(&self, id: MeetingId, inputs: &mut mpsc::Receiver<Input>) -> bool {
        let mut inputs_by_meeting = self.lock();
        if !inputs.is_empty() {
            return false;
        }
        inputs.close();
        inputs_by_meeting.remove(&id);
        self.lock_lobbies().remove(&id);
        true
    }

    fn retire(&self, id: MeetingId) {
        self.lock().remove(&id);
        self.lock_lobbies().remove(&id);
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
