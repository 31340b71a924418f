// SPDX-License-Identifier: MIT OR Apache-2.0
//! Becoming a member: the first one creates the group, everybody else joins by external commit.

use std::collections::{BTreeMap, BTreeSet};

use openmls::{
    messages::group_info::VerifiableGroupInfo,
    prelude::{
        CredentialWithKey, GroupId, LeafNodeParameters, Lifetime, MlsGroup, MlsGroupJoinConfig,
        MlsMessageBodyIn, MlsMessageIn, OpenMlsProvider as _, PURE_PLAINTEXT_WIRE_FORMAT_POLICY,
        RatchetTreeIn, SenderRatchetConfiguration,
    },
};
use protocol::{Mode, ParticipantId, message::GroupState, mls::LeafBinding};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use tls_codec::Deserialize as _;

use super::{
    CommitBundle, JoinError, MODE, Member, MemberConfig, Phase,
    binding::{CIPHERSUITE, Expectations, LeafFault, capabilities, credential, leaf_extensions},
    provider::{LeafKey, Provider},
};

impl Member {
    /// Creates the meeting's group and returns its GroupInfo, ratchet tree included, for the server.
    ///
    /// # Errors
    /// [`JoinError::WrongMode`] if the link is a standard meeting's.
    pub fn create(config: &MemberConfig, rng: &mut impl CryptoRng) -> Result<(Self, Vec<u8>), JoinError> {
        Self::create_in(MODE, config, rng)
    }

    /// Joins the group as it stands. The member is in once [`Member::handle_commit`] saw its commit come back.
    ///
    /// # Errors
    /// [`JoinError`] if the group is not this meeting's in this mode, or somebody in it does not have the link.
    pub fn join(
        config: &MemberConfig,
        state: &GroupState,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, CommitBundle), JoinError> {
        let expectations = Expectations::new(config)?;
        let group_info = parse_group_info(&state.group_info)?;
        expectations.check_group(group_info.group_context())?;
        let provider = Provider::new(rng);
        let key = config.leaf_key.clone();
        let binding = expectations.bind_leaf(config);
        let (group, bundle) = external_commit(&provider, &key, &binding, group_info, &state.ratchet_tree)?;
        check_everybody(&expectations, &group)?;
        let phase = Phase::Joining(Sha256::digest(&bundle.commit).into());
        Ok((
            Self::new(config, expectations, provider, key, group, phase),
            bundle,
        ))
    }

    pub(super) fn create_in(
        mode: Mode,
        config: &MemberConfig,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Vec<u8>), JoinError> {
        let expectations = Expectations::new(config)?;
        let provider = Provider::new(rng);
        let key = config.leaf_key.clone();
        let binding = expectations.bind_leaf(config);
        let group = MlsGroup::builder()
            .with_group_id(GroupId::from_slice(expectations.meeting.as_bytes()))
            .ciphersuite(CIPHERSUITE)
            .with_wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .padding_size(PADDING_BYTES)
            .max_past_epochs(PAST_EPOCHS)
            .sender_ratchet_configuration(sender_ratchet())
            // A leaf lives as long as the call; an end date would only break calls on machines whose clock is wrong.
            .lifetime(Lifetime::init(0, u64::MAX))
            .with_capabilities(capabilities())
            .with_group_context_extensions(expectations.group_extensions(mode)?)
            .with_leaf_node_extensions(leaf_extensions(&binding)?)
            .map_err(|_| JoinError::Internal)?
            .build(&provider, &key, credential_with_key(config.participant, &key))
            .map_err(|_| JoinError::Internal)?;
        let group_info = group
            .export_group_info(provider.crypto(), &key, true)
            .ok()
            .and_then(|group_info| group_info.to_bytes().ok())
            .ok_or(JoinError::Internal)?;
        Ok((
            Self::new(config, expectations, provider, key, group, Phase::Joined),
            group_info,
        ))
    }

    fn new(
        config: &MemberConfig,
        expectations: Expectations,
        provider: Provider,
        key: LeafKey,
        group: MlsGroup,
        phase: Phase,
    ) -> Self {
        let mut member = Self {
            participant: config.participant,
            expectations,
            provider,
            key,
            group,
            phase,
            roster: Vec::new(),
            verdicts_by_leaf: BTreeMap::new(),
            pending: None,
            way_back: None,
            since_epoch_by_leaf: BTreeMap::new(),
            excluded: BTreeSet::new(),
            lobby: None,
            kept_out: BTreeSet::new(),
            room: None,
        };
        member.read_roster();
        member.note_leaves();
        member
    }
}

