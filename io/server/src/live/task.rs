// SPDX-License-Identifier: MIT OR Apache-2.0
//! The task that owns one meeting: feeds it, and does what it wants done, in order.

use std::{collections::HashMap, panic::AssertUnwindSafe, time::Duration};

use account::{Plan, Sitting, UnixTime};
use futures_util::FutureExt as _;
use meeting::{Effect, Meeting, MeetingConfig, OpenRoom, Record};
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
    let room = shared.live.rooms.find(id);
    let loaded = match load(&shared, id, room.as_ref().map(|room| room.parent)).await {
        Ok(Some(loaded)) => loaded,
        Ok(None) => return refuse_all(&shared, id, inputs, ErrorCode::MeetingEnded),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot load a meeting");
            return refuse_all(&shared, id, inputs, ErrorCode::Internal);
        }
    };
    let mut events = shared.media.attach(id);
    let mut stopping = shared.stopping.clone();
    let mut task = MeetingTask::new(shared, id, loaded);
    task.take_belonging();
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
            _ = async { stopping.wait_for(|is_stopping| *is_stopping).await.is_ok() } => {
                // While the server is down, nobody is here.
                task.note_sitting(false).await;
                return;
            }
        }
        task.settle().await;
    }
    // Nobody is in a room who is not in the meeting.
    task.shared.live.set_rooms(id, Vec::new()).await;
    tracing::info!(meeting = %id, "meeting is no longer live");
}

/// Returns the meeting as it was stored, and whose it is; `None` if it has ended.
async fn load(
    shared: &Shared,
    id: MeetingId,
    parent: Option<MeetingId>,
) -> Result<Option<Loaded>, StoreError> {
    let stored = shared
        .store
        .meeting(parent.unwrap_or(id))
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
    let (people, lasts_for) = size_and_length(shared, plan, stored.details.people);
    // A room ends with its meeting.
    let lasts_for = if parent.is_none() {
        lasts_for
    } else {
        Duration::ZERO
    };
    let sitting = Sitting::at(shared.store.sitting(id).await?, now);
    let config = MeetingConfig {
        meeting: id,
        mode: stored.mode,
        host_key: stored.host_key,
        // Into a room goes who belongs there.
        admission_key: stored.admission_key.filter(|_| parent.is_none()),
        keys: shared.keys.clone(),
        policy: shared.policy(),
        owner_standing: owner.as_ref().map(|owner| owner.standing(now)),
        has_lobby: stored.details.has_lobby && parent.is_none(),
        people,
        closes_at: closes_at(shared.clock.now(), sitting, lasts_for, now),
    };
    let loaded = |meeting| Loaded {
        meeting,
        owner: stored.owner,
        lasts_for,
        sitting,
    };
    let Some(state) = shared.store.live_state(id).await? else {
        return Ok(Some(loaded(Meeting::new(config))));
    };
    let meeting = Meeting::restore(shared.clock.now(), config.clone(), &state).unwrap_or_else(|error| {
        tracing::warn!(meeting = %id, %error, "stored state not usable: the meeting begins anew");
        Meeting::new(config)
    });
    Ok(Some(loaded(meeting)))
}

/// A meeting as it was stored.
struct Loaded {
    meeting: Meeting,
    owner: Option<AccountId>,
    /// By its owner's plan; zero for no limit.
    lasts_for: Duration,
    sitting: Sitting,
}

/// Returns how many people a meeting has room for and how long it lasts, by the plan that its owner has at present: one that has
/// ended since holds for what was made before, too.
fn size_and_length(shared: &Shared, plan: Plan, wished: Option<u32>) -> (usize, Duration) {
    let limits = shared.config.plans.limits(plan);
    let people = wished.map_or(limits.people, |people| people.min(limits.people));
    (
        usize::try_from(people).unwrap_or(usize::MAX),
        Duration::from_secs(u64::from(limits.minutes) * 60),
    )
}

/// Returns when the sitting has lasted for as long as it may, by the clock of the process, which says `now` at the moment that
/// the calendar calls `unix_now`.
fn closes_at(now: Timestamp, sitting: Sitting, lasts_for: Duration, unix_now: UnixTime) -> Option<Timestamp> {
    let at = sitting.closes_at(lasts_for)?;
    Some(now + at.saturating_since(unix_now))
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
    /// Whether it is a breakout room of another meeting.
    is_room: bool,
    rng: StdRng,
    outbound_by_connection: HashMap<ConnectionId, Outbound>,
    account_by_connection: HashMap<ConnectionId, AccountId>,
    /// By its owner's plan; zero for no limit.
    lasts_for: Duration,
    /// What that counts, as it is stored.
    sitting: Sitting,
    /// Whether the owner's plan is to be looked up anew.
    is_plan_stale: bool,
    counted_participants: i64,
    /// What the registry was told last.
    noted_lobby: Option<bool>,
}

impl MeetingTask {
    fn new(shared: Shared, id: MeetingId, loaded: Loaded) -> Self {
        shared.metrics.live_meetings.add(1);
        Self {
            shared,
            id,
            meeting: loaded.meeting,
            owner: loaded.owner,
            is_room: false,
            rng: StdRng::from_os_rng(),
            outbound_by_connection: HashMap::new(),
            account_by_connection: HashMap::new(),
            lasts_for: loaded.lasts_for,
            sitting: loaded.sitting,
            is_plan_stale: false,
            counted_participants: 0,
            noted_lobby: None,
        }
    }

