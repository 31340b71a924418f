// SPDX-License-Identifier: MIT OR Apache-2.0
//! A meeting that breaks, beside one that must not notice.

use std::net::{Ipv4Addr, SocketAddr};

use account::MacKey;
use axum::body::Bytes;
use media::{MediaConfig, MediaServer};
use meeting::{Greeting, InstanceKeys};
use protocol::{
    ClientMessage, ConnectionId, MeetingId, Mode, PROTOCOL_VERSION, ParticipantId, ResumeToken,
    ServerMessage, decode, encode,
};
use rand::{SeedableRng as _, rngs::StdRng};
use store::{Store, StoredMeeting, UnixTime};
use tempfile::TempDir;
use tokio::sync::watch;

use super::*;
use crate::{ServerConfig, in_force::InForce, outside::Outside, shared::Secrets};

#[tokio::test]
async fn a_panic_in_one_meeting_does_not_touch_another() {
    let (world, _directory) = World::new().await;
    let (broken, healthy) = (MeetingId::new([1; 16]), MeetingId::new([2; 16]));
    for id in [broken, healthy] {
        world.create(id).await;
    }
    let (inputs, mut ana) = world.join(broken, ConnectionId(1), None).await;
    let (participant, resume) = welcome(&mut ana).await;
    let (other_inputs, mut ben) = world.join(healthy, ConnectionId(2), None).await;
    welcome(&mut ben).await;

    inputs.send(Input::Panic).await.expect("the task runs");
    assert!(
        ana.next().await.is_none(),
        "the broken meeting's connections are let go"
    );

    let bytes = Bytes::from(encode(&ClientMessage::Ping));
    let connection = ConnectionId(2);
    other_inputs
        .send(Input::Message { connection, bytes })
        .await
        .expect("the other task runs");
    assert_eq!(message(&mut ben).await, ServerMessage::Pong);
    assert!(
        world
            .shared
            .metrics
            .render()
            .contains("incamera_meeting_panics_total 1\n")
    );

    // Its people come back as who they were.
    let (_inputs, mut ana) = world.join(broken, ConnectionId(3), Some(resume)).await;
    assert_eq!(welcome(&mut ana).await.0, participant);
}

#[tokio::test]
async fn a_last_word_counts_though_its_websocket_is_gone() {
    let (world, _directory) = World::new().await;
    let id = MeetingId::new([1; 16]);
    world.create(id).await;
    let (inputs, mut ana) = world.join(id, ConnectionId(1), None).await;
    welcome(&mut ana).await;
    let (_, mut ben) = world.join(id, ConnectionId(2), None).await;
    let (participant, _) = welcome(&mut ben).await;
    drop(ben);
    // The meeting finds the WebSocket gone before it comes to what was said on it.
    let bytes = Bytes::from(encode(&ClientMessage::SetTracks {
        active: vec![protocol::TrackKind::Microphone],
    }));
    let connection = ConnectionId(1);
    inputs
        .send(Input::Message { connection, bytes })
        .await
        .expect("the task runs");
    let bytes = Bytes::from(encode(&ClientMessage::Leave));
    let connection = ConnectionId(2);
    inputs
        .send(Input::Message { connection, bytes })
        .await
        .expect("the task runs");
    let left = ServerMessage::RosterLeft { participant };
    let mut heard = message(&mut ana).await;
    while heard != left {
        assert!(matches!(heard, ServerMessage::RosterChanged { .. }), "{heard:?}");
        heard = message(&mut ana).await;
    }
}

struct World {
    shared: Shared,
    _stop: watch::Sender<bool>,
}

impl World {
    async fn new() -> (Self, TempDir) {
        let directory = TempDir::new().expect("a temporary directory");
        let store = Store::open(directory.path()).await.expect("a writable directory");
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let media = MediaServer::start(MediaConfig {
            udp: any,
            tcp: any,
            workers: 1,
            candidates: Vec::new(),
        });
        let (stop, stopping) = watch::channel(false);
        let (running, _) = mpsc::channel(1);
        let secrets = Secrets {
            keys: InstanceKeys::new([1; 32], [2; 32]),
            macs: MacKey::new([3; 32]),
        };
        let media = media.expect("free ports");
        let config = ServerConfig::default();
        let outside = Outside::new(&config, URL).expect("the defaults");
        let in_force = InForce::load(&config.policy).expect("a preset");
        let shared = Shared::new(
            config, URL, store, media, outside, secrets, in_force, stopping, running,
        );
        (Self { shared, _stop: stop }, directory)
    }

    async fn create(&self, id: MeetingId) {
        let meeting = StoredMeeting {
            id,
            mode: Mode::Standard,
            host_key: None,
            admission_key: None,
            created_at: UnixTime(1),
            ended_at: None,
            owner: None,
            details: store::MeetingDetails::default(),
        };
        self.shared
            .store
            .create_meeting(&meeting)
            .await
            .expect("a new id");
    }

    async fn join(
        &self,
        meeting: MeetingId,
        connection: ConnectionId,
        resume: Option<ResumeToken>,
    ) -> (mpsc::Sender<Input>, OutgoingQueue) {
        let (greeting, _) = Greeting::new(&mut StdRng::seed_from_u64(1));
        let hello = ClientMessage::Hello {
            version: PROTOCOL_VERSION,
            meeting,
            mode: Mode::Standard,
            resume,
            epoch: None,
            host_proof: None,
            admission: Vec::new(),
            name: None,
            leaf_key: Vec::new(),
            heard: None,
            stay: None,
        };
        let (_, hello) = greeting.handle_message(&encode(&hello)).expect("a whole hello");
        let (outbound, queue) = Outbound::new();
        // A broken meeting is out of the registry a moment after its connections are let go.
        let mut input = Input::Hello {
            connection,
            hello: Box::new(hello),
            account: None,
            device: None,
            outbound,
        };
        loop {
            let inputs = self
                .shared
                .live
                .meeting(&self.shared, meeting)
                .await
                .expect("it exists");
            match inputs.send(input).await {
                Ok(()) => return (inputs, queue),
                Err(mpsc::error::SendError(returned)) => input = returned,
            }
            tokio::task::yield_now().await;
        }
    }
}

async fn welcome(queue: &mut OutgoingQueue) -> (ParticipantId, ResumeToken) {
    let ServerMessage::Welcome {
        participant, resume, ..
    } = message(queue).await
    else {
        panic!("not a welcome");
    };
    (participant, resume)
}

async fn message(queue: &mut OutgoingQueue) -> ServerMessage {
    match queue.next().await {
        Some(Outgoing::Message(bytes)) => decode(&bytes).expect("a server's message"),
        other => panic!("no message: {other:?}"),
    }
}

const URL: &str = "http://localhost:8080";
