// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is encrypted decides nothing: the same packets with other ciphertext lead to the same output.

use std::time::{Duration, Instant};

use incamera_sfu::SfuConfig;
use proptest::prelude::*;
use protocol::TrackKind;

use crate::{
    client::{Vp9, vp9_payload},
    world::{World, instant, server},
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn output_does_not_depend_on_payload_bytes(
        start in any::<u8>(),
        packets in prop::collection::vec((any::<bool>(), any::<bool>(), 0_u8..3, 1_usize..1100), 1..60),
        seeds in any::<(u64, u64)>(),
    ) {
        let now = instant();
        let one = run(now, start, &packets, seeds.0);
        let other = run(now, start, &packets, seeds.1);
        prop_assert!(!one.is_empty());
        prop_assert_eq!(one, other);
    }
}

/// Sends `packets` with ciphertext made from `seed`. Returns what the subscriber got, without ciphertext: whether it is
/// video, number, time, marker, payload type, length, time of arrival.
fn run(
    now: Instant,
    start: u8,
    packets: &[(bool, bool, u8, usize)],
    seed: u64,
) -> Vec<(bool, u64, u32, bool, u8, usize, Duration)> {
    let mut world = World::with_config(60, now, SfuConfig::new(0, vec![server()], vec![]));
    world.join_with(1, 1, 1);
    world.join_with(2, 1, 1);
    world.subscribe(2, &[(1, TrackKind::Camera, 180)]);
    // Handshakes take their own time; the story begins at a fixed one.
    let began = now + Duration::from_secs(4);
    world.run_for(began - world.now);
    let mut state = seed | 1;
    let mut ciphertext = |length: usize| -> Vec<u8> {
        (0..length)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            })
            .collect()
    };
    for (number, &(is_keyframe, is_end, temporal, bytes)) in (0_u32..).zip(packets) {
        let now = world.now;
        let seq_no = 1000 + u64::from(number);
        let mut payload = vp9_payload(&Vp9 {
            is_keyframe: is_keyframe || number == 0,
            is_start: true,
            is_end,
            temporal,
            height: 180,
            picture: number,
            bytes: 1,
            fill: start,
            layer: 0,
        });
        payload.truncate(payload.len() - 2);
        payload.extend(ciphertext(bytes));
        let stream = (TrackKind::Camera, Some("q".into()));
        world
            .client(1)
            .send_video(now, stream, (seq_no, number * 3600, is_end), payload);
        let audio = ciphertext(bytes % 100 + 1);
        world
            .client(1)
            .send_audio(now, TrackKind::Microphone, seq_no, -40, &audio);
        world.run_for(Duration::from_millis(40));
    }
    world.run_for(Duration::from_millis(500));
    let received = &world.clients[&2].received;
    let header = |packet: &crate::client::Packet| {
        let is_video = packet.audio_level.is_none();
        let (seq_no, time, marker) = (packet.seq_no, packet.time, packet.marker);
        (
            is_video,
            seq_no,
            time,
            marker,
            *packet.pt,
            packet.payload.len(),
            packet.at - began,
        )
    };
    let mut headers: Vec<_> = received.iter().map(|(_, packet)| header(packet)).collect();
    // Which of two streams str0m sends first in an instant is chance.
    headers.sort_by_key(|header| (header.6, header.0));
    headers
}
