// SPDX-License-Identifier: MIT OR Apache-2.0
//! A member as the delivery service sees it. It checks nothing: that is the business of the real ones.

use std::{collections::BTreeMap, time::Duration};

use ed25519_dalek::{Signer as _, SigningKey};
use openmls::{
    messages::group_info::VerifiableGroupInfo,
    prelude::{
        BasicCredential, Capabilities, Ciphersuite, CredentialType, CredentialWithKey, Extension,
        ExtensionType, Extensions, ExternalSender, GroupId, LeafNode, LeafNodeIndex, LeafNodeParameters,
        MlsGroup, MlsGroupJoinConfig, MlsMessageBodyIn, MlsMessageIn, OpenMlsProvider as _,
        PURE_PLAINTEXT_WIRE_FORMAT_POLICY, ProcessedMessageContent, ProtocolMessage, ProtocolVersion,
        RatchetTreeIn, RequiredCapabilitiesExtension, UnknownExtension,
    },
};
use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::{
    signatures::{Signer, SignerError},
    types::SignatureScheme,
};
use protocol::{
    MeetingId, Mode, ParticipantId, Timestamp,
    mls::{
        GROUP_BINDING_EXTENSION, GroupBinding, HostGrant, LEAF_BINDING_EXTENSION, LeafBinding,
        host_grant_message,
    },
};
use sha2::{Digest as _, Sha256};
use tls_codec::Deserialize as _;

use crate::{Delivery, DeliveryConfig, Output, Rejection, external_sender};

pub(super) const ALICE: ParticipantId = ParticipantId(1);
pub(super) const BOB: ParticipantId = ParticipantId(2);
pub(super) const CAROL: ParticipantId = ParticipantId(3);
pub(super) const DAVE: ParticipantId = ParticipantId(4);
pub(super) const MEETING: MeetingId = MeetingId::new([5; 16]);
pub(super) const NOW: Timestamp = Timestamp::new(Duration::from_secs(100));

pub(super) struct Member {
    pub(super) participant: ParticipantId,
    pub(super) provider: OpenMlsRustCrypto,
    pub(super) key: Key,
    pub(super) group: MlsGroup,
}

pub(super) struct Key(pub(super) SigningKey);

impl Signer for Key {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

#[derive(Clone)]
pub(super) struct Bundle {
    pub(super) epoch: u64,
    pub(super) commit: Vec<u8>,
    pub(super) group_info: Vec<u8>,
}

pub(super) fn host_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(super) fn config() -> DeliveryConfig {
    DeliveryConfig {
        meeting: MEETING,
        host_fingerprint: Sha256::digest(host_key().verifying_key().as_bytes()).into(),
        external_sender_seed: [9; 32],
    }
}

pub(super) fn binding(participant: ParticipantId, key: &Key, host: Option<&SigningKey>) -> LeafBinding {
    let grant = host.map(|host| {
        let message = host_grant_message(MEETING, Mode::E2ee, key.0.verifying_key().as_bytes());
        HostGrant {
            host_key: host.verifying_key().to_bytes().to_vec(),
            signature: host.sign(&message).to_vec(),
        }
    });
    LeafBinding {
        participant,
        admission_proof: vec![0; 32],
        host_grant: grant,
        identity: None,
        stay: None,
        whisper_key: Vec::new(),
    }
}

pub(super) fn group_binding() -> GroupBinding {
    GroupBinding {
        meeting: MEETING,
        mode: Mode::E2ee,
        host_fingerprint: config().host_fingerprint.to_vec(),
    }
}

impl Member {
    pub(super) fn create(participant: ParticipantId, binding_of_group: &GroupBinding) -> (Self, Vec<u8>) {
        let (provider, key) = (OpenMlsRustCrypto::default(), new_key(participant, 0));
        let binding = binding(participant, &key, Some(&host_key()));
        let sender = external_sender(&config().external_sender_seed).to_vec();
        let sender = ExternalSender::new(sender.into(), BasicCredential::new(b"delivery".to_vec()).into());
        let extensions = Extensions::from_vec(vec![
            Extension::RequiredCapabilities(RequiredCapabilitiesExtension::new(
                &OURS,
                &[],
                &[CredentialType::Basic],
            )),
            Extension::ExternalSenders(vec![sender]),
            Extension::Unknown(
                GROUP_BINDING_EXTENSION,
                UnknownExtension(protocol::encode(binding_of_group)),
            ),
        ]);
        let group = MlsGroup::builder()
            .with_group_id(GroupId::from_slice(MEETING.as_bytes()))
            .ciphersuite(CIPHERSUITE)
            .with_wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .with_capabilities(capabilities())
            .with_group_context_extensions(extensions.expect("valid"))
            .with_leaf_node_extensions(leaf_extensions(&binding))
            .expect("valid")
            .build(&provider, &key, credential(participant, &key))
            .expect("builds");
        let group_info = group
            .export_group_info(provider.crypto(), &key, true)
            .expect("exports");
        (
            Self {
                participant,
                provider,
                key,
                group,
            },
            group_info.to_bytes().expect("serialises"),
        )
    }

