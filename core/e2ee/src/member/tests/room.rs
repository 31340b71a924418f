// SPDX-License-Identifier: MIT OR Apache-2.0
//! A room of members and the little that a server does for them: order, tree, proposals.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use openmls::{
    messages::external_proposals::ExternalProposal,
    prelude::{GroupEpoch, GroupId, LeafNodeIndex, OpenMlsProvider as _, SenderExtensionIndex},
};
use openmls_traits::{
    signatures::{Signer, SignerError},
    types::SignatureScheme,
};
use protocol::{MeetingId, MeetingLink, Mode, ParticipantId, message::GroupState, mls::LeafBinding};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use tls_codec::{Serialize as _, VLBytes};

use super::identity::issuer;
use crate::{
    CommitBundle, CommitRefusal, JoinError, Member, MemberConfig, Merged, NewMeeting, invitation,
    member::{
        join::{external_commit, parse_group_info},
        provider::{LeafKey, Provider},
    },
};

pub(super) const ALICE: ParticipantId = ParticipantId(1);
pub(super) const BOB: ParticipantId = ParticipantId(2);
pub(super) const CAROL: ParticipantId = ParticipantId(3);
pub(super) const MALLORY: ParticipantId = ParticipantId(66);

pub(super) struct Room {
    pub(super) members: BTreeMap<ParticipantId, Member>,
    pub(super) link: MeetingLink,
    pub(super) group_info: Vec<u8>,
    pub(super) server: ServerKey,
    pub(super) rng: ChaCha20Rng,
}

pub(super) struct ServerKey(SigningKey);

impl Signer for ServerKey {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

impl Room {
    /// A meeting of which Alice is host, and in which she is alone.
    pub(super) fn of_alice(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let link = NewMeeting::generate(&mut rng, Mode::E2ee).link(MeetingId::new([5; 16]));
        let server = ServerKey(SigningKey::from_bytes(&[9; 32]));
        let external_sender = server.0.verifying_key().to_bytes().to_vec();
        let config = MemberConfig {
            link: link.clone(),
            participant: ALICE,
            external_sender,
            leaf_key: LeafKey::generate(&mut rng),
            identity: None,
            issuer: Some(issuer()),
            stay: None,
            belonging: std::collections::BTreeSet::new(),
        };
        let (alice, group_info) = Member::create(&config, &mut rng).expect("alice creates");
        Self {
            members: BTreeMap::from([(ALICE, alice)]),
            link,
            group_info,
            server,
            rng,
        }
    }

    pub(super) fn of(participants: &[ParticipantId], seed: u64) -> Self {
        let mut room = Self::of_alice(seed);
        for &participant in participants.iter().filter(|&&participant| participant != ALICE) {
            room.join(participant);
        }
        room
    }

    pub(super) fn config(&mut self, participant: ParticipantId) -> MemberConfig {
        let external_sender = self.server.0.verifying_key().to_bytes().to_vec();
        MemberConfig {
            link: invitation(&self.link),
            participant,
            external_sender,
            leaf_key: LeafKey::generate(&mut self.rng),
            identity: None,
            issuer: Some(issuer()),
            stay: None,
            belonging: std::collections::BTreeSet::new(),
        }
    }

    pub(super) fn state(&self) -> GroupState {
        let alice = &self.members[&ALICE];
        let tree = alice
            .group
            .export_ratchet_tree()
            .tls_serialize_detached()
            .expect("a tree serialises");
        GroupState {
            epoch: alice.epoch(),
            group_info: self.group_info.clone(),
            ratchet_tree: tree,
            missed: Vec::new(),
        }
    }

    pub(super) fn prepare_join(&mut self, participant: ParticipantId) -> (Member, CommitBundle) {
        let (config, state) = (self.config(participant), self.state());
        self.join_with(&config, &state)
            .expect("the group is as it should be")
    }

    pub(super) fn join_with(
        &mut self,
        config: &MemberConfig,
        state: &GroupState,
    ) -> Result<(Member, CommitBundle), JoinError> {
        Member::join(config, state, &mut self.rng)
    }

