// SPDX-License-Identifier: MIT OR Apache-2.0
//! Two people hear and see each other.

use std::time::Duration;

use incamera_sfu::SfuEvent;
use protocol::TrackKind;

use crate::world::{World, source};

#[test]
fn audio_and_video_reach_the_other() {
    let mut world = World::new(1);
    world.join(1);
    world.join(2);
    world.subscribe(2, &[(1, TrackKind::Camera, 180)]);
    let now = world.now;
    world.client(1).voice = Some(-20);
    world
        .client(1)
        .start_video(now, TrackKind::Camera, &[150_000, 500_000, 1_500_000]);
    world.run_for(Duration::from_secs(3));

    let audio = world.received(2, 1, TrackKind::Microphone);
    assert!(audio.len() > 140, "{} audio packets", audio.len());
    assert!(
        audio
            .iter()
            .all(|packet| packet.audio_level == Some(-20) && packet.payload == [0x5a; 80])
    );
    let video = world.received(2, 1, TrackKind::Camera);
    assert!(video.len() > 60, "{} video packets", video.len());
    assert!(video[0].is_keyframe(), "a subscriber begins with a keyframe");
    assert!(
        video.iter().all(|packet| packet.layer() == 0),
        "a small tile gets the small layer"
    );
    for stream in [audio, video] {
        assert!(
            stream.windows(2).all(|pair| pair[1].seq_no == pair[0].seq_no + 1),
            "no gap without loss"
        );
        assert!(stream[0].seq_no < 0x1_0000);
    }
    assert!(
        world.clients[&1].received.is_empty(),
        "nothing comes back to the publisher"
    );
}

#[test]
fn late_subscriber_gets_a_keyframe_and_the_large_layer_for_a_large_tile() {
    let mut world = World::new(2);
    world.join(1);
    let now = world.now;
    world
        .client(1)
        .start_video(now, TrackKind::Camera, &[150_000, 400_000, 900_000]);
    world.run_for(Duration::from_secs(2));
    world.join(2);
    world.subscribe(2, &[(1, TrackKind::Camera, 720)]);
    world.run_for(Duration::from_secs(8));
    let video = world.received(2, 1, TrackKind::Camera);
    assert!(video[0].is_keyframe());
    assert_eq!(
        video.last().map(|packet| packet.layer()),
        Some(2),
        "{:?}",
        world.sfu.stats()
    );
}

#[test]
fn muted_track_is_not_forwarded_even_if_it_is_sent() {
    let mut world = World::new(3);
    world.join(1);
    world.join(2);
    world.client(1).voice = Some(-20);
    world.run_for(Duration::from_secs(1));
    world.set_tracks(1, &[TrackKind::Camera]);
    let before = world.received(2, 1, TrackKind::Microphone).len();
    world.run_for(Duration::from_secs(1));
    // What was under way may arrive.
    assert!(world.received(2, 1, TrackKind::Microphone).len() <= before + 1);
    world.set_tracks(1, &[TrackKind::Camera, TrackKind::Microphone]);
    world.run_for(Duration::from_secs(1));
    assert!(world.received(2, 1, TrackKind::Microphone).len() > before + 40);
}

#[test]
fn screen_and_its_sound_are_tracks_of_their_own() {
    let mut world = World::new(4);
    world.join(1);
    world.join(2);
    world.set_tracks(
        1,
        &[TrackKind::Microphone, TrackKind::Screen, TrackKind::ScreenAudio],
    );
    world.subscribe(2, &[(1, TrackKind::Screen, 1080), (1, TrackKind::Camera, 1080)]);
    let now = world.now;
    world.client(1).start_video(now, TrackKind::Screen, &[600_000]);
    for seq_no in 1..=50 {
        let now = world.now;
        world
            .client(1)
            .send_audio(now, TrackKind::ScreenAudio, seq_no, -30, &[1; 60]);
        world.run_for(Duration::from_millis(20));
    }
    assert!(world.received(2, 1, TrackKind::Screen).len() > 20);
    assert!(world.received(2, 1, TrackKind::ScreenAudio).len() > 40);
    let is_camera = |event: &SfuEvent| matches!(event, SfuEvent::SlotChanged { source: Some(slot), .. } if *slot == source(1, TrackKind::Camera));
    assert!(
        !world.events.iter().any(is_camera),
        "a camera that is off takes no slot"
    );
}
