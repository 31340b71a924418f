// SPDX-License-Identifier: MIT OR Apache-2.0
//! One member of a meeting's MLS group (RFC 9420).
//!
//! ```text
//! create ──────────────────────────────┐
//! join (external commit) ── Joining ───┤  own commit comes back
//!                             │        ▼
//!        another commit won   │      Joined ── handle_commit: stage, inspect, merge ──▶ Joined | removed
//!        (drop, join anew) ◀──┘        │ ▲
//!                                      └─┘ rollback: to the epoch before the last commit
//! ```
//! Own commits take the same road as foreign ones: sent, then merged when the server broadcasts them.

mod application;
mod binding;
mod breakouts;
mod commit;
mod identity;
mod join;
mod media;
mod newcomers;
mod proposal;
mod provider;
mod refusal;
mod signing;
#[cfg(test)]
mod tests;
mod verified;
mod whisper;

use std::collections::{BTreeMap, BTreeSet};

use openmls::prelude::MlsGroup;
use protocol::{MeetingLink, Mode, ParticipantId, acts::LeafStay, identity::SignedStatement};

pub use application::ApplicationMessage;
pub use breakouts::{RoomRule, room_ticket};
pub use identity::{IdentityIssuer, LeafIdentity};
pub use provider::LeafKey;
pub use refusal::{
    ApplicationRefusal, CommitRefusal, JoinError, MemberError, ProposalRefusal, RollbackError,
};
pub use signing::{SignedProfile, SignedRefusal};

use crate::SafetyCode;
use binding::Expectations;
use identity::Verdict;
use mls_memory::Storage;
use provider::Provider;

/// What a participant needs to become a member. Has no `Debug`: the link is secret.
#[derive(Clone)]
pub struct MemberConfig {
    /// The invitation or the host link.
    pub link: MeetingLink,
    /// Who the participant is, says the server.
    pub participant: ParticipantId,
    /// The server's Ed25519 public key for external proposals, 32 bytes.
    pub external_sender: Vec<u8>,
    /// The key of the leaf to be made.
    pub leaf_key: LeafKey,
    /// What the installation says about whoever has that key. Left out of the leaf if the others would not believe it.
    pub identity: Option<SignedStatement>,
    /// Whose word about the others' identities counts; `None` where nobody's does.
    pub issuer: Option<IdentityIssuer>,
    /// Whose stay the leaf is to belong to; it names the leaf's key.
    pub stay: Option<LeafStay>,
    /// The stay keys that a host vouched for when it replaced the link.
    pub belonging: BTreeSet<[u8; 32]>,
}

/// A commit to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitBundle {
    /// The epoch that it was made in.
    pub epoch: u64,
    /// MLS PublicMessage.
    pub commit: Vec<u8>,
    /// GroupInfo of the epoch that it leads to, without the ratchet tree.
    pub group_info: Vec<u8>,
}

/// One leaf of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RosterMember {
    /// Whose leaf.
    pub participant: ParticipantId,
    /// Where in the tree; also the SFrame sender index.
    pub leaf: u32,
    /// Whether the host key granted it host rights.
    pub is_host: bool,
    /// Whether it is the own leaf.
    pub is_me: bool,
    /// The key of its stay, if it has one.
    pub stay_key: Option<[u8; 32]>,
}

/// What a merged commit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The epoch that it led to.
    pub epoch: u64,
    /// Who committed.
    pub by: ParticipantId,
    /// Leaves that it brought in.
    pub joined: Vec<RosterMember>,
    /// Leaves that it removed.
    pub left: Vec<RosterMember>,
    /// Whom the committer, a host, removed by its own word: for others who left, it did what the server proposed.
    pub removed: Vec<ParticipantId>,
    /// Whether it was the own commit.
    pub is_mine: bool,
    /// Whether it removed the own leaf: the member can do nothing more.
    pub was_removed: bool,
}

