// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where OpenMLS keeps the public group: in memory, and cheap to copy.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use openmls_traits::{
    public_storage::PublicStorageProvider,
    storage::{CURRENT_VERSION, traits},
};
use serde::{Serialize, de::DeserializeOwned};

/// The state of one public group: CBOR behind reference counts.
#[derive(Clone, Default)]
pub(crate) struct Storage {
    values: RefCell<BTreeMap<Vec<u8>, Arc<[u8]>>>,
}

/// A value that does not serialise, or does not read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stored value is not readable")]
pub(crate) struct Unreadable;

#[derive(Clone, Copy)]
enum Kind {
    Tree = 0,
    TranscriptHash = 1,
    Context = 2,
    ConfirmationTag = 3,
    ProposalRefs = 4,
    Proposal = 5,
}

impl Storage {
    pub(crate) fn from_entries(entries: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Self {
        let values = entries
            .into_iter()
            .map(|(key, value)| (key, value.into()))
            .collect();
        Self {
            values: RefCell::new(values),
        }
    }

    pub(crate) fn entries(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        self.values
            .borrow()
            .iter()
            .map(|(key, value)| (key.clone(), value.to_vec()))
            .collect()
    }

    fn write<T: Serialize + ?Sized>(
        &self,
        kind: Kind,
        id: &impl Serialize,
        value: &T,
    ) -> Result<(), Unreadable> {
        let (key, value) = (key(kind, id)?, to_cbor(value)?);
        self.values.borrow_mut().insert(key, value.into());
        Ok(())
    }

    fn read<T: DeserializeOwned>(&self, kind: Kind, id: &impl Serialize) -> Result<Option<T>, Unreadable> {
        let key = key(kind, id)?;
        let values = self.values.borrow();
        values
            .get(&key)
            .map(|value| ciborium::from_reader(&value[..]).map_err(|_| Unreadable))
            .transpose()
    }

    fn read_list<T: DeserializeOwned>(&self, kind: Kind, id: &impl Serialize) -> Result<Vec<T>, Unreadable> {
        Ok(self.read(kind, id)?.unwrap_or_default())
    }

    fn delete(&self, kind: Kind, id: &impl Serialize) -> Result<(), Unreadable> {
        let key = key(kind, id)?;
        self.values.borrow_mut().remove(&key);
        Ok(())
    }
}

fn key(kind: Kind, id: &impl Serialize) -> Result<Vec<u8>, Unreadable> {
    let mut key = vec![kind as u8];
    ciborium::into_writer(id, &mut key).map_err(|_| Unreadable)?;
    Ok(key)
}

fn to_cbor<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|_| Unreadable)?;
    Ok(bytes)
}

impl PublicStorageProvider<CURRENT_VERSION> for Storage {
    type PublicError = Unreadable;

    fn write_tree<GroupId: traits::GroupId<CURRENT_VERSION>, TreeSync: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
        tree: &TreeSync,
    ) -> Result<(), Unreadable> {
        self.write(Kind::Tree, group_id, tree)
    }

    fn write_interim_transcript_hash<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        InterimTranscriptHash: traits::InterimTranscriptHash<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        hash: &InterimTranscriptHash,
    ) -> Result<(), Unreadable> {
        self.write(Kind::TranscriptHash, group_id, hash)
    }

    fn write_context<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        GroupContext: traits::GroupContext<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        context: &GroupContext,
    ) -> Result<(), Unreadable> {
        self.write(Kind::Context, group_id, context)
    }

    fn write_confirmation_tag<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ConfirmationTag: traits::ConfirmationTag<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        tag: &ConfirmationTag,
    ) -> Result<(), Unreadable> {
        self.write(Kind::ConfirmationTag, group_id, tag)
    }

    fn queue_proposal<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ProposalRef: traits::ProposalRef<CURRENT_VERSION>,
        QueuedProposal: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        proposal_ref: &ProposalRef,
        proposal: &QueuedProposal,
    ) -> Result<(), Unreadable> {
        let mut refs: Vec<ciborium::Value> = self.read_list(Kind::ProposalRefs, group_id)?;
        refs.push(ciborium::Value::serialized(proposal_ref).map_err(|_| Unreadable)?);
        self.write(Kind::ProposalRefs, group_id, &refs)?;
        self.write(Kind::Proposal, &(group_id, proposal_ref), proposal)
    }

    fn queued_proposals<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ProposalRef: traits::ProposalRef<CURRENT_VERSION>,
        QueuedProposal: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Vec<(ProposalRef, QueuedProposal)>, Unreadable> {
        let refs: Vec<ProposalRef> = self.read_list(Kind::ProposalRefs, group_id)?;
        let with_proposal = refs.into_iter().map(|proposal_ref| {
            let proposal = self.read(Kind::Proposal, &(group_id, &proposal_ref))?;
            Ok((proposal_ref, proposal.ok_or(Unreadable)?))
        });
        with_proposal.collect()
    }

    fn tree<GroupId: traits::GroupId<CURRENT_VERSION>, TreeSync: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<TreeSync>, Unreadable> {
        self.read(Kind::Tree, group_id)
    }

    fn group_context<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        GroupContext: traits::GroupContext<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<GroupContext>, Unreadable> {
        self.read(Kind::Context, group_id)
    }

    fn interim_transcript_hash<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        InterimTranscriptHash: traits::InterimTranscriptHash<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<InterimTranscriptHash>, Unreadable> {
        self.read(Kind::TranscriptHash, group_id)
    }

    fn confirmation_tag<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ConfirmationTag: traits::ConfirmationTag<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<ConfirmationTag>, Unreadable> {
        self.read(Kind::ConfirmationTag, group_id)
    }

    fn delete_tree<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::Tree, group_id)
    }

    fn delete_confirmation_tag<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::ConfirmationTag, group_id)
    }

    fn delete_context<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::Context, group_id)
    }

    fn delete_interim_transcript_hash<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::TranscriptHash, group_id)
    }

    fn remove_proposal<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ProposalRef: traits::ProposalRef<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        proposal_ref: &ProposalRef,
    ) -> Result<(), Unreadable> {
        let removed = ciborium::Value::serialized(proposal_ref).map_err(|_| Unreadable)?;
        let mut refs: Vec<ciborium::Value> = self.read_list(Kind::ProposalRefs, group_id)?;
        refs.retain(|kept| *kept != removed);
        self.write(Kind::ProposalRefs, group_id, &refs)?;
        self.delete(Kind::Proposal, &(group_id, proposal_ref))
    }

    fn clear_proposal_queue<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ProposalRef: traits::ProposalRef<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        let refs: Vec<ProposalRef> = self.read_list(Kind::ProposalRefs, group_id)?;
        for proposal_ref in refs {
            self.delete(Kind::Proposal, &(group_id, &proposal_ref))?;
        }
        self.delete(Kind::ProposalRefs, group_id)
    }
}
