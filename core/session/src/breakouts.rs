// SPDX-License-Identifier: MIT OR Apache-2.0
//! Breakout rooms as a client sees them, from both sides: in the meeting that has them, which are open and who belongs
//! where; in such a room, who may be in it.
//!
//! What is open is what a host signed, and nothing else. A room is a session of its own; the two know each other by a
//! [`Pass`] only.

mod commands;
mod pass;
mod view;

use std::{collections::BTreeMap, time::Duration};

use e2ee::{KeyUpdate, Member, StayKey};
use protocol::{
    MeetingId, Mode, ParticipantId, ResumeToken, Timestamp,
    acts::{ActKind, Breakouts as Rooms, Role, SignedAct},
};

use crate::{
    acts::split_token, app_message::AppMessage, command::SessionConfig, room::Allowance, session::Session,
};

pub use commands::RoomWish;
use pass::Pass;
pub use view::{BreakoutRoomView, BreakoutsView, BroadcastView, ClosingView};

/// What a session has to do with breakout rooms.
#[derive(Default)]
pub(crate) struct Breakouts {
    /// The breakout room that this participant is in.
    at: Option<MeetingId>,
    /// Where the others were told that it is.
    told: Option<MeetingId>,
    tell_again_at: Option<Timestamp>,
    /// Where the others say that they are.
    at_by_participant: BTreeMap<ParticipantId, MeetingId>,
    clock: Option<ServerClock>,
    closing: Option<Closing>,
    next_closing: u32,
    broadcast: Option<BroadcastView>,
    next_broadcast: u32,
    /// Whom this host took out of the rooms since the last act was sent.
    is_tidying: bool,
    /// In a breakout room: by what one is in it.
    pass: Option<Pass>,
}

/// What the server said about the time, in seconds since 1970, and when it did.
#[derive(Clone, Copy)]
struct ServerClock {
    at: Timestamp,
    unix_time: u64,
}

/// The end of the rooms.
#[derive(Clone, Copy)]
struct Closing {
    id: u32,
    closes_at: u64,
    at: Timestamp,
    left: Duration,
    was_acted_upon: bool,
}

/// How to enter a breakout room: beside the configuration of the session in the meeting that the room is of.
pub struct BreakoutEntry {
    /// Which room.
    pub room: MeetingId,
    /// What that session gave to be kept: the stay goes on under the same key.
    pub stay: ResumeToken,
    /// What that session's view shows for the room.
    pub pass: String,
}

impl Breakouts {
    /// The server said what time it is.
    pub(crate) fn handle_clock(&mut self, now: Timestamp, unix_time: u64) {
        self.clock = Some(ServerClock { at: now, unix_time });
    }

    /// Somebody asks what it did not hear; `rank` others are to answer before this one.
    pub(crate) fn handle_asked(&mut self, now: Timestamp, rank: u32) {
        if self.at.is_some() {
            let at = now + ANSWER_STEP * rank.min(ANSWER_STEPS);
            self.tell_again_at.get_or_insert(at);
        }
    }

    /// Returns the act that one shows in a room to be let in.
    pub(crate) fn ticket(&self) -> Option<SignedAct> {
        self.pass.as_ref()?.ticket.clone()
    }

    /// Returns whether this session is in a breakout room.
    pub(crate) const fn is_room(&self) -> bool {
        self.pass.is_some()
    }

    /// Returns when something is due, if ever: the rooms close for everybody, and hosts see to it.
    pub(crate) fn poll_timeout(&self, now: Timestamp) -> Option<Timestamp> {
        let closing = self.closing.into_iter();
        closing
            .flat_map(|closing| [closing.at, closing.at + OTHERS_CLOSE_AFTER])
            .filter(|at| *at > now)
            .chain(self.tell_again_at)
            .min()
    }

    fn unix_time(&self, now: Timestamp) -> Option<u64> {
        let clock = self.clock?;
        Some(clock.unix_time + now.saturating_since(clock.at).as_secs())
    }
}

impl Session {
    /// Begins a stay in a breakout room. `config` is as for the meeting that the room is of, but for `resume`, which is from an
    /// earlier session in the room.
    pub fn in_breakout(now: Timestamp, seed: [u8; 32], config: SessionConfig, entry: BreakoutEntry) -> Self {
        let parent = config.link.meeting;
        let link = e2ee::breakout_link(&config.link, entry.room);
        let mut session = Self::new(now, seed, SessionConfig { link, ..config });
        let (_, stay): (_, StayKey) = split_token(Some(entry.stay), &mut session.rng);
        session.acts.stay = stay;
        session.breakouts.pass = Some(Pass::decode(&entry.pass).unwrap_or_else(|| Pass::of(parent)));
        session
    }

