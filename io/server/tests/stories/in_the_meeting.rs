// SPDX-License-Identifier: MIT OR Apache-2.0
//! Every message of the WebSocket, as everybody: taken or rejected as the policy says.

use std::collections::BTreeSet;

use account::{BindingKind, Standing, StandingRecord, UnixTime};
use incamera_server::{PolicySource, ServerConfig};
use policy::{Policy, Preset};
use protocol::{
    ClientMessage, ErrorCode, MeetingId, ParticipantId, ServerMessage, TrackKind, TrackSource,
    acts::{Authority, SignedAct},
    identity::IdentityLevel,
    mls::HostGrant,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    people::{Person, now},
    support::{Client, World, hello, open_to_all},
};

#[tokio::test]
async fn no_message_is_past_the_policy() {
    for (act, expected) in [
        ("TakePart", everything()),
        ("Unmute", vec!["microphone"]),
        ("StartVideo", vec!["camera"]),
        ("ShareScreen", vec!["screen", "screen audio"]),
        ("Rename", vec!["rename"]),
    ] {
        let (world, _directory) = without(act).await;
        let ana = world.account("ana@example.org").await;
        for person in [None, Some(&ana)] {
            let mut rejected = BTreeSet::new();
            for (name, message) in messages() {
                let meeting = world.create_meeting("standard").await;
                let mut client = join(&world, person, meeting).await;
                client.say(&message).await;
                if answer(&mut client).await == Some(ErrorCode::NotAllowed) {
                    rejected.insert(name);
                }
            }
            assert_eq!(rejected, expected.iter().copied().collect(), "without {act}");
        }
    }
}

#[test]
fn the_table_lists_every_message_that_there_is() {
    let kind = |message: &ClientMessage| match serde_json::to_value(message).expect("plain data") {
        Value::String(kind) => kind,
        Value::Object(fields) => fields.keys().next().expect("one kind").clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => panic!("not a message"),
    };
    let listed: BTreeSet<_> = messages().iter().map(|(_, message)| kind(message)).collect();
    // Serde lists all variants when it meets an unknown one.
    let unknown = serde_json::from_str::<ClientMessage>("\"?\"").expect_err("no such message");
    let unknown = unknown.to_string();
    let known = unknown.split('`').skip(3).step_by(2).map(String::from);
    assert_eq!(listed, known.collect(), "{unknown}");
}

#[tokio::test]
async fn who_may_not_join_is_refused_at_the_hello() {
    let (world, _directory) = without("JoinMeeting").await;
    let ana = world.account("ana@example.org").await;
    let meeting = world.create_meeting("standard").await;
    for person in [None, Some(&ana)] {
        let mut client = world.connect_as(person).await;
        client.say(&hello(meeting, None)).await;
        client.check_refused(ErrorCode::NotAllowed).await;
    }
}

#[tokio::test]
async fn guests_and_suspended_accounts_join_what_others_host() {
    let world = World::with(ServerConfig::default()).await;
    let operator = world.operator().await;
    let ana = world.account("ana@example.org").await;
    let sus = world.account("sus@example.org").await;
    suspend(&world, &operator, &sus).await;
    let meeting = host(&world, &ana).await;
    for person in [None, Some(&sus), Some(&operator), Some(&ana)] {
        join(&world, person, meeting).await.check_alive().await;
    }
}

#[tokio::test]
async fn a_suspension_ends_the_accounts_meetings_and_lifting_it_opens_them_again() {
    let world = World::with(ServerConfig::default()).await;
    let operator = world.operator().await;
    let ana = world.account("ana@example.org").await;
    let meeting = host(&world, &ana).await;
    let elsewhere = host(&world, &operator).await;
    let mut guest = join(&world, None, meeting).await;
    let mut other = join(&world, None, elsewhere).await;
    suspend(&world, &operator, &ana).await;
    guest.check_refused(ErrorCode::AccountSuspended).await;
    let mut late = world.connect().await;
    late.say(&hello(meeting, None)).await;
    late.check_refused(ErrorCode::AccountSuspended).await;
    other.check_alive().await;
    // Its holder still sees what is theirs, and why.
    let account = world.ask(Some(&ana), "GET", "/api/account", None).await;
    let account = account.json::<protocol::http::Account>();
    assert_eq!(account.reason.as_deref(), Some("An example."));

    set_standing(&world, &operator, &ana, "good").await;
    join(&world, None, meeting).await.check_alive().await;
}

