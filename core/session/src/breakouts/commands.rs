// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the person does about breakout rooms.

use std::collections::BTreeSet;

use protocol::{
    MeetingId, ParticipantId, Timestamp,
    acts::{ActKind, AssignedToRoom, BREAKOUT_ROOMS, BreakoutRoom, Breakouts as Rooms},
    limits,
};
use rand_core::RngCore as _;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::BroadcastView;
use crate::{
    app_message::{AppMessage, truncated},
    command::Command,
    room::Allowance,
    session::Session,
    view::NoticeCode,
};

/// One breakout room as a host wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoomWish {
    /// Which, if it is open: it goes on. A room without is a new one.
    pub id: Option<String>,
    /// At most [`protocol::limits::NAME_BYTES`].
    pub name: String,
    /// Who belongs in it.
    pub people: Vec<ParticipantId>,
}

impl Session {
    /// Does what concerns breakout rooms; returns whether the command was of that kind.
    pub(crate) fn handle_breakout_command(&mut self, now: Timestamp, command: &Command) -> bool {
        if let Command::SetBreakouts { rooms, closes_in } = command {
            self.set_breakouts(now, rooms, *closes_in);
        } else if let Command::AssignToRoom { participant, room } = command {
            self.assign_to_room(*participant, room.as_deref());
        } else if let Command::CallBack { within } = command {
            self.call_back(now, *within);
        } else if let Command::Broadcast { text } = command {
            self.broadcast(text);
        } else if let Command::EnterRoom { room } = command {
            self.enter_room(now, room.as_deref());
        } else if let Command::RenewPass { pass } = command {
            self.handle_pass(pass);
        } else {
            return false;
        }
        true
    }

    fn set_breakouts(&mut self, now: Timestamp, wishes: &[RoomWish], closes_in: Option<u32>) {
        let mut rooms = Rooms {
            closes_at: closes_in.and_then(|span| self.in_seconds(now, span)),
            ..Rooms::default()
        };
        let mut placed = BTreeSet::new();
        for (position, wish) in (0..).zip(wishes.iter().take(BREAKOUT_ROOMS)) {
            let meeting = self.kept_room(wish).unwrap_or_else(|| self.draw_room());
            let name = truncated(wish.name.trim(), limits::NAME_BYTES);
            let name = e2ee::seal_for_link(&self.link, &mut self.rng, meeting.as_bytes(), &name);
            rooms.rooms.push(BreakoutRoom { meeting, name });
            for participant in &wish.people {
                if let Some(stay_key) = self.stay_key_of(*participant)
                    && placed.insert(stay_key)
                {
                    rooms.assigned.push(AssignedToRoom {
                        participant: *participant,
                        stay_key: stay_key.to_vec(),
                        room: position,
                    });
                }
            }
        }
        self.act(ActKind::Breakouts(rooms));
    }

    fn assign_to_room(&mut self, participant: ParticipantId, room: Option<&str>) {
        let (Some(mut rooms), Some(stay_key)) = (self.rooms().cloned(), self.stay_key_of(participant)) else {
            return self.notice(NoticeCode::ActRefused, None);
        };
        rooms.assigned.retain(|assigned| assigned.stay_key != stay_key);
        if let Some(room) = room {
            let position = (0..)
                .zip(&rooms.rooms)
                .find(|(_, open)| open.meeting.to_string() == room);
            let Some((position, _)) = position else {
                return self.notice(NoticeCode::ActRefused, None);
            };
            rooms.assigned.push(AssignedToRoom {
                participant,
                stay_key: stay_key.to_vec(),
                room: position,
            });
        }
        self.act(ActKind::Breakouts(rooms));
    }

    fn call_back(&mut self, now: Timestamp, within: u32) {
        let rooms = match self.rooms().filter(|_| within > 0) {
            Some(rooms) => Rooms {
                closes_at: self.in_seconds(now, within),
                ..rooms.clone()
            },
            None => Rooms::default(),
        };
        self.act(ActKind::Breakouts(rooms));
    }

    fn broadcast(&mut self, text: &str) {
        let text = truncated(text.trim(), limits::CHAT_BYTES);
        if !self.runs_the_meeting() {
            return self.notice(NoticeCode::NotAllowed, None);
        }
        if text.is_empty() {
            return;
        }
        let is_said = self.can_speak() && self.say(&AppMessage::Broadcast { text });
        if !is_said {
            self.notice(NoticeCode::ActRefused, None);
        }
    }

    /// A member says something to everybody in every room: it is heard if it runs the meeting.
    pub(crate) fn accept_broadcast(&mut self, now: Timestamp, from: ParticipantId, text: String) {
        let is_by_host = self.role_of(from) > protocol::acts::Role::Participant;
        if is_by_host && self.room.allows(now, from, Allowance::Chat) {
            let name = self.name_of(from);
            self.breakouts.broadcast = Some(BroadcastView {
                id: self.breakouts.next_broadcast,
                from,
                name,
                text,
            });
            self.breakouts.next_broadcast += 1;
        }
    }

    fn enter_room(&mut self, now: Timestamp, room: Option<&str>) {
        let open = self.open_rooms(now);
        let at = room.and_then(|room| {
            let mut rooms = open.into_iter().flat_map(|open| &open.rooms);
            Some(rooms.find(|open| open.meeting.to_string() == room)?.meeting)
        });
        self.breakouts.at = at.filter(|at| self.may_enter(*at));
    }

    fn kept_room(&self, wish: &RoomWish) -> Option<MeetingId> {
        let id: MeetingId = wish.id.as_deref()?.parse().ok()?;
        let open = self.rooms()?;
        open.rooms.iter().any(|room| room.meeting == id).then_some(id)
    }

    fn draw_room(&mut self) -> MeetingId {
        let mut id = [0; 16];
        self.rng.fill_bytes(&mut id);
        MeetingId::new(id)
    }

    fn in_seconds(&self, now: Timestamp, span: u32) -> Option<u64> {
        Some(self.breakouts.unix_time(now)? + u64::from(span))
    }
}
