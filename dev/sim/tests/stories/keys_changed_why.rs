// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everybody is told why the keys changed: people who come and go explain it, what the server does to the group does not.

use std::time::Duration;

use incamera_sim::{ClientId, World};
use protocol::{Mode, ServerMessage};
use session::{KeyChangeReason, KeyChangeView};

use crate::{meeting_in, meeting_of};

#[test]
fn people_who_come_go_and_come_back_explain_the_change() {
    let (mut world, [hana, bob]) = meeting_of(1, ["hana", "bob"]);
    let carol = world.join("carol");
    world.converge();
    check(&world, hana, KeyChangeReason::Joined, carol);
    let stay = stay_of(&world, hana, carol).expect("it has a stay");
    world.reload(carol);
    world.converge();
    check(&world, hana, KeyChangeReason::CameBack, carol);
    assert_eq!(stay_of(&world, hana, carol), Some(stay), "it is the same stay");
    assert_ne!(stay_of(&world, hana, carol), stay_of(&world, hana, bob));
    let gone = id_of(&world, carol);
    world.leave(carol);
    world.converge();
    let change = change(&world, bob);
    assert_eq!(
        (change.why, change.participants),
        (KeyChangeReason::Left, vec![gone])
    );
    assert_eq!(change.unexplained, 0);
}

#[test]
fn a_change_that_the_server_takes_back_is_nobodys_coming_or_going() {
    let (mut world, [hana, bob, carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    let before = world.view(hana).epoch;
    world.remove(hana, bob);
    world.run_for(Duration::from_secs(1));
    world.inject(carol, &ServerMessage::Rollback { epoch: before });
    world.run_for(Duration::from_millis(100));
    let change = change(&world, carol);
    assert_eq!((change.why, change.unexplained), (KeyChangeReason::RolledBack, 1));
}

#[test]
fn in_a_standard_meeting_only_the_server_knows() {
    let (world, [hana, bob]) = meeting_in(World::with_mode(3, Mode::Standard), ["hana", "bob"]);
    assert_eq!(world.view(hana).key_change, None);
    assert_eq!(stay_of(&world, hana, bob), None);
}

#[track_caller]
fn check(world: &World, seen_by: ClientId, why: KeyChangeReason, who: ClientId) {
    let change = change(world, seen_by);
    let expected = (why, vec![id_of(world, who)], 0);
    assert_eq!(
        (change.why, change.participants, change.unexplained),
        expected,
        "{}",
        world.timeline()
    );
}

fn change(world: &World, id: ClientId) -> KeyChangeView {
    world.view(id).key_change.clone().expect("a member has keys")
}

fn id_of(world: &World, id: ClientId) -> protocol::ParticipantId {
    world.view(id).me.expect("it is in")
}

fn stay_of(world: &World, seen_by: ClientId, whose: ClientId) -> Option<String> {
    let whose = id_of(world, whose);
    let mut people = world.view(seen_by).participants.iter();
    people.find(|one| one.participant == whose)?.stay.clone()
}
