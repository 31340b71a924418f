// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commits of an MLS group in their order: own and foreign ones, proposals, refusals, rollbacks.

use std::time::Duration;

use e2ee::{CommitRefusal, KeyUpdate, Member, Merged};
use protocol::{ClientMessage, ErrorCode, ParticipantId, Timestamp};
use rand_core::RngCore as _;

use crate::{
    command::{Directive, Output},
    group::{RefusedCommit, Stage},
    session::Session,
    view::NoticeCode,
};

impl Session {
    /// Handles a commit that the server broadcast.
    pub(crate) fn handle_commit(&mut self, now: Timestamp, epoch: u64, by: ParticipantId, commit: &[u8]) {
        match &mut self.group.stage {
            Stage::Entering { member, .. } => {
                // A foreign commit means that the own one lost; the server's rejection follows.
                if let Ok(merged) = member.handle_commit(by, epoch, commit)
                    && merged.is_mine
                {
                    let Stage::Entering { member, .. } = std::mem::take(&mut self.group.stage) else {
                        unreachable!("the stage was just looked at");
                    };
                    self.group.stage = Stage::Inside { member, since: now };
                    self.handle_inside(now);
                }
            }
            Stage::Inside { member, .. } => {
                let current = member.epoch();
                if epoch > current {
                    self.handle_gap(now);
                } else if epoch == current {
                    match member.handle_commit(by, epoch, commit) {
                        Ok(merged) => self.handle_merged(now, &merged),
                        Err(refusal) => self.handle_refusal(now, epoch, by, commit, refusal),
                    }
                }
            }
            Stage::Outside | Stage::Waiting { .. } | Stage::Asked { .. } | Stage::Creating { .. } => {}
        }
    }

    /// Begins the life of a member: keys, name, whatever waited for it.
    pub(crate) fn handle_inside(&mut self, now: Timestamp) {
        self.was_active = true;
        self.group.refresh();
        self.key_changes.handle_inside(self.me);
        let Some(member) = self.group.member() else {
            return;
        };
        let members: Vec<_> = self
            .group
            .members
            .iter()
            .map(|member| (member.leaf, member.participant))
            .collect();
        self.removals.resolve(members.into_iter());
        let updates = member.key_updates_after_joining();
        self.hand_out_keys(updates);
        self.media.forget_assignments();
        self.introduce();
        self.announce_unwanted();
        self.commit_what_is_due(now);
    }

    fn handle_merged(&mut self, now: Timestamp, merged: &Merged) {
        self.note_removed_by_commit(merged);
        if merged.was_removed {
            self.leave(self.own_removal());
            return;
        }
        if merged.is_mine {
            self.group.commit_until = None;
            self.group.commit_failures = 0;
        } else {
            self.send(&ClientMessage::CommitAccepted { epoch: merged.epoch });
        }
        self.group.refused = None;
        self.group.last_removed.clone_from(&merged.left);
        self.group.settle_at = Some(now + ROLLBACK_WITHIN);
        let Some(member) = self.group.member() else {
            return;
        };
        let updates = member.key_updates_after(merged);
        let before = std::mem::take(&mut self.group.members);
        self.group.refresh();
        self.note_key_change(&before, merged);
        self.forget_gone();
        self.hand_out_keys(updates);
        self.commit_what_is_due(now);
    }

    /// Passes keys on to the frame side, but none of somebody who is to go, and asks for keyframes under the new key.
    fn hand_out_keys(&mut self, updates: Vec<KeyUpdate>) {
        for update in updates {
            let is_for_the_leaving = match &update {
                KeyUpdate::AddReceiveKey { index, .. } => self.removals.is_announced(*index),
                KeyUpdate::Begin { .. }
                | KeyUpdate::SetSendKey { .. }
                | KeyUpdate::RetireEpoch { .. }
                | KeyUpdate::DropSender { .. }
                | KeyUpdate::AssignSlot { .. }
                | KeyUpdate::StopSending
                | KeyUpdate::ResumeSending => false,
            };
            if !is_for_the_leaving {
                self.update_keys(&update);
            }
        }
        if self.removals.is_paused() {
            self.update_keys(&KeyUpdate::StopSending);
        }
        self.ask_for_keyframes();
    }

