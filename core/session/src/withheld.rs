// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commits that the server keeps back: the others go on to keys that do not come here.
//!
//! An honest server lets no application message of a later epoch through before that epoch's commit, so such a message
//! that stays ahead names the server. Frames only hint: their sender may have written any epoch into them.

use std::time::Duration;

use protocol::{Mode, Timestamp};

use crate::{session::Session, view::NoticeCode};

/// An epoch that others are in and this client is not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ahead {
    epoch: u64,
    give_up_at: Timestamp,
}

impl Ahead {
    pub(crate) const fn give_up_at(self) -> Timestamp {
        self.give_up_at
    }
}

impl Session {
    /// A message says that it is of an epoch whose commit did not come.
    pub(crate) fn handle_future_epoch(&mut self, now: Timestamp, epoch: u64) {
        // Whoever refused a commit knows why the others are elsewhere.
        if self.group.refused.is_none() {
            self.group.ahead.get_or_insert(Ahead {
                epoch,
                give_up_at: now + COMMIT_WITHIN,
            });
        }
    }

    /// Frames have been saying so for some seconds.
    pub(crate) fn handle_keys_missing(&mut self, now: Timestamp) {
        let is_believed = self.link.mode() == Mode::E2ee
            && self.connection.is_open()
            && self.group.member().is_some()
            && self.group.refused.is_none()
            && self
                .last_withheld
                .is_none_or(|last| last + BELIEVED_AGAIN_AFTER <= now);
        if is_believed {
            self.give_up_waiting(now);
        }
    }

    /// Looks whether the missing commit has come, or its time is over.
    pub(crate) fn settle_ahead(&mut self, now: Timestamp) {
        let Some(ahead) = self.group.ahead else {
            return;
        };
        if self.group.epoch().is_none_or(|epoch| epoch >= ahead.epoch) || self.group.refused.is_some() {
            self.group.ahead = None;
        } else if ahead.give_up_at <= now {
            self.give_up_waiting(now);
        }
    }

    /// Says so, and asks for the group anew.
    fn give_up_waiting(&mut self, now: Timestamp) {
        self.last_withheld = Some(now);
        self.notice(NoticeCode::CommitsWithheld, None);
        self.rejoin_group(now);
    }
}

// Commits come before the messages that follow them: anything longer than a hiccup of the server is no accident.
const COMMIT_WITHIN: Duration = Duration::from_secs(3);

// A member who writes false epochs into its frames must not keep the others busy with joining.
const BELIEVED_AGAIN_AFTER: Duration = Duration::from_secs(60);
