// SPDX-License-Identifier: MIT OR Apache-2.0
//! What members refuse. The hostile parts are built with OpenMLS directly: our own `Member` would not make them.

use openmls::{
    messages::external_proposals::ExternalProposal,
    prelude::{
        GroupEpoch, GroupId, KeyPackage, LeafNodeIndex, MlsMessageBodyIn, MlsMessageIn, OpenMlsProvider as _,
        SenderExtensionIndex,
    },
};
use protocol::{MeetingLink, Mode, ParticipantId, link::HostPart};
use sha2::{Digest as _, Sha256};
use tls_codec::Deserialize as _;

use super::room::{ALICE, BOB, CAROL, MALLORY, Room};
use crate::{
    CommitBundle, CommitRefusal, JoinError, Member, MemberConfig, MemberError, ProposalRefusal,
    member::{
        binding::{CIPHERSUITE, Expectations, capabilities, credential, leaf_binding, leaf_extensions},
        provider::{LeafKey, Provider},
    },
};

/// Joins with another link than the room's, as if the joiner's own checks were cut out.
fn join_unchecked(room: &mut Room, link: &MeetingLink, claims: ParticipantId) -> CommitBundle {
    let config = MemberConfig {
        link: link.clone(),
        ..room.config(claims)
    };
    let expectations = Expectations::new(&config).expect("a link of the right mode");
    room.join_bound(&config.leaf_key, &expectations.bind_leaf(&config))
}

fn other_secret(room: &Room) -> MeetingLink {
    MeetingLink {
        secret: Some([0xEE; 32]),
        ..crate::invitation(&room.link)
    }
}

#[track_caller]
fn check_all_refuse(room: &mut Room, by: ParticipantId, bundle: &CommitBundle, expected: CommitRefusal) {
    let epochs: Vec<_> = room.members.values().map(Member::epoch).collect();
    for (who, result) in room.broadcast(by, bundle) {
        assert_eq!(result, Err(expected), "{who}");
    }
    assert_eq!(
        room.members.values().map(Member::epoch).collect::<Vec<_>>(),
        epochs,
        "nobody moved"
    );
    room.assert_all_agree();
}

#[test]
fn a_ghost_without_the_link_secret_is_refused_by_all() {
    let mut room = Room::of(&[ALICE, BOB], 21);
    let link = other_secret(&room);
    let ghost = join_unchecked(&mut room, &link, MALLORY);
    check_all_refuse(&mut room, MALLORY, &ghost, CommitRefusal::NoAdmissionProof);
    assert!(CommitRefusal::NoAdmissionProof.deserves_report() && CommitRefusal::NoAdmissionProof.is_ghost());
    room.assert_hears(ALICE, BOB);
}

#[test]
fn a_ghost_with_somebody_elses_binding_is_refused() {
    let mut room = Room::of(&[ALICE, BOB], 22);
    let bob = room.member(BOB);
    let stolen = leaf_binding(bob.group.own_leaf_node().expect("bob has a leaf"));
    let stolen = stolen.expect("bob's leaf is bound");
    let key = LeafKey::generate(&mut room.rng);
    let ghost = room.join_bound(&key, &stolen);
    check_all_refuse(&mut room, BOB, &ghost, CommitRefusal::NoAdmissionProof);
}

#[test]
fn somebody_with_the_link_who_claims_to_be_host_is_refused() {
    let mut room = Room::of(&[ALICE, BOB], 23);
    let link = MeetingLink {
        host: HostPart::KeySeed([0x66; 32]),
        ..room.link.clone()
    };
    let bundle = join_unchecked(&mut room, &link, MALLORY);
    check_all_refuse(&mut room, MALLORY, &bundle, CommitRefusal::FalseGrant);
}

#[test]
fn a_join_that_the_server_ascribes_to_somebody_else_is_refused() {
    let mut room = Room::of(&[ALICE, BOB], 24);
    let (_, bundle) = room.prepare_join(CAROL);
    check_all_refuse(&mut room, MALLORY, &bundle, CommitRefusal::WrongParticipant);
}

#[test]
fn an_add_by_a_member_is_refused() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 25);
    let key_package = key_package(&mut room);
    let bob = room.member(BOB);
    let (epoch, by) = (bob.epoch(), BOB);
    let bundle = bob
        .group
        .commit_builder()
        .propose_adds([key_package])
        .load_psks(bob.provider.storage())
        .expect("no psk")
        .build(bob.provider.rand(), bob.provider.crypto(), &bob.key, |_| true)
        .expect("builds")
        .stage_commit(&bob.provider)
        .expect("stages");
    let commit = bundle.into_commit().to_bytes().expect("serialises");
    for participant in [ALICE, CAROL] {
        let refused = room.member(participant).handle_commit(by, epoch, &commit);
        assert_eq!(refused, Err(CommitRefusal::AddNotAllowed));
    }
}

