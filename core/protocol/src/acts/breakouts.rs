// SPDX-License-Identifier: MIT OR Apache-2.0
//! Breakout rooms as a host's act says them: which there are, who belongs where, until when.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{KEY_BYTES, SEALED_BYTES};
use crate::{MeetingId, ParticipantId, limits};

/// All breakout rooms of a meeting at once: each act replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Breakouts {
    /// Empty: there are none, and everybody is called back. At most [`BREAKOUT_ROOMS`].
    pub rooms: Vec<BreakoutRoom>,
    /// Who belongs where. Whoever is not named stays in the meeting itself.
    pub assigned: Vec<AssignedToRoom>,
    /// When everybody is called back: seconds since 1970, by the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<u64>,
}

/// One breakout room: a meeting of its own, bound to the one that its act is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakoutRoom {
    /// Drawn by whoever opened it.
    pub meeting: MeetingId,
    /// Sealed under the link secret; in standard meetings UTF-8. At most [`SEALED_BYTES`].
    #[serde(with = "serde_bytes")]
    pub name: Vec<u8>,
}

/// Somebody who belongs in a breakout room, with every leaf of this stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedToRoom {
    /// Who, for those who show it.
    pub participant: ParticipantId,
    /// Who, for those who check it: a stay key, 32 bytes.
    #[serde(with = "serde_bytes")]
    pub stay_key: Vec<u8>,
    /// Where: the position in [`Breakouts::rooms`].
    pub room: u16,
}

impl Breakouts {
    /// Returns the stay keys of those who belong in a room, hosts and co-hosts apart.
    pub fn assigned_to(&self, room: MeetingId) -> impl Iterator<Item = &AssignedToRoom> {
        let position = self.rooms.iter().position(|open| open.meeting == room);
        self.assigned
            .iter()
            .filter(move |assigned| Some(usize::from(assigned.room)) == position)
    }

    /// Returns where somebody belongs.
    pub fn room_of(&self, stay_key: &[u8]) -> Option<MeetingId> {
        let assigned = self
            .assigned
            .iter()
            .find(|assigned| assigned.stay_key == stay_key)?;
        Some(self.rooms.get(usize::from(assigned.room))?.meeting)
    }

    /// Returns whether it is within the limits and speaks of nobody and no room twice.
    pub(super) fn is_acceptable(&self) -> bool {
        let rooms: BTreeSet<MeetingId> = self.rooms.iter().map(|room| room.meeting).collect();
        let stays: BTreeSet<&[u8]> = self.assigned.iter().map(|assigned| &*assigned.stay_key).collect();
        self.rooms.len() <= BREAKOUT_ROOMS
            && rooms.len() == self.rooms.len()
            && self.rooms.iter().all(|room| room.name.len() <= SEALED_BYTES)
            && self.assigned.len() <= limits::PARTICIPANTS
            && stays.len() == self.assigned.len()
            && self.assigned.iter().all(|assigned| {
                assigned.stay_key.len() == KEY_BYTES && usize::from(assigned.room) < self.rooms.len()
            })
    }
}

/// As many groups as the largest meeting falls into; each is a meeting that the server has to hold.
pub const BREAKOUT_ROOMS: usize = 50;
