// SPDX-License-Identifier: MIT OR Apache-2.0
//! Offers as Chromium 156 and Firefox ESR 153 make them, with four sending m-lines and two receiving ones per medium.

use incamera_sfu::{SfuCommand, SfuEvent};
use protocol::{Redacted, TrackKind, message::PublishedMid};

use crate::world::{World, key, source};

const CHROMIUM: &str = include_str!("offers/chromium.sdp");
const FIREFOX: &str = include_str!("offers/firefox.sdp");

#[test]
fn offers_of_browsers_are_accepted() {
    for offer in [CHROMIUM, FIREFOX] {
        let mut world = World::new(120);
        let answer = answer(&mut world, 1, offer);
        let lines: Vec<&str> = answer.lines().collect();
        assert!(lines.contains(&"a=ice-lite"));
        assert_eq!(
            lines.iter().filter(|line| line.starts_with("a=setup:")).count(),
            8
        );
        assert!(
            lines
                .iter()
                .filter(|line| line.starts_with("a=setup:"))
                .all(|line| *line == "a=setup:passive")
        );
        assert!(
            lines
                .iter()
                .any(|line| line.starts_with("a=candidate:") && line.contains("192.0.2.1 3478 typ host"))
        );
        assert!(lines.contains(&"a=simulcast:recv q;h;f"), "{answer}");
        assert_eq!(lines.iter().filter(|line| **line == "a=sendonly").count(), 4);
        assert_eq!(lines.iter().filter(|line| **line == "a=recvonly").count(), 4);
        let codecs = lines
            .iter()
            .filter_map(|line| line.strip_prefix("a=rtpmap:")?.split_once(' '));
        let codecs: Vec<_> = codecs.map(|(_, codec)| codec.to_lowercase()).collect();
        let is_ours = |codec: &String| ["opus/48000/2", "vp9/90000", "rtx/90000"].contains(&codec.as_str());
        assert!(codecs.iter().all(is_ours), "{codecs:?}");
        assert_eq!(
            codecs.iter().filter(|codec| codec.starts_with("vp9")).count(),
            4,
            "one profile per line"
        );
        assert!(lines.iter().any(|line| line.contains("transport-cc")));
        assert!(lines.iter().any(|line| line.contains("ssrc-audio-level")));
    }
}

#[test]
fn browsers_are_given_slots() {
    let mut world = World::new(121);
    world.join(2);
    answer(&mut world, 1, FIREFOX);
    world.subscribe(1, &[(2, TrackKind::Camera, 360)]);
    let given = world.events.iter().filter_map(|event| match event {
        SfuEvent::SlotChanged {
            peer, mid, source, ..
        } if *peer == key(1) => Some((mid.clone(), *source)),
        SfuEvent::SlotChanged { .. }
        | SfuEvent::Answer { .. }
        | SfuEvent::OfferRefused { .. }
        | SfuEvent::PeerConnected { .. }
        | SfuEvent::PeerLost { .. }
        | SfuEvent::MoreSlots { .. }
        | SfuEvent::Speakers { .. }
        | SfuEvent::KeyframeWanted { .. }
        | SfuEvent::MeetingFailed { .. } => None,
    });
    let given: Vec<_> = given.collect();
    let expected = [("4", TrackKind::Microphone), ("6", TrackKind::Camera)]
        .map(|(mid, kind)| (mid.to_owned(), Some(source(2, kind))));
    assert_eq!(given, expected);
}

fn answer(world: &mut World, id: u32, offer: &str) -> String {
    let publish = ["0", "1", "2", "3"].into_iter().zip([
        TrackKind::Microphone,
        TrackKind::Camera,
        TrackKind::Screen,
        TrackKind::ScreenAudio,
    ]);
    let publish = publish
        .map(|(mid, kind)| PublishedMid {
            mid: mid.to_owned(),
            kind,
        })
        .collect();
    world.command(SfuCommand::Offer {
        peer: key(id),
        transport: 1,
        sdp: Redacted(offer.to_owned()),
        publish,
    });
    let answer = world.events.iter().find_map(|event| {
        let SfuEvent::Answer { peer, sdp, .. } = event else {
            return None;
        };
        (*peer == key(id)).then(|| sdp.0.clone())
    });
    answer.unwrap_or_else(|| panic!("no answer: {:?}", world.events))
}
