// SPDX-License-Identifier: MIT OR Apache-2.0
//! What people ask of the media plane, and what it tells them.

use crate::support::{HelloWith, MEETING, World};
use protocol::{
    ClientMessage, ErrorCode, Mode, Redacted, ServerMessage, TrackKind, TrackSource,
    message::{PublishedMid, VideoRequest},
};
use sfu::{PeerKey, SfuCommand, SfuEvent};

#[test]
fn in_a_standard_meeting_everybody_in_the_roster_has_media() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    world.forget_received();
    world.say(ana.connection, &offer(1));
    world.say(
        ana.connection,
        &ClientMessage::SetTracks {
            active: vec![TrackKind::Camera, TrackKind::Camera],
        },
    );
    let peer = PeerKey {
        meeting: MEETING,
        participant: ana.id,
    };
    let [
        SfuCommand::Offer {
            peer: offering,
            transport: 1,
            ..
        },
        SfuCommand::SetTracks { active, .. },
    ] = &world.media[..]
    else {
        panic!("{:?}", world.media);
    };
    assert_eq!((*offering, &active[..]), (peer, &[TrackKind::Camera][..]));

    let sdp = Redacted(String::from("answer"));
    world.media_event(SfuEvent::Answer {
        peer,
        transport: 1,
        sdp: sdp.clone(),
    });
    let seen = world.received(ana.connection);
    assert_eq!(seen.last(), Some(&ServerMessage::Answer { transport: 1, sdp }));
}

#[test]
fn what_somebody_shows_is_told_to_all_once() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.forget_received();
    for _ in 0..2 {
        world.say(
            ana.connection,
            &ClientMessage::SetTracks {
                active: vec![TrackKind::Microphone],
            },
        );
    }
    let seen = world.received(ben.connection);
    assert!(
        matches!(&seen[..], [ServerMessage::RosterChanged { entry }]
            if entry.participant == ana.id && entry.tracks == [TrackKind::Microphone]),
        "{seen:?}"
    );
}

#[test]
fn whoever_comes_back_has_the_tracks_and_views_of_before_and_a_new_transport() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    let source = TrackSource {
        participant: ben.id,
        kind: TrackKind::Camera,
    };
    let videos = vec![VideoRequest { source, height: 360 }];
    world.say(
        ana.connection,
        &ClientMessage::SetTracks {
            active: vec![TrackKind::Microphone],
        },
    );
    world.say(
        ana.connection,
        &ClientMessage::Subscribe {
            videos: videos.clone(),
        },
    );
    world.disconnect(ana.connection);
    world.forget_received();
    let again = world.join(HelloWith {
        resume: Some(ana.resume),
        epoch: Some(1),
        ..HelloWith::default()
    });
    assert_eq!(again.roster[0].tracks, [TrackKind::Microphone]);
    let [
        SfuCommand::RemovePeer { .. },
        SfuCommand::SetTracks { active, .. },
        SfuCommand::Subscribe { videos: again, .. },
    ] = &world.media[..]
    else {
        panic!("{:?}", world.media);
    };
    assert_eq!((&active[..], again), (&[TrackKind::Microphone][..], &videos));
}

#[test]
fn in_an_end_to_end_meeting_nobody_outside_the_group_has_media() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(HelloWith::default());
    world.forget_received();
    world.say(ana.connection, &offer(1));
    world.say(
        ana.connection,
        &ClientMessage::SetTracks {
            active: vec![TrackKind::Camera],
        },
    );
    world.say(ana.connection, &ClientMessage::Subscribe { videos: Vec::new() });
    let source = TrackSource {
        participant: ana.id,
        kind: TrackKind::Camera,
    };
    world.say(ana.connection, &ClientMessage::RequestKeyframe { source });
    assert!(world.media.is_empty(), "{:?}", world.media);
}

#[test]
fn a_refused_offer_is_told_and_an_offer_of_too_much_is_not_even_passed_on() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    world.forget_received();
    let mid = PublishedMid {
        mid: String::from("0"),
        kind: TrackKind::Camera,
    };
    let publish = vec![mid; 5];
    world.say(
        ana.connection,
        &ClientMessage::Offer {
            transport: 1,
            sdp: Redacted(String::new()),
            publish,
        },
    );
    world.check_rejected(ana.connection, ErrorCode::MediaRefused);
    assert!(world.media.is_empty());
}

#[test]
fn events_about_people_who_are_gone_go_nowhere() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.say(ben.connection, &ClientMessage::Leave);
    world.forget_received();
    let peer = PeerKey {
        meeting: MEETING,
        participant: ben.id,
    };
    world.media_event(SfuEvent::MoreSlots {
        peer,
        audio: 8,
        video: 24,
    });
    world.media_event(SfuEvent::SlotChanged {
        peer,
        transport: 1,
        mid: String::from("3"),
        source: None,
    });
    assert_eq!(world.received(ana.connection), []);
    assert_eq!(world.received(ben.connection), []);
}

fn offer(transport: u32) -> ClientMessage {
    ClientMessage::Offer {
        transport,
        sdp: Redacted(String::from("offer")),
        publish: Vec::new(),
    }
}
