// SPDX-License-Identifier: MIT OR Apache-2.0
//! The task that owns one meeting: feeds it, and does what it wants done, in order.

use std::{collections::HashMap, panic::AssertUnwindSafe, time::Duration};

use account::Plan;
use futures_util::FutureExt as _;
use meeting::{Effect, Meeting, MeetingConfig, Record};
use protocol::{AccountId, ConnectionId, ErrorCode, MeetingId, ServerMessage, Timestamp, encode};
use rand::{SeedableRng as _, rngs::StdRng};
use sfu::{SfuCommand, SfuEvent};
use store::{Occupancy, StoreError};
use tokio::sync::mpsc;

use super::{Input, Outbound, Outgoing, Unreachable, visitor};
use crate::{clock::Clock, shared::Shared};

/// Starts the task. A panic in it closes this meeting's connections and nothing else; its people come back to the
/// state that was stored last.
pub(super) fn spawn(shared: Shared, id: MeetingId, inputs: mpsc::Receiver<Input>) {
    tokio::spawn(async move {
        let run = AssertUnwindSafe(run(shared.clone(), id, inputs));
        if run.catch_unwind().await.is_err() {
            shared.metrics.meeting_panics.add_one();
            tracing::error!(meeting = %id, "meeting closed by a panic");
            shared.media.send(SfuCommand::RemoveMeeting { meeting: id });
            shared.live.retire(id);
        }
    });
}

async fn run(shared: Shared, id: MeetingId, mut inputs: mpsc::Receiver<Input>) {
    // Before the meeting is loaded, so that no change falls between.
    let mut in_force = shared.in_force.subscribe();
    let (meeting, owner) = match load(&shared, id).await {
        Ok(Some(loaded)) => loaded,
        Ok(None) => return refuse_all(&shared, id, inputs, ErrorCode::MeetingEnded),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot load a meeting");
            return refuse_all(&shared, id, inputs, ErrorCode::Internal);
        }
    };
    let mut events = shared.media.attach(id);
    let mut stopping = shared.stopping.clone();
    let mut task = MeetingTask::new(shared, id, meeting, owner);
    tracing::info!(meeting = %id, "meeting is live");
    task.settle().await;
    loop {
        if task.meeting.is_ended() {
            task.shared.live.retire(id);
            break;
        }
        if task.meeting.is_idle() && task.shared.live.retire_if_unused(id, &mut inputs) {
            break;
        }
        let due_at = task.meeting.poll_timeout();
        tokio::select! {
            input = inputs.recv() => task.handle_input(input.expect("the registry holds a sender until the task retires")),
            Some(event) = events.recv() => task.handle_media_event(event),
            () = sleep_until(task.shared.clock, due_at) => task.handle_timeout(),
            Ok(()) = in_force.changed() => task.meeting.set_policy(task.shared.policy()),
            // What was stored lets everybody come back after the restart: nobody is to leave now.
            _ = stopping.wait_for(|is_stopping| *is_stopping) => break,
        }
        task.settle().await;
    }
    tracing::info!(meeting = %id, "meeting is no longer live");
}

/// Returns the meeting as it was stored, and whose it is; `None` if it has ended.
async fn load(shared: &Shared, id: MeetingId) -> Result<Option<(Meeting, Option<AccountId>)>, StoreError> {
    let stored = shared
        .store
        .meeting(id)
        .await?
        .ok_or(StoreError::UnknownMeeting)?;
    if stored.ended_at.is_some() {
        return Ok(None);
    }
    let now = Clock::unix_now();
    let owner = match stored.owner {
        Some(owner) => shared.store.account(owner).await?,
        None => None,
    };
    let plan = owner.as_ref().map_or(Plan::Free, |owner| owner.plan(now));
    let limits = shared.config.plans.limits(plan);
    // A plan that has ended since holds for what was made before, too.
    let people = stored
        .details
        .people
        .map_or(limits.people, |people| people.min(limits.people));
    let lasts_for = Duration::from_secs(u64::from(limits.minutes) * 60);
    let config = MeetingConfig {
        meeting: id,
        mode: stored.mode,
        host_key: stored.host_key,
        admission_key: stored.admission_key,
        keys: shared.keys.clone(),
        policy: shared.policy(),
        owner_standing: owner.as_ref().map(|owner| owner.standing(now)),
        has_lobby: stored.details.has_lobby,
        people: usize::try_from(people).unwrap_or(usize::MAX),
        closes_at: (!lasts_for.is_zero()).then(|| shared.clock.now() + lasts_for),
    };
    let Some(state) = shared.store.live_state(id).await? else {
        return Ok(Some((Meeting::new(config), stored.owner)));
    };
    let meeting = Meeting::restore(shared.clock.now(), config.clone(), &state).unwrap_or_else(|error| {
        tracing::warn!(meeting = %id, %error, "stored state not usable: the meeting begins anew");
        Meeting::new(config)
    });
    Ok(Some((meeting, stored.owner)))
}

fn refuse_all(shared: &Shared, id: MeetingId, mut inputs: mpsc::Receiver<Input>, code: ErrorCode) {
    shared.live.retire(id);
    inputs.close();
    while let Ok(input) = inputs.try_recv() {
        if let Input::Hello { outbound, .. } = input {
            let refused = encode(&ServerMessage::Refused { code });
            // Whoever does not read it any more need not know.
            let _ = outbound.send(Outgoing::Message(refused.into()));
            let _ = outbound.send(Outgoing::Close(Some(code)));
        }
    }
}

