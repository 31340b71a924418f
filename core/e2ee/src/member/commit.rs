// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commits: made, staged, inspected, merged, taken back.

use std::collections::BTreeMap;

use openmls::{
    group::{ProcessMessageError, StageCommitError},
    prelude::{
        CommitMessageBundle, LeafNode, LeafNodeIndex, MlsGroup, MlsMessageBodyIn, MlsMessageIn,
        OpenMlsProvider as _, ProcessedMessageContent, Proposal, ProposalOrRefType, ProtocolMessage,
        QueuedProposal, Sender, StagedCommit,
    },
};
use protocol::ParticipantId;
use sha2::{Digest as _, Sha256};
use tls_codec::Deserialize as _;

use super::{
    CommitBundle, CommitRefusal, Member, MemberError, Merged, Phase, RollbackError, RosterMember, WayBack,
    binding::{LeafFault, leaf_binding},
};

impl Member {
    /// Stages, inspects and merges a commit in the order in which the server broadcasts them, the own ones included.
    ///
    /// # Errors
    /// [`CommitRefusal`]; the group is as before. If [`CommitRefusal::deserves_report`], send [`Member::refusal`].
    pub fn handle_commit(
        &mut self,
        by: ParticipantId,
        epoch: u64,
        commit: &[u8],
    ) -> Result<Merged, CommitRefusal> {
        let hash: [u8; 32] = Sha256::digest(commit).into();
        match self.phase {
            Phase::Joining(own) => self.confirm_join(by, epoch, own == hash),
            Phase::Removed => Err(CommitRefusal::NotMember),
            Phase::Joined if epoch != self.epoch() => Err(CommitRefusal::Stale {
                sent: epoch,
                current: self.epoch(),
            }),
            Phase::Joined if self.pending == Some(hash) => self.merge_own(by),
            Phase::Joined => self.merge_foreign(by, commit),
        }
    }

    /// Commits the server's removal proposals.
    ///
    /// # Errors
    /// [`MemberError::NothingToCommit`] if there are none in this epoch.
    pub fn commit_proposals(&mut self) -> Result<CommitBundle, MemberError> {
        self.ready_to_commit()?;
        if !self.group.has_pending_proposals() {
            return Err(MemberError::NothingToCommit);
        }
        self.commit(&[])
    }

    /// Removes every leaf of a participant, as a host.
    ///
    /// # Errors
    /// [`MemberError::NotHost`] without the host key's grant, [`MemberError::UnknownParticipant`] without a leaf to
    /// remove.
    pub fn commit_removal(&mut self, participant: ParticipantId) -> Result<CommitBundle, MemberError> {
        self.ready_to_commit()?;
        if !self.is_host() {
            return Err(MemberError::NotHost);
        }
        let leaves = self
            .roster()
            .into_iter()
            .filter(|member| member.participant == participant && !member.is_me);
        let leaves: Vec<_> = leaves.map(|member| LeafNodeIndex::new(member.leaf)).collect();
        if leaves.is_empty() {
            return Err(MemberError::UnknownParticipant);
        }
        self.commit(&leaves)
    }

    /// Forgets the own commit, which lost or failed the server's checks.
    pub fn handle_commit_rejected(&mut self) {
        self.pending = None;
        self.clear_pending();
    }

    /// Goes back to the epoch before the last commit, which the members refused.
    ///
    /// # Errors
    /// [`RollbackError`] if the member was not in that epoch or kept no way back: join anew.
    pub fn rollback(&mut self, epoch: u64) -> Result<(), RollbackError> {
        if matches!(self.phase, Phase::Joining(_)) {
            return Err(RollbackError::NotMember);
        }
        if self.epoch() == epoch && matches!(self.phase, Phase::Joined) {
            self.handle_commit_rejected();
            return Ok(());
        }
        let way_back = self.way_back.take_if(|way_back| way_back.epoch == epoch);
        let way_back = way_back.ok_or(RollbackError::TooFar { epoch })?;
        let group = MlsGroup::load(&way_back.storage, self.group.group_id())
            .ok()
            .flatten();
        self.group = group.ok_or(RollbackError::TooFar { epoch })?;
        self.provider.restore(way_back.storage);
        self.since_epoch_by_leaf = way_back.since_epoch_by_leaf;
        self.excluded = way_back.excluded;
        self.phase = Phase::Joined;
        self.read_roster();
        self.handle_commit_rejected();
        Ok(())
    }

    /// Gives up the way back: the last commit stands, and the secrets of the epoch before it are erased.
    pub fn settle(&mut self) {
        self.way_back = None;
    }

    fn ready_to_commit(&self) -> Result<(), MemberError> {
        match (&self.phase, self.pending) {
            (Phase::Joined, None) => Ok(()),
            (Phase::Joined, Some(_)) => Err(MemberError::CommitPending),
            (Phase::Joining(_) | Phase::Removed, _) => Err(MemberError::NotMember),
        }
    }

