// SPDX-License-Identifier: MIT OR Apache-2.0
//! The network drops and comes back; what was muted stays muted.

use std::time::Duration;

use protocol::TrackKind;
use session::{Command, State};

use crate::meeting_of;

#[test]
fn a_muted_microphone_is_muted_after_a_reconnect() {
    let (mut world, [hana, bob]) = meeting_of(1, ["hana", "bob"]);
    world.command(
        bob,
        Command::SetTracks {
            active: vec![TrackKind::Camera],
        },
    );
    world.run_for(Duration::from_secs(1));
    let me = world.me(bob);
    world.cut(bob);
    let is_back = world.run_until(Duration::from_secs(3), |world| {
        world.view(bob).state == State::Active
    });
    world.check(is_back, "back in under three seconds");
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.me(bob), me);
    let shown = world
        .view(hana)
        .participants
        .iter()
        .find(|shown| Some(shown.participant) == me);
    assert_eq!(
        shown.map(|shown| shown.tracks.clone()),
        Some(vec![TrackKind::Camera])
    );
    assert_eq!(world.view(bob).active, [TrackKind::Camera]);
    let hears = world.hears(hana, bob);
    world.check(!hears, "nothing is forwarded of a muted microphone");
}

#[test]
fn what_changed_while_away_is_what_counts() {
    let (mut world, [hana, bob]) = meeting_of(2, ["hana", "bob"]);
    let me = world.me(bob);
    world.cut(bob);
    world.command(bob, Command::SetTracks { active: vec![] });
    world.run_for(Duration::from_secs(3));
    let shown = world
        .view(hana)
        .participants
        .iter()
        .find(|shown| Some(shown.participant) == me);
    assert_eq!(shown.map(|shown| shown.tracks.clone()), Some(vec![]));
}

#[test]
fn a_silently_dead_network_is_noticed_and_the_place_is_kept() {
    let (mut world, [_hana, bob]) = meeting_of(3, ["hana", "bob"]);
    let (me, epoch) = (world.me(bob), world.view(bob).epoch);
    world.set_online(bob, false);
    let is_noticed = world.run_until(Duration::from_secs(9), |world| {
        world.view(bob).state == State::Reconnecting
    });
    world.check(is_noticed, "a dead connection is noticed in nine seconds");
    world.set_online(bob, true);
    let is_back = world.run_until(Duration::from_secs(3), |world| {
        world.view(bob).state == State::Active
    });
    world.check(is_back, "back in under three seconds after the network returned");
    world.converge();
    assert_eq!(
        (world.me(bob), world.view(bob).epoch),
        (me, epoch),
        "the same place, the same keys"
    );
}

#[test]
fn whoever_is_away_for_long_comes_back_as_somebody_new() {
    let (mut world, [_hana, bob, _carol]) = meeting_of(4, ["hana", "bob", "carol"]);
    world.set_online(bob, false);
    world.run_for(Duration::from_secs(45));
    world.set_online(bob, true);
    world.converge();
}
