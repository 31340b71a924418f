// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whatever comes in: a typed code, only the offender closed, nobody else notices.

use futures_util::SinkExt as _;
use protocol::{ClientMessage, ErrorCode, MeetingId, Mode, ResumeToken, ServerMessage, encode, limits};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{World, hello};

#[tokio::test]
async fn before_the_hello_everything_else_is_refused() {
    let world = World::new().await;
    for (message, code) in [
        (
            Message::binary(encode(&ClientMessage::Leave)),
            ErrorCode::OutOfOrder,
        ),
        (Message::binary(vec![0xFF; 64]), ErrorCode::Malformed),
        (Message::binary(Vec::new()), ErrorCode::Malformed),
        (Message::text("hello"), ErrorCode::Malformed),
        (
            Message::binary(vec![0; limits::MESSAGE_BYTES + 1]),
            ErrorCode::TooLarge,
        ),
        (
            Message::binary(encode(&hello(MeetingId::new([1; 16]), None))),
            ErrorCode::UnknownMeeting,
        ),
    ] {
        let mut client = world.connect().await;
        client.send(message).await;
        client.check_refused(code).await;
    }
}

#[tokio::test]
async fn a_hello_that_does_not_fit_is_refused() {
    let world = World::new().await;
    let standard = world.create_meeting("standard").await;
    let e2ee = world.create_meeting("e2ee").await;
    let (_other, welcomed) = world.join(world.create_meeting("standard").await, None).await;
    for (hello, code) in [
        (hello(e2ee, None), ErrorCode::WrongMode),
        (hello(standard, Some(welcomed.resume)), ErrorCode::ForeignToken),
        (
            hello(standard, Some(ResumeToken::new(vec![7; 52]))),
            ErrorCode::ForeignToken,
        ),
        (of_version(2, standard), ErrorCode::UnsupportedVersion),
    ] {
        let mut client = world.connect().await;
        client.say(&hello).await;
        client.check_refused(code).await;
    }
}

#[tokio::test]
async fn in_the_meeting_only_the_offender_is_closed() {
    let world = World::new().await;
    let meeting = world.create_meeting("standard").await;
    let (mut ana, _) = world.join(meeting, None).await;
    for (message, code) in [
        (Message::binary(vec![0xFF; 64]), ErrorCode::Malformed),
        (Message::text("hello"), ErrorCode::Malformed),
        (
            Message::binary(vec![0; limits::MESSAGE_BYTES + 1]),
            ErrorCode::TooLarge,
        ),
    ] {
        let (mut mallory, _) = world.join(meeting, None).await;
        mallory.send(message).await;
        mallory.check_refused(code).await;
        ana.check_alive().await;
    }
}

#[tokio::test]
async fn a_message_that_the_socket_does_not_even_read_closes_it() {
    let world = World::new().await;
    let meeting = world.create_meeting("standard").await;
    let (mut ana, _) = world.join(meeting, None).await;
    let (mut mallory, _) = world.join(meeting, None).await;
    // The server may close before it has all arrived.
    let _ = mallory
        .socket
        .send(Message::binary(vec![0; 8 * limits::MESSAGE_BYTES]))
        .await;
    mallory.closed().await;
    ana.check_alive().await;
}

#[tokio::test]
async fn what_is_out_of_order_is_rejected_and_the_connection_goes_on() {
    let world = World::new().await;
    let meeting = world.create_meeting("standard").await;
    let (mut ana, _) = world.join(meeting, None).await;
    for message in [hello(meeting, None), ClientMessage::WantGroup] {
        ana.say(&message).await;
        let code = ErrorCode::OutOfOrder;
        assert_eq!(ana.next().await, Some(ServerMessage::Rejected { code }));
    }
    ana.check_alive().await;
}

#[tokio::test]
async fn a_lost_connection_is_resumed_and_the_older_one_superseded() {
    let world = World::new().await;
    let meeting = world.create_meeting("standard").await;
    let (mut first, before) = world.join(meeting, None).await;
    let (mut second, after) = world.join(meeting, Some(before.resume)).await;
    assert_eq!(before.id, after.id);
    first.check_refused(ErrorCode::Superseded).await;
    second.check_alive().await;
}

fn of_version(version: u16, meeting: MeetingId) -> ClientMessage {
    ClientMessage::Hello {
        version,
        meeting,
        mode: Mode::Standard,
        resume: None,
        epoch: None,
        host_proof: None,
        admission: Vec::new(),
        name: None,
        leaf_key: Vec::new(),
        heard: None,
        stay: None,
    }
}
