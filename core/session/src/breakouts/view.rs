// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the interface shows of breakout rooms.

use protocol::{MeetingId, ParticipantId, limits};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{app_message::truncated, session::Session};

/// The breakout rooms of this meeting, by what hosts signed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct BreakoutsView {
    /// Empty while none are open.
    pub rooms: Vec<BreakoutRoomView>,
    /// When everybody is called back, if the hosts said that.
    pub closing: Option<ClosingView>,
    /// What a host last said to everybody in every room.
    pub broadcast: Option<BroadcastView>,
}

/// One breakout room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BreakoutRoomView {
    /// Its own meeting id.
    pub id: String,
    /// As its host called it.
    pub name: String,
    /// Who belongs in it and is in the meeting.
    pub people: Vec<ParticipantId>,
    /// Whether this participant belongs in it.
    pub is_mine: bool,
    /// What a session in the room needs to know, if this participant may enter it: opaque.
    pub pass: Option<String>,
}

/// The end of the rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClosingView {
    /// Another for each end that the hosts set.
    pub id: u32,
    /// Counted from when this first appeared in a view, in milliseconds.
    #[ts(type = "number")]
    pub left_ms: u64,
}

/// Something said to everybody in every room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BroadcastView {
    /// Counts up within the session.
    pub id: u32,
    /// Which host.
    pub from: ParticipantId,
    /// The name at the time.
    pub name: String,
    /// Plain text.
    pub text: String,
}

impl Session {
    pub(crate) fn breakouts_view(&self) -> BreakoutsView {
        let broadcast = self.breakouts.broadcast.clone();
        let Some(open) = self.open_rooms(self.now) else {
            return BreakoutsView {
                broadcast,
                ..BreakoutsView::default()
            };
        };
        let own_room = open.room_of(&self.acts.stay.public());
        let room_by_participant: Vec<(ParticipantId, MeetingId)> = self
            .everybody()
            .into_iter()
            .filter_map(|participant| Some((participant, open.room_of(&self.stay_key_of(participant)?)?)))
            .collect();
        let rooms = open.rooms.iter().filter(|room| room.meeting != self.link.meeting);
        BreakoutsView {
            rooms: rooms
                .map(|room| {
                    let is_mine = own_room == Some(room.meeting);
                    let people = room_by_participant.iter();
                    BreakoutRoomView {
                        id: room.meeting.to_string(),
                        name: self
                            .open_sealed(room.meeting.as_bytes(), &room.name)
                            .map(|name| truncated(&name, limits::NAME_BYTES))
                            .unwrap_or_default(),
                        people: people
                            .filter(|(_, theirs)| *theirs == room.meeting)
                            .map(|(participant, _)| *participant)
                            .collect(),
                        is_mine,
                        pass: (is_mine || self.runs_the_meeting()).then(|| self.pass_for(room.meeting)),
                    }
                })
                .collect(),
            closing: self.breakouts.closing.map(|closing| ClosingView {
                id: closing.id,
                left_ms: u64::try_from(closing.left.as_millis()).unwrap_or(u64::MAX),
            }),
            broadcast,
        }
    }

    /// Returns the breakout room that somebody is in, if it is one of this meeting's.
    pub(crate) fn place_of(&self, participant: ParticipantId) -> Option<String> {
        let place = if self.me == Some(participant) {
            self.breakouts.at
        } else {
            self.breakouts.at_by_participant.get(&participant).copied()
        };
        let open = self.open_rooms(self.now)?;
        let room = open.rooms.iter().find(|room| Some(room.meeting) == place)?;
        Some(room.meeting.to_string())
    }
}
