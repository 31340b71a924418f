// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the session in a meeting tells the session in one of its breakout rooms: who belongs there, and by which act
//! oneself does. It goes from the one to the other through the page, as opaque text, and never over the wire.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use e2ee::RoomRule;
use protocol::{
    MeetingId, Mode,
    acts::{Role, SignedAct},
    decode, encode,
};
use serde::{Deserialize, Serialize};

use crate::session::Session;

/// By what one is in a breakout room. Holds no secret.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Pass {
    parent: MeetingId,
    as_of: u64,
    belonging: BTreeSet<[u8; 32]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ticket: Option<SignedAct>,
}

impl Pass {
    /// Returns one by which nobody belongs.
    pub(super) const fn of(parent: MeetingId) -> Self {
        Self {
            parent,
            as_of: 0,
            belonging: BTreeSet::new(),
            ticket: None,
        }
    }

    pub(super) fn rule(&self) -> RoomRule {
        RoomRule {
            parent: self.parent,
            belonging: self.belonging.clone(),
            as_of: self.as_of,
        }
    }

    pub(super) fn decode(text: &str) -> Option<Self> {
        decode(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(encode(self))
    }
}

impl Session {
    /// Takes what the session in the meeting that this room is of says about it by now.
    pub(super) fn handle_pass(&mut self, text: &str) {
        let Some(before) = &self.breakouts.pass else {
            return;
        };
        if let Some(pass) = Pass::decode(text).filter(|pass| pass.parent == before.parent) {
            self.breakouts.pass = Some(pass);
        }
    }

    /// Makes what the session in one of this meeting's rooms needs to know.
    pub(super) fn pass_for(&self, room: MeetingId) -> String {
        let in_force = self.acts.in_force();
        let key = self.acts.stay.public();
        let assigned = self.rooms().into_iter().flat_map(|rooms| rooms.assigned_to(room));
        let assigned = assigned
            .filter(|assigned| !self.acts.is_removed(assigned.participant))
            .filter_map(|assigned| <[u8; 32]>::try_from(assigned.stay_key.as_slice()).ok());
        let belonging = assigned.chain(in_force.stays_with_a_role().copied()).collect();
        // Whoever holds the host key shows that, and in a standard meeting the server is believed.
        let shows_act = self.link.mode() == Mode::E2ee && e2ee::host_key(&self.link).is_none();
        let fingerprint = e2ee::host_fingerprint(&self.link);
        let ticket = shows_act
            .then(|| e2ee::room_ticket(self.link.meeting, fingerprint, &in_force.acts(), room, &key))
            .flatten();
        Pass {
            parent: self.link.meeting,
            as_of: in_force.next_counter() - 1,
            belonging,
            ticket,
        }
        .encode()
    }

    /// Returns whether this participant gets a pass for every room.
    pub(super) fn runs_the_meeting(&self) -> bool {
        self.own_role() > Role::Participant
    }
}
