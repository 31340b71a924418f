// SPDX-License-Identifier: MIT OR Apache-2.0
//! A commit that the server cannot tell from a good one, and every member refuses.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use incamera_sim::{Link, World};
use protocol::{ClientMessage, MeetingLink, ServerMessage};
use session::NoticeCode;

use crate::{ghost, meeting_in};

#[test]
fn the_group_goes_back_and_the_intruder_is_evicted() {
    let (mut world, [hana, bob, carol]) = meeting_in(World::with_lenient_server(1), ["hana", "bob", "carol"]);
    let code = world.view(hana).safety_code.clone();
    poison(&mut world);
    let is_refused = world.run_until(Duration::from_secs(2), |world| {
        [hana, bob, carol].iter().all(|id| {
            world
                .view(*id)
                .notices
                .iter()
                .any(|notice| notice.code == NoticeCode::GhostRefused)
        })
    });
    world.check(is_refused, "every member refuses");
    world.converge();
    assert_eq!(world.view(hana).safety_code, code, "the group is where it was");
    world.stop_tampering();
    world.join("dave");
    world.converge();
    assert_eq!(world.view(hana).participants.len(), 4, "and goes on");
}

#[test]
fn a_restart_before_the_members_refuse_does_not_make_it_stand() {
    let (mut world, [hana, bob, carol]) = meeting_in(World::with_lenient_server(2), ["hana", "bob", "carol"]);
    let code = world.view(hana).safety_code.clone();
    poison(&mut world);
    let is_on_its_way = world.run_until(Duration::from_secs(2), |world| {
        let notices = world.view(hana).notices.iter();
        notices
            .filter(|notice| notice.code == NoticeCode::GhostRefused)
            .count()
            == 1
    });
    world.check(is_on_its_way, "hana refuses");
    world.stop_server();
    world.stop_tampering();
    world.run_for(Duration::from_secs(1));
    world.start_server();
    world.converge();
    for id in [hana, bob, carol] {
        assert_eq!(world.view(id).safety_code, code, "the group is where it was");
        assert_eq!(world.view(id).participants.len(), 3);
    }
    world.join("dave");
    world.converge();
}

/// Mallory, who has another secret, joins the group with a client of her own making.
fn poison(world: &mut World) {
    let mallory = incamera_sim::ClientId(3);
    let welcome = Arc::new(Mutex::new(None));
    let sink = Arc::clone(&welcome);
    world.tamper_from_server(Box::new(move |id, message| {
        if id == mallory
            && let ServerMessage::Welcome {
                participant,
                group: Some(state),
                ..
            } = &message
        {
            *sink.lock().expect("one thread") = Some((*participant, state.clone()));
        }
        vec![message]
    }));
    // Mallory's client notices the wrong secret and says goodbye; a client of her own making would not.
    world.tamper_to_server(Box::new(move |id, message| {
        let is_goodbye = id == mallory && message == ClientMessage::Leave;
        match welcome.lock().expect("one thread").take_if(|_| is_goodbye) {
            Some((participant, state)) => vec![ghost::join(&state, participant)],
            None => vec![message],
        }
    }));
    let link = MeetingLink {
        secret: Some([9; 32]),
        ..e2ee::invitation(&world.host_link())
    };
    assert_eq!(world.join_with("mallory", link, Link::default()), mallory);
    world.expect_out(mallory);
}
