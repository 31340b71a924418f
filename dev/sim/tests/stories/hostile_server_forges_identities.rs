// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server hands out its word about one person to another, or shows different people different identity keys.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use incamera_sim::{ClientId, World};
use protocol::{
    Redacted, ServerMessage,
    identity::{IdentityClaim, IdentityLevel},
};
use session::{Alarm, IdentityLevelView, NoticeCode};

use crate::meeting_of;

#[test]
fn a_word_about_somebody_else_is_not_worn() {
    let mut world = World::new(1);
    let hana = world.join_as_host("hana");
    let bob = world.join("bob");
    world.sign_in(bob, verified());
    let bobs = Arc::new(Mutex::new(None));
    world.tamper_from_server(Box::new(move |id, mut message| {
        if let ServerMessage::Welcome { identity, .. } = &mut message {
            let mut bobs = bobs.lock().expect("one thread");
            if id == bob {
                bobs.clone_from(identity);
            } else {
                identity.clone_from(&bobs);
            }
        }
        vec![message]
    }));
    world.converge();
    let mallory = world.join("mallory");
    world.converge();
    for id in [hana, bob, mallory] {
        assert_eq!(shown(&world, id, bob), (IdentityLevelView::Verified, None));
        assert_eq!(shown(&world, id, mallory), (IdentityLevelView::Guest, None));
    }
}

#[test]
fn a_word_by_another_key_than_the_one_that_was_shown_is_an_alarm() {
    let mut world = World::new(2);
    let hana = world.join_as_host("hana");
    world.tamper_from_server(Box::new(move |id, mut message| {
        if let ServerMessage::Welcome { identity_key, .. } = &mut message
            && id == hana
        {
            *identity_key = vec![0x66; 32];
        }
        vec![message]
    }));
    let bob = world.join("bob");
    world.sign_in(bob, verified());
    // An alarm is nothing that a meeting converges with.
    world.run_for(Duration::from_secs(3));
    assert_eq!(
        shown(&world, hana, bob),
        (IdentityLevelView::Guest, Some(Alarm::FalseIdentity))
    );
    assert!(has_notice(&world, hana, NoticeCode::FalseIdentity));
    assert_eq!(shown(&world, bob, bob), (IdentityLevelView::Verified, None));
}

#[test]
fn the_key_does_not_change_during_a_stay() {
    let (mut world, [hana, bob]) = meeting_of(3, ["hana", "bob"]);
    world.sign_in(bob, verified());
    world.reload(bob);
    world.converge();
    world.tamper_from_server(Box::new(|_, mut message| {
        if let ServerMessage::Welcome { identity_key, .. } = &mut message {
            *identity_key = vec![0x66; 32];
        }
        vec![message]
    }));
    world.cut(hana);
    world.converge();
    assert!(has_notice(&world, hana, NoticeCode::ServerForged));
    assert_eq!(shown(&world, hana, bob), (IdentityLevelView::Verified, None));
}

fn shown(world: &World, by: ClientId, whom: ClientId) -> (IdentityLevelView, Option<Alarm>) {
    let participant = world.me(whom).expect("it is in the meeting");
    let shown = world.view(by).participants.iter();
    let mut shown = shown.filter(|shown| shown.participant == participant);
    let shown = shown.next().expect("it is shown");
    (shown.identity.level, shown.alarm)
}

fn has_notice(world: &World, id: ClientId, code: NoticeCode) -> bool {
    world.view(id).notices.iter().any(|notice| notice.code == code)
}

fn verified() -> IdentityClaim {
    IdentityClaim {
        level: IdentityLevel::Verified {
            by: "example.org".to_owned(),
        },
        name: Redacted("Bob Example".to_owned()),
    }
}