#[test]
fn a_removal_by_somebody_who_is_no_host_is_refused() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 26);
    assert_eq!(room.member(BOB).commit_removal(CAROL), Err(MemberError::NotHost));
    let epoch = room.member(BOB).epoch();
    let leaf = LeafNodeIndex::new(room.member(BOB).leaf_of(CAROL).expect("carol has a leaf"));
    let bundle = room.member(BOB).commit(&[leaf]).expect("MLS itself has no hosts");
    for participant in [ALICE, CAROL] {
        let refused = room.member(participant).handle_commit(BOB, epoch, &bundle.commit);
        assert_eq!(refused, Err(CommitRefusal::RemoveNotAllowed));
    }
}

#[test]
fn a_commit_that_changes_whose_leaf_it_is_is_refused() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 27);
    let bob = room.member(BOB);
    let epoch = bob.epoch();
    let mut binding = leaf_binding(bob.group.own_leaf_node().expect("a leaf")).expect("a binding");
    binding.participant = CAROL;
    let leaf = openmls::prelude::LeafNodeParameters::builder()
        .with_capabilities(capabilities())
        .with_extensions(leaf_extensions(&binding).expect("a valid extension"))
        .build();
    let commit = bob
        .group
        .commit_builder()
        .force_self_update(true)
        .leaf_node_parameters(leaf)
        .load_psks(bob.provider.storage())
        .expect("no psk")
        .build(bob.provider.rand(), bob.provider.crypto(), &bob.key, |_| true)
        .expect("builds")
        .stage_commit(&bob.provider)
        .expect("stages")
        .into_commit()
        .to_bytes()
        .expect("serialises");
    assert_eq!(
        room.member(ALICE).handle_commit(BOB, epoch, &commit),
        Err(CommitRefusal::BindingChanged)
    );
}

#[test]
fn the_server_may_propose_nothing_but_removals() {
    let mut room = Room::of(&[ALICE, BOB], 28);
    let key_package = key_package(&mut room);
    let epoch = room.member(ALICE).epoch();
    let (group, sender) = (
        GroupId::from_slice(room.link.meeting.as_bytes()),
        SenderExtensionIndex::new(0),
    );
    let add = ExternalProposal::new_add::<Provider>(
        key_package,
        group.clone(),
        GroupEpoch::from(epoch),
        &room.server,
        sender,
    );
    let add = add.expect("signs").to_bytes().expect("serialises");
    assert_eq!(
        room.member(ALICE).handle_proposal(epoch, &add),
        Err(ProposalRefusal::NotAllowed)
    );
    let extensions = room.member(ALICE).group.extensions().clone();
    let change = ExternalProposal::new_group_context_extensions::<Provider>(
        extensions,
        group,
        GroupEpoch::from(epoch),
        &room.server,
        sender,
    );
    let change = change.expect("signs").to_bytes().expect("serialises");
    assert_eq!(
        room.member(ALICE).handle_proposal(epoch, &change),
        Err(ProposalRefusal::NotAllowed)
    );
    assert_eq!(
        room.member(ALICE).commit_proposals(),
        Err(MemberError::NothingToCommit)
    );
    let mut proposal = room.removal_proposal(1);
    let last = proposal.len() - 1;
    proposal[last] ^= 1;
    assert_eq!(
        room.member(ALICE).handle_proposal(epoch, &proposal),
        Err(ProposalRefusal::Invalid)
    );
}

#[test]
fn a_link_with_a_wrong_secret_gets_in_nowhere() {
    let mut room = Room::of(&[ALICE, BOB], 29);
    let config = MemberConfig {
        link: other_secret(&room),
        ..room.config(MALLORY)
    };
    let state = room.state();
    assert!(room.join_with(&config, &state).err() == Some(JoinError::WrongSecret));
}

#[test]
fn a_joiner_refuses_a_group_with_a_ghost_in_it() {
    let mut room = Room::of(&[ALICE, BOB], 30);
    let link = other_secret(&room);
    let ghost = join_unchecked(&mut room, &link, MALLORY);
    let alice = room.member(ALICE);
    let message = MlsMessageIn::tls_deserialize_exact(&ghost.commit).expect("a message");
    let MlsMessageBodyIn::PublicMessage(message) = message.extract() else {
        panic!("a public message")
    };
    let message = openmls::prelude::ProtocolMessage::from(message);
    let processed = alice
        .group
        .process_message(&alice.provider, message)
        .expect("valid to MLS");
    let openmls::prelude::ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content()
    else {
        panic!("a commit")
    };
    alice
        .group
        .merge_staged_commit(&alice.provider, *staged)
        .expect("alice colludes");
    room.group_info = ghost.group_info;
    let (config, state) = (room.config(CAROL), room.state());
    let refused = room.join_with(&config, &state).err();
    assert_eq!(refused, Some(JoinError::GhostMember { participant: MALLORY }));
}