#[tokio::test]
async fn a_meeting_that_its_owner_ends_over_http_is_over_for_everyone() {
    let world = World::with(ServerConfig::default()).await;
    let ana = world.account("ana@example.org").await;
    for (method, suffix, code) in [
        ("POST", "/end", ErrorCode::MeetingEnded),
        ("DELETE", "", ErrorCode::UnknownMeeting),
    ] {
        let meeting = host(&world, &ana).await;
        let mut guest = join(&world, None, meeting).await;
        let path = format!("/api/meetings/{meeting}{suffix}");
        assert!(world.ask(Some(&ana), method, &path, None).await.status < 300);
        guest.check_refused(ErrorCode::MeetingEnded).await;
        // Until its task is over, a deleted meeting is one that ended.
        loop {
            let mut late = world.connect().await;
            late.say(&hello(meeting, None)).await;
            match late.next().await {
                Some(ServerMessage::Refused { code: told }) if told == code => break,
                told => assert_eq!(
                    told,
                    Some(ServerMessage::Refused {
                        code: ErrorCode::MeetingEnded
                    })
                ),
            }
        }
    }
}

#[tokio::test]
async fn the_others_learn_what_is_known_of_an_account() {
    let world = World::new().await;
    let operator = world.operator().await;
    let ana = world.account("ana@example.org").await;
    let ben = world.account("ben@example.com").await;
    let proof = store::Proof::Operator(operator.id);
    let proved = world.store.prove_organisation("example.org", proof, now()).await;
    proved.expect("the database answers");
    let known = world
        .store
        .account(ana.id)
        .await
        .expect("an answer")
        .expect("an account");
    assert!(known.binding_kinds(now()).contains(&BindingKind::Organisation));
    let meeting = world.create_meeting("standard").await;
    let _ana = join(&world, Some(&ana), meeting).await;
    let _ben = join(&world, Some(&ben), meeting).await;
    let _guest = join(&world, None, meeting).await;
    let mut client = world.connect().await;
    client.say(&hello(meeting, None)).await;
    let Some(ServerMessage::Welcome {
        roster, unix_time, ..
    }) = client.next().await
    else {
        panic!("no welcome");
    };
    assert!(
        UnixTime(i64::try_from(unix_time).expect("a time"))
            .saturating_since(now())
            .as_secs()
            < 60
    );
    let levels = roster
        .iter()
        .map(|entry| entry.identity.as_ref().map(|claim| claim.level.clone()));
    let by = String::from("example.org");
    assert_eq!(
        levels.collect::<Vec<_>>(),
        [
            Some(IdentityLevel::Verified { by }),
            Some(IdentityLevel::SignedIn),
            None,
            None
        ]
    );
}

/// A server where anybody may do anything but one thing.
async fn without(act: &str) -> (World, TempDir) {
    let directory = TempDir::new().expect("a temporary directory");
    let file = directory.path().join("without.cedar");
    let open = Policy::preset(Preset::Open);
    let rule = format!(
        "\n@id(\"not-that\")\n@reason(\"Not that.\")\nforbid (principal, action == Action::\"{act}\", resource);\n"
    );
    std::fs::write(&file, format!("{}{rule}", open.text())).expect("a writable directory");
    let config = ServerConfig {
        policy: PolicySource::File(file),
        meetings_per_minute: 1000,
        ..open_to_all()
    };
    (World::with(config).await, directory)
}

/// Every message that may be said in a meeting.
fn messages() -> Vec<(&'static str, ClientMessage)> {
    let source = TrackSource {
        participant: ParticipantId(1),
        kind: TrackKind::Camera,
    };
    let on = |kind| ClientMessage::SetTracks { active: vec![kind] };
    let all = vec![
        hello(MeetingId::new([1; 16]), None),
        ClientMessage::RenewLeaf {
            leaf_key: vec![1; 32],
        },
        ClientMessage::Leave,
        ClientMessage::EndMeeting {
            signature: vec![0; 64],
        },
        ClientMessage::RemoveParticipant {
            participant: ParticipantId(9),
        },
        ClientMessage::AnnounceRemoval {
            participant: ParticipantId(9),
        },
        ClientMessage::Offer {
            transport: 1,
            sdp: protocol::Redacted(String::new()),
            publish: Vec::new(),
        },
        on(TrackKind::Microphone),
        on(TrackKind::Camera),
        on(TrackKind::Screen),
        on(TrackKind::ScreenAudio),
        ClientMessage::Subscribe { videos: Vec::new() },
        ClientMessage::RequestKeyframe { source },
        ClientMessage::CreateGroup {
            group_info: Vec::new(),
        },
        ClientMessage::Commit {
            epoch: 1,
            commit: Vec::new(),
            group_info: Vec::new(),
        },
        ClientMessage::CommitAccepted { epoch: 1 },
        ClientMessage::CommitRefused {
            epoch: 1,
            commit_hash: Vec::new(),
            signature: Vec::new(),
        },
        ClientMessage::Application { message: vec![1] },
        ClientMessage::Act {
            act: SignedAct {
                act: vec![1],
                key: vec![1; 32],
                signature: vec![0; 64],
                authority: Authority::HostKey(HostGrant {
                    host_key: vec![1; 32],
                    signature: vec![0; 64],
                }),
            },
        },
        ClientMessage::Knock { name: vec![1] },
        ClientMessage::Rename {
            name: protocol::Redacted(String::from("Ana")),
        },
        ClientMessage::WantGroup,
        ClientMessage::Ping,
    ];
    all.into_iter().map(|message| (name(&message), message)).collect()
}

