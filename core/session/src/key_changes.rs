// SPDX-License-Identifier: MIT OR Apache-2.0
//! Why the group's keys last changed: somebody came or went, or something else did. Knows nothing of the keys themselves.

use e2ee::{Merged, RosterMember};
use protocol::ParticipantId;

use crate::{
    session::Session,
    view::{KeyChangeReason, KeyChangeView},
};

/// The last change of keys in this stay.
#[derive(Default)]
pub(crate) struct KeyChanges {
    last: Option<KeyChangeView>,
    is_recreating: bool,
}

impl KeyChanges {
    pub(crate) fn last(&self) -> Option<&KeyChangeView> {
        self.last.as_ref()
    }

    /// The group that this client was in is begun anew.
    pub(crate) fn handle_recreating(&mut self) {
        self.is_recreating = true;
    }

    /// This client is inside.
    pub(crate) fn handle_inside(&mut self, me: Option<ParticipantId>) {
        let why = if std::mem::take(&mut self.is_recreating) {
            KeyChangeReason::Recreated
        } else if self.last.is_none() {
            KeyChangeReason::Entered
        } else {
            KeyChangeReason::EnteredAgain
        };
        self.note(why, me.into_iter().collect());
    }

    pub(crate) fn handle_rolled_back(&mut self) {
        self.note(KeyChangeReason::RolledBack, Vec::new());
    }

    fn note(&mut self, why: KeyChangeReason, participants: Vec<ParticipantId>) {
        let before = self.last.as_ref();
        let unexplained = before.map_or(0, |before| before.unexplained) + u32::from(!why.is_explained());
        self.last = Some(KeyChangeView {
            id: before.map_or(0, |before| before.id + 1),
            why,
            participants,
            unexplained,
        });
    }
}

impl Session {
    /// Notes what a commit changed, with the members as they were `before` it.
    pub(crate) fn note_key_change(&mut self, before: &[RosterMember], merged: &Merged) {
        let after = &self.group.members;
        let is_among = |members: &[RosterMember], participant| {
            members.iter().any(|member| member.participant == participant)
        };
        let people = |leaves: &[RosterMember]| {
            let mut people: Vec<_> = leaves.iter().map(|member| member.participant).collect();
            people.dedup();
            people
        };
        let (joined, left) = (people(&merged.joined), people(&merged.left));
        // Whoever comes back has two leaves for a moment.
        let is_return = joined.iter().any(|participant| is_among(before, *participant))
            || left.iter().any(|participant| is_among(after, *participant));
        let (why, participants) = match (joined.is_empty(), left.is_empty()) {
            (true, true) => (KeyChangeReason::Renewed, vec![merged.by]),
            (false, _) if is_return => (KeyChangeReason::CameBack, joined),
            (true, false) if is_return => (KeyChangeReason::CameBack, left),
            (false, _) => (KeyChangeReason::Joined, joined),
            (true, false) => (KeyChangeReason::Left, left),
        };
        self.key_changes.note(why, participants);
    }
}

impl KeyChangeReason {
    /// Returns whether people coming and going explain it.
    const fn is_explained(self) -> bool {
        match self {
            Self::Entered | Self::EnteredAgain | Self::Joined | Self::Left | Self::CameBack => true,
            Self::Renewed | Self::RolledBack | Self::Recreated => false,
        }
    }
}
