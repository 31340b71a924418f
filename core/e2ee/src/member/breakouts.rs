// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who may be in a breakout room: whom a host of the meeting that the room is of assigned to it, and whoever runs that
//! meeting. Neither the server nor the link opens it.

use std::collections::BTreeSet;

use protocol::{
    MeetingId,
    acts::{ActKind, CheckedAct, LeafStay, Role, SignedAct},
};

use super::{MODE, Member, RosterMember, binding::leaf_binding};
use crate::acts::judge;

/// Whose a breakout room is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRule {
    /// Of which meeting.
    pub parent: MeetingId,
    /// The stay keys of those who may be in it, by the parent's acts.
    pub belonging: BTreeSet<[u8; 32]>,
    /// The highest counter of an act of the parent's that this is by. What a newcomer shows that is younger counts, too: the
    /// parent's acts come on another connection, and may come later.
    pub as_of: u64,
}

impl RoomRule {
    fn holds_for(&self, room: MeetingId, fingerprint: [u8; 32], stay: &LeafStay) -> bool {
        if <[u8; 32]>::try_from(stay.key.as_slice()).is_ok_and(|key| self.belonging.contains(&key)) {
            return true;
        }
        let judge = judge(self.parent, MODE, fingerprint);
        let shown = stay.admission.as_ref().and_then(|act| judge.check(act).ok());
        shown.is_some_and(|shown| shown.act.counter > self.as_of && admits(&shown, room, &stay.key))
    }
}

/// Returns the act of the parent's that lets a stay into a breakout room, if `acts` has one.
pub fn room_ticket<'a>(
    parent: MeetingId,
    fingerprint: [u8; 32],
    acts: impl IntoIterator<Item = &'a SignedAct>,
    room: MeetingId,
    stay_key: &[u8],
) -> Option<SignedAct> {
    let judge = judge(parent, MODE, fingerprint);
    let mut acts = acts.into_iter();
    let ticket = acts.find(|act| {
        judge
            .check(act)
            .is_ok_and(|checked| admits(&checked, room, stay_key))
    });
    ticket.cloned()
}

impl Member {
    /// From here on this is a breakout room, and takes in those only whom the rule names. Whoever holds the host key may
    /// always come.
    pub fn set_room(&mut self, rule: RoomRule) {
        self.room = Some(rule);
    }

    /// Returns the leaves of those who are in this group and whom the rule does not name.
    pub fn strangers(&self, rule: &RoomRule) -> Vec<RosterMember> {
        let others = self
            .roster
            .iter()
            .filter(|member| !member.is_me && !member.is_host);
        others
            .filter(|member| !self.is_in_its_room(rule, member))
            .copied()
            .collect()
    }

    /// Returns whether a newcomer belongs here, as far as this is a breakout room.
    pub(super) fn takes_into_room(&self, stay: Option<&LeafStay>) -> bool {
        let Some(rule) = &self.room else { return true };
        stay.is_some_and(|stay| self.is_named(rule, stay))
    }

    fn is_named(&self, rule: &RoomRule, stay: &LeafStay) -> bool {
        let expectations = &self.expectations;
        rule.holds_for(expectations.meeting, *expectations.host_fingerprint(), stay)
    }

    fn is_in_its_room(&self, rule: &RoomRule, member: &RosterMember) -> bool {
        // Read from the tree already, where the others are looked up in it.
        if member.stay_key.is_some_and(|key| rule.belonging.contains(&key)) {
            return true;
        }
        let mut leaves = self.group.treesync().full_leaves();
        let leaf = leaves.find(|(index, _)| index.u32() == member.leaf);
        let stay = leaf.and_then(|(_, leaf)| leaf_binding(leaf)?.stay);
        stay.is_some_and(|stay| self.is_named(rule, &stay))
    }
}

fn admits(shown: &CheckedAct, room: MeetingId, key: &[u8]) -> bool {
    if let ActKind::Breakouts(breakouts) = &shown.act.kind {
        return breakouts.room_of(key) == Some(room);
    }
    matches!(&shown.act.kind, ActKind::SetRole { stay_key, role, .. } if stay_key == key && *role > Role::Participant)
}
