// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whatever a client sends, it gets a code, and at most its own connection is closed.

use std::time::Duration;

use crate::support::{HelloWith, MEETING, World};
use incamera_meeting::Greeting;
use protocol::{
    ClientMessage, ErrorCode, Mode, ParticipantId, Redacted, ServerMessage, TrackKind, TrackSource, encode,
    limits, message::VideoRequest,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

#[test]
fn bytes_that_are_no_message_cost_the_offender_its_connection() {
    for (bytes, code) in [
        (Vec::new(), ErrorCode::Malformed),
        (vec![0xFF; 100], ErrorCode::Malformed),
        (
            [encode(&ClientMessage::Ping), vec![0]].concat(),
            ErrorCode::Malformed,
        ),
        (vec![0; limits::MESSAGE_BYTES + 1], ErrorCode::TooLarge),
    ] {
        let mut world = World::new(Mode::Standard);
        let ana = world.join(HelloWith::default());
        let ben = world.join(HelloWith::default());
        world.say_bytes(ben.connection, &bytes);
        world.check_refused(ben.connection, code);
        assert_eq!(world.closed(ana.connection), None);
        // The person behind it may come back.
        world.join(HelloWith {
            resume: Some(ben.resume),
            ..HelloWith::default()
        });
    }
}

#[test]
fn what_is_out_of_order_or_of_the_other_mode_is_rejected() {
    let hello = ClientMessage::Hello {
        version: 1,
        meeting: MEETING,
        mode: Mode::Standard,
        resume: None,
        epoch: None,
        host_proof: None,
        admission: Vec::new(),
        name: None,
        leaf_key: Vec::new(),
        heard: None,
        stay: None,
    };
    let of_e2ee = [
        ClientMessage::CreateGroup {
            group_info: Vec::new(),
        },
        ClientMessage::Commit {
            epoch: 0,
            commit: Vec::new(),
            group_info: Vec::new(),
        },
        ClientMessage::CommitAccepted { epoch: 1 },
        ClientMessage::CommitRefused {
            epoch: 1,
            commit_hash: Vec::new(),
            signature: Vec::new(),
        },
        ClientMessage::WantGroup,
    ];
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    for message in std::iter::once(hello).chain(of_e2ee) {
        world.say(ana.connection, &message);
        world.check_rejected(ana.connection, ErrorCode::OutOfOrder);
    }
}

#[test]
fn what_is_over_its_limit_is_rejected() {
    let source = TrackSource {
        participant: ParticipantId(1),
        kind: TrackKind::Camera,
    };
    let video = VideoRequest { source, height: 180 };
    let too_large = [
        ClientMessage::Offer {
            transport: 1,
            sdp: Redacted("v".repeat(limits::SDP_BYTES + 1)),
            publish: Vec::new(),
        },
        ClientMessage::Subscribe {
            videos: vec![video; limits::VIDEO_SLOTS + 1],
        },
        ClientMessage::Application {
            message: vec![0; 200_000],
        },
    ];
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.forget_received();
    for message in too_large {
        world.say(ana.connection, &message);
        world.check_rejected(ana.connection, ErrorCode::TooLarge);
    }
    assert!(world.media.is_empty());
    assert_eq!(world.received(ben.connection), []);
}

#[test]
fn too_many_messages_are_dropped_and_then_the_connection_is() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    for _ in 0..limits::MESSAGE_BURST {
        world.say(ana.connection, &ClientMessage::Ping);
    }
    world.forget_received();
    world.say(
        ana.connection,
        &ClientMessage::Application {
            message: b"flood".to_vec(),
        },
    );
    world.check_rejected(ana.connection, ErrorCode::RateLimited);
    assert_eq!(world.received(ben.connection), [], "nobody else notices");
    world.wait(Duration::from_secs(1));
    world.say(ana.connection, &ClientMessage::Ping);
    assert_eq!(world.received(ana.connection), [ServerMessage::Pong]);

    for _ in 0..=2 * limits::MESSAGE_BURST {
        if world.closed(ana.connection).is_none() {
            world.say(ana.connection, &ClientMessage::Ping);
        }
    }
    world.check_refused(ana.connection, ErrorCode::RateLimited);
    assert_eq!(world.closed(ben.connection), None);
}

#[test]
fn the_first_message_is_a_hello_of_this_version() {
    let hello = |version: u16, name: Option<usize>| {
        encode(&ClientMessage::Hello {
            version,
            meeting: MEETING,
            mode: Mode::Standard,
            resume: None,
            epoch: None,
            host_proof: None,
            admission: Vec::new(),
            name: name.map(|length| Redacted("n".repeat(length))),
            leaf_key: Vec::new(),
            heard: None,
            stay: None,
        })
    };
    check(&encode(&ClientMessage::Leave), Some(ErrorCode::OutOfOrder));
    check(b"", Some(ErrorCode::Malformed));
    check(&vec![0; limits::MESSAGE_BYTES + 1], Some(ErrorCode::TooLarge));
    check(&hello(2, None), Some(ErrorCode::UnsupportedVersion));
    check(&hello(1, Some(limits::NAME_BYTES + 1)), Some(ErrorCode::TooLarge));
    check(&hello(1, Some(limits::NAME_BYTES)), None);
}

#[track_caller]
fn check(first: &[u8], refused: Option<ErrorCode>) {
    let (greeting, _) = Greeting::new(&mut ChaCha20Rng::seed_from_u64(1));
    assert_eq!(greeting.handle_message(first).err(), refused);
}