    pub(super) fn commit(&mut self, removed: &[LeafNodeIndex]) -> Result<CommitBundle, MemberError> {
        let epoch = self.epoch();
        let bundle = self.build_commit(removed);
        let bytes = bundle.and_then(|bundle| {
            let commit = bundle.commit().to_bytes().ok()?;
            let group_info = bundle.into_group_info_msg()?.to_bytes().ok()?;
            Some(CommitBundle {
                epoch,
                commit,
                group_info,
            })
        });
        let Some(bundle) = bytes else {
            self.clear_pending();
            return Err(MemberError::Internal);
        };
        self.pending = Some(Sha256::digest(&bundle.commit).into());
        Ok(bundle)
    }

    fn build_commit(&mut self, removed: &[LeafNodeIndex]) -> Option<CommitMessageBundle> {
        let proposed: Vec<_> = self.group.pending_proposals().filter_map(removed_leaf).collect();
        let removed = removed.iter().copied().filter(|leaf| !proposed.contains(leaf));
        self.group
            .commit_builder()
            .propose_removals(removed)
            .load_psks(self.provider.storage())
            .ok()?
            .create_group_info(true)
            .use_ratchet_tree_extension(false)
            .build(self.provider.rand(), self.provider.crypto(), &self.key, |_| true)
            .ok()?
            .stage_commit(&self.provider)
            .ok()
    }

    fn confirm_join(&mut self, by: ParticipantId, epoch: u64, is_own: bool) -> Result<Merged, CommitRefusal> {
        let made_in = self.epoch() - 1;
        if epoch != made_in {
            return Err(CommitRefusal::Stale {
                sent: epoch,
                current: made_in,
            });
        }
        if !is_own || by != self.participant {
            return Err(CommitRefusal::LostRace);
        }
        self.phase = Phase::Joined;
        let joined = self.roster().into_iter().filter(|member| member.is_me).collect();
        Ok(Merged {
            epoch: self.epoch(),
            by,
            joined,
            left: Vec::new(),
            removed: Vec::new(),
            is_mine: true,
            was_removed: false,
        })
    }

    fn merge_own(&mut self, by: ParticipantId) -> Result<Merged, CommitRefusal> {
        if by != self.participant {
            return Err(CommitRefusal::WrongParticipant);
        }
        let before = self.before();
        let removed = self.group.pending_commit().map(|staged| self.removed_by(staged));
        self.pending = None;
        self.group
            .merge_pending_commit(&self.provider)
            .map_err(|_| CommitRefusal::Invalid)?;
        Ok(self.merged(by, before, removed.unwrap_or_default(), true))
    }

    fn merge_foreign(&mut self, by: ParticipantId, commit: &[u8]) -> Result<Merged, CommitRefusal> {
        let staged = self.stage(by, commit)?;
        let before = self.before();
        let removed = self.removed_by(&staged);
        self.group
            .merge_staged_commit(&self.provider, staged)
            .map_err(|_| CommitRefusal::Invalid)?;
        self.pending = None;
        Ok(self.merged(by, before, removed, false))
    }