    pub(crate) fn ask_for_keyframes(&mut self) {
        let videos: Vec<_> = self
            .media
            .active()
            .iter()
            .copied()
            .filter(|kind| kind.is_video())
            .collect();
        for kind in videos {
            self.output(Output::Media(Directive::Keyframe { kind }));
        }
    }

    fn handle_refusal(
        &mut self,
        now: Timestamp,
        epoch: u64,
        by: ParticipantId,
        commit: &[u8],
        refusal: CommitRefusal,
    ) {
        tracing::info!(%refusal, epoch, "refused a commit");
        // An own commit that is not known any more was made before the state was lost that belonged to it.
        if !refusal.deserves_report() || self.me == Some(by) {
            if !matches!(refusal, CommitRefusal::Stale { .. }) {
                self.rejoin_group(now);
            }
            return;
        }
        if let Some(member) = self.group.member() {
            let signed = member.refusal(epoch, commit);
            self.send(&ClientMessage::CommitRefused {
                epoch,
                commit_hash: signed.commit_hash.to_vec(),
                signature: signed.signature,
            });
        }
        self.group.refused = Some(RefusedCommit { give_up_at: None });
        if refusal.is_ghost() {
            self.roster.handle_ghost(by);
            self.notice(NoticeCode::GhostRefused, Some(by));
        } else {
            self.notice(NoticeCode::CommitRefused, Some(by));
        }
    }

    /// A commit of a later epoch came: the others went on from something that was refused here, or never came.
    fn handle_gap(&mut self, now: Timestamp) {
        match &mut self.group.refused {
            Some(refused) => {
                refused.give_up_at.get_or_insert(now + ROLLBACK_WITHIN);
            }
            None => {
                self.notice(NoticeCode::ServerForged, None);
                self.rejoin_group(now);
            }
        }
    }

    /// Handles the server's word that the own commit is not taken.
    pub(crate) fn handle_commit_rejected(&mut self, now: Timestamp, code: ErrorCode, epoch: u64) {
        match &mut self.group.stage {
            Stage::Creating { .. } => self.handle_create_rejected(now),
            Stage::Entering { .. } => self.rejoin_group(now),
            Stage::Inside { member, .. } if self.group.commit_until.is_some() => {
                member.handle_commit_rejected();
                if epoch > member.epoch() && self.group.refused.is_none() {
                    self.rejoin_group(now);
                } else {
                    self.retry_commit(now, code);
                }
            }
            Stage::Inside { .. } | Stage::Outside | Stage::Waiting { .. } | Stage::Asked { .. } => {}
        }
    }

    /// Nobody took the last commit back in time: it stands.
    pub(crate) fn settle_commit(&mut self) {
        self.group.last_removed.clear();
        if let Some(member) = self.group.member_mut() {
            member.settle();
        }
    }

    /// The server never answered the own commit.
    pub(crate) fn handle_commit_lost(&mut self, now: Timestamp) {
        if let Some(member) = self.group.member_mut() {
            member.handle_commit_rejected();
        }
        self.retry_commit(now, ErrorCode::StaleEpoch);
    }

    fn retry_commit(&mut self, now: Timestamp, code: ErrorCode) {
        self.group.commit_until = None;
        self.group.commit_failures += 1;
        if code != ErrorCode::StaleEpoch || self.group.commit_failures > COMMIT_FAILURES {
            self.group.designated = None;
            self.group.commit_failures = 0;
            for participant in std::mem::take(&mut self.group.unwanted) {
                self.notice(NoticeCode::ActRefused, Some(participant));
            }
            return;
        }
        let jitter = Duration::from_millis(u64::from(self.rng.next_u32()) % RETRY_JITTER_MS);
        self.group.commit_at = Some(now + RETRY_STEP * self.group.commit_failures + jitter);
    }

