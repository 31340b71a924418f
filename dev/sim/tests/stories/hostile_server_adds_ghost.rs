// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server itself puts somebody into the group, or into the list.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use protocol::{
    ClientMessage, ParticipantId, ServerMessage,
    message::{GroupState, RosterEntry},
};
use session::{Alarm, NoticeCode};

use crate::{ghost, meeting_of};

#[test]
fn a_ghost_in_the_group_is_refused_by_all_and_shown() {
    let (mut world, [hana, bob]) = meeting_of(1, ["hana", "bob"]);
    let state = group_state(&mut world);
    world.converge();
    let epoch = world.view(hana).epoch;
    let ClientMessage::Commit { commit, .. } = ghost::join(&state, GHOST) else {
        panic!("a ghost commits");
    };
    world.tamper_to_server(Box::new(|_, message| match message {
        ClientMessage::CommitRefused { .. } => vec![],
        message => vec![message],
    }));
    for id in [hana, bob] {
        world.inject(id, &ServerMessage::RosterChanged { entry: entry(GHOST) });
        world.inject(
            id,
            &ServerMessage::Commit {
                epoch: state.epoch,
                by: GHOST,
                commit: commit.clone(),
            },
        );
    }
    world.run_for(Duration::from_secs(1));
    for id in [hana, bob] {
        let view = world.view(id);
        assert_eq!(view.epoch, epoch, "nobody follows\n{}", world.timeline());
        assert!(
            view.notices
                .iter()
                .any(|notice| notice.code == NoticeCode::GhostRefused)
        );
        let shown = view
            .participants
            .iter()
            .find(|shown| shown.participant == GHOST)
            .expect("it is shown");
        assert_eq!(shown.alarm, Some(Alarm::Ghost));
    }
    let hears = world.hears(hana, bob);
    world.check(hears, "those who belong here go on");
}

#[test]
fn somebody_on_the_list_only_is_an_alarm_after_a_while() {
    let (mut world, [hana, bob]) = meeting_of(2, ["hana", "bob"]);
    world.inject(hana, &ServerMessage::RosterChanged { entry: entry(GHOST) });
    world.run_for(Duration::from_secs(2));
    assert_eq!(
        world.view(hana).participants.len(),
        2,
        "joining takes a moment: no alarm yet"
    );
    world.run_for(Duration::from_secs(8));
    let shown = world
        .view(hana)
        .participants
        .iter()
        .find(|shown| shown.participant == GHOST);
    assert_eq!(shown.and_then(|shown| shown.alarm), Some(Alarm::NotInGroup));
    assert_eq!(world.view(bob).participants.len(), 2);
}

#[test]
fn a_member_whom_the_server_hides_is_an_alarm_after_a_while() {
    let (mut world, [hana, bob]) = meeting_of(3, ["hana", "bob"]);
    let participant = world.me(bob).expect("bob is in");
    world.inject(hana, &ServerMessage::RosterLeft { participant });
    world.run_for(Duration::from_secs(10));
    let shown = world
        .view(hana)
        .participants
        .iter()
        .find(|shown| shown.participant == participant);
    assert_eq!(shown.and_then(|shown| shown.alarm), Some(Alarm::NotInRoster));
}

/// Returns the group as a joiner is shown it: somebody comes and goes for it.
fn group_state(world: &mut incamera_sim::World) -> GroupState {
    let seen = Arc::new(Mutex::new(None));
    let sink = Arc::clone(&seen);
    let visitor = incamera_sim::ClientId(world.client_ids().count());
    world.tamper_from_server(Box::new(move |id, message| {
        if id == visitor
            && let ServerMessage::Welcome {
                group: Some(state), ..
            } = &message
        {
            *sink.lock().expect("one thread") = Some(state.clone());
            // The visitor is not to join: the state would be of the past then.
            return vec![ServerMessage::Refused {
                code: protocol::ErrorCode::MeetingFull,
            }];
        }
        vec![message]
    }));
    let joined = world.join("visitor");
    world.run_for(Duration::from_secs(1));
    world.stop_tampering();
    world.expect_out(joined);
    world.run_for(Duration::from_secs(20));
    let state = seen.lock().expect("one thread").take();
    state.expect("the visitor was welcomed")
}

fn entry(participant: ParticipantId) -> RosterEntry {
    RosterEntry {
        participant,
        name: None,
        is_host: false,
        is_connected: true,
        tracks: vec![],
        identity: None,
        stay_key: Vec::new(),
        held: Vec::new(),
    }
}

const GHOST: ParticipantId = ParticipantId(66);