async fn sleep_until(clock: Clock, at: Option<Timestamp>) {
    match at {
        Some(at) => tokio::time::sleep_until(clock.instant(at)).await,
        None => std::future::pending().await,
    }
}

struct MeetingTask {
    shared: Shared,
    id: MeetingId,
    meeting: Meeting,
    /// Whose the meeting is.
    owner: Option<AccountId>,
    rng: StdRng,
    outbound_by_connection: HashMap<ConnectionId, Outbound>,
    account_by_connection: HashMap<ConnectionId, AccountId>,
    counted_participants: i64,
}

impl MeetingTask {
    fn new(shared: Shared, id: MeetingId, meeting: Meeting, owner: Option<AccountId>) -> Self {
        shared.metrics.live_meetings.add(1);
        Self {
            shared,
            id,
            meeting,
            owner,
            rng: StdRng::from_os_rng(),
            outbound_by_connection: HashMap::new(),
            account_by_connection: HashMap::new(),
            counted_participants: 0,
        }
    }

    fn handle_input(&mut self, input: Input) {
        let now = self.shared.clock.now();
        match input {
            Input::Hello {
                connection,
                hello,
                account,
                outbound,
            } => {
                self.outbound_by_connection.insert(connection, outbound);
                if let Some(account) = &account {
                    self.account_by_connection.insert(connection, account.id);
                }
                let visitor = visitor::of(now, account.as_deref(), self.owner);
                self.meeting
                    .handle_hello(now, &mut self.rng, connection, *hello, visitor);
            }
            Input::Message { connection, bytes } => {
                self.meeting
                    .handle_message(now, &mut self.rng, connection, &bytes);
            }
            Input::Disconnected { connection } => {
                self.outbound_by_connection.remove(&connection);
                self.account_by_connection.remove(&connection);
                self.meeting.handle_disconnected(now, connection);
            }
            Input::AccountChanged { account } => self.let_go(account),
            Input::Close { code } => self.meeting.handle_closed(code),
            #[cfg(test)]
            Input::Panic => panic!("asked for by a test"),
        }
    }

    /// Lets go of the account's connections. Each ends without its queue and reports that; its client comes back to its place.
    fn let_go(&mut self, account: AccountId) {
        let gone = self.account_by_connection.extract_if(|_, of| *of == account);
        for (connection, _) in gone {
            self.outbound_by_connection.remove(&connection);
        }
    }

    fn handle_media_event(&mut self, event: SfuEvent) {
        self.meeting.handle_media_event(event);
    }

    fn handle_timeout(&mut self) {
        self.meeting
            .handle_timeout(self.shared.clock.now(), &mut self.rng);
    }

    /// Does everything that the meeting wants done.
    async fn settle(&mut self) {
        while let Some(effect) = self.meeting.poll_effect() {
            match effect {
                Effect::Send { connection, message } => self.send(connection, &message),
                Effect::Close { connection, code } => {
                    if let Some(outbound) = self.outbound_by_connection.remove(&connection) {
                        // A full queue closes the connection as well.
                        let _ = outbound.send(Outgoing::Close(code));
                    }
                }
                Effect::Media(command) => self.shared.media.send(command),
                Effect::Persist(record) => persist(&self.shared, self.id, record).await,
            }
        }
        let participants = i64::try_from(self.meeting.participant_count()).expect("bounded by the limits");
        self.shared
            .metrics
            .participants
            .add(participants - self.counted_participants);
        self.counted_participants = participants;
    }

    fn send(&mut self, connection: ConnectionId, message: &ServerMessage) {
        let Some(outbound) = self.outbound_by_connection.get(&connection) else {
            return;
        };
        if let ServerMessage::Refused { code } | ServerMessage::Rejected { code } = message {
            self.shared.metrics.count_refusal(*code);
        }
        self.shared.metrics.messages_sent.add_one();
        if let Err(error) = outbound.send(Outgoing::Message(encode(message).into())) {
            if error == Unreachable::TooSlow {
                self.shared.metrics.slow_consumers.add_one();
            }
            // Without its queue the WebSocket ends, and reports that after whatever it has heard: a last Leave counts.
            self.outbound_by_connection.remove(&connection);
        }
    }
}

impl Drop for MeetingTask {
    fn drop(&mut self) {
        self.shared.metrics.live_meetings.add(-1);
        self.shared.metrics.participants.add(-self.counted_participants);
    }
}

/// A call goes on when the disk does not: what is lost is only the way back after a restart.
async fn persist(shared: &Shared, id: MeetingId, record: Record) {
    let result = match record {
        Record::State { state, is_occupied } => {
            let occupancy = if is_occupied {
                Occupancy::Occupied
            } else {
                Occupancy::Empty
            };
            shared.store.save_live_state(id, occupancy, &state).await
        }
        Record::Ended => shared.store.end_meeting(id, Clock::unix_now()).await,
    };
    match result {
        Ok(()) => {}
        // Its owner deleted it while people were in it.
        Err(StoreError::UnknownMeeting) => tracing::info!(meeting = %id, "the meeting was deleted"),
        Err(error) => {
            shared.metrics.store_failures.add_one();
            tracing::error!(meeting = %id, error = &error as &dyn std::error::Error, "cannot store the state of a meeting");
        }
    }
}
