// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who may do what is the policy's to say, at the hello and at every message after it.

use std::sync::Arc;

use account::Standing;
use incamera_meeting::Meeting;
use policy::{AccountFacts, Policy, Preset};
use protocol::{
    ClientMessage, ErrorCode, Mode, ServerMessage, TrackKind, TrackSource, limits, message::VideoRequest, mls,
};

use crate::support::{HelloWith, MEETING, World, host_key};

#[test]
fn a_meeting_holds_as_many_people_as_its_owners_plan() {
    let mut world = World::with(Mode::Standard, |config| config.people = 2);
    let ana = world.join(HelloWith::default());
    world.join(HelloWith::default());
    let third = world.hello(HelloWith::default());
    world.check_refused(third, ErrorCode::MeetingFull);
    let again = HelloWith {
        resume: Some(ana.resume),
        ..HelloWith::default()
    };
    assert_eq!(
        world.join(again).id,
        ana.id,
        "a place that is kept is not asked about"
    );
}

#[test]
fn more_people_than_were_ever_tried_do_not_come_in_whatever_the_plan_says() {
    let mut world = World::with(Mode::Standard, |config| config.people = usize::MAX);
    for _ in 0..limits::PARTICIPANTS {
        world.join(HelloWith::default());
    }
    let one_more = world.hello(HelloWith::default());
    world.check_refused(one_more, ErrorCode::MeetingFull);
}

#[test]
fn nobody_comes_to_the_meeting_of_somebody_who_is_suspended() {
    for standing in [Standing::Suspended, Standing::Terminated] {
        let mut world = World::with(Mode::E2ee, |config| config.owner_standing = Some(standing));
        let ana = world.hello(HelloWith::default());
        world.check_refused(ana, ErrorCode::AccountSuspended);
    }
    let mut world = World::with(Mode::E2ee, |config| {
        config.owner_standing = Some(Standing::Limited);
    });
    world.join(HelloWith::default());
}

#[test]
fn a_guest_is_refused_where_the_policy_wants_an_account() {
    let rule = r#"
        @id("accounts-only") @reason("Only accounts join.")
        forbid (principal is Guest, action == Action::"JoinMeeting", resource);
    "#;
    let mut world = World::with(Mode::Standard, |config| config.policy = with_rule(rule));
    let guest = world.hello(HelloWith::default());
    world.check_refused(guest, ErrorCode::NotAllowed);
    world.join(HelloWith {
        account: Some(AccountFacts::new()),
        ..HelloWith::default()
    });
}

#[test]
fn a_suspended_account_takes_part_but_does_not_host_even_with_the_host_key() {
    let mut world = World::new(Mode::Standard);
    let suspended = AccountFacts {
        standing: Standing::Suspended,
        ..AccountFacts::new()
    };
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        account: Some(suspended),
        ..HelloWith::default()
    });
    let ben = world.join(HelloWith::default());
    let remove = ClientMessage::RemoveParticipant { participant: ben.id };
    world.say(ana.connection, &remove);
    world.check_rejected(ana.connection, ErrorCode::NotAllowed);
    world.say(ana.connection, &ClientMessage::Ping);
    assert_eq!(world.received(ana.connection), [ServerMessage::Pong]);
    world.say(ana.connection, &signed_end());
    world.check_rejected(ana.connection, ErrorCode::NotAllowed);
    assert!(!world.has_ended);
}

#[test]
fn what_only_hosts_may_is_refused_with_that_word() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    let remove = ClientMessage::RemoveParticipant { participant: ben.id };
    world.say(ana.connection, &remove);
    world.check_rejected(ana.connection, ErrorCode::NotHost);
}

