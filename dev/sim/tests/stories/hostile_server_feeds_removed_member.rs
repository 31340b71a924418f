// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server goes on feeding a removed member everything it has.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use protocol::{ErrorCode, ServerMessage, TrackKind};
use session::{LeftReason, State};

use crate::{meeting_of, microphone};

#[test]
fn a_removed_member_who_is_fed_everything_opens_nothing() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    let slots = [microphone(&world, hana), microphone(&world, carol)];
    let fed = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&fed);
    world.tamper_from_server(Box::new(move |id, message| {
        if id == carol {
            sink.lock().expect("one thread").push(message.clone());
        }
        let is_goodbye = matches!(message, ServerMessage::Refused { .. });
        if id == bob && is_goodbye {
            vec![]
        } else {
            vec![message]
        }
    }));
    world.remove(hana, bob);
    world.run_for(Duration::from_secs(2));
    for message in fed.lock().expect("one thread").iter() {
        world.inject(bob, message);
    }
    world.run_for(Duration::from_secs(2));
    for (from, slot) in [(hana, slots[0]), (carol, slots[1])] {
        let sealed = world
            .seal(from, TrackKind::Microphone, b"without bob")
            .expect("it has a key");
        assert!(world.deliver(bob, slot, &sealed).is_err());
    }
    assert_eq!(world.view(carol).participants.len(), 2);
}

#[test]
fn the_commit_that_removes_somebody_tells_them() {
    let (mut world, [hana, bob, carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    let kept = Arc::new(Mutex::new(None));
    let sink = Arc::clone(&kept);
    world.tamper_from_server(Box::new(move |id, message| {
        if id == carol && matches!(message, ServerMessage::Commit { .. }) {
            *sink.lock().expect("one thread") = Some(message.clone());
        }
        // The server lets the connection of the removed live on.
        if id == bob { vec![] } else { vec![message] }
    }));
    world.remove(hana, bob);
    world.run_for(Duration::from_millis(500));
    assert_eq!(world.view(carol).participants.len(), 2);
    let commit = kept
        .lock()
        .expect("one thread")
        .take()
        .expect("carol saw the commit");
    world.stop_tampering();
    world.inject(bob, &commit);
    world.run_for(Duration::from_secs(1));
    let view = world.view(bob);
    if view.state == State::Left {
        assert_eq!(view.left_because, Some(LeftReason::Server(ErrorCode::Removed)));
    }
}