    /// Keeps up with the hosts' acts about rooms, and with the time.
    pub(crate) fn settle_breakouts(&mut self, now: Timestamp) {
        let closes_at = self.rooms().and_then(|rooms| rooms.closes_at);
        if self.breakouts.closing.map(|closing| closing.closes_at) != closes_at {
            self.breakouts.closing = None;
            if let (Some(closes_at), Some(unix_time)) = (closes_at, self.breakouts.unix_time(now)) {
                let left = Duration::from_secs(closes_at.saturating_sub(unix_time)).min(LONGEST);
                self.breakouts.closing = Some(Closing {
                    id: self.breakouts.next_closing,
                    closes_at,
                    at: now + left,
                    left,
                    was_acted_upon: false,
                });
                self.breakouts.next_closing += 1;
            }
        }
        if let Some(at) = self.breakouts.at
            && self
                .open_rooms(now)
                .is_none_or(|rooms| rooms.rooms.iter().all(|room| room.meeting != at) || !self.may_enter(at))
        {
            self.breakouts.at = None;
        }
        let here = self.everybody();
        self.breakouts
            .at_by_participant
            .retain(|participant, _| here.contains(participant));
        self.tell_place(now);
        self.close_in_time(now);
        self.keep_strangers_out(now);
    }

    /// Returns the rooms as the hosts' act has them.
    pub(crate) fn rooms(&self) -> Option<&Rooms> {
        self.acts.in_force().breakouts().map(|(rooms, _)| rooms)
    }

    /// Returns the rooms, as long as their time is not over.
    pub(crate) fn open_rooms(&self, now: Timestamp) -> Option<&Rooms> {
        let is_over = self.breakouts.closing.is_some_and(|closing| closing.at <= now);
        self.rooms().filter(|_| !is_over && self.left.is_none())
    }

    /// Returns whether this participant may be in a room: it is assigned to it, or runs the meeting.
    fn may_enter(&self, room: MeetingId) -> bool {
        let own_room = self
            .rooms()
            .and_then(|rooms| rooms.room_of(&self.acts.stay.public()));
        own_room == Some(room) || self.own_role() > Role::Participant
    }

    /// Whoever opened the rooms closes them when their time is over, or another host.
    fn close_in_time(&mut self, now: Timestamp) {
        let Some((rooms, signer)) = self.acts.in_force().breakouts() else {
            return;
        };
        let is_own = *signer == self.acts.stay.public();
        let removed = rooms
            .assigned
            .iter()
            .any(|assigned| self.acts.is_removed(assigned.participant));
        let patience = if is_own {
            Duration::ZERO
        } else {
            OTHERS_CLOSE_AFTER
        };
        let is_due = self
            .breakouts
            .closing
            .is_some_and(|closing| closing.at + patience <= now && !closing.was_acted_upon);
        if self.own_role() == Role::Participant || !self.connection.is_open() {
            return;
        }
        if is_due {
            if let Some(closing) = &mut self.breakouts.closing {
                closing.was_acted_upon = true;
            }
            self.act(ActKind::Breakouts(Rooms::default()));
        } else if is_own && removed && !self.breakouts.is_tidying {
            // Newcomers did not see the removal.
            let mut rooms = rooms.clone();
            rooms
                .assigned
                .retain(|assigned| !self.acts.is_removed(assigned.participant));
            self.breakouts.is_tidying = true;
            self.act(ActKind::Breakouts(rooms));
        } else if !removed {
            self.breakouts.is_tidying = false;
        }
    }

    /// In a breakout room: nothing is heard of those who do not belong, and nothing is sent while they hold the keys.
    fn keep_strangers_out(&mut self, now: Timestamp) {
        let Some(pass) = self
            .breakouts
            .pass
            .as_ref()
            .filter(|_| self.link.mode() == Mode::E2ee)
        else {
            return;
        };
        let rule = pass.rule();
        let is_catching_up = self.group.is_catching_up;
        let Some(member) = self.group.member_mut().filter(|_| !is_catching_up) else {
            return;
        };
        let strangers = member.strangers(&rule);
        member.set_room(rule);
        for stranger in strangers {
            if self.removals.announce(now, stranger.participant, stranger.leaf) {
                self.update_keys(&KeyUpdate::DropSender { index: stranger.leaf });
            }
        }
    }

    /// In a breakout room: holds the group that this client is about to join to whom the hosts assigned.
    pub(crate) fn holds_strangers(&self, member: &Member) -> bool {
        let pass = self.breakouts.pass.as_ref();
        pass.is_some_and(|pass| !member.strangers(&pass.rule()).is_empty())
    }

    /// Somebody says in which room it is.
    pub(crate) fn accept_place(&mut self, now: Timestamp, from: ParticipantId, room: Option<MeetingId>) {
        if self.room.allows(now, from, Allowance::State) {
            match room {
                Some(room) => self.breakouts.at_by_participant.insert(from, room),
                None => self.breakouts.at_by_participant.remove(&from),
            };
        }
    }

    fn tell_place(&mut self, now: Timestamp) {
        let is_asked = self.breakouts.tell_again_at.is_some_and(|at| at <= now);
        let at = self.breakouts.at;
        if (is_asked || self.breakouts.told != at)
            && self.can_speak()
            && self.say(&AppMessage::Place { room: at })
        {
            self.breakouts.told = at;
            self.breakouts.tell_again_at = None;
        }
    }
}

// The one who opened the rooms may be gone. As long as a lost connection takes to be noticed would keep everybody waiting.
const OTHERS_CLOSE_AFTER: Duration = Duration::from_secs(3);

// As for raised hands: a crowd does not answer in one moment.
const ANSWER_STEP: Duration = Duration::from_millis(50);
const ANSWER_STEPS: u32 = 60;

// A day. What a host's act says beyond it is no time that anybody waits for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
