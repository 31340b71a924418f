// SPDX-License-Identifier: MIT OR Apache-2.0
//! Breakout rooms from both sides: which ones a meeting has open and who belongs in them; and, in such a room, who is
//! let in. A room is a meeting of its own that knows nothing of the other but whose stays it takes.

use std::collections::BTreeSet;

use policy::Role;
use protocol::{MeetingId, ParticipantId, Timestamp, acts::KEY_BYTES};
use rand_core::CryptoRng;

use crate::{Hello, Meeting, meeting::depart::Departure, participant::Participant};

/// A breakout room that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRoom {
    /// The room's own id.
    pub room: MeetingId,
    /// The stay keys of those who may be in it: whoever the hosts' act names for it and whoever runs the meeting, as long as
    /// they are in the meeting that the room is of.
    pub belonging: BTreeSet<[u8; KEY_BYTES]>,
}

/// What a meeting has to do with breakout rooms.
#[derive(Default)]
pub(crate) struct Breakouts {
    /// The own rooms, as the shell knows them.
    told: Vec<OpenRoom>,
    /// In a breakout room: whose stays may be in it.
    belonging: Option<BTreeSet<[u8; KEY_BYTES]>>,
}

impl Meeting {
    /// Makes this meeting a breakout room, or changes whose it is: nobody else comes in, and whoever is here and does not
    /// belong any more is put out.
    pub fn set_belonging(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        belonging: BTreeSet<[u8; KEY_BYTES]>,
    ) {
        let strangers: Vec<ParticipantId> = self
            .roster
            .values()
            .filter(|participant| stay_of(participant).is_none_or(|stay| !belonging.contains(&stay)))
            .map(|participant| participant.id)
            .collect();
        self.breakouts.belonging = Some(belonging);
        for stranger in strangers {
            self.depart(now, rng, stranger, Departure::BelongsElsewhere);
        }
    }

    /// Returns the open rooms if they are others than the shell was told.
    pub(crate) fn poll_rooms(&mut self) -> Option<Vec<OpenRoom>> {
        let rooms = self.open_rooms();
        if rooms == self.breakouts.told {
            return None;
        }
        self.breakouts.told.clone_from(&rooms);
        Some(rooms)
    }

    /// Returns whether a hello is from somebody who belongs here, which in a meeting that is no breakout room everybody does.
    pub(crate) fn belongs(&self, hello: &Hello) -> bool {
        let Some(belonging) = &self.breakouts.belonging else {
            return true;
        };
        let stay_key = self.proved_stay_key(&hello.challenge, hello.stay.as_ref());
        <[u8; KEY_BYTES]>::try_from(stay_key).is_ok_and(|key| belonging.contains(&key))
    }

    fn open_rooms(&self) -> Vec<OpenRoom> {
        let Some((breakouts, _)) = self.acts.breakouts().filter(|_| !self.is_ended()) else {
            return Vec::new();
        };
        let belonging = |room| {
            let here = self.roster.values().filter(|participant| {
                self.role(participant.id) != Role::Participant
                    || breakouts.room_of(&participant.stay_key) == Some(room)
            });
            here.filter_map(stay_of).collect()
        };
        let rooms = breakouts.rooms.iter().map(|open| OpenRoom {
            room: open.meeting,
            belonging: belonging(open.meeting),
        });
        // A room of the meeting's own id would be the meeting itself.
        rooms.filter(|open| open.room != self.config.meeting).collect()
    }
}

fn stay_of(participant: &Participant) -> Option<[u8; KEY_BYTES]> {
    participant.stay_key.as_slice().try_into().ok()
}
