// SPDX-License-Identifier: MIT OR Apache-2.0
//! Coming, going and coming back.

use std::time::Duration;

use crate::support::{HelloWith, World, host_key, ids};
use protocol::{ClientMessage, ErrorCode, Mode, ParticipantId, Redacted, ResumeToken, ServerMessage, limits};

#[test]
fn whoever_joins_sees_everybody_and_is_seen() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith {
        name: Some("Ana"),
        ..HelloWith::default()
    });
    let ben = world.join(HelloWith {
        name: Some("Ben"),
        ..HelloWith::default()
    });
    assert_eq!(ids(&ana.roster), [1]);
    assert_eq!(ids(&ben.roster), [1, 2]);
    assert_eq!(ben.roster[0].name, Some(Redacted(String::from("Ana"))));
    let seen = world.received(ana.connection);
    assert!(
        matches!(&seen[..], [ServerMessage::RosterChanged { entry }]
            if entry.participant == ben.id && entry.is_connected && !entry.is_host),
        "{seen:?}"
    );
}

#[test]
fn names_are_not_passed_on_in_end_to_end_meetings() {
    let mut world = World::new(Mode::E2ee);
    world.join(HelloWith {
        name: Some("Ana"),
        ..HelloWith::default()
    });
    let ben = world.join(HelloWith {
        name: Some("Ben"),
        ..HelloWith::default()
    });
    assert!(ben.roster.iter().all(|entry| entry.name.is_none()));
}

#[test]
fn whoever_leaves_is_gone_for_the_others() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.forget_received();
    world.say(ben.connection, &ClientMessage::Leave);
    assert_eq!(world.closed(ben.connection), Some(None));
    let seen = world.received(ana.connection);
    assert_eq!(
        seen.first(),
        Some(&ServerMessage::RosterLeft { participant: ben.id })
    );
    assert!(!world.meeting.is_idle());
    world.say(ana.connection, &ClientMessage::Leave);
    assert!(world.meeting.is_idle());
}

#[test]
fn a_lost_connection_is_shown_and_forgiven_for_a_while() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.forget_received();
    world.disconnect(ben.connection);
    let seen = world.received(ana.connection);
    assert!(
        matches!(&seen[..], [ServerMessage::RosterChanged { entry }]
            if entry.participant == ben.id && !entry.is_connected),
        "{seen:?}"
    );
    world.wait(limits::RESUME_WITHIN - Duration::from_millis(1));
    assert_eq!(world.received(ana.connection), []);
    let again = world.join(HelloWith {
        resume: Some(ben.resume),
        epoch: Some(1),
        ..HelloWith::default()
    });
    assert_eq!(again.id, ben.id);
    world.wait(limits::RESUME_WITHIN * 2);
    let seen = world.received(ana.connection);
    assert!(
        matches!(&seen[..], [ServerMessage::RosterChanged { entry }]
            if entry.participant == ben.id && entry.is_connected),
        "{seen:?}"
    );
}

#[test]
fn whoever_does_not_come_back_in_time_is_gone() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.disconnect(ben.connection);
    world.forget_received();
    world.wait(limits::RESUME_WITHIN);
    let seen = world.received(ana.connection);
    assert!(
        seen.contains(&ServerMessage::RosterLeft { participant: ben.id }),
        "{seen:?}"
    );
}

#[test]
fn whoever_left_may_come_back_as_the_same_participant() {
    let mut world = World::new(Mode::Standard);
    world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.say(ben.connection, &ClientMessage::Leave);
    let again = world.join(HelloWith {
        resume: Some(ben.resume),
        ..HelloWith::default()
    });
    assert_eq!(again.id, ben.id);
    assert_eq!(ids(&again.roster), [1, 2]);
}

#[test]
fn a_second_connection_takes_over_from_the_first() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let again = world.join(HelloWith {
        resume: Some(ana.resume),
        ..HelloWith::default()
    });
    assert_eq!(again.id, ana.id);
    world.check_refused(ana.connection, ErrorCode::Superseded);
    // What the first connection still says, and its end, change nothing.
    world.say(ana.connection, &ClientMessage::Leave);
    world.disconnect(ana.connection);
    assert_eq!(world.meeting.participant_count(), 1);
    world.say(again.connection, &ClientMessage::Ping);
    assert_eq!(world.received(again.connection), [ServerMessage::Pong]);
}

