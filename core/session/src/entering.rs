// SPDX-License-Identifier: MIT OR Apache-2.0
//! Getting into the meeting's MLS group and staying in it over lost connections.

use std::time::Duration;

use e2ee::{JoinError, Member, MemberConfig};
use protocol::{ClientMessage, ErrorCode, Timestamp, message::GroupState};
use rand_core::RngCore as _;

use crate::{
    group::Stage,
    identity::Introduction,
    session::{Fence, Session},
    view::{LeftReason, LocalReason, NoticeCode},
};

impl Session {
    /// Goes on from the group state that a welcome brought.
    pub(crate) fn begin_group(&mut self, now: Timestamp, group: Option<GroupState>) {
        match group {
            Some(state) if self.group.member().is_some() => self.catch_up(now, state),
            Some(state) => self.enter_group(now, &state),
            None => self.create_group(now),
        }
    }

    /// Handles the group as it stands, which was asked for or tells a creator that somebody was faster.
    pub(crate) fn handle_group(&mut self, now: Timestamp, group: Option<GroupState>) {
        match (&mut self.group.stage, group) {
            (Stage::Inside { .. } | Stage::Entering { .. }, _) => {}
            (Stage::Creating { other, .. }, group) => *other = group,
            (Stage::Outside | Stage::Waiting { .. } | Stage::Asked { .. }, Some(state)) => {
                self.enter_group(now, &state);
            }
            (Stage::Outside | Stage::Waiting { .. } | Stage::Asked { .. }, None) => self.create_group(now),
        }
    }

    /// The server has handled the creation of the group, and did not reject it.
    pub(crate) fn handle_created(&mut self, now: Timestamp) {
        if let Stage::Creating { other: Some(_), .. } = self.group.stage {
            self.handle_create_rejected(now);
        } else if let Stage::Creating { .. } = self.group.stage {
            let Stage::Creating { member, .. } = std::mem::take(&mut self.group.stage) else {
                unreachable!("the stage was just looked at");
            };
            self.group.stage = Stage::Inside { member, since: now };
            self.handle_inside(now);
        }
    }

    /// The server would not have the group that this client made.
    pub(crate) fn handle_create_rejected(&mut self, now: Timestamp) {
        let Stage::Creating { other, .. } = &mut self.group.stage else {
            return;
        };
        match other.take() {
            Some(state) => self.enter_group(now, &state),
            None => self.rejoin_group(now),
        }
    }

    /// Drops the group and asks for it again, sooner at first than later.
    pub(crate) fn rejoin_group(&mut self, now: Timestamp) {
        self.group.lose(now);
        if self.group.attempts >= ATTEMPTS {
            self.leave(LeftReason::Local(LocalReason::GroupRefused));
            return;
        }
        let step = RETRY_STEP * self.group.attempts.min(RETRY_STEPS);
        let jitter = Duration::from_millis(u64::from(self.rng.next_u32()) % RETRY_JITTER_MS);
        self.group.stage = Stage::Waiting {
            until: now + step + jitter,
        };
    }

    /// Does what the group's timers ask for.
    pub(crate) fn handle_group_timeout(&mut self, now: Timestamp) {
        if self.left.is_some() || !self.connection.is_open() {
            return;
        }
        match &self.group.stage {
            Stage::Waiting { until } if *until <= now => {
                self.group.stage = Stage::Asked {
                    until: now + ANSWER_WITHIN,
                };
                // The leaf that the last key made may still be in the tree.
                self.introduction = Introduction::new(&mut self.rng);
                let leaf_key = self.introduction.leaf_key.public().to_vec();
                self.send(&ClientMessage::RenewLeaf { leaf_key });
                self.send(&ClientMessage::WantGroup);
            }
            Stage::Asked { until } | Stage::Creating { until, .. } | Stage::Entering { until, .. }
                if *until <= now =>
            {
                self.rejoin_group(now);
            }
            Stage::Outside
            | Stage::Waiting { .. }
            | Stage::Asked { .. }
            | Stage::Creating { .. }
            | Stage::Entering { .. }
            | Stage::Inside { .. } => {}
        }
        if self
            .group
            .refused
            .and_then(|refused| refused.give_up_at)
            .is_some_and(|at| at <= now)
        {
            self.leave(LeftReason::Local(LocalReason::GroupRefused));
            return;
        }
        if self.group.settle_at.take_if(|at| *at <= now).is_some() {
            self.settle_commit();
        }
        if self.group.commit_until.is_some_and(|until| until <= now) {
            self.handle_commit_lost(now);
        }
        if self.group.commit_at.take_if(|at| *at <= now).is_some() {
            self.commit_what_is_due(now);
        }
    }

