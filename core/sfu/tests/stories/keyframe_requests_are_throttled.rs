// SPDX-License-Identifier: MIT OR Apache-2.0
//! However many ask, a publisher is asked for a keyframe at most twice a second and layer.

use std::time::Duration;

use incamera_sfu::{SfuCommand, SfuEvent};
use protocol::TrackKind;
use str0m::media::Rid;

use crate::world::{World, key, source};

#[test]
fn keyframe_requests_are_throttled() {
    let mut world = call();
    world.client(1).keyframe_requests.clear();
    for _ in 0..200 {
        for subscriber in [2, 3] {
            world.command(SfuCommand::RequestKeyframe {
                peer: key(subscriber),
                source: source(1, TrackKind::Camera),
            });
        }
        world.run_for(Duration::from_millis(10));
    }
    let requests = &world.clients[&1].keyframe_requests;
    assert!(
        (3..=5).contains(&requests.len()),
        "{} requests in two seconds",
        requests.len()
    );
    let gaps = requests.windows(2).map(|pair| pair[1].0 - pair[0].0);
    assert!(
        gaps.into_iter().all(|gap| gap >= Duration::from_millis(480)),
        "{requests:?}"
    );
}

#[test]
fn new_keys_ask_for_a_keyframe_on_every_layer() {
    let mut world = call();
    world.client(1).keyframe_requests.clear();
    world.command(SfuCommand::ForceKeyframes {
        meeting: crate::world::MEETING,
    });
    world.run_for(Duration::from_secs(1));
    let mut rids: Vec<_> = world.clients[&1]
        .keyframe_requests
        .iter()
        .filter_map(|request| request.2)
        .collect();
    rids.sort_by_key(|rid: &Rid| rid.to_string());
    assert_eq!(rids, ["f", "h", "q"].map(Rid::from));
    assert!(world.events.contains(&SfuEvent::KeyframeWanted {
        peer: key(1),
        kind: TrackKind::Camera
    }));
}

#[test]
fn stranger_to_a_track_asks_in_vain() {
    let mut world = call();
    world.join(4);
    world.run_for(Duration::from_secs(1));
    world.client(1).keyframe_requests.clear();
    world.command(SfuCommand::RequestKeyframe {
        peer: key(4),
        source: source(1, TrackKind::Camera),
    });
    world.command(SfuCommand::RequestKeyframe {
        peer: key(2),
        source: source(9, TrackKind::Camera),
    });
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.clients[&1].keyframe_requests, []);
}

fn call() -> World {
    let mut world = World::new(30);
    for id in 1..=3 {
        world.join(id);
    }
    let now = world.now;
    world
        .client(1)
        .start_video(now, TrackKind::Camera, &[150_000, 400_000, 900_000]);
    for id in [2, 3] {
        world.subscribe(id, &[(1, TrackKind::Camera, 180)]);
    }
    world.run_for(Duration::from_secs(3));
    world
}