    pub(super) fn join(delivery: &Delivery, participant: ParticipantId, seed: u8) -> (Self, Bundle) {
        let key = new_key(participant, seed);
        let binding = binding(participant, &key, None);
        Self::join_bound(delivery, participant, key, &binding)
    }

    pub(super) fn join_bound(
        delivery: &Delivery,
        participant: ParticipantId,
        key: Key,
        binding: &LeafBinding,
    ) -> (Self, Bundle) {
        let state = delivery.group_state(None).expect("there is a group");
        let provider = OpenMlsRustCrypto::default();
        let config = MlsGroupJoinConfig::builder()
            .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .build();
        let leaf = LeafNodeParameters::builder()
            .with_capabilities(capabilities())
            .with_extensions(leaf_extensions(binding))
            .build();
        let (group, bundle) = MlsGroup::external_commit_builder()
            .with_config(config)
            .with_ratchet_tree(RatchetTreeIn::tls_deserialize_exact(&state.ratchet_tree).expect("a tree"))
            .build_group(&provider, parse(&state.group_info), credential(participant, &key))
            .expect("a valid group")
            .leaf_node_parameters(leaf)
            .load_psks(provider.storage())
            .expect("no psk")
            .create_group_info(true)
            .use_ratchet_tree_extension(false)
            .build(provider.rand(), provider.crypto(), &key, |_| true)
            .expect("builds")
            .finalize(&provider)
            .expect("finalises");
        let (commit, _, group_info) = bundle.into_messages();
        let bundle = Bundle {
            epoch: state.epoch,
            commit: commit.to_bytes().expect("serialises"),
            group_info: group_info.expect("asked for").to_bytes().expect("serialises"),
        };
        (
            Self {
                participant,
                provider,
                key,
                group,
            },
            bundle,
        )
    }

    pub(super) fn commit(&mut self, removed: &[u32]) -> Bundle {
        let epoch = self.group.epoch().as_u64();
        let bundle = self
            .group
            .commit_builder()
            .propose_removals(removed.iter().map(|leaf| LeafNodeIndex::new(*leaf)))
            .force_self_update(true)
            .load_psks(self.provider.storage())
            .expect("no psk")
            .create_group_info(true)
            .use_ratchet_tree_extension(false)
            .build(self.provider.rand(), self.provider.crypto(), &self.key, |_| true)
            .expect("builds")
            .stage_commit(&self.provider)
            .expect("stages");
        let (commit, _, group_info) = bundle.into_messages();
        Bundle {
            epoch,
            commit: commit.to_bytes().expect("serialises"),
            group_info: group_info.expect("asked for").to_bytes().expect("serialises"),
        }
    }

    pub(super) fn handle_commit(&mut self, epoch: u64, commit: &[u8]) {
        if self.group.epoch().as_u64() != epoch || !self.group.is_active() {
            return;
        }
        let processed = self
            .group
            .process_message(&self.provider, protocol_message(commit))
            .expect("valid");
        match processed.into_content() {
            ProcessedMessageContent::StagedCommitMessage(staged) => {
                self.group
                    .merge_staged_commit(&self.provider, *staged)
                    .expect("merges");
            }
            ProcessedMessageContent::OwnPendingCommit => {
                self.group.merge_pending_commit(&self.provider).expect("merges");
            }
            ProcessedMessageContent::ApplicationMessage(_)
            | ProcessedMessageContent::ProposalMessage(_)
            | ProcessedMessageContent::ExternalJoinProposalMessage(_)
            | ProcessedMessageContent::OwnPrivateMessage => panic!("not a commit"),
        }
    }

    pub(super) fn handle_proposal(&mut self, proposal: &[u8]) {
        let processed = self
            .group
            .process_message(&self.provider, protocol_message(proposal))
            .expect("valid");
        let ProcessedMessageContent::ProposalMessage(queued) = processed.into_content() else {
            panic!("not a proposal")
        };
        self.group
            .store_pending_proposal(self.provider.storage(), *queued)
            .expect("stores");
    }

    pub(super) fn leaf(&self) -> u32 {
        self.group.own_leaf_index().u32()
    }