    /// Commits a removal that this host wants, or the server's proposals if this client is to, one at a time.
    pub(crate) fn commit_what_is_due(&mut self, now: Timestamp) {
        let group = &mut self.group;
        let is_blocked = group.is_catching_up
            || group.commit_until.is_some()
            || group.commit_at.is_some()
            || group.refused.is_some();
        if is_blocked || !self.connection.is_open() {
            return;
        }
        let unwanted = group
            .unwanted
            .iter()
            .copied()
            .find(|participant| group.leaf_of(*participant).is_some());
        let designated = group.designated;
        let Some(member) = group.member_mut() else {
            return;
        };
        let bundle = match unwanted {
            Some(participant) => member.commit_removal(participant),
            None if designated == Some(member.epoch()) => member.commit_proposals(),
            None => return,
        };
        match bundle {
            Ok(bundle) => {
                self.group.commit_until = Some(now + ANSWER_WITHIN);
                self.send(&ClientMessage::Commit {
                    epoch: bundle.epoch,
                    commit: bundle.commit,
                    group_info: bundle.group_info,
                });
            }
            Err(error) => {
                tracing::info!(%error, "could not commit");
                self.group.designated = None;
                if let Some(participant) = unwanted {
                    self.group.unwanted.remove(&participant);
                    self.notice(NoticeCode::ActRefused, Some(participant));
                }
            }
        }
    }

    /// Handles the server's proposal to remove somebody.
    pub(crate) fn handle_proposal(
        &mut self,
        now: Timestamp,
        epoch: u64,
        committer: ParticipantId,
        proposal: &[u8],
    ) {
        let Some(member) = self.group.member_mut() else {
            return;
        };
        if member.epoch() != epoch {
            return;
        }
        if let Err(refusal) = member.handle_proposal(epoch, proposal) {
            tracing::info!(%refusal, "refused a proposal");
            self.notice(NoticeCode::ServerForged, None);
        } else if self.me == Some(committer) {
            self.group.designated = Some(epoch);
            self.commit_what_is_due(now);
        }
    }

    /// Takes the last commit back. Whoever it removed is to be removed again, and may hold the keys until then.
    pub(crate) fn handle_rollback(&mut self, now: Timestamp, epoch: u64) {
        let Some(member) = self.group.member_mut() else {
            return;
        };
        if member.epoch() <= epoch {
            self.group.refused = None;
            self.commit_what_is_due(now);
            return;
        }
        member.handle_commit_rejected();
        if let Err(error) = member.rollback(epoch) {
            tracing::info!(%error, "could not roll back");
            self.rejoin_group(now);
            return;
        }
        self.notice(NoticeCode::RolledBack, None);
        self.group.commit_until = None;
        self.group.settle_at = None;
        self.group.refresh();
        self.key_changes.handle_rolled_back();
        for removed in std::mem::take(&mut self.group.last_removed) {
            self.removals
                .announce_undone(now, removed.participant, removed.leaf);
        }
        let updates = self
            .group
            .member()
            .map(Member::key_updates_after_joining)
            .unwrap_or_default();
        self.hand_out_keys(updates);
        self.media.forget_assignments();
        self.commit_what_is_due(now);
    }
}

// How long the group may be without its last commit's being settled. Delivery decides on a rollback as soon as half of the members refused; a network that needs longer than this for a
// message carries no call.
const ROLLBACK_WITHIN: Duration = Duration::from_secs(10);

// As for joining: the server answers in a round trip.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

const RETRY_STEP: Duration = Duration::from_millis(30);
const RETRY_JITTER_MS: u64 = 30;

// More than once in a row means a storm of joins; as often as this means that something is wrong.
const COMMIT_FAILURES: u32 = 30;
