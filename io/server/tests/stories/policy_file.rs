// SPDX-License-Identifier: MIT OR Apache-2.0
//! The policy is a file that may change under the running server.

use std::{fs, path::Path, time::Duration};

use incamera_server::{PolicySource, ServerConfig};
use policy::{Policy, Preset};
use protocol::{
    ClientMessage, ErrorCode, ServerMessage, TrackKind,
    http::{InstanceInfo, PolicyInfo},
};
use tempfile::TempDir;
use tokio::time::{Instant, timeout};

use crate::support::World;

#[tokio::test]
async fn a_changed_file_comes_into_force_and_a_broken_one_does_not() {
    let directory = TempDir::new().expect("a temporary directory");
    let file = directory.path().join("own.cedar");
    let (strict, open) = (Policy::preset(Preset::VerifiedE2ee), Policy::preset(Preset::Open));
    fs::write(&file, strict.text()).expect("a writable directory");
    let world = start(&file).await;
    let shown = world.get("/api/policy").await.json::<PolicyInfo>();
    assert_eq!(
        (shown.name.as_str(), shown.hash.as_str()),
        ("own.cedar", strict.hash())
    );
    assert_eq!(shown.cedar, strict.text());
    assert!(
        shown.rules.len() > 5
            && shown
                .table
                .rows
                .iter()
                .all(|row| row.decisions.len() == shown.table.actions.len())
    );
    let make = async || world.post("/api/meetings", "{\"mode\":\"e2ee\"}").await;
    make().await.check_problem(403, ErrorCode::NotAllowed);

    fs::write(&file, open.text()).expect("a writable directory");
    until(async || {
        world
            .get("/api/instance")
            .await
            .json::<InstanceInfo>()
            .policy
            .hash
            == open.hash()
    })
    .await;
    assert_eq!(make().await.status, 201);

    fs::write(&file, "permit (principal, action, resource) when { nonsense };")
        .expect("a writable directory");
    until(async || counted(&world, "incamera_policy_refusals_total 1").await).await;
    assert_eq!(make().await.status, 201, "the one before stays in force");
    fs::remove_file(&file).expect("it is there");
    until(async || counted(&world, "incamera_policy_refusals_total 2").await).await;
    assert_eq!(make().await.status, 201);

    fs::write(&file, strict.text()).expect("a writable directory");
    until(async || make().await.status == 403).await;
    assert!(counted(&world, "incamera_policy_changes_total 2").await);
}

#[tokio::test]
async fn a_change_reaches_meetings_that_are_under_way() {
    let directory = TempDir::new().expect("a temporary directory");
    let file = directory.path().join("own.cedar");
    let open = Policy::preset(Preset::Open);
    fs::write(&file, open.text()).expect("a writable directory");
    let world = start(&file).await;
    let meeting = world.create_meeting("standard").await;
    let (mut client, _) = world.join(meeting, None).await;
    let rule = "\n@id(\"quiet\")\n@reason(\"Nobody speaks.\")\nforbid (principal, action == Action::\"Unmute\", resource);\n";
    fs::write(&file, format!("{}{rule}", open.text())).expect("a writable directory");
    until(async || counted(&world, "incamera_policy_changes_total 1").await).await;
    let active = vec![TrackKind::Microphone];
    client.say(&ClientMessage::SetTracks { active }).await;
    let code = ErrorCode::NotAllowed;
    assert_eq!(client.next().await, Some(ServerMessage::Rejected { code }));
    client.check_alive().await;
    let is_written_down = async || {
        let entries = world
            .store
            .audit_log(None, 10)
            .await
            .expect("the database answers");
        let mut actions = entries.iter().map(|stored| stored.entry.action);
        actions.any(|action| action == store::AuditAction::PolicyChanged)
    };
    until(is_written_down).await;
}

#[tokio::test]
async fn without_a_usable_policy_nothing_starts() {
    let directory = TempDir::new().expect("a temporary directory");
    let file = directory.path().join("own.cedar");
    for text in [None, Some("nonsense")] {
        if let Some(text) = text {
            fs::write(&file, text).expect("a writable directory");
        }
        let store = store::Store::open(directory.path())
            .await
            .expect("a writable directory");
        let any = ([127, 0, 0, 1], 0).into();
        let media = media::MediaServer::start(media::MediaConfig {
            udp: any,
            tcp: any,
            workers: 1,
            candidates: Vec::new(),
        });
        let config = ServerConfig {
            listen: any,
            policy: PolicySource::File(file.clone()),
            ..ServerConfig::default()
        };
        let started = incamera_server::Server::start(config, store, media.expect("free ports")).await;
        let error = started.expect_err("a refusal").to_string();
        assert!(error.contains("policy"), "{error}");
    }
}

async fn start(file: &Path) -> World {
    World::with(ServerConfig {
        policy: PolicySource::File(file.to_path_buf()),
        // The stories ask again and again until it has happened.
        requests_per_minute: 1_000_000,
        meetings_per_minute: 1_000_000,
        ..ServerConfig::default()
    })
    .await
}

async fn counted(world: &World, line: &str) -> bool {
    world
        .get("/metrics")
        .await
        .body()
        .lines()
        .any(|known| known == line)
}

/// Asks until the answer is yes. The server looks at its file once a second.
async fn until(is_so: impl AsyncFn() -> bool) {
    let started = Instant::now();
    let patience = Duration::from_secs(20);
    let asked = timeout(patience, async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    });
    assert!(asked.await.is_ok(), "not within {:?}", started.elapsed());
}