    pub(super) fn refusal(&self, epoch: u64, commit: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let hash = Sha256::digest(commit).to_vec();
        let message = protocol::mls::commit_refusal_message(MEETING, epoch, &hash);
        (hash, self.key.0.sign(&message).to_vec())
    }
}

/// A delivery service and members who accept everything at once.
pub(super) struct Room {
    pub(super) delivery: Delivery,
    pub(super) members: BTreeMap<ParticipantId, Member>,
}

impl Room {
    pub(super) fn of(participants: &[ParticipantId]) -> Self {
        let mut delivery = Delivery::new(config());
        let (alice, group_info) = Member::create(ALICE, &group_binding());
        delivery
            .create_group(NOW, ALICE, &group_info)
            .expect("a valid group");
        let mut room = Self {
            delivery,
            members: BTreeMap::from([(ALICE, alice)]),
        };
        room.all_answer();
        for &participant in participants.iter().filter(|&&participant| participant != ALICE) {
            room.join(participant);
        }
        room
    }

    pub(super) fn all_answer(&mut self) {
        self.delivery
            .set_answering(NOW, self.members.keys().copied().collect());
    }

    pub(super) fn join(&mut self, participant: ParticipantId) {
        let (member, bundle) = Member::join(&self.delivery, participant, 0);
        self.offer(participant, &bundle).expect("in order");
        self.settle(NOW);
        self.members.insert(participant, member);
        self.all_answer();
    }

    pub(super) fn offer(&mut self, by: ParticipantId, bundle: &Bundle) -> Result<(), Rejection> {
        self.delivery.handle_commit(
            NOW,
            by,
            bundle.epoch,
            bundle.commit.clone(),
            bundle.group_info.clone(),
        )
    }

    pub(super) fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.delivery.poll_output()).collect()
    }

    /// Hands every output to every member; everybody accepts every commit.
    pub(super) fn settle(&mut self, now: Timestamp) -> Vec<Output> {
        let mut all = Vec::new();
        while let Some(output) = self.delivery.poll_output() {
            for member in self.members.values_mut() {
                match &output {
                    Output::Commit { epoch, commit, .. } => {
                        member.handle_commit(*epoch, commit);
                        self.delivery.handle_accepted(now, member.participant, epoch + 1);
                    }
                    Output::Proposal(proposal) => member.handle_proposal(&proposal.proposal),
                    Output::CommitRejected { .. } | Output::Rollback { .. } => {}
                }
            }
            all.push(output);
        }
        all
    }

    pub(super) fn member(&mut self, participant: ParticipantId) -> &mut Member {
        self.members.get_mut(&participant).expect("in the room")
    }
}

pub(super) fn new_key(participant: ParticipantId, seed: u8) -> Key {
    let mut bytes = [seed; 32];
    bytes[..4].copy_from_slice(&participant.0.to_be_bytes());
    Key(SigningKey::from_bytes(&bytes))
}

fn protocol_message(bytes: &[u8]) -> ProtocolMessage {
    let message = MlsMessageIn::tls_deserialize_exact(bytes).expect("a message");
    message.try_into_protocol_message().expect("a protocol message")
}

fn parse(group_info: &[u8]) -> VerifiableGroupInfo {
    let message = MlsMessageIn::tls_deserialize_exact(group_info)
        .expect("a message")
        .extract();
    let MlsMessageBodyIn::GroupInfo(group_info) = message else {
        panic!("not a group info")
    };
    group_info
}

fn leaf_extensions(binding: &LeafBinding) -> Extensions<LeafNode> {
    let extension = Extension::Unknown(
        LEAF_BINDING_EXTENSION,
        UnknownExtension(protocol::encode(binding)),
    );
    Extensions::from_vec(vec![extension]).expect("valid")
}

fn credential(participant: ParticipantId, key: &Key) -> CredentialWithKey {
    CredentialWithKey {
        credential: BasicCredential::new(participant.0.to_be_bytes().to_vec()).into(),
        signature_key: key.0.verifying_key().to_bytes().to_vec().into(),
    }
}

fn capabilities() -> Capabilities {
    Capabilities::new(
        Some(&[ProtocolVersion::Mls10]),
        Some(&[CIPHERSUITE]),
        Some(&OURS),
        Some(&[]),
        Some(&[CredentialType::Basic]),
    )
}

const CIPHERSUITE: Ciphersuite = Ciphersuite::MLS_128_MLKEM768X25519_AES256GCM_SHA384_Ed25519;
const OURS: [ExtensionType; 2] = [
    ExtensionType::Unknown(LEAF_BINDING_EXTENSION),
    ExtensionType::Unknown(GROUP_BINDING_EXTENSION),
];