    fn stage(&mut self, by: ParticipantId, commit: &[u8]) -> Result<StagedCommit, CommitRefusal> {
        let message = MlsMessageIn::tls_deserialize_exact(commit).map_err(|_| CommitRefusal::Invalid)?;
        let MlsMessageBodyIn::PublicMessage(message) = message.extract() else {
            return Err(CommitRefusal::Invalid);
        };
        let processed = self
            .group
            .process_message(&self.provider, ProtocolMessage::from(message))
            .map_err(|error| refusal(&error))?;
        let sender = processed.sender().clone();
        let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
            return Err(CommitRefusal::Invalid);
        };
        self.inspect(by, &sender, &staged)?;
        Ok(*staged)
    }

    /// What RFC 9420 leaves to the application: who may do what.
    fn inspect(
        &self,
        by: ParticipantId,
        sender: &Sender,
        staged: &StagedCommit,
    ) -> Result<(), CommitRefusal> {
        match sender {
            Sender::NewMemberCommit => self.inspect_join(by, staged)?,
            Sender::Member(leaf) => self.inspect_member_commit(by, *leaf, staged)?,
            Sender::External(_) | Sender::NewMemberProposal => return Err(CommitRefusal::Invalid),
        }
        if staged.group_context().extensions() != self.group.extensions() {
            return Err(CommitRefusal::GroupChanged);
        }
        Ok(())
    }

    fn inspect_join(&self, by: ParticipantId, staged: &StagedCommit) -> Result<(), CommitRefusal> {
        if !staged
            .queued_proposals()
            .all(|queued| matches!(queued.proposal(), Proposal::ExternalInit(_)))
        {
            return Err(match staged.remove_proposals().next() {
                Some(_) => CommitRefusal::RemoveNotAllowed,
                None => CommitRefusal::ProposalNotAllowed,
            });
        }
        let leaf = staged.update_path_leaf_node().ok_or(CommitRefusal::Invalid)?;
        let owner = self
            .expectations
            .check_coming(leaf)
            .map_err(|fault| match fault {
                LeafFault::Unbound | LeafFault::Unproven => CommitRefusal::NoAdmissionProof,
                LeafFault::FalseHost => CommitRefusal::FalseGrant,
            })?;
        if owner.participant != by {
            return Err(CommitRefusal::WrongParticipant);
        }
        self.check_newcomer(leaf, owner)
    }

    fn inspect_member_commit(
        &self,
        by: ParticipantId,
        committer: LeafNodeIndex,
        staged: &StagedCommit,
    ) -> Result<(), CommitRefusal> {
        let leaf = self
            .group
            .public_group()
            .leaf(committer)
            .ok_or(CommitRefusal::Invalid)?;
        let owner = self
            .expectations
            .check_leaf(leaf)
            .map_err(|_| CommitRefusal::NoAdmissionProof)?;
        if owner.participant != by {
            return Err(CommitRefusal::WrongParticipant);
        }
        for queued in staged.queued_proposals() {
            match (queued.proposal(), queued.proposal_or_ref_type(), queued.sender()) {
                (Proposal::Remove(_), ProposalOrRefType::Reference, Sender::External(_)) => {}
                (Proposal::Remove(_), ProposalOrRefType::Proposal, _) if owner.is_host => {}
                (Proposal::Remove(_), _, _) => return Err(CommitRefusal::RemoveNotAllowed),
                (Proposal::Add(_), _, _) => return Err(CommitRefusal::AddNotAllowed),
                (_, _, _) => return Err(CommitRefusal::ProposalNotAllowed),
            }
        }
        match staged.update_path_leaf_node() {
            Some(updated) if !is_same_owner(leaf, updated) => Err(CommitRefusal::BindingChanged),
            Some(_) | None => Ok(()),
        }
    }

    fn before(&mut self) -> (Option<WayBack>, Vec<RosterMember>) {
        let storage = self.provider.snapshot(&mut self.group);
        let way_back = storage.map(|storage| WayBack {
            epoch: self.epoch(),
            storage,
            since_epoch_by_leaf: self.since_epoch_by_leaf.clone(),
            excluded: self.excluded.clone(),
        });
        (way_back, self.roster.clone())
    }

    /// Returns whom a commit removes by its committer's own word: such a proposal stands in it whole.
    fn removed_by(&self, staged: &StagedCommit) -> Vec<ParticipantId> {
        let mut leaves = Vec::new();
        for queued in staged.queued_proposals() {
            if let (Proposal::Remove(remove), ProposalOrRefType::Proposal) =
                (queued.proposal(), queued.proposal_or_ref_type())
            {
                leaves.push(remove.removed().u32());
            }
        }
        let members = self.roster.iter().filter(|member| leaves.contains(&member.leaf));
        members.map(|member| member.participant).collect()
    }

    fn merged(
        &mut self,
        by: ParticipantId,
        before: (Option<WayBack>, Vec<RosterMember>),
        removed: Vec<ParticipantId>,
        is_mine: bool,
    ) -> Merged {
        let (way_back, roster) = before;
        self.way_back = way_back;
        let was_removed = !self.group.is_active();
        if was_removed {
            self.phase = Phase::Removed;
        }
        self.read_roster();
        let (old, new) = (keyed(&roster), keyed(&self.roster));
        let joined: Vec<_> = new
            .iter()
            .filter(|(key, _)| !old.contains_key(*key))
            .map(|(_, member)| *member)
            .collect();
        let left: Vec<_> = old
            .iter()
            .filter(|(key, _)| !new.contains_key(*key))
            .map(|(_, member)| *member)
            .collect();
        for member in &left {
            self.since_epoch_by_leaf.remove(&member.leaf);
            self.excluded.remove(&member.leaf);
        }
        self.note_leaves();
        Merged {
            epoch: self.epoch(),
            by,
            joined,
            left,
            removed,
            is_mine,
            was_removed,
        }
    }

    fn clear_pending(&mut self) {
        let cleared = self.group.clear_pending_commit(self.provider.storage());
        debug_assert!(cleared.is_ok(), "memory storage does not fail");
    }
}

// A leaf that one commit empties and fills again is somebody else: participant and leaf tell it.
fn keyed(roster: &[RosterMember]) -> BTreeMap<(u32, ParticipantId), RosterMember> {
    roster
        .iter()
        .map(|member| ((member.leaf, member.participant), *member))
        .collect()
}

fn is_same_owner(old: &LeafNode, new: &LeafNode) -> bool {
    old.credential() == new.credential()
        && old.signature_key() == new.signature_key()
        && leaf_binding(old).is_some()
        && leaf_binding(old) == leaf_binding(new)
}

pub(super) fn removed_leaf(queued: &QueuedProposal) -> Option<LeafNodeIndex> {
    if let Proposal::Remove(remove) = queued.proposal() {
        Some(remove.removed())
    } else {
        None
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "OpenMLS's errors are not ours: what is not told apart is invalid"
)]
fn refusal<E>(error: &ProcessMessageError<E>) -> CommitRefusal {
    match error {
        ProcessMessageError::InvalidCommit(StageCommitError::MissingProposal) => {
            CommitRefusal::UnknownProposal
        }
        ProcessMessageError::InvalidCommit(
            StageCommitError::ConfirmationTagMismatch | StageCommitError::UpdatePathError(_),
        ) => CommitRefusal::Poisoned,
        _ => CommitRefusal::Invalid,
    }
}
