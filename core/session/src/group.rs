// SPDX-License-Identifier: MIT OR Apache-2.0
//! Getting into the meeting's MLS group and staying in it over lost connections.
//!
//! ```text
//! Outside ── no group ──▶ Creating ── the server takes it ──▶ Inside ── gap, lost state ──▶ Waiting
//!    │                        └── somebody was faster ──▶ Waiting                              │
//!    └── a group ──▶ Entering ── own commit comes back ──▶ Inside                              │
//!            ▲           └── rejected ──▶ Waiting ── some time later ──▶ Asked ◀───────────────┘
//!            └───────────────── the group as it stands ──────────────────┘
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use e2ee::{JoinError, Member, MemberConfig, RosterMember};
use protocol::{ClientMessage, ErrorCode, ParticipantId, Timestamp, message::GroupState};
use rand_core::RngCore as _;

use crate::{
    session::{Fence, Session},
    view::{LeftReason, LocalReason, NoticeCode, SafetyCodeView},
};

/// The client's place in the MLS group.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) stage: Stage,
    external_sender: Vec<u8>,
    attempts: u32,
    /// As of the current epoch: reading the tree costs a signature check for each leaf.
    pub(crate) members: Vec<RosterMember>,
    leaf_by_participant: BTreeMap<ParticipantId, u32>,
    pub(crate) safety_code: Option<SafetyCodeView>,
    /// The own commit that the server has not answered, and until when it may take its time.
    pub(crate) commit_until: Option<Timestamp>,
    /// When to commit again after a lost race.
    pub(crate) commit_at: Option<Timestamp>,
    pub(crate) commit_failures: u32,
    /// Whom this host wants out.
    pub(crate) unwanted: BTreeSet<ParticipantId>,
    /// The epoch for which the server named this client as committer.
    pub(crate) designated: Option<u64>,
    pub(crate) refused: Option<RefusedCommit>,
    /// Whether commits are applied that were missed: whatever is to be committed waits for the latest epoch.
    pub(crate) is_catching_up: bool,
    /// The leaves that the last merged commit removed, should it be taken back.
    pub(crate) last_removed: Vec<RosterMember>,
    /// When the last merged commit can no longer be taken back.
    pub(crate) settle_at: Option<Timestamp>,
}

/// A commit that this client refused; the server has not taken it back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefusedCommit {
    /// Set once the others are seen to have gone on without this client.
    pub(crate) give_up_at: Option<Timestamp>,
}

#[derive(Default)]
pub(crate) enum Stage {
    #[default]
    Outside,
    /// Until it is time to ask for the group.
    Waiting {
        until: Timestamp,
    },
    /// The server was asked for the group.
    Asked {
        until: Timestamp,
    },
    Creating {
        member: Box<Member>,
        /// The group of somebody who was faster.
        other: Option<GroupState>,
        until: Timestamp,
    },
    Entering {
        member: Box<Member>,
        until: Timestamp,
    },
    Inside {
        member: Box<Member>,
        since: Timestamp,
    },
}

impl Group {
    pub(crate) fn set_external_sender(&mut self, key: Vec<u8>) {
        self.external_sender = key;
    }

    /// Returns the member, once the group took it in.
    pub(crate) fn member(&self) -> Option<&Member> {
        match &self.stage {
            Stage::Inside { member, .. } => Some(member),
            Stage::Outside
            | Stage::Waiting { .. }
            | Stage::Asked { .. }
            | Stage::Creating { .. }
            | Stage::Entering { .. } => None,
        }
    }

    pub(crate) fn member_mut(&mut self) -> Option<&mut Member> {
        match &mut self.stage {
            Stage::Inside { member, .. } => Some(member),
            Stage::Outside
            | Stage::Waiting { .. }
            | Stage::Asked { .. }
            | Stage::Creating { .. }
            | Stage::Entering { .. } => None,
        }
    }

    /// Returns the epoch that the client is in, if it is inside.
    pub(crate) fn epoch(&self) -> Option<u64> {
        self.member().map(Member::epoch)
    }

    /// Returns a participant's newest leaf.
    pub(crate) fn leaf_of(&self, participant: ParticipantId) -> Option<u32> {
        self.leaf_by_participant.get(&participant).copied()
    }

    pub(crate) fn participants(&self) -> BTreeSet<ParticipantId> {
        self.leaf_by_participant.keys().copied().collect()
    }

    /// Reads the tree and the safety code after the epoch changed.
    pub(crate) fn refresh(&mut self) {
        let Some(member) = self.member() else {
            return;
        };
        let members = member.roster();
        let code = member.safety_code();
        let mut leaf_by_participant = BTreeMap::new();
        for leaf in &members {
            let is_second = leaf_by_participant.insert(leaf.participant, leaf.leaf).is_some();
            if is_second && let Some(newest) = member.leaf_of(leaf.participant) {
                leaf_by_participant.insert(leaf.participant, newest);
            }
        }
        self.members = members;
        self.leaf_by_participant = leaf_by_participant;
        self.safety_code = Some(SafetyCodeView {
            emoji: code.emoji.iter().map(|emoji| emoji.symbol.to_owned()).collect(),
            names: code.emoji.iter().map(|emoji| emoji.name.to_owned()).collect(),
            digits: code.digits,
        });
    }

    /// Drops the member: what follows is a join anew.
    pub(crate) fn lose(&mut self, now: Timestamp) {
        if let Stage::Inside { since, .. } = self.stage
            && now.saturating_since(since) > SETTLED_AFTER
        {
            self.attempts = 0;
        }
        self.stage = Stage::Outside;
        self.members.clear();
        self.leaf_by_participant.clear();
        self.safety_code = None;
        self.commit_until = None;
        self.commit_at = None;
        self.commit_failures = 0;
        self.designated = None;
        self.refused = None;
        self.last_removed.clear();
        self.settle_at = None;
    }

    /// The connection is gone. A member stays one; whoever was on the way in begins anew.
    pub(crate) fn handle_lost(&mut self) {
        if self.member().is_none() {
            self.stage = Stage::Outside;
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Timestamp> {
        let stage = match &self.stage {
            Stage::Outside | Stage::Inside { .. } => None,
            Stage::Waiting { until }
            | Stage::Asked { until }
            | Stage::Creating { until, .. }
            | Stage::Entering { until, .. } => Some(*until),
        };
        let refused = self.refused.and_then(|refused| refused.give_up_at);
        [stage, self.commit_until, self.commit_at, self.settle_at, refused]
            .into_iter()
            .flatten()
            .min()
    }
}

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

    fn leave_politely(&mut self, reason: LeftReason) {
        self.send(&ClientMessage::Leave);
        self.leave(reason);
    }

    /// Applies what a reconnecting member missed, or joins anew if that does not lead to where the group stands.
    fn catch_up(&mut self, now: Timestamp, state: GroupState) {
        self.group.is_catching_up = true;
        for missed in &state.missed {
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

// A client that was inside this long lost its place for another reason than the one before.
const SETTLED_AFTER: Duration = Duration::from_secs(30);
