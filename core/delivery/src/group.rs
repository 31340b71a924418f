// SPDX-License-Identifier: MIT OR Apache-2.0
//! The public side of the group: what can be checked of a commit without a key.

use ed25519_dalek::{Signer as _, SigningKey};
use mls_memory::Storage;
use openmls::{
    group::ProposalStore,
    messages::{external_proposals::ExternalProposal, group_info::VerifiableGroupInfo},
    prelude::{
        BasicCredential, Ciphersuite, ContentType, ExternalSender, GroupId, LeafNode, LeafNodeIndex,
        MlsMessageBodyIn, MlsMessageIn, ProcessedMessageContent, Proposal, ProposalOrRefType,
        ProtocolMessage, PublicGroup, Sender, SenderExtensionIndex, StagedCommit, Verifiable as _,
    },
};
use openmls_rust_crypto::{OpenMlsRustCrypto, RustCrypto};
use openmls_traits::{
    signatures::{Signer, SignerError},
    types::SignatureScheme,
};
use protocol::{
    Mode, ParticipantId,
    mls::{GROUP_BINDING_EXTENSION, GroupBinding},
};
use tls_codec::{Deserialize as _, Serialize as _};

use crate::{
    Rejection,
    delivery::DeliveryConfig,
    leaf::{Leaf, leaf_binding},
};

/// The meeting's group, seen from outside, and the newest GroupInfo.
pub(crate) struct Group {
    public: PublicGroup,
    storage: Storage,
    group_info: Vec<u8>,
}

/// A commit that passed every public check.
pub(crate) struct Staged {
    commit: StagedCommit,
    group_info: Vec<u8>,
    committer_leaf: u32,
}

/// Enough to be the group of this epoch again.
#[derive(Clone)]
pub(crate) struct GroupSnapshot {
    pub(crate) storage: Storage,
    pub(crate) group_info: Vec<u8>,
}

impl Group {
    /// Takes over a group that its creator is alone in.
    pub(crate) fn create(
        config: &DeliveryConfig,
        crypto: &RustCrypto,
        by: ParticipantId,
        group_info: &[u8],
    ) -> Result<Self, Rejection> {
        let parsed = parse_group_info(group_info)?;
        check_context(config, &parsed)?;
        let tree = parsed
            .extensions()
            .ratchet_tree()
            .ok_or(Rejection::Invalid)?
            .ratchet_tree()
            .clone();
        let storage = Storage::default();
        let created = PublicGroup::from_external(crypto, &storage, tree, parsed, ProposalStore::new());
        let (public, _) = created.map_err(|_| Rejection::Invalid)?;
        let group = Self {
            public,
            storage,
            group_info: group_info.to_vec(),
        };
        match group.leaves(config).as_slice() {
            [only] if only.participant == by && group.public.members().count() == 1 => Ok(group),
            _ => Err(Rejection::Invalid),
        }
    }

    pub(crate) fn restore(config: &DeliveryConfig, snapshot: GroupSnapshot) -> Option<Self> {
        let GroupSnapshot { storage, group_info } = snapshot;
        let public = PublicGroup::load(&storage, &group_id(config)).ok().flatten()?;
        Some(Self {
            public,
            storage,
            group_info,
        })
    }

    pub(crate) fn snapshot(&self) -> GroupSnapshot {
        GroupSnapshot {
            storage: self.storage.clone(),
            group_info: self.group_info.clone(),
        }
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.public.group_context().epoch().as_u64()
    }

    pub(crate) fn group_info(&self) -> &[u8] {
        &self.group_info
    }

    pub(crate) fn ratchet_tree(&self) -> Vec<u8> {
        self.public
            .export_ratchet_tree()
            .tls_serialize_detached()
            .expect("a valid tree serialises")
    }

    /// Returns the leaves in their order.
    pub(crate) fn leaves(&self, config: &DeliveryConfig) -> Vec<Leaf> {
        let leaves = self.public.treesync().full_leaves();
        leaves
            .filter_map(|(index, leaf)| {
                Leaf::read(index.u32(), leaf, config.meeting, &config.host_fingerprint)
            })
            .collect()
    }