    pub(super) fn join(&mut self, participant: ParticipantId) {
        let (member, bundle) = self.prepare_join(participant);
        self.members.insert(participant, member);
        for (who, result) in self.broadcast(participant, &bundle) {
            let merged = result.unwrap_or_else(|refusal| panic!("{who} refuses {participant}: {refusal}"));
            assert_eq!(
                merged
                    .joined
                    .iter()
                    .map(|member| member.participant)
                    .collect::<Vec<_>>(),
                [participant]
            );
        }
    }

    /// Everybody gets the commit; who was removed by it leaves the room.
    pub(super) fn broadcast(
        &mut self,
        by: ParticipantId,
        bundle: &CommitBundle,
    ) -> Vec<(ParticipantId, Result<Merged, CommitRefusal>)> {
        let results: Vec<_> = self
            .members
            .iter_mut()
            .map(|(&who, member)| (who, member.handle_commit(by, bundle.epoch, &bundle.commit)))
            .collect();
        if results.iter().any(|(_, result)| result.is_ok()) {
            self.group_info.clone_from(&bundle.group_info);
        }
        results
    }

    pub(super) fn removal_proposal(&self, leaf: u32) -> Vec<u8> {
        let alice = &self.members[&ALICE];
        ExternalProposal::new_remove::<Provider>(
            LeafNodeIndex::new(leaf),
            GroupId::from_slice(self.link.meeting.as_bytes()),
            GroupEpoch::from(alice.epoch()),
            &self.server,
            SenderExtensionIndex::new(0),
        )
        .expect("the proposal is signed")
        .to_bytes()
        .expect("the proposal serialises")
    }

    pub(super) fn member(&mut self, participant: ParticipantId) -> &mut Member {
        self.members.get_mut(&participant).expect("in the room")
    }

    /// Joins with any binding at all, as if the joiner's own checks were cut out.
    pub(super) fn join_bound(&mut self, key: &LeafKey, binding: &LeafBinding) -> CommitBundle {
        let state = self.state();
        let provider = Provider::new(&mut self.rng);
        let group_info = parse_group_info(&state.group_info).expect("the room's own");
        external_commit(&provider, key, binding, group_info, &state.ratchet_tree)
            .expect("valid to MLS")
            .1
    }

    /// A GroupInfo by a member that is right in everything but the key to which joiners encapsulate: nobody but the
    /// members can tell.
    pub(super) fn forged_external_pub(&self, by: ParticipantId) -> Vec<u8> {
        let member = &self.members[&by];
        let group_info = member
            .group
            .export_group_info(member.provider.crypto(), &member.key, false);
        let mut bytes = group_info.expect("exports").to_bytes().expect("serialises");
        let parsed = parse_group_info(&bytes).expect("just made");
        let key = parsed
            .extensions()
            .external_pub()
            .expect("has one")
            .external_pub()
            .as_slice();
        let at = bytes
            .windows(key.len())
            .position(|window| window == key)
            .expect("within the bytes");
        bytes[at + key.len() - 1] ^= 1;
        // RFC 9420, section 5.1.2: SignContent is label and content, each with its length.
        let signature_at = bytes.len() - 64;
        let content = VLBytes::new(bytes[4..signature_at - 2].to_vec());
        let mut signed = VLBytes::new(b"MLS 1.0 GroupInfoTBS".to_vec())
            .tls_serialize_detached()
            .expect("serialises");
        signed.extend(content.tls_serialize_detached().expect("serialises"));
        bytes[signature_at..].copy_from_slice(&member.key.sign_message(&signed));
        bytes
    }

    #[track_caller]
    pub(super) fn assert_all_agree(&self) {
        let codes: Vec<_> = self.members.values().map(Member::safety_code).collect();
        assert!(
            codes.windows(2).all(|pair| pair[0] == pair[1]),
            "the safety codes differ"
        );
        assert!(self.members.values().all(Member::is_joined));
    }

    #[track_caller]
    pub(super) fn assert_hears(&mut self, to: ParticipantId, from: ParticipantId) {
        let message = self
            .member(from)
            .seal_application(b"hello")
            .expect("a member may speak");
        let opened = self.member(to).open_application(&message);
        assert!(
            opened.is_ok_and(|opened| opened.plaintext == b"hello" && opened.sender == from),
            "{from} to {to}"
        );
    }
}
