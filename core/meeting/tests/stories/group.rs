// SPDX-License-Identifier: MIT OR Apache-2.0
//! End-to-end meetings as far as they go without a key: who is outside the group, and what the server takes from it. With
//! keys, see the simulator.

use protocol::{ClientMessage, ErrorCode, Mode, ParticipantId, ServerMessage};

use crate::support::{HelloWith, MEETING, World, host_key};

#[test]
fn the_first_to_come_is_told_that_there_is_no_group() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(HelloWith::default());
    assert!(ana.key.is_none(), "the server has no key to give");
    world.say(ana.connection, &ClientMessage::WantGroup);
    assert_eq!(
        world.received(ana.connection),
        [ServerMessage::Group { group: None }]
    );
}

#[test]
fn what_is_no_group_and_no_commit_changes_nothing() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.forget_received();
    for (message, code) in [
        (
            ClientMessage::CreateGroup {
                group_info: Vec::new(),
            },
            ErrorCode::InvalidCommit,
        ),
        (
            ClientMessage::CreateGroup {
                group_info: vec![0xFF; 500],
            },
            ErrorCode::InvalidCommit,
        ),
        (
            ClientMessage::CreateGroup {
                group_info: vec![0; 500_000],
            },
            ErrorCode::TooLarge,
        ),
        (
            ClientMessage::Commit {
                epoch: 0,
                commit: vec![1; 100],
                group_info: vec![1; 100],
            },
            ErrorCode::StaleEpoch,
        ),
    ] {
        world.say(ana.connection, &message);
        assert_eq!(
            world.received(ana.connection),
            [ServerMessage::CommitRejected { code, epoch: 0 }]
        );
    }
    assert_eq!(world.received(ben.connection), []);
    assert!(world.media.is_empty(), "{:?}", world.media);
}

#[test]
fn a_refusal_of_a_commit_that_nobody_made_is_rejected() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(HelloWith::default());
    let refusal = ClientMessage::CommitRefused {
        epoch: 0,
        commit_hash: vec![0; 32],
        signature: vec![0; 64],
    };
    world.say(ana.connection, &refusal);
    world.check_rejected(ana.connection, ErrorCode::InvalidCommit);
}

#[test]
fn whoever_is_not_in_the_group_neither_sends_nor_gets_messages() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.forget_received();
    world.say(
        ana.connection,
        &ClientMessage::Application {
            message: b"hello".to_vec(),
        },
    );
    world.check_rejected(ana.connection, ErrorCode::OutOfOrder);
    assert_eq!(world.received(ben.connection), []);
}

#[test]
fn a_host_removes_by_announcing_and_nobody_else_does() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    let ben = world.join(HelloWith::default());
    world.say(
        ana.connection,
        &ClientMessage::RemoveParticipant { participant: ben.id },
    );
    world.check_rejected(ana.connection, ErrorCode::OutOfOrder);
    world.say(
        ben.connection,
        &ClientMessage::AnnounceRemoval { participant: ana.id },
    );
    world.check_rejected(ben.connection, ErrorCode::NotHost);
    world.say(
        ana.connection,
        &ClientMessage::AnnounceRemoval {
            participant: ParticipantId(9),
        },
    );
    world.check_rejected(ana.connection, ErrorCode::NotFound);

    world.forget_received();
    world.say(
        ana.connection,
        &ClientMessage::AnnounceRemoval { participant: ben.id },
    );
    world.check_refused(ben.connection, ErrorCode::Removed);
    let peer = sfu::PeerKey {
        meeting: MEETING,
        participant: ben.id,
    };
    assert!(
        matches!(world.media.first(), Some(sfu::SfuCommand::Block { peer: blocked }) if *blocked == peer)
    );
    let back = world.hello(HelloWith {
        resume: Some(ben.resume),
        ..HelloWith::default()
    });
    world.check_refused(back, ErrorCode::Removed);
}

#[test]
fn the_host_key_alone_does_not_end_an_end_to_end_meeting() {
    use ed25519_dalek::Signer as _;
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    let message = protocol::mls::end_meeting_message(MEETING, Mode::E2ee);
    let signature = host_key().sign(&message).to_bytes().to_vec();
    // Only a leaf in the tree may, so that every member can check who did.
    world.say(ana.connection, &ClientMessage::EndMeeting { signature });
    world.check_rejected(ana.connection, ErrorCode::NotHost);
    assert!(!world.meeting.is_ended());
}

#[test]
fn an_epoch_that_the_server_does_not_know_is_no_way_back_in() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(HelloWith::default());
    world.disconnect(ana.connection);
    let again = world.join(HelloWith {
        resume: Some(ana.resume),
        epoch: Some(7),
        ..HelloWith::default()
    });
    assert_eq!(again.id, ana.id);
    world.say(
        again.connection,
        &ClientMessage::Application {
            message: b"hello".to_vec(),
        },
    );
    world.check_rejected(again.connection, ErrorCode::OutOfOrder);
}