#[test]
fn a_forged_or_foreign_token_is_nobodys() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let mut forged = ana.resume.as_bytes().to_vec();
    forged[3] ^= 3;
    for token in [
        ResumeToken::new(forged),
        ResumeToken::new(Vec::new()),
        ResumeToken::new(vec![0; 4096]),
    ] {
        let connection = world.hello(HelloWith {
            resume: Some(token),
            ..HelloWith::default()
        });
        world.check_refused(connection, ErrorCode::ForeignToken);
    }
    assert_eq!(world.meeting.participant_count(), 1);
    assert_eq!(world.closed(ana.connection), None);
}

#[test]
fn a_token_from_before_the_state_was_lost_takes_over_nobody() {
    let mut world = World::new(Mode::Standard);
    let before = world.join(HelloWith::default());
    world.stored = None;
    world.restart();
    let ana = world.join(HelloWith::default());
    assert_eq!(ana.id, before.id, "numbers begin anew");
    let connection = world.hello(HelloWith {
        resume: Some(before.resume),
        ..HelloWith::default()
    });
    world.check_refused(connection, ErrorCode::ForeignToken);
    assert_eq!(world.closed(ana.connection), None);
}

#[test]
fn a_link_of_the_other_mode_is_refused() {
    for (mode, other) in [(Mode::Standard, Mode::E2ee), (Mode::E2ee, Mode::Standard)] {
        let mut world = World::new(mode);
        let connection = world.hello(HelloWith {
            mode: Some(other),
            ..HelloWith::default()
        });
        world.check_refused(connection, ErrorCode::WrongMode);
        assert!(world.meeting.is_idle());
    }
}

#[test]
fn a_full_meeting_takes_nobody_more_until_somebody_leaves() {
    let mut world = World::new(Mode::Standard);
    let first = world.join(HelloWith::default());
    for _ in 1..limits::PARTICIPANTS {
        world.join(HelloWith::default());
    }
    let late = world.hello(HelloWith::default());
    world.check_refused(late, ErrorCode::MeetingFull);
    // Coming back is not coming.
    let again = world.join(HelloWith {
        resume: Some(first.resume),
        ..HelloWith::default()
    });
    world.say(again.connection, &ClientMessage::Leave);
    world.join(HelloWith::default());
}

#[test]
fn a_host_is_who_proves_the_key_and_stays_it_over_a_reload() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    assert!(ana.roster[0].is_host);
    let again = world.join(HelloWith {
        resume: Some(ana.resume),
        ..HelloWith::default()
    });
    assert!(again.roster[0].is_host);
}

#[test]
fn a_proof_by_another_key_is_refused() {
    let mut world = World::new(Mode::Standard);
    let other = ed25519_dalek::SigningKey::from_bytes(&[8; 32]);
    let connection = world.hello(HelloWith {
        host: Some(other),
        ..HelloWith::default()
    });
    world.check_refused(connection, ErrorCode::NotHost);
}

#[test]
fn people_come_back_after_the_server_restarted() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    let ben = world.join(HelloWith::default());
    world.restart();
    let again = world.join(HelloWith {
        resume: Some(ana.resume),
        ..HelloWith::default()
    });
    assert_eq!(again.id, ana.id);
    assert_eq!(ids(&again.roster), [1, 2]);
    assert!(again.roster[0].is_host);
    assert!(!again.roster[1].is_connected);
    let carol = world.join(HelloWith::default());
    assert_eq!(carol.id, ParticipantId(3), "a new person gets nobody's number");
    world.forget_received();
    world.wait(incamera_meeting::RETURN_AFTER_RESTART_WITHIN);
    let seen = world.received(again.connection);
    assert!(
        seen.contains(&ServerMessage::RosterLeft { participant: ben.id }),
        "{seen:?}"
    );
}

#[test]
fn whoever_cannot_prove_the_link_secret_is_refused_before_anybody_is_there() {
    let mut world = World::new(Mode::E2ee);
    let stranger = world.hello(HelloWith {
        has_wrong_secret: true,
        ..HelloWith::default()
    });
    world.check_refused(stranger, ErrorCode::WrongSecret);
    world.join(HelloWith::default());
}
