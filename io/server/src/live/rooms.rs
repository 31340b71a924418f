// SPDX-License-Identifier: MIT OR Apache-2.0
//! The open breakout rooms: which meeting each is of and who belongs in it. They are known for as long as their meeting is
//! live, and to this process only.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use meeting::OpenRoom;
use protocol::MeetingId;

/// The open breakout rooms by their own ids.
#[derive(Default)]
pub(super) struct OpenRooms {
    by_id: Mutex<HashMap<MeetingId, BreakoutRoom>>,
}

/// An open breakout room.
#[derive(Clone)]
pub(super) struct BreakoutRoom {
    /// Of which meeting.
    pub(super) parent: MeetingId,
    /// The stay keys of those who may be in it.
    pub(super) belonging: BTreeSet<[u8; 32]>,
}

impl OpenRooms {
    pub(super) fn holds(&self, id: MeetingId) -> bool {
        self.lock().contains_key(&id)
    }

    pub(super) fn find(&self, id: MeetingId) -> Option<BreakoutRoom> {
        self.lock().get(&id).cloned()
    }

    /// Replaces the rooms of one meeting; returns in which of those that stay others belong, and which are closed.
    pub(super) fn replace(&self, parent: MeetingId, open: Vec<OpenRoom>) -> (Vec<MeetingId>, Vec<MeetingId>) {
        let mut by_id = self.lock();
        let before = by_id.extract_if(|_, room| room.parent == parent);
        let before: HashMap<MeetingId, BreakoutRoom> = before.collect();
        let mut changed = Vec::new();
        for OpenRoom { room, belonging } in open {
            // An id that another meeting has stays that one's.
            if by_id.contains_key(&room) {
                continue;
            }
            if before
                .get(&room)
                .is_some_and(|before| before.belonging != belonging)
            {
                changed.push(room);
            }
            by_id.insert(room, BreakoutRoom { parent, belonging });
        }
        let closed = before.into_keys().filter(|room| !by_id.contains_key(room));
        (changed, closed.collect())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MeetingId, BreakoutRoom>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
