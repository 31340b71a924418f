// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server announces a removal and keeps the commit back: after ten seconds nobody sends any more.

use std::time::Duration;

use protocol::{ServerMessage, TrackKind};
use session::NoticeCode;

use crate::meeting_of;

#[test]
fn sending_stops_after_ten_seconds_and_goes_on_when_the_keys_change() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    world.tamper_from_server(Box::new(|_, message| match message {
        ServerMessage::Commit { .. } => vec![],
        message => vec![message],
    }));
    world.remove(hana, bob);
    world.run_for(Duration::from_secs(9));
    assert!(!world.view(carol).is_sending_paused);
    world.run_for(Duration::from_secs(2));
    for id in [hana, carol] {
        assert!(world.view(id).is_sending_paused, "{}", world.timeline());
        assert!(
            world
                .view(id)
                .notices
                .iter()
                .any(|notice| notice.code == NoticeCode::RemovalStalled)
        );
        assert!(
            world.seal(id, TrackKind::Microphone, b"x").is_err(),
            "the frame side stopped"
        );
    }
    world.stop_tampering();
    for id in [hana, carol] {
        world.cut(id);
    }
    world.converge();
    assert!(!world.view(carol).is_sending_paused);
}

#[test]
fn a_removal_that_reaches_nobody_stops_the_host_who_wants_it() {
    let (mut world, [hana, bob, _carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    world.tamper_to_server(Box::new(
        move |id, message| if id == hana { vec![] } else { vec![message] },
    ));
    world.remove(hana, bob);
    world.run_for(Duration::from_secs(11));
    assert!(world.view(hana).is_sending_paused, "{}", world.timeline());
}