    fn create_group(&mut self, now: Timestamp) {
        let Some(config) = self.member_config() else {
            return;
        };
        if self.was_active {
            self.notice(NoticeCode::GroupRecreated, None);
            self.key_changes.handle_recreating();
        }
        self.group.lose(now);
        self.group.attempts += 1;
        match Member::create(&config, &mut self.rng) {
            Ok((member, group_info)) => {
                self.send(&ClientMessage::CreateGroup { group_info });
                self.ask(Fence::Created);
                self.group.stage = Stage::Creating {
                    member: Box::new(member),
                    other: None,
                    until: now + ANSWER_WITHIN,
                };
            }
            Err(error) => self.handle_join_error(now, error),
        }
    }

    fn enter_group(&mut self, now: Timestamp, state: &GroupState) {
        let Some(config) = self.member_config() else {
            return;
        };
        self.group.lose(now);
        self.group.attempts += 1;
        match Member::join(&config, state, &mut self.rng) {
            // Whoever was moved to another room is gone in a moment.
            Ok((member, _)) if self.holds_strangers(&member) => self.rejoin_group(now),
            Ok((member, bundle)) => {
                self.send(&ClientMessage::Commit {
                    epoch: bundle.epoch,
                    commit: bundle.commit,
                    group_info: bundle.group_info,
                });
                self.group.stage = Stage::Entering {
                    member: Box::new(member),
                    until: now + ANSWER_WITHIN,
                };
            }
            Err(error) => self.handle_join_error(now, error),
        }
    }

    fn handle_join_error(&mut self, now: Timestamp, error: JoinError) {
        tracing::info!(%error, "could not join the group");
        match error {
            JoinError::WrongSecret => self.leave_politely(LeftReason::Local(LocalReason::WrongSecret)),
            JoinError::WrongMode => self.leave_politely(LeftReason::Server(ErrorCode::WrongMode)),
            JoinError::GhostMember { participant } => {
                self.notice(NoticeCode::GhostRefused, Some(participant));
                self.leave_politely(LeftReason::Local(LocalReason::GroupRefused));
            }
            JoinError::WrongMeeting | JoinError::WrongHost => {
                self.leave_politely(LeftReason::Local(LocalReason::GroupRefused));
            }
            JoinError::BadGroup | JoinError::Internal => self.rejoin_group(now),
        }
    }

    pub(crate) fn leave_politely(&mut self, reason: LeftReason) {
        self.send(&ClientMessage::Leave);
        self.leave(reason);
    }

    /// Applies what a reconnecting member missed, or joins anew if that does not lead to where the group stands.
    fn catch_up(&mut self, now: Timestamp, state: GroupState) {
        self.group.is_catching_up = true;
        self.settle_lobby(now);
        for missed in &state.missed {
            for said in &missed.messages {
                self.handle_application(now, said.number, &said.message);
            }
            for proposal in &missed.proposals {
                if let Some(member) = self.group.member_mut() {
                    // A proposal that was lost in vain shows when the commit that refers to it is refused.
                    let _ = member.handle_proposal(missed.epoch, proposal);
                }
            }
            self.handle_commit(now, missed.epoch, missed.by, &missed.commit);
        }
        self.group.is_catching_up = false;
        if self.left.is_some() || self.group.refused.is_some() {
            return;
        }
        let Some(member) = self.group.member_mut() else {
            return;
        };
        if member.epoch() == state.epoch {
            // An own commit that is not among the missed ones never reached the server.
            member.handle_commit_rejected();
            self.group.commit_until = None;
            self.group.commit_at = None;
            self.introduce();
            self.announce_unwanted();
            self.commit_what_is_due(now);
        } else if state.ratchet_tree.is_empty() {
            self.rejoin_group(now);
        } else {
            self.enter_group(now, &state);
        }
    }

    fn member_config(&self) -> Option<MemberConfig> {
        Some(MemberConfig {
            link: self.link.clone(),
            participant: self.me?,
            external_sender: self.group.external_sender.clone(),
            leaf_key: self.introduction.leaf_key.clone(),
            identity: self.introduction.identity.clone(),
            issuer: self.issuer,
            stay: Some(self.acts.stay.bind(
                self.link.meeting,
                &self.introduction.leaf_key.public(),
                self.acts.own_admission().or_else(|| self.breakouts.ticket()),
            )),
            belonging: self.belonging(),
        })
    }
}

// The server answers in a round trip unless it is overloaded; asking sooner would load it more.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

// Every joiner that loses a race tries again; the more often, the longer the wait, so that somebody wins each epoch.
const RETRY_STEP: Duration = Duration::from_millis(40);
const RETRY_STEPS: u32 = 25;
const RETRY_JITTER_MS: u64 = 40;

// A hundred people who join at once lose up to a hundred races each.
const ATTEMPTS: u32 = 100;
