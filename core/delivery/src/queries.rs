// SPDX-License-Identifier: MIT OR Apache-2.0
//! What can be asked of the delivery service.

use std::collections::BTreeSet;

use openmls::prelude::{ContentType, MlsMessageBodyIn, MlsMessageIn, ProtocolMessage};
use protocol::{
    Mode, ParticipantId,
    message::{GroupState, MissedCommit},
    mls::end_meeting_message,
};
use tls_codec::Deserialize as _;

use crate::{
    Delivery, ProposalOut,
    group::Group,
    leaf::{Leaf, verify},
};

impl Delivery {
    /// Returns the public key under which removals are proposed.
    pub fn external_sender(&self) -> [u8; 32] {
        self.key.public()
    }

    /// Returns the group's epoch, if there is a group.
    pub fn epoch(&self) -> Option<u64> {
        self.group.as_ref().map(Group::epoch)
    }

    /// Returns the group for somebody who was last in the epoch `since`: the commits since then if all are known, else
    /// the whole tree.
    pub fn group_state(&self, since: Option<u64>) -> Option<GroupState> {
        let group = self.group.as_ref()?;
        let missed = since.and_then(|since| self.missed_since(since));
        let ratchet_tree = if missed.is_some() {
            Vec::new()
        } else {
            group.ratchet_tree()
        };
        Some(GroupState {
            epoch: group.epoch(),
            group_info: group.group_info().to_vec(),
            ratchet_tree,
            missed: missed.unwrap_or_default(),
        })
    }

    /// Returns whether a participant who was in `epoch` can catch up by the commits since.
    pub fn can_continue(&self, participant: ParticipantId, epoch: u64) -> bool {
        self.missed_since(epoch).is_some() && self.has_leaf(participant)
    }

    /// Returns the epoch's proposals, for who comes back in it.
    pub fn proposals(&self) -> Vec<ProposalOut> {
        let (Some(epoch), Some(committer)) = (self.epoch(), self.removals.committer()) else {
            return Vec::new();
        };
        let proposals = self.removals.proposals.values();
        proposals
            .map(|proposal| ProposalOut {
                epoch,
                committer,
                proposal: proposal.clone(),
            })
            .collect()
    }

    /// Returns who has a leaf, each once, in the order of their numbers.
    pub fn members(&self) -> Vec<ParticipantId> {
        let members: BTreeSet<_> = self.leaves().into_iter().map(|leaf| leaf.participant).collect();
        members.into_iter().collect()
    }

    /// Returns whether the participant has a leaf.
    pub fn has_leaf(&self, participant: ParticipantId) -> bool {
        self.leaves().iter().any(|leaf| leaf.participant == participant)
    }

    /// Returns the signature keys of a participant's leaves that act for the host.
    pub fn host_leaves(&self, participant: ParticipantId) -> Vec<[u8; 32]> {
        let leaves = self
            .leaves()
            .into_iter()
            .filter(|leaf| leaf.is_host && leaf.participant == participant);
        leaves
            .filter_map(|leaf| leaf.signature_key.try_into().ok())
            .collect()
    }

    /// Returns whether a host's leaf signed the end of the meeting.
    pub fn verify_end_meeting(&self, by: ParticipantId, signature: &[u8]) -> bool {
        let message = end_meeting_message(self.config.meeting, Mode::E2ee);
        self.host_leaves(by)
            .iter()
            .any(|key| verify(key, &message, signature))
    }

    /// Returns whether a member can have sealed `message`: of this group, and of no epoch that is still to come. Members
    /// take a message of a later epoch for a sign that a commit is kept from them.
    pub fn may_be_application(&self, message: &[u8]) -> bool {
        let Some(epoch) = self.epoch() else {
            return false;
        };
        let Ok(message) = MlsMessageIn::tls_deserialize_exact(message) else {
            return false;
        };
        let MlsMessageBodyIn::PrivateMessage(message) = message.extract() else {
            return false;
        };
        let message = ProtocolMessage::from(message);
        message.content_type() == ContentType::Application
            && message.group_id().as_slice() == self.config.meeting.as_bytes()
            && message.epoch().as_u64() <= epoch
    }

    pub(crate) fn leaves(&self) -> Vec<Leaf> {
        self.group
            .as_ref()
            .map(|group| group.leaves(&self.config))
            .unwrap_or_default()
    }

    fn missed_since(&self, since: u64) -> Option<Vec<MissedCommit>> {
        let epoch = self.epoch()?;
        if since == epoch {
            return Some(Vec::new());
        }
        let missed: Vec<_> = self
            .log
            .iter()
            .filter(|commit| commit.epoch >= since)
            .cloned()
            .collect();
        (since < epoch && missed.first().is_some_and(|first| first.epoch == since)).then_some(missed)
    }
}
