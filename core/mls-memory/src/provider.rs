// SPDX-License-Identifier: MIT OR Apache-2.0
//! OpenMLS's names for what it stores.

use openmls_traits::storage::{CURRENT_VERSION, StorageProvider, traits};

use crate::{Kind, Storage, Unreadable};

impl StorageProvider<CURRENT_VERSION> for Storage {
    type Error = Unreadable;

    fn write_mls_join_config<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        MlsGroupJoinConfig: traits::MlsGroupJoinConfig<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        config: &MlsGroupJoinConfig,
    ) -> Result<(), Unreadable> {
        self.write(Kind::JoinConfig, group_id, config)
    }

    fn mls_group_join_config<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        MlsGroupJoinConfig: traits::MlsGroupJoinConfig<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<MlsGroupJoinConfig>, Unreadable> {
        self.read(Kind::JoinConfig, group_id)
    }

    fn delete_group_config<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::JoinConfig, group_id)
    }

    fn write_tree<GroupId: traits::GroupId<CURRENT_VERSION>, TreeSync: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
        tree: &TreeSync,
    ) -> Result<(), Unreadable> {
        self.write(Kind::Tree, group_id, tree)
    }

    fn tree<GroupId: traits::GroupId<CURRENT_VERSION>, TreeSync: traits::TreeSync<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<TreeSync>, Unreadable> {
        self.read(Kind::Tree, group_id)
    }

    fn delete_tree<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::Tree, group_id)
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

    fn interim_transcript_hash<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        InterimTranscriptHash: traits::InterimTranscriptHash<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<InterimTranscriptHash>, Unreadable> {
        self.read(Kind::TranscriptHash, group_id)
    }

    fn delete_interim_transcript_hash<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::TranscriptHash, group_id)
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

    fn group_context<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        GroupContext: traits::GroupContext<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<GroupContext>, Unreadable> {
        self.read(Kind::Context, group_id)
    }

    fn delete_context<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::Context, group_id)
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

    fn confirmation_tag<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ConfirmationTag: traits::ConfirmationTag<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<ConfirmationTag>, Unreadable> {
        self.read(Kind::ConfirmationTag, group_id)
    }

    fn delete_confirmation_tag<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::ConfirmationTag, group_id)
    }

    fn write_group_state<
        GroupState: traits::GroupState<CURRENT_VERSION>,
        GroupId: traits::GroupId<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        state: &GroupState,
    ) -> Result<(), Unreadable> {
        self.write(Kind::GroupState, group_id, state)
    }

    fn group_state<
        GroupState: traits::GroupState<CURRENT_VERSION>,
        GroupId: traits::GroupId<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<GroupState>, Unreadable> {
        self.read(Kind::GroupState, group_id)
    }

    fn delete_group_state<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::GroupState, group_id)
    }

    fn write_message_secrets<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        MessageSecrets: traits::MessageSecrets<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        secrets: &MessageSecrets,
    ) -> Result<(), Unreadable> {
        if self.takes_message_secrets.get() {
            self.write(Kind::MessageSecrets, group_id, secrets)
        } else {
            Ok(())
        }
    }

    fn message_secrets<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        MessageSecrets: traits::MessageSecrets<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<MessageSecrets>, Unreadable> {
        self.read(Kind::MessageSecrets, group_id)
    }

    fn delete_message_secrets<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::MessageSecrets, group_id)
    }

    fn write_resumption_psk_store<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ResumptionPskStore: traits::ResumptionPskStore<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        psks: &ResumptionPskStore,
    ) -> Result<(), Unreadable> {
        self.write(Kind::ResumptionPsks, group_id, psks)
    }

    fn resumption_psk_store<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ResumptionPskStore: traits::ResumptionPskStore<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<ResumptionPskStore>, Unreadable> {
        self.read(Kind::ResumptionPsks, group_id)
    }

    fn delete_all_resumption_psk_secrets<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::ResumptionPsks, group_id)
    }

    fn write_own_leaf_index<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        LeafNodeIndex: traits::LeafNodeIndex<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        index: &LeafNodeIndex,
    ) -> Result<(), Unreadable> {
        self.write(Kind::OwnLeafIndex, group_id, index)
    }

    fn own_leaf_index<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        LeafNodeIndex: traits::LeafNodeIndex<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<LeafNodeIndex>, Unreadable> {
        self.read(Kind::OwnLeafIndex, group_id)
    }

    fn delete_own_leaf_index<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::OwnLeafIndex, group_id)
    }

    fn write_group_epoch_secrets<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        GroupEpochSecrets: traits::GroupEpochSecrets<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        secrets: &GroupEpochSecrets,
    ) -> Result<(), Unreadable> {
        self.write(Kind::EpochSecrets, group_id, secrets)
    }

    fn group_epoch_secrets<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        GroupEpochSecrets: traits::GroupEpochSecrets<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Option<GroupEpochSecrets>, Unreadable> {
        self.read(Kind::EpochSecrets, group_id)
    }

    fn delete_group_epoch_secrets<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::EpochSecrets, group_id)
    }

    fn append_own_leaf_node<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        LeafNode: traits::LeafNode<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        leaf_node: &LeafNode,
    ) -> Result<(), Unreadable> {
        self.append(Kind::OwnLeafNodes, group_id, leaf_node)
    }

    fn own_leaf_nodes<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        LeafNode: traits::LeafNode<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Vec<LeafNode>, Unreadable> {
        self.list(Kind::OwnLeafNodes, group_id)
    }

    fn delete_own_leaf_nodes<GroupId: traits::GroupId<CURRENT_VERSION>>(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::OwnLeafNodes, group_id)
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
        self.append(Kind::ProposalRefs, group_id, proposal_ref)?;
        self.write(Kind::Proposal, &(group_id, proposal_ref), proposal)
    }

    fn queued_proposal_refs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ProposalRef: traits::ProposalRef<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Vec<ProposalRef>, Unreadable> {
        self.list(Kind::ProposalRefs, group_id)
    }

    fn queued_proposals<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ProposalRef: traits::ProposalRef<CURRENT_VERSION>,
        QueuedProposal: traits::QueuedProposal<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<Vec<(ProposalRef, QueuedProposal)>, Unreadable> {
        let refs: Vec<ProposalRef> = self.list(Kind::ProposalRefs, group_id)?;
        let with_proposal = refs.into_iter().map(|proposal_ref| {
            let proposal = self.read(Kind::Proposal, &(group_id, &proposal_ref))?;
            Ok((proposal_ref, proposal.ok_or(Unreadable)?))
        });
        with_proposal.collect()
    }

    fn remove_proposal<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ProposalRef: traits::ProposalRef<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        proposal_ref: &ProposalRef,
    ) -> Result<(), Unreadable> {
        self.remove(Kind::ProposalRefs, group_id, proposal_ref)?;
        self.delete(Kind::Proposal, &(group_id, proposal_ref))
    }

    fn clear_proposal_queue<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        ProposalRef: traits::ProposalRef<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
    ) -> Result<(), Unreadable> {
        let refs: Vec<ProposalRef> = self.list(Kind::ProposalRefs, group_id)?;
        for proposal_ref in refs {
            self.delete(Kind::Proposal, &(group_id, &proposal_ref))?;
        }
        self.delete(Kind::ProposalRefs, group_id)
    }

    fn write_signature_key_pair<
        SignaturePublicKey: traits::SignaturePublicKey<CURRENT_VERSION>,
        SignatureKeyPair: traits::SignatureKeyPair<CURRENT_VERSION>,
    >(
        &self,
        key: &SignaturePublicKey,
        value: &SignatureKeyPair,
    ) -> Result<(), Unreadable> {
        self.write(Kind::SignatureKeyPair, key, value)
    }

    fn signature_key_pair<
        SignaturePublicKey: traits::SignaturePublicKey<CURRENT_VERSION>,
        SignatureKeyPair: traits::SignatureKeyPair<CURRENT_VERSION>,
    >(
        &self,
        key: &SignaturePublicKey,
    ) -> Result<Option<SignatureKeyPair>, Unreadable> {
        self.read(Kind::SignatureKeyPair, key)
    }

    fn delete_signature_key_pair<SignaturePublicKey: traits::SignaturePublicKey<CURRENT_VERSION>>(
        &self,
        key: &SignaturePublicKey,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::SignatureKeyPair, key)
    }

    fn write_encryption_key_pair<
        EncryptionKey: traits::EncryptionKey<CURRENT_VERSION>,
        HpkeKeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        key: &EncryptionKey,
        value: &HpkeKeyPair,
    ) -> Result<(), Unreadable> {
        self.write(Kind::EncryptionKeyPair, key, value)
    }

    fn encryption_key_pair<
        HpkeKeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
        EncryptionKey: traits::EncryptionKey<CURRENT_VERSION>,
    >(
        &self,
        key: &EncryptionKey,
    ) -> Result<Option<HpkeKeyPair>, Unreadable> {
        self.read(Kind::EncryptionKeyPair, key)
    }

    fn delete_encryption_key_pair<EncryptionKey: traits::EncryptionKey<CURRENT_VERSION>>(
        &self,
        key: &EncryptionKey,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::EncryptionKeyPair, key)
    }

    fn write_key_package<
        HashReference: traits::HashReference<CURRENT_VERSION>,
        KeyPackage: traits::KeyPackage<CURRENT_VERSION>,
    >(
        &self,
        key: &HashReference,
        value: &KeyPackage,
    ) -> Result<(), Unreadable> {
        self.write(Kind::KeyPackage, key, value)
    }

    fn key_package<
        HashReference: traits::HashReference<CURRENT_VERSION>,
        KeyPackage: traits::KeyPackage<CURRENT_VERSION>,
    >(
        &self,
        key: &HashReference,
    ) -> Result<Option<KeyPackage>, Unreadable> {
        self.read(Kind::KeyPackage, key)
    }

    fn delete_key_package<HashReference: traits::HashReference<CURRENT_VERSION>>(
        &self,
        key: &HashReference,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::KeyPackage, key)
    }

    fn write_psk<PskId: traits::PskId<CURRENT_VERSION>, PskBundle: traits::PskBundle<CURRENT_VERSION>>(
        &self,
        key: &PskId,
        value: &PskBundle,
    ) -> Result<(), Unreadable> {
        self.write(Kind::Psk, key, value)
    }

    fn psk<PskBundle: traits::PskBundle<CURRENT_VERSION>, PskId: traits::PskId<CURRENT_VERSION>>(
        &self,
        key: &PskId,
    ) -> Result<Option<PskBundle>, Unreadable> {
        self.read(Kind::Psk, key)
    }

    fn delete_psk<PskId: traits::PskId<CURRENT_VERSION>>(&self, key: &PskId) -> Result<(), Unreadable> {
        self.delete(Kind::Psk, key)
    }

    fn write_encryption_epoch_key_pairs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        EpochKey: traits::EpochKey<CURRENT_VERSION>,
        HpkeKeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        epoch: &EpochKey,
        leaf_index: u32,
        key_pairs: &[HpkeKeyPair],
    ) -> Result<(), Unreadable> {
        self.write(Kind::EpochKeyPairs, &(group_id, epoch, leaf_index), key_pairs)
    }

    fn encryption_epoch_key_pairs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        EpochKey: traits::EpochKey<CURRENT_VERSION>,
        HpkeKeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        epoch: &EpochKey,
        leaf_index: u32,
    ) -> Result<Vec<HpkeKeyPair>, Unreadable> {
        Ok(self
            .read(Kind::EpochKeyPairs, &(group_id, epoch, leaf_index))?
            .unwrap_or_default())
    }

    fn delete_encryption_epoch_key_pairs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        EpochKey: traits::EpochKey<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        epoch: &EpochKey,
        leaf_index: u32,
    ) -> Result<(), Unreadable> {
        self.delete(Kind::EpochKeyPairs, &(group_id, epoch, leaf_index))
    }
}
