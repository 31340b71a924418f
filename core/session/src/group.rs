// SPDX-License-Identifier: MIT OR Apache-2.0
//! The client's place in the meeting's MLS group, from outside to inside and back.
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

use e2ee::{Member, RosterMember};
use protocol::{ParticipantId, Timestamp, message::GroupState};

use crate::{view::SafetyCodeView, withheld::Ahead};

/// The client's place in the MLS group.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) stage: Stage,
    pub(crate) external_sender: Vec<u8>,
    pub(crate) attempts: u32,
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
    /// The epoch that others are seen to be in.
    pub(crate) ahead: Option<Ahead>,
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
        self.ahead = None;
    }

    /// The connection is gone. A member stays one; whoever was on the way in begins anew.
    pub(crate) fn handle_lost(&mut self) {
        // What is missing comes with the next Welcome, or does not.
        self.ahead = None;
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
        let ahead = self.ahead.map(Ahead::give_up_at);
        [
            stage,
            self.commit_until,
            self.commit_at,
            self.settle_at,
            refused,
            ahead,
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

// A client that was inside this long lost its place for another reason than the one before.
const SETTLED_AFTER: Duration = Duration::from_secs(30);
