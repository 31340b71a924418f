// SPDX-License-Identifier: MIT OR Apache-2.0
//! Removing somebody: announced first, so that nothing of it is heard or shown; then committed.

use e2ee::KeyUpdate;
use protocol::{Mode, ParticipantId, Timestamp, acts::ActKind};

use crate::{removals::Pause, session::Session, view::NoticeCode};

impl Session {
    /// A host wants somebody out.
    pub(crate) fn handle_remove(&mut self, now: Timestamp, participant: ParticipantId) {
        // What is wanted without a connection is announced on the next one.
        let is_known = self.connection.is_open() && self.remove_by_act(participant);
        if self.commits_removals() && self.me != Some(participant) && (is_known || !self.connection.is_open())
        {
            self.remove_from_group(now, participant);
        } else if !self.connection.is_open() {
            self.notice(NoticeCode::ActRefused, Some(participant));
        }
    }

    /// After a signed act that removes somebody: commits that, if the own leaf is one whose commit counts.
    pub(crate) fn remove_from_group(&mut self, now: Timestamp, participant: ParticipantId) {
        if self.commits_removals() {
            self.group.unwanted.insert(participant);
            self.handle_removal_announced(now, participant);
            self.commit_what_is_due(now);
        }
    }

    /// Somebody is to go: refuse its frames from this moment on.
    pub(crate) fn handle_removal_announced(&mut self, now: Timestamp, participant: ParticipantId) {
        if self.link.mode() == Mode::Standard || self.me == Some(participant) {
            return;
        }
        if self.group.member().is_none() {
            self.removals.announce_unresolved(now, participant);
            return;
        }
        let leaves: Vec<u32> = self
            .group
            .members
            .iter()
            .filter(|member| member.participant == participant)
            .map(|member| member.leaf)
            .collect();
        for leaf in leaves {
            if self.removals.announce(now, participant, leaf) {
                self.update_keys(&KeyUpdate::DropSender { index: leaf });
            }
        }
    }

    /// Announces again, on a new connection, whom this host wants out.
    pub(crate) fn announce_unwanted(&mut self) {
        for participant in self.group.unwanted.clone() {
            self.act(ActKind::Remove { participant });
        }
    }

    /// Brings the lists up to the group's tree.
    pub(crate) fn settle_group(&mut self, now: Timestamp) {
        if self.link.mode() == Mode::Standard || self.group.member().is_none() || !self.connection.is_open() {
            return;
        }
        let participants = self.group.participants();
        self.roster.compare(now, &participants);
        self.names
            .retain(|participant| participants.contains(&participant));
        let is_complete = participants
            .iter()
            .all(|participant| self.names.name_of(*participant).is_some());
        self.names.plan_asking(now, is_complete);
        self.forget_gone();
        let roster = &self.roster;
        self.group
            .unwanted
            .retain(|participant| participants.contains(participant) || roster.entry(*participant).is_some());
    }

    /// Forgets the removals that are done. It must happen in each epoch: the next one may give the leaf to somebody new.
    pub(crate) fn forget_gone(&mut self) {
        let members = &self.group.members;
        self.removals.retain(|leaf, participant| {
            members
                .iter()
                .any(|member| member.leaf == leaf && member.participant == participant)
        });
    }

    /// Stops sending while somebody who should be gone holds the keys, and begins again after.
    pub(crate) fn settle_removals(&mut self, now: Timestamp) {
        match self.removals.poll(now) {
            Some(Pause::Begins(participant)) => {
                self.update_keys(&KeyUpdate::StopSending);
                self.notice(NoticeCode::RemovalStalled, Some(participant));
            }
            Some(Pause::Ends) => {
                self.update_keys(&KeyUpdate::ResumeSending);
                self.notice(NoticeCode::SendingResumed, None);
                self.ask_for_keyframes();
            }
            None => {}
        }
    }
}
