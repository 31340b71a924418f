// SPDX-License-Identifier: MIT OR Apache-2.0
//! What only hosts may do in a standard meeting.

use crate::support::{HelloWith, MEETING, World, host_key};
use ed25519_dalek::Signer as _;
use protocol::{ClientMessage, ErrorCode, Mode, ParticipantId, ServerMessage, mls};
use sfu::SfuCommand;

#[test]
fn a_removed_participant_is_out_at_once_and_cannot_resume() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    let ben = world.join(HelloWith::default());
    world.forget_received();
    world.say(
        ana.connection,
        &ClientMessage::RemoveParticipant { participant: ben.id },
    );
    world.check_refused(ben.connection, ErrorCode::Removed);
    let peer = sfu::PeerKey {
        meeting: MEETING,
        participant: ben.id,
    };
    assert!(
        matches!(&world.media[..], [SfuCommand::Block { peer: blocked }, SfuCommand::RemovePeer { peer: gone }, ..]
            if *blocked == peer && *gone == peer),
        "{:?}",
        world.media
    );
    let seen = world.received(ana.connection);
    assert!(seen.contains(&ServerMessage::RosterLeft { participant: ben.id }));

    let again = world.hello(HelloWith {
        resume: Some(ben.resume.clone()),
        ..HelloWith::default()
    });
    world.check_refused(again, ErrorCode::Removed);
    world.restart();
    let again = world.hello(HelloWith {
        resume: Some(ben.resume),
        ..HelloWith::default()
    });
    world.check_refused(again, ErrorCode::Removed);
}

#[test]
fn who_is_no_host_removes_nobody() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    let ben = world.join(HelloWith::default());
    world.forget_received();
    world.say(
        ben.connection,
        &ClientMessage::RemoveParticipant { participant: ana.id },
    );
    world.check_rejected(ben.connection, ErrorCode::NotHost);
    assert_eq!(world.received(ana.connection), []);
    assert!(world.media.is_empty());
}

#[test]
fn removing_nobody_or_oneself_is_rejected() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    world.say(
        ana.connection,
        &ClientMessage::RemoveParticipant {
            participant: ParticipantId(99),
        },
    );
    world.check_rejected(ana.connection, ErrorCode::NotFound);
    world.say(
        ana.connection,
        &ClientMessage::RemoveParticipant { participant: ana.id },
    );
    world.check_rejected(ana.connection, ErrorCode::OutOfOrder);
    world.say(
        ana.connection,
        &ClientMessage::AnnounceRemoval {
            participant: ParticipantId(2),
        },
    );
    world.check_rejected(ana.connection, ErrorCode::OutOfOrder);
}

#[test]
fn a_host_ends_the_meeting_for_everybody_and_for_ever() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    let ben = world.join(HelloWith::default());
    let signature = host_key()
        .sign(&mls::end_meeting_message(MEETING, Mode::Standard))
        .to_bytes()
        .to_vec();
    world.say(
        ana.connection,
        &ClientMessage::EndMeeting {
            signature: signature.clone(),
        },
    );
    for connection in [ana.connection, ben.connection] {
        let last = world.received(connection).pop();
        assert_eq!(
            last,
            Some(ServerMessage::Ended {
                by: ana.id,
                signature: signature.clone()
            })
        );
        assert_eq!(world.closed(connection), Some(None));
    }
    assert!(world.has_ended && world.meeting.is_ended());
    let late = world.hello(HelloWith::default());
    world.check_refused(late, ErrorCode::MeetingEnded);
    let back = world.hello(HelloWith {
        resume: Some(ben.resume),
        ..HelloWith::default()
    });
    world.check_refused(back, ErrorCode::MeetingEnded);
}

#[test]
fn the_end_needs_the_host_keys_signature_over_this_meeting_and_mode() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    let sign = |key: ed25519_dalek::SigningKey, message: Vec<u8>| key.sign(&message).to_bytes().to_vec();
    let other = ed25519_dalek::SigningKey::from_bytes(&[8; 32]);
    let wrong = [
        Vec::new(),
        vec![0; 64],
        sign(other, mls::end_meeting_message(MEETING, Mode::Standard)),
        sign(host_key(), mls::end_meeting_message(MEETING, Mode::E2ee)),
        sign(
            host_key(),
            mls::end_meeting_message(protocol::MeetingId::new([8; 16]), Mode::Standard),
        ),
    ];
    for signature in wrong {
        world.say(ana.connection, &ClientMessage::EndMeeting { signature });
        world.check_rejected(ana.connection, ErrorCode::NotHost);
    }
    assert!(!world.meeting.is_ended());
}