    /// Checks a commit and the GroupInfo that comes with it.
    pub(crate) fn stage(
        &self,
        config: &DeliveryConfig,
        crypto: &RustCrypto,
        by: ParticipantId,
        commit: &[u8],
        group_info: &[u8],
    ) -> Result<Staged, Rejection> {
        let message = MlsMessageIn::tls_deserialize_exact(commit).map_err(|_| Rejection::Invalid)?;
        let MlsMessageBodyIn::PublicMessage(message) = message.extract() else {
            return Err(Rejection::Invalid);
        };
        if message.content_type() != ContentType::Commit {
            return Err(Rejection::Invalid);
        }
        let processed = self
            .public
            .process_message(crypto, ProtocolMessage::from(message));
        let processed = processed.map_err(|_| Rejection::Invalid)?;
        let sender = processed.sender().clone();
        let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
            return Err(Rejection::Invalid);
        };
        let committer_leaf = match sender {
            Sender::NewMemberCommit => self.inspect_join(config, by, &staged)?,
            Sender::Member(leaf) => self.inspect_member_commit(config, by, leaf, &staged)?,
            Sender::External(_) | Sender::NewMemberProposal => return Err(Rejection::Invalid),
        };
        self.check_group_info(crypto, &staged, committer_leaf, group_info)?;
        Ok(Staged {
            commit: *staged,
            group_info: group_info.to_vec(),
            committer_leaf,
        })
    }

    /// Goes to the next epoch. The group is unchanged if the GroupInfo turns out to be another epoch's.
    pub(crate) fn merge(&mut self, config: &DeliveryConfig, staged: Staged) -> Result<(), Rejection> {
        let before = self.snapshot();
        let merged = self.public.merge_commit(&self.storage, staged.commit);
        if merged.is_err() || !self.is_confirmed_by(staged.committer_leaf, &staged.group_info) {
            *self = Self::restore(config, before).expect("the group was stored before");
            return Err(Rejection::Invalid);
        }
        self.group_info = staged.group_info;
        Ok(())
    }

    /// Proposes to remove a leaf, as the external sender, and notes the proposal for the next commit.
    pub(crate) fn propose_removal(
        &mut self,
        crypto: &RustCrypto,
        key: &ServerKey,
        leaf: u32,
    ) -> Option<Vec<u8>> {
        let proposal = ExternalProposal::new_remove::<OpenMlsRustCrypto>(
            LeafNodeIndex::new(leaf),
            self.public.group_id().clone(),
            self.public.group_context().epoch(),
            key,
            SenderExtensionIndex::new(0),
        );
        let bytes = proposal.ok()?.to_bytes().ok()?;
        let message = MlsMessageIn::tls_deserialize_exact(&bytes).ok()?;
        let MlsMessageBodyIn::PublicMessage(message) = message.extract() else {
            return None;
        };
        let processed = self
            .public
            .process_message(crypto, ProtocolMessage::from(message))
            .ok()?;
        let ProcessedMessageContent::ProposalMessage(queued) = processed.into_content() else {
            return None;
        };
        self.public.add_proposal(&self.storage, *queued).ok()?;
        Some(bytes)
    }

    fn inspect_join(
        &self,
        config: &DeliveryConfig,
        by: ParticipantId,
        staged: &StagedCommit,
    ) -> Result<u32, Rejection> {
        let is_only_joining = staged
            .queued_proposals()
            .all(|queued| matches!(queued.proposal(), Proposal::ExternalInit(_)));
        let index = self
            .public
            .ext_commit_sender_index(staged)
            .map_err(|_| Rejection::Invalid)?
            .u32();
        let leaf = staged.update_path_leaf_node().ok_or(Rejection::Invalid)?;
        let leaf =
            Leaf::read(index, leaf, config.meeting, &config.host_fingerprint).ok_or(Rejection::Invalid)?;
        if is_only_joining && leaf.participant == by {
            Ok(index)
        } else {
            Err(Rejection::Invalid)
        }
    }

    fn inspect_member_commit(
        &self,
        config: &DeliveryConfig,
        by: ParticipantId,
        committer: LeafNodeIndex,
        staged: &StagedCommit,
    ) -> Result<u32, Rejection> {
        let node = self.public.leaf(committer).ok_or(Rejection::Invalid)?;
        let leaf = Leaf::read(committer.u32(), node, config.meeting, &config.host_fingerprint);
        let leaf = leaf
            .filter(|leaf| leaf.participant == by)
            .ok_or(Rejection::Invalid)?;
        let is_allowed = staged.queued_proposals().all(|queued| {
            match (queued.proposal(), queued.proposal_or_ref_type(), queued.sender()) {
                (Proposal::Remove(_), ProposalOrRefType::Reference, Sender::External(_)) => true,
                (Proposal::Remove(_), ProposalOrRefType::Proposal, _) => leaf.is_host,
                (_, _, _) => false,
            }
        });
        let is_same_owner = staged
            .update_path_leaf_node()
            .is_none_or(|updated| is_same_owner(node, updated));
        if is_allowed && is_same_owner {
            Ok(committer.u32())
        } else {
            Err(Rejection::Invalid)
        }
    }

    /// The next joiner trusts this GroupInfo: it must be of the epoch that the commit leads to, and by the committer.
    fn check_group_info(
        &self,
        crypto: &RustCrypto,
        staged: &StagedCommit,
        committer_leaf: u32,
        group_info: &[u8],
    ) -> Result<(), Rejection> {
        let parsed = parse_group_info(group_info)?;
        if parsed.group_context() != staged.group_context()
            || parsed.extensions().ratchet_tree().is_some()
            || parsed.extensions().external_pub().is_none()
        {
            return Err(Rejection::Invalid);
        }
        let old_leaf = self.public.leaf(LeafNodeIndex::new(committer_leaf));
        let leaf = staged
            .update_path_leaf_node()
            .or(old_leaf)
            .ok_or(Rejection::Invalid)?;
        let key = leaf
            .signature_key()
            .clone()
            .into_signature_public_key_enriched(SignatureScheme::ED25519);
        parsed
            .verify(crypto, &key)
            .map(|_| ())
            .map_err(|_| Rejection::Invalid)
    }

    /// Returns whether the GroupInfo names this epoch's confirmation tag and the committer's leaf. OpenMLS keeps both
    /// fields to itself; they stand before the signature (RFC 9420, section 12.4.3.1).
    fn is_confirmed_by(&self, committer_leaf: u32, group_info: &[u8]) -> bool {
        let Ok(mut expected) = self.public.confirmation_tag().tls_serialize_detached() else {
            return false;
        };
        expected.extend_from_slice(&committer_leaf.to_be_bytes());
        let end = group_info.len().saturating_sub(SIGNATURE_FIELD_BYTES);
        group_info[..end].ends_with(&expected)
    }
}

