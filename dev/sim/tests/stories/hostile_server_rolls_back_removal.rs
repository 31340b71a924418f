// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server takes a removal back, so that the removed hear again. Nobody sends until they are gone again.

use std::time::Duration;

use protocol::{ServerMessage, TrackKind};
use session::NoticeCode;

use crate::{meeting_of, microphone};

#[test]
fn nothing_is_sent_with_keys_that_the_removed_hold() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    let slot = microphone(&world, hana);
    let before = world.view(hana).epoch;
    world.remove(hana, bob);
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.view(hana).epoch, before + 1);
    for id in [hana, carol] {
        world.inject(id, &ServerMessage::Rollback { epoch: before });
    }
    world.run_for(Duration::from_millis(100));
    for id in [hana, carol] {
        let view = world.view(id);
        assert!(view.is_sending_paused, "{}", world.timeline());
        assert!(
            view.notices
                .iter()
                .any(|notice| notice.code == NoticeCode::RolledBack)
        );
    }
    let sealed = world.seal(hana, TrackKind::Microphone, b"to bob as well");
    assert!(sealed.is_err() || world.deliver(bob, slot, &sealed.unwrap_or_default()).is_err());
}

#[test]
fn a_rollback_that_comes_late_is_not_followed() {
    let (mut world, [hana, bob, carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    let before = world.view(carol).epoch;
    let slot = microphone(&world, carol);
    world.remove(hana, bob);
    world.run_for(Duration::from_secs(11));
    world.inject(carol, &ServerMessage::Rollback { epoch: before });
    world.run_for(Duration::from_secs(5));
    let sealed = world.seal(carol, TrackKind::Microphone, b"without bob");
    assert!(sealed.is_err() || world.deliver(bob, slot, &sealed.unwrap_or_default()).is_err());
    assert!(world.view(carol).epoch > before);
}