/// One member of the group. Has no `Debug`.
pub struct Member {
    participant: ParticipantId,
    expectations: Expectations,
    provider: Provider,
    key: LeafKey,
    group: MlsGroup,
    phase: Phase,
    // Read from the tree once per epoch: every leaf costs an HMAC, a host's a signature check too.
    roster: Vec<RosterMember>,
    verdicts_by_leaf: BTreeMap<u32, Verdict>,
    pending: Option<[u8; 32]>,
    way_back: Option<WayBack>,
    // In which epoch a leaf was first seen: of two leaves of one participant, the newer counts.
    since_epoch_by_leaf: BTreeMap<u32, u64>,
    excluded: BTreeSet<u32>,
    // While the lobby is on: the stays that need no admission.
    lobby: Option<BTreeSet<[u8; 32]>>,
    // The stays that hosts keep out.
    kept_out: BTreeSet<[u8; 32]>,
    // In a breakout room: whose it is.
    room: Option<RoomRule>,
}

enum Phase {
    /// The own external commit, of which this is the SHA-256, was not broadcast yet.
    Joining([u8; 32]),
    Joined,
    Removed,
}

/// The group before the last commit.
struct WayBack {
    epoch: u64,
    storage: Storage,
    since_epoch_by_leaf: BTreeMap<u32, u64>,
    excluded: BTreeSet<u32>,
}

impl Member {
    /// Returns the group's epoch. A joiner counts the epoch that its own commit leads to.
    pub fn epoch(&self) -> u64 {
        self.group.epoch().as_u64()
    }

    /// Returns who the member is.
    pub const fn participant(&self) -> ParticipantId {
        self.participant
    }

    /// Returns the own leaf.
    pub fn own_leaf(&self) -> u32 {
        self.group.own_leaf_index().u32()
    }

    /// Returns whether the group took the member in and has not removed it.
    pub const fn is_joined(&self) -> bool {
        matches!(self.phase, Phase::Joined)
    }

    /// Returns whether the own leaf acts for the host.
    pub fn is_host(&self) -> bool {
        self.roster.iter().any(|member| member.is_me && member.is_host)
    }

    /// Returns the tree's leaves in their order. A participant who reloaded has two until the old one is removed.
    pub fn roster(&self) -> Vec<RosterMember> {
        self.roster.clone()
    }

    /// Returns a participant's newest leaf.
    pub fn leaf_of(&self, participant: ParticipantId) -> Option<u32> {
        if participant == self.participant {
            return Some(self.own_leaf());
        }
        let leaves = self
            .roster
            .iter()
            .filter(|member| member.participant == participant);
        leaves
            .map(|member| member.leaf)
            .max_by_key(|leaf| (self.since_epoch_by_leaf.get(leaf).copied(), *leaf))
    }

    /// Returns whose leaf it is.
    pub fn participant_of(&self, leaf: u32) -> Option<ParticipantId> {
        self.roster
            .iter()
            .find(|member| member.leaf == leaf)
            .map(|member| member.participant)
    }

    /// Returns the code that two people compare.
    pub fn safety_code(&self) -> SafetyCode {
        SafetyCode::from_authenticator(self.group.epoch_authenticator().as_slice())
    }

    fn read_roster(&mut self) {
        let own_leaf = self.own_leaf();
        let mut known = std::mem::take(&mut self.verdicts_by_leaf);
        let leaves = self.group.treesync().full_leaves();
        let members = leaves.filter_map(|(index, leaf)| {
            let (owner, statement) = self.expectations.read_leaf(leaf).ok()?;
            let verdict = self.expectations.judge(
                leaf.signature_key().as_slice(),
                statement,
                known.remove(&index.u32()),
            );
            self.verdicts_by_leaf.insert(index.u32(), verdict);
            let (leaf, is_me) = (index.u32(), index.u32() == own_leaf);
            Some(RosterMember {
                participant: owner.participant,
                leaf,
                is_host: owner.is_host,
                is_me,
                stay_key: owner.stay_key,
            })
        });
        self.roster = members.collect();
    }

    fn note_leaves(&mut self) {
        let epoch = self.epoch();
        let leaves: BTreeSet<u32> = self
            .group
            .treesync()
            .full_leaves()
            .map(|(index, _)| index.u32())
            .collect();
        self.since_epoch_by_leaf.retain(|leaf, _| leaves.contains(leaf));
        self.excluded.retain(|leaf| leaves.contains(leaf));
        for leaf in leaves {
            self.since_epoch_by_leaf.entry(leaf).or_insert(epoch);
        }
    }
}

/// The mode of every meeting that has a group.
const MODE: Mode = Mode::E2ee;