#[test]
fn a_track_that_is_not_allowed_stays_off_and_the_others_go_on() {
    let rule = r#"
        @id("no-screens") @reason("Nobody shares a screen.")
        forbid (principal, action == Action::"ShareScreen", resource);
    "#;
    let mut world = World::with(Mode::Standard, |config| config.policy = with_rule(rule));
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.forget_received();
    let everything = ClientMessage::SetTracks {
        active: TrackKind::ALL.to_vec(),
    };
    world.say(ana.connection, &everything);
    let told = world.received(ben.connection);
    let [ServerMessage::RosterChanged { entry }] = &told[..] else {
        panic!("one change: {told:?}");
    };
    assert_eq!(entry.tracks, [TrackKind::Microphone, TrackKind::Camera]);
    world.check_rejected(ana.connection, ErrorCode::NotAllowed);
}

#[test]
fn every_message_is_asked_about() {
    let rule = r#"
        @id("nobody-takes-part") @reason("Nobody takes part.")
        forbid (principal, action == Action::"TakePart", resource);
    "#;
    for mode in [Mode::Standard, Mode::E2ee] {
        let mut world = World::new(mode);
        let ana = world.join(HelloWith {
            host: Some(host_key()),
            ..HelloWith::default()
        });
        world.meeting.set_policy(with_rule(rule));
        for message in every_message() {
            world.say(ana.connection, &message);
            world.check_rejected(ana.connection, ErrorCode::NotAllowed);
        }
        assert!(!world.has_ended);
    }
}

#[test]
fn a_closed_meeting_refuses_everybody_and_keeps_nobody() {
    for mode in [Mode::Standard, Mode::E2ee] {
        let mut world = World::new(mode);
        let ana = world.join(HelloWith::default());
        let ben = world.join(HelloWith::default());
        world.close(ErrorCode::AccountSuspended);
        for connection in [ana.connection, ben.connection] {
            world.check_refused(connection, ErrorCode::AccountSuspended);
        }
        let again = world.hello(HelloWith {
            resume: Some(ana.resume),
            ..HelloWith::default()
        });
        world.check_refused(again, ErrorCode::AccountSuspended);
        assert!(world.meeting.is_idle() && !world.meeting.is_ended());
        // The shell opens it anew once the owner is in good standing again.
        let stored = world.stored.clone().expect("it was stored");
        let restored = Meeting::restore(world.now, world.config.clone(), &stored).expect("own state");
        assert_eq!(restored.participant_count(), 0);
    }
}

fn every_message() -> Vec<ClientMessage> {
    let source = TrackSource {
        participant: protocol::ParticipantId(1),
        kind: TrackKind::Camera,
    };
    vec![
        ClientMessage::RenewLeaf {
            leaf_key: vec![1; 32],
        },
        ClientMessage::Leave,
        signed_end(),
        ClientMessage::RemoveParticipant {
            participant: source.participant,
        },
        ClientMessage::AnnounceRemoval {
            participant: source.participant,
        },
        ClientMessage::Offer {
            transport: 1,
            sdp: protocol::Redacted(String::new()),
            publish: Vec::new(),
        },
        ClientMessage::SetTracks {
            active: vec![TrackKind::Camera],
        },
        ClientMessage::Subscribe {
            videos: vec![VideoRequest { source, height: 100 }],
        },
        ClientMessage::RequestKeyframe { source },
        ClientMessage::CreateGroup {
            group_info: Vec::new(),
        },
        ClientMessage::Commit {
            epoch: 0,
            commit: Vec::new(),
            group_info: Vec::new(),
        },
        ClientMessage::CommitAccepted { epoch: 0 },
        ClientMessage::CommitRefused {
            epoch: 0,
            commit_hash: Vec::new(),
            signature: Vec::new(),
        },
        ClientMessage::Application { message: Vec::new() },
        ClientMessage::WantGroup,
        ClientMessage::Ping,
    ]
}

fn signed_end() -> ClientMessage {
    use ed25519_dalek::Signer as _;
    let message = mls::end_meeting_message(MEETING, Mode::Standard);
    ClientMessage::EndMeeting {
        signature: host_key().sign(&message).to_vec(),
    }
}

/// The default policy and one rule more.
fn with_rule(rule: &str) -> Arc<Policy> {
    let text = Policy::preset(Preset::default()).text().to_owned() + rule;
    Arc::new(Policy::parse(&text).expect("a rule of the schema"))
}