fn is_same_owner(old: &LeafNode, new: &LeafNode) -> bool {
    old.credential() == new.credential()
        && old.signature_key() == new.signature_key()
        && leaf_binding(old).is_some()
        && leaf_binding(old) == leaf_binding(new)
}

fn parse_group_info(bytes: &[u8]) -> Result<VerifiableGroupInfo, Rejection> {
    let message = MlsMessageIn::tls_deserialize_exact(bytes).map_err(|_| Rejection::Invalid)?;
    match message.extract() {
        MlsMessageBodyIn::GroupInfo(group_info) => Ok(group_info),
        MlsMessageBodyIn::PublicMessage(_)
        | MlsMessageBodyIn::PrivateMessage(_)
        | MlsMessageBodyIn::Welcome(_)
        | MlsMessageBodyIn::KeyPackage(_) => Err(Rejection::Invalid),
    }
}

fn check_context(config: &DeliveryConfig, group_info: &VerifiableGroupInfo) -> Result<(), Rejection> {
    let context = group_info.group_context();
    let binding = context.extensions().unknown(GROUP_BINDING_EXTENSION);
    let binding: GroupBinding = binding
        .and_then(|binding| protocol::decode(&binding.0).ok())
        .ok_or(Rejection::Invalid)?;
    let expected = GroupBinding {
        meeting: config.meeting,
        mode: Mode::E2ee,
        host_fingerprint: config.host_fingerprint.to_vec(),
    };
    let sender = BasicCredential::new(b"delivery".to_vec()).into();
    let sender = ExternalSender::new(ServerKey::new(config).public().to_vec().into(), sender);
    let is_ours = context.ciphersuite() == CIPHERSUITE
        && *context.group_id() == group_id(config)
        && binding == expected
        && context.extensions().external_senders() == Some(&vec![sender]);
    if is_ours { Ok(()) } else { Err(Rejection::Invalid) }
}

fn group_id(config: &DeliveryConfig) -> GroupId {
    GroupId::from_slice(config.meeting.as_bytes())
}

/// The key under which the server proposes removals. Has no `Debug`.
pub(crate) struct ServerKey(SigningKey);

impl ServerKey {
    pub(crate) fn new(config: &DeliveryConfig) -> Self {
        Self(SigningKey::from_bytes(&config.external_sender_seed))
    }

    pub(crate) fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

impl Signer for ServerKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

const CIPHERSUITE: Ciphersuite = Ciphersuite::MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519;
// Two bytes of length, 64 of Ed25519.
const SIGNATURE_FIELD_BYTES: usize = 66;
