// SPDX-License-Identifier: MIT OR Apache-2.0
//! A restart of the server loses no meeting and nobody's place in it.

use ed25519_dalek::{Signer as _, SigningKey};
use protocol::{
    ClientMessage, ErrorCode, Mode, ServerMessage,
    http::{CreateMeeting, MeetingInfo},
    mls,
};

use crate::support::{World, hello};

#[tokio::test]
async fn people_in_a_call_come_back_after_a_restart() {
    let world = World::new().await;
    let meeting = world.create_meeting("standard").await;
    let (mut ana, ana_before) = world.join(meeting, None).await;
    let (mut ben, ben_before) = world.join(meeting, None).await;
    ana.check_alive().await;
    let world = world.restart().await;
    assert_eq!(ana.closed().await, Some(1012), "the client is told to come back");
    assert_eq!(ben.closed().await, Some(1012));

    let (mut ana, ana_after) = world.join(meeting, Some(ana_before.resume)).await;
    let (mut ben, ben_after) = world.join(meeting, Some(ben_before.resume)).await;
    assert_eq!((ana_after.id, ben_after.id), (ana_before.id, ben_before.id));
    assert!(ana_after.key == ben_after.key && ana_after.key.epoch > ana_before.key.epoch);
    ana.check_alive().await;
    ben.check_alive().await;
}

#[tokio::test]
async fn a_meeting_that_nobody_was_in_is_still_there() {
    let world = World::new().await;
    let meeting = world.create_meeting("standard").await;
    let world = world.restart().await;
    world.join(meeting, None).await;
}

#[tokio::test]
async fn an_ended_meeting_stays_ended() {
    let world = World::new().await;
    let host = SigningKey::from_bytes(&[9; 32]);
    let request = CreateMeeting {
        mode: Mode::Standard,
        host_key: Some(base64(host.verifying_key().as_bytes())),
        admission_key: None,
        title: None,
        starts_at: None,
        minutes: None,
        has_lobby: false,
        people: None,
    };
    let response = world
        .post("/api/meetings", &serde_json::to_string(&request).expect("JSON"))
        .await;
    let meeting = serde_json::from_slice::<MeetingInfo>(&response.body)
        .expect("a meeting")
        .id;
    let (mut ana, _) = world.join(meeting, None).await;
    let (mut ben, _) = world.join(meeting, None).await;
    let message = mls::end_meeting_message(meeting, Mode::Standard);
    let signature = host.sign(&message).to_bytes().to_vec();
    ana.say(&ClientMessage::EndMeeting { signature }).await;
    assert!(matches!(ben.next().await, Some(ServerMessage::Ended { .. })));
    assert_eq!(ben.next().await, None);

    let world = world.restart().await;
    let response = world.get(&format!("/api/meetings/{meeting}")).await;
    assert!(
        serde_json::from_slice::<MeetingInfo>(&response.body)
            .expect("a meeting")
            .is_ended
    );
    let mut late = world.connect().await;
    late.say(&hello(meeting, None)).await;
    late.check_refused(ErrorCode::MeetingEnded).await;
}

fn base64(bytes: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(bytes)
}