/// Names a message. One that is added to the protocol does not compile here before somebody thought of it, and fails the table
/// before it is in it.
fn name(message: &ClientMessage) -> &'static str {
    match message {
        ClientMessage::Hello { .. } => "hello",
        ClientMessage::RenewLeaf { .. } => "renew leaf",
        ClientMessage::Leave => "leave",
        ClientMessage::EndMeeting { .. } => "end meeting",
        ClientMessage::RemoveParticipant { .. } => "remove",
        ClientMessage::AnnounceRemoval { .. } => "announce removal",
        ClientMessage::Offer { .. } => "offer",
        ClientMessage::SetTracks { active } => match active.first() {
            Some(TrackKind::Microphone) | None => "microphone",
            Some(TrackKind::Camera) => "camera",
            Some(TrackKind::Screen) => "screen",
            Some(TrackKind::ScreenAudio) => "screen audio",
        },
        ClientMessage::Subscribe { .. } => "subscribe",
        ClientMessage::RequestKeyframe { .. } => "request keyframe",
        ClientMessage::CreateGroup { .. } => "create group",
        ClientMessage::Commit { .. } => "commit",
        ClientMessage::CommitAccepted { .. } => "commit accepted",
        ClientMessage::CommitRefused { .. } => "commit refused",
        ClientMessage::Application { .. } => "application",
        ClientMessage::Act { .. } => "act",
        ClientMessage::Knock { .. } => "knock",
        ClientMessage::Rename { .. } => "rename",
        ClientMessage::WantGroup => "want group",
        ClientMessage::Ping => "ping",
    }
}

fn everything() -> Vec<&'static str> {
    messages().iter().map(|(name, _)| *name).collect()
}

/// Returns the code of the first rejection, if the message is rejected before the server answers what comes after it.
async fn answer(client: &mut Client) -> Option<ErrorCode> {
    client.say_if_open(&ClientMessage::Ping).await;
    loop {
        match client.next().await {
            Some(ServerMessage::Rejected { code } | ServerMessage::Refused { code }) => return Some(code),
            Some(ServerMessage::Pong) | None => return None,
            Some(_) => {}
        }
    }
}

async fn join(world: &World, person: Option<&Person>, meeting: MeetingId) -> Client {
    let mut client = world.connect_as(person).await;
    client.say(&hello(meeting, None)).await;
    let welcome = client.next().await;
    assert!(
        matches!(welcome, Some(ServerMessage::Welcome { .. })),
        "{welcome:?}"
    );
    client
}

async fn host(world: &World, person: &Person) -> MeetingId {
    let response = world
        .ask(
            Some(person),
            "POST",
            "/api/meetings",
            Some("{\"mode\":\"standard\"}"),
        )
        .await;
    assert_eq!(response.status, 201, "{}", response.body());
    response.json::<protocol::http::MeetingInfo>().id
}

async fn suspend(world: &World, operator: &Person, person: &Person) {
    set_standing(world, operator, person, "suspended").await;
    let account = world
        .store
        .account(person.id)
        .await
        .expect("an answer")
        .expect("an account");
    let record: &StandingRecord = &account.standing;
    assert_eq!(record.standing, Standing::Suspended);
}

async fn set_standing(world: &World, operator: &Person, person: &Person, standing: &str) {
    let path = format!("/api/operator/accounts/{}/standing", person.id);
    let body = format!("{{\"standing\":\"{standing}\",\"reason\":\"An example.\"}}");
    let response = world.ask(Some(operator), "PUT", &path, Some(&body)).await;
    assert_eq!(response.status, 200, "{}", response.body());
}