#[test]
fn another_mode_another_host_and_another_meeting_are_refused() {
    let mut room = Room::of(&[ALICE, BOB], 31);
    let state = room.state();
    let honest = room.config(CAROL);
    let mut check = |link: MeetingLink, expected: JoinError| {
        let config = MemberConfig {
            link,
            ..honest.clone()
        };
        assert!(room.join_with(&config, &state).err() == Some(expected));
    };
    let link = honest.link.clone();
    check(
        MeetingLink {
            secret: None,
            ..link.clone()
        },
        JoinError::WrongMode,
    );
    check(
        MeetingLink {
            host: HostPart::Fingerprint([1; 32]),
            ..link.clone()
        },
        JoinError::WrongHost,
    );
    check(
        MeetingLink {
            meeting: protocol::MeetingId::new([6; 16]),
            ..link
        },
        JoinError::WrongMeeting,
    );
}

#[test]
fn a_group_bound_to_the_other_mode_is_refused() {
    let mut room = Room::of_alice(32);
    let config = room.config(ALICE);
    let created = Member::create_in(Mode::Standard, &config, &mut room.rng);
    let (flipped, group_info) = created.expect("MLS itself has no modes");
    room.members.insert(ALICE, flipped);
    room.group_info = group_info;
    let (config, state) = (room.config(BOB), room.state());
    assert!(room.join_with(&config, &state).err() == Some(JoinError::WrongMode));
}

#[test]
fn another_external_sender_than_the_servers_is_refused() {
    let mut room = Room::of(&[ALICE, BOB], 33);
    let config = MemberConfig {
        external_sender: vec![1; 32],
        ..room.config(CAROL)
    };
    let state = room.state();
    assert!(room.join_with(&config, &state).err() == Some(JoinError::BadGroup));
}

#[test]
fn a_poisoned_commit_is_refused_signed_and_rolled_back() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 34);
    let epoch = room.member(ALICE).epoch();
    let honest = room.group_info.clone();
    room.group_info = room.forged_external_pub(BOB);
    let (_, poisoned) = room.prepare_join(MALLORY);
    room.group_info = honest;
    check_all_refuse(&mut room, MALLORY, &poisoned, CommitRefusal::Poisoned);
    for participant in [ALICE, BOB, CAROL] {
        let member = room.member(participant);
        let refusal = member.refusal(epoch, &poisoned.commit);
        assert_eq!(refusal.commit_hash, Sha256::digest(&poisoned.commit).to_vec());
        let message = protocol::mls::commit_refusal_message(member.meeting(), epoch, &refusal.commit_hash);
        let key = member
            .group
            .own_leaf_node()
            .expect("a leaf")
            .signature_key()
            .as_slice()
            .to_vec();
        assert!(crate::meeting::verify(&key, &message, &refusal.signature));
        assert_eq!(member.rollback(epoch), Ok(()), "who refused is there already");
    }
    room.assert_hears(ALICE, BOB);
    room.join(ParticipantId(7));
}

#[test]
fn broken_bytes_are_refused_everywhere_without_a_panic() {
    let mut room = Room::of(&[ALICE, BOB], 35);
    let (_, bundle) = room.prepare_join(CAROL);
    let application = room
        .member(BOB)
        .seal_application(b"hello")
        .expect("a member may speak");
    let state = room.state();
    let config = room.config(CAROL);
    let alice = room.members.get_mut(&ALICE).expect("in the room");
    for position in (0..bundle.commit.len()).step_by(97) {
        let mut bytes = bundle.commit.clone();
        bytes[position] ^= 0x55;
        assert!(
            alice.handle_commit(CAROL, bundle.epoch, &bytes).is_err(),
            "byte {position}"
        );
        assert!(
            alice
                .handle_commit(CAROL, bundle.epoch, &bytes[..position])
                .is_err()
        );
        assert!(alice.handle_proposal(bundle.epoch, &bytes).is_err());
    }
    for position in 0..application.len() {
        let mut bytes = application.clone();
        bytes[position] ^= 0x55;
        assert!(alice.open_application(&bytes).is_err(), "byte {position}");
        assert!(alice.open_application(&bytes[..position]).is_err());
    }
    assert!(
        alice.open_application(&application).is_ok(),
        "forgeries do not use up the message"
    );
    for position in (0..state.group_info.len()).step_by(37) {
        let mut bad = state.clone();
        bad.group_info[position] ^= 0x55;
        assert!(
            Member::join(&config, &bad, &mut room.rng).is_err(),
            "byte {position}"
        );
    }
    for position in (0..state.ratchet_tree.len()).step_by(211) {
        let mut bad = state.clone();
        bad.ratchet_tree[position] ^= 0x55;
        assert!(
            Member::join(&config, &bad, &mut room.rng).is_err(),
            "byte {position}"
        );
    }
}

fn key_package(room: &mut Room) -> KeyPackage {
    let provider = Provider::new(&mut room.rng);
    let key = LeafKey::generate(&mut room.rng);
    let credential = openmls::prelude::CredentialWithKey {
        credential: credential(MALLORY),
        signature_key: key.public().to_vec().into(),
    };
    let bundle = KeyPackage::builder()
        .leaf_node_capabilities(capabilities())
        .build(CIPHERSUITE, &provider, &key, credential);
    bundle.expect("builds").key_package().clone()
}
