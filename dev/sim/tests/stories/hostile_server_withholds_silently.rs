// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server keeps a commit from one member and says nothing: she learns it from what the others send.

use std::time::Duration;

use incamera_sim::{ClientId, World};
use protocol::{ClientMessage, ServerMessage, TrackKind};
use session::{Command, NoticeCode};

use crate::meeting_of;

#[test]
fn a_message_of_a_later_epoch_gives_it_away() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    withhold_foreign_commits(&mut world, carol);
    world.join("dave");
    world.run_for(Duration::from_secs(2));
    assert!(!is_told(&world, carol), "a hiccup is no hostility");
    world.run_for(Duration::from_secs(3));
    assert!(is_told(&world, carol), "{}", world.timeline());
    assert!(!is_told(&world, hana) && !is_told(&world, bob));
    world.stop_tampering();
    world.converge();
}

#[test]
fn frames_of_a_later_epoch_give_it_away() {
    let (mut world, [hana, bob, carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    withhold_foreign_commits(&mut world, carol);
    world.leave(bob);
    world.run_for(Duration::from_secs(1));
    let before = world.view(carol).epoch;
    for _ in 0..4 {
        let _ = world.send_frame(hana, TrackKind::Microphone).expect("hana sends");
        world.run_for(Duration::from_secs(1));
    }
    assert!(!is_told(&world, carol));
    for _ in 0..3 {
        let _ = world.send_frame(hana, TrackKind::Microphone).expect("hana sends");
        world.run_for(Duration::from_secs(1));
    }
    assert!(is_told(&world, carol), "{}", world.timeline());
    assert!(
        world.view(carol).epoch > before,
        "and she is with the others again"
    );
    world.stop_tampering();
    world.converge();
}

#[test]
fn a_member_cannot_make_an_honest_server_look_guilty() {
    let (mut world, [hana, bob]) = meeting_of(3, ["hana", "bob"]);
    world.tamper_to_server(Box::new(move |id, mut message| {
        if id == hana
            && let ClientMessage::Application { message } = &mut message
        {
            // RFC 9420, section 6: version, wire format, the group's id with its length, then the epoch.
            let epoch = 4 + 1 + 16;
            message[epoch + 7] += 1;
        }
        vec![message]
    }));
    world.command(
        hana,
        Command::Chat {
            text: "hello".to_owned(),
            reply_to: None,
        },
    );
    world.run_for(Duration::from_secs(10));
    assert!(!is_told(&world, bob));
    assert!(world.view(bob).chat.is_empty());
}

#[test]
fn a_member_who_writes_false_epochs_into_its_frames_does_not_keep_the_others_busy() {
    let (mut world, [hana, bob]) = meeting_of(4, ["hana", "bob"]);
    for _ in 0..30 {
        world.command(bob, Command::KeysMissing);
        world.run_for(Duration::from_secs(1));
    }
    let told = world.view(bob).notices.iter();
    let told = told.filter(|notice| notice.code == NoticeCode::CommitsWithheld);
    assert_eq!(told.count(), 1);
    world.converge();
    assert!(world.hears(hana, bob));
}

fn withhold_foreign_commits(world: &mut World, from: ClientId) {
    let own = world.me(from);
    world.tamper_from_server(Box::new(move |id, message| match message {
        ServerMessage::Commit { by, .. } if id == from && Some(by) != own => vec![],
        ServerMessage::Proposal { .. } | ServerMessage::RemovalAnnounced { .. } if id == from => vec![],
        message => vec![message],
    }));
}

fn is_told(world: &World, id: ClientId) -> bool {
    let mut notices = world.view(id).notices.iter();
    notices.any(|notice| notice.code == NoticeCode::CommitsWithheld)
}
