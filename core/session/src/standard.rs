// SPDX-License-Identifier: MIT OR Apache-2.0
//! Standard meetings: the server's roster and the server's key, the same frame path.

use std::collections::BTreeSet;

use e2ee::{KeyUpdate, StandardKeys};
use protocol::{
    ErrorCode, Mode, ParticipantId,
    message::{RosterEntry, StandardKey},
};

use crate::{
    session::Session,
    view::{LeftReason, LocalReason, NoticeCode},
};

impl Session {
    /// Takes the key that a welcome brought: the same as before, a later one, or a restarted server's first.
    pub(crate) fn begin_standard(&mut self, key: &StandardKey) {
        let before = self.standard.take();
        let keys = self
            .me
            .and_then(|me| StandardKeys::new(self.link.meeting, me, key));
        self.standard = keys.map(|keys| match before {
            Some(before) => keys.after(before),
            None => keys,
        });
        let Some(keys) = &self.standard else {
            self.leave(LeftReason::Local(LocalReason::GroupRefused));
            return;
        };
        let listed: Vec<_> = self.listed().into_iter().collect();
        let updates = keys.key_updates(&listed, None);
        self.was_active = true;
        self.hand_out_standard_keys(&updates);
        self.media.forget_assignments();
    }

    /// Takes the next key epoch's key. In an end-to-end meeting it is an attempt to lower the mode.
    pub(crate) fn handle_standard_key(&mut self, key: &StandardKey) {
        if self.link.mode() == Mode::E2ee {
            self.leave(LeftReason::Server(ErrorCode::WrongMode));
            return;
        }
        let participants: Vec<_> = self.listed().into_iter().collect();
        let Some(keys) = &mut self.standard else {
            return;
        };
        let previous = keys.epoch();
        if !keys.handle_key(key) {
            self.notice(NoticeCode::ServerForged, None);
            return;
        }
        let updates = keys.key_updates(&participants, Some(previous));
        self.hand_out_standard_keys(&updates);
    }

    /// Somebody came, or something about somebody changed.
    pub(crate) fn handle_roster_changed(&mut self, entry: RosterEntry) {
        let participant = entry.participant;
        let is_new = self.roster.entry(participant).is_none();
        if is_new {
            self.note_entered(participant);
        }
        self.note_tracks(participant, &entry.tracks);
        self.roster.handle_changed(entry);
        if let Some(keys) = &self.standard
            && is_new
            && self.me != Some(participant)
        {
            let update = keys.receive_key(participant);
            self.update_keys(&update);
        }
    }

    /// Somebody is gone from the server's list. In an end-to-end meeting the group decides what that means.
    pub(crate) fn handle_roster_left(&mut self, participant: ParticipantId) {
        self.note_gone(participant);
        self.roster.handle_left(participant);
        if self.standard.is_some() {
            self.update_keys(&KeyUpdate::DropSender { index: participant.0 });
        }
    }

    fn hand_out_standard_keys(&mut self, updates: &[KeyUpdate]) {
        for update in updates {
            self.update_keys(update);
        }
        self.ask_for_keyframes();
    }

    pub(crate) fn listed(&self) -> BTreeSet<ParticipantId> {
        self.roster.entries().map(|entry| entry.participant).collect()
    }
}