pub(super) fn external_commit(
    provider: &Provider,
    key: &LeafKey,
    binding: &LeafBinding,
    group_info: VerifiableGroupInfo,
    ratchet_tree: &[u8],
) -> Result<(MlsGroup, CommitBundle), JoinError> {
    let epoch = group_info.group_context().epoch().as_u64();
    let leaf = LeafNodeParameters::builder()
        .with_capabilities(capabilities())
        .with_extensions(leaf_extensions(binding)?)
        .build();
    let mut builder = MlsGroup::external_commit_builder()
        .with_config(join_config())
        .skip_lifetime_validation();
    if !ratchet_tree.is_empty() {
        builder = builder.with_ratchet_tree(parse_tree(ratchet_tree)?);
    }
    let (group, bundle) = builder
        .build_group(
            provider,
            group_info,
            credential_with_key(binding.participant, key),
        )
        .map_err(|_| JoinError::BadGroup)?
        .leaf_node_parameters(leaf)
        .load_psks(provider.storage())
        .map_err(|_| JoinError::BadGroup)?
        .create_group_info(true)
        .use_ratchet_tree_extension(false)
        .build(provider.rand(), provider.crypto(), key, |_| true)
        .map_err(|_| JoinError::BadGroup)?
        .finalize(provider)
        .map_err(|_| JoinError::BadGroup)?;
    let commit = bundle.commit().to_bytes().map_err(|_| JoinError::Internal)?;
    let group_info = bundle
        .into_group_info_msg()
        .and_then(|group_info| group_info.to_bytes().ok());
    Ok((
        group,
        CommitBundle {
            epoch,
            commit,
            group_info: group_info.ok_or(JoinError::Internal)?,
        },
    ))
}

/// A joiner sees the tree for the first time and holds every leaf to what those before saw at each join.
fn check_everybody(expectations: &Expectations, group: &MlsGroup) -> Result<(), JoinError> {
    expectations.check_group(group.public_group().group_context())?;
    let others = group
        .treesync()
        .full_leaves()
        .filter(|(index, _)| *index != group.own_leaf_index());
    let checked: Vec<_> = others
        .map(|(_, leaf)| (leaf, expectations.check_member(leaf)))
        .collect();
    if !checked.is_empty()
        && checked
            .iter()
            .all(|(_, owner)| matches!(owner, Err(LeafFault::Unproven)))
    {
        return Err(JoinError::WrongSecret);
    }
    match checked.into_iter().find(|(_, owner)| owner.is_err()) {
        Some((leaf, _)) => {
            let participant = super::binding::participant_of(leaf.credential()).ok_or(JoinError::BadGroup)?;
            Err(JoinError::GhostMember { participant })
        }
        None => Ok(()),
    }
}

pub(super) fn parse_group_info(bytes: &[u8]) -> Result<VerifiableGroupInfo, JoinError> {
    let message = MlsMessageIn::tls_deserialize_exact(bytes).map_err(|_| JoinError::BadGroup)?;
    match message.extract() {
        MlsMessageBodyIn::GroupInfo(group_info) => Ok(group_info),
        MlsMessageBodyIn::PublicMessage(_)
        | MlsMessageBodyIn::PrivateMessage(_)
        | MlsMessageBodyIn::Welcome(_)
        | MlsMessageBodyIn::KeyPackage(_) => Err(JoinError::BadGroup),
    }
}

fn parse_tree(bytes: &[u8]) -> Result<RatchetTreeIn, JoinError> {
    RatchetTreeIn::tls_deserialize_exact(bytes).map_err(|_| JoinError::BadGroup)
}

fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .padding_size(PADDING_BYTES)
        .max_past_epochs(PAST_EPOCHS)
        .sender_ratchet_configuration(sender_ratchet())
        .build()
}

fn sender_ratchet() -> SenderRatchetConfiguration {
    SenderRatchetConfiguration::new(OUT_OF_ORDER, MAX_FORWARD)
}

fn credential_with_key(participant: ParticipantId, key: &LeafKey) -> CredentialWithKey {
    CredentialWithKey {
        credential: credential(participant),
        signature_key: key.public().to_vec().into(),
    }
}

// A message sealed just before a commit arrives just after it, perhaps after two in a burst of joins; every kept epoch
// is secrecy given up if the device is seized.
const PAST_EPOCHS: usize = 2;
// The server orders messages; tolerance beyond a reconnect's worth only keeps more message keys in memory.
const OUT_OF_ORDER: u32 = 32;
const MAX_FORWARD: u32 = 1000;
// Hides the length of a chat message but for its order of magnitude; costs half of it per message on average.
const PADDING_BYTES: usize = 64;