    fn handle_input(&mut self, input: Input) {
        let now = self.shared.clock.now();
        match input {
            Input::Hello {
                connection,
                hello,
                account,
                device,
                outbound,
            } => {
                self.outbound_by_connection.insert(connection, outbound);
                if let Some(account) = &account {
                    self.account_by_connection.insert(connection, account.id);
                }
                self.sit_down(now);
                let visitor = visitor::of(now, account.as_deref(), self.owner)
                    .known_by(account.as_ref().map(|account| account.id), device);
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
            Input::BelongingChanged => self.take_belonging(),
            Input::PlanChanged { account } => self.is_plan_stale |= self.owner == Some(account),
            Input::Close { code } => self.meeting.handle_closed(code),
            #[cfg(test)]
            Input::Panic => panic!("asked for by a test"),
        }
    }

    /// In a breakout room: goes by who belongs in it at present.
    fn take_belonging(&mut self) {
        let Some(room) = self.shared.live.rooms.find(self.id) else {
            return;
        };
        self.is_room = true;
        let now = self.shared.clock.now();
        self.meeting.set_belonging(now, &mut self.rng, room.belonging);
    }

    /// Lets go of the account's connections. Each ends without its queue and reports that; its client comes back to its place.
    fn let_go(&mut self, account: AccountId) {
        let gone = self.account_by_connection.extract_if(|_, of| *of == account);
        for (connection, _) in gone {
            self.outbound_by_connection.remove(&connection);
        }
    }

    /// Where nobody is, whoever comes begins a sitting or goes on with the last one.
    fn sit_down(&mut self, now: Timestamp) {
        if self.meeting.participant_count() == 0 {
            let unix_now = Clock::unix_now();
            self.sitting = Sitting::at(Some(self.sitting), unix_now);
            let closes_at = closes_at(now, self.sitting, self.lasts_for, unix_now);
            self.meeting.set_closes_at(closes_at);
        }
    }

    /// Keeps since when somebody is here, or nobody.
    async fn note_sitting(&mut self, is_occupied: bool) {
        let noted = self.sitting.noted(is_occupied, Clock::unix_now());
        // Of a room nothing is stored.
        if noted == self.sitting || self.is_room {
            return;
        }
        self.sitting = noted;
        if let Err(error) = self.shared.store.save_sitting(self.id, noted).await {
            self.shared.metrics.store_failures.add_one();
            tracing::error!(meeting = %self.id, error = &error as &dyn std::error::Error, "cannot store the sitting of a meeting");
        }
    }

    /// Goes by the plan that the owner has at present. Whoever is in stays in, and what is under way is not cut short.
    async fn take_up_plan(&mut self) -> Result<(), StoreError> {
        let (Some(owner), Some(stored)) = (self.owner, self.shared.store.meeting(self.id).await?) else {
            return Ok(());
        };
        let now = Clock::unix_now();
        let owner = self.shared.store.account(owner).await?;
        let plan = owner.map_or(Plan::Free, |owner| owner.plan(now));
        let (people, lasts_for) = size_and_length(&self.shared, plan, stored.details.people);
        self.meeting.set_people(people);
        let is_longer = lasts_for.is_zero() || lasts_for > self.lasts_for && !self.lasts_for.is_zero();
        if is_longer {
            let closes_at = closes_at(self.shared.clock.now(), self.sitting, lasts_for, now);
            self.meeting.set_closes_at(closes_at);
        }
        self.lasts_for = lasts_for;
        Ok(())
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
        if std::mem::take(&mut self.is_plan_stale)
            && let Err(error) = self.take_up_plan().await
        {
            tracing::error!(meeting = %self.id, error = &error as &dyn std::error::Error, "cannot look up the plan of a meeting");
        }
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
                // Of a room nothing is stored: it is as long as its meeting's act is, which is.
                Effect::Persist(_) if self.is_room => {}
                Effect::Persist(record) => persist(&self.shared, self.id, record).await,
                Effect::Rooms(open) => {
                    if !self.is_room {
                        let open = own_rooms(&self.shared, self.id, open).await;
                        self.shared.live.set_rooms(self.id, open).await;
                    }
                }
            }
        }
        // After the state, without which there is nothing to keep it with.
        self.note_sitting(self.meeting.participant_count() > 0).await;
        let participants = i64::try_from(self.meeting.participant_count()).expect("bounded by the limits");
        self.shared
            .metrics
            .participants
            .add(participants - self.counted_participants);
        self.counted_participants = participants;
        let has_lobby = self.meeting.has_lobby();
        if self.noted_lobby != Some(has_lobby) {
            self.noted_lobby = Some(has_lobby);
            self.shared.live.note_lobby(self.id, has_lobby);
        }
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

/// Leaves out the rooms whose ids are other meetings': whoever opens rooms draws the ids, and may draw badly.
async fn own_rooms(shared: &Shared, id: MeetingId, open: Vec<OpenRoom>) -> Vec<OpenRoom> {
    let mut own = Vec::new();
    for room in open {
        let is_free = match shared.live.rooms.find(room.room) {
            Some(known) => known.parent == id,
            None => matches!(shared.store.meeting(room.room).await, Ok(None)),
        };
        if is_free {
            own.push(room);
        }
    }
    own
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
