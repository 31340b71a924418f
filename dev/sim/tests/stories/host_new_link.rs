// SPDX-License-Identifier: MIT OR Apache-2.0
//! A host replaces the meeting's link: whoever was there has the new one, wherever it was at that moment; nobody comes in by
//! the old one.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use e2ee::invitation;
use incamera_sim::{ClientId, Link, World};
use protocol::{ClientMessage, ErrorCode, MeetingLink, Mode, ServerMessage, acts::Role};
use session::{Alarm, Command, LeftReason, LocalReason, NoticeCode, State};

use crate::meeting_in;

#[test]
fn everybody_who_is_there_has_the_new_link_and_the_old_one_is_refused() {
    in_both_modes(1, |world, [hana, bob, carol]| {
        let old = invitation(&world.host_link());
        let new = renew(world, hana);
        assert!(new != old);
        for id in [bob, carol] {
            assert!(link_of(world, id) == new, "{}", world.timeline());
            assert_eq!(notices(world, id, NoticeCode::LinkReplaced), 1);
        }
        let late = world.join_with("late", old, Link::default());
        pass(world);
        assert_eq!(
            world.view(late).left_because,
            Some(LeftReason::Server(ErrorCode::LinkReplaced))
        );
        world.expect_out(late);
        let dave = world.join_with("dave", new, Link::default());
        world.converge();
        assert_eq!(world.view(dave).new_link, None, "it came by it");
        assert!(nobody_is_alarmed(world, &[hana, bob, carol, dave]));
    });
}

#[test]
fn whoever_is_away_at_that_moment_finds_the_new_link_when_it_comes_back() {
    in_both_modes(2, |world, [hana, bob, carol]| {
        world.cut(bob);
        let new = renew(world, hana);
        world.converge();
        assert!(link_of(world, bob) == new, "after a lost connection");
        // The page of the sim knows the old link only.
        world.reload(carol);
        world.converge();
        assert!(link_of(world, carol) == new, "after a reload");
        let dave = world.join_with("dave", new.clone(), Link::default());
        world.converge();
        world.reload(bob);
        world.converge();
        assert!(link_of(world, bob) == new, "among people whom it never saw");
        assert!(nobody_is_alarmed(world, &[hana, bob, carol, dave]));
    });
}

#[test]
fn a_restart_of_the_server_brings_the_old_link_not_back() {
    in_both_modes(3, |world, [hana, bob, carol]| {
        let old = invitation(&world.host_link());
        let new = renew(world, hana);
        world.stop_server();
        world.run_for(Duration::from_secs(1));
        world.start_server();
        world.reload(carol);
        world.converge();
        assert!(link_of(world, carol) == new && link_of(world, bob) == new);
        let late = world.join_with("late", old, Link::default());
        pass(world);
        assert_eq!(
            world.view(late).left_because,
            Some(LeftReason::Server(ErrorCode::LinkReplaced))
        );
        world.expect_out(late);
        world.join_with("dave", new, Link::default());
        world.converge();
    });
}

#[test]
fn a_host_link_stays_good_and_becomes_the_new_one() {
    in_both_modes(4, |world, [hana, bob, carol]| {
        let first = world.host_link();
        set_role(world, hana, bob, Role::Host);
        pass(world);
        world.leave(hana);
        world.converge();
        let second = renew(world, bob);
        let third = renew(world, bob);
        assert!(second != third);
        let hana = world.join_with("hana", first, Link::default());
        world.converge();
        assert!(link_of(world, hana) == third, "{}", world.timeline());
        assert!(world.view(hana).i_am_host);
        assert!(link_of(world, carol) == third);
        assert!(nobody_is_alarmed(world, &[hana, bob, carol]));
    });
}

#[test]
fn whoever_was_removed_comes_back_by_no_link_that_it_had() {
    in_both_modes(5, |world, [hana, bob, carol]| {
        let old = invitation(&world.host_link());
        let new = renew(world, hana);
        world.remove(hana, bob);
        pass(world);
        world.reload(bob);
        pass(world);
        assert_eq!(
            world.view(bob).state,
            State::Left,
            "its stay is vouched for no more"
        );
        let newer = renew(world, hana);
        for link in [old, new] {
            let mallory = world.join_with("mallory", link, Link::default());
            pass(world);
            assert_eq!(world.view(mallory).state, State::Left);
            world.expect_out(mallory);
        }
        assert!(link_of(world, carol) == newer);
        world.converge();
    });
}

#[test]
fn somebody_who_comes_in_as_the_link_changes_is_in_or_out_and_nothing_between() {
    for delay in 0..20 {
        let (mut world, [hana, bob]) = meeting_in(World::new(60 + delay), ["hana", "bob"]);
        let carol = world.join("carol");
        world.run_for(Duration::from_millis(10 * delay));
        world.command(hana, Command::NewLink);
        pass(&mut world);
        if world.view(carol).state == State::Left {
            let because = world.view(carol).left_because;
            let told = [ErrorCode::LinkReplaced, ErrorCode::CommitRefused].map(LeftReason::Server);
            assert!(
                because.is_some_and(|because| told.contains(&because)),
                "{because:?}"
            );
            world.expect_out(carol);
        }
        world.converge();
        let new = link_of(&world, bob);
        if world.view(carol).state == State::Active {
            assert!(link_of(&world, carol) == new, "{}", world.timeline());
        }
        let dave = world.join_with("dave", new, Link::default());
        world.converge();
        assert!(nobody_is_alarmed(&world, &[hana, bob, dave]));
    }
}

#[test]
fn only_hosts_replace_the_link() {
    in_both_modes(7, |world, [hana, bob, carol]| {
        set_role(world, hana, carol, Role::CoHost);
        pass(world);
        for id in [bob, carol] {
            world.command(id, Command::NewLink);
            pass(world);
            assert_eq!(notices(world, id, NoticeCode::ActRefused), 1);
            assert_eq!(world.view(id).new_link, None);
        }
        world.join("dave");
        world.converge();
    });
}

#[test]
fn a_server_that_lets_somebody_in_by_the_old_link_is_seen() {
    let (mut world, [hana, bob, carol]) = meeting_in(World::with_lenient_server(8), ["hana", "bob", "carol"]);
    let old = invitation(&world.host_link());
    // The server does not do what the host said, but passes it on.
    let seen: Arc<Mutex<Option<ServerMessage>>> = Arc::default();
    let sink = Arc::clone(&seen);
    world.tamper_to_server(Box::new(move |id, message| match message {
        ClientMessage::Act { act } if id == hana => {
            let by = protocol::ParticipantId(1);
            *sink.lock().expect("one thread") = Some(ServerMessage::Act { by, act });
            Vec::new()
        }
        message => vec![message],
    }));
    world.command(hana, Command::NewLink);
    pass(&mut world);
    world.stop_tampering();
    let act = seen.lock().expect("one thread").clone().expect("hana signed");
    for id in [hana, bob, carol] {
        world.inject(id, &act);
    }
    pass(&mut world);
    let mallory = world.join_with("mallory", old, Link::default());
    pass(&mut world);
    for id in [hana, bob, carol] {
        assert!(
            notices(&world, id, NoticeCode::GhostRefused) >= 1,
            "{}",
            world.timeline()
        );
    }
    assert_eq!(world.view(mallory).state, State::Left);
}

#[test]
fn a_server_cannot_make_up_a_link_of_its_own() {
    let (mut world, [hana, bob]) = meeting_in(World::new(9), ["hana", "bob"]);
    let seen: Arc<Mutex<Option<ServerMessage>>> = Arc::default();
    let sink = Arc::clone(&seen);
    world.tamper_from_server(Box::new(move |id, message| {
        if id != bob || !matches!(message, ServerMessage::Act { .. }) {
            return vec![message];
        }
        *sink.lock().expect("one thread") = Some(message);
        Vec::new()
    }));
    world.command(hana, Command::NewLink);
    pass(&mut world);
    world.stop_tampering();
    let Some(ServerMessage::Act { by, mut act }) = seen.lock().expect("one thread").clone() else {
        panic!("hana signed an act");
    };
    let last = act.act.len() - 1;
    act.act[last] ^= 1;
    world.inject(bob, &ServerMessage::Act { by, act });
    pass(&mut world);
    assert_eq!(world.view(bob).new_link, None);
    assert_eq!(notices(&world, bob, NoticeCode::ActForged), 1);
}

#[test]
fn a_newcomer_who_is_not_shown_the_act_stays_out() {
    let (mut world, [hana, _bob]) = meeting_in(World::new(10), ["hana", "bob"]);
    let new = renew(&mut world, hana);
    world.tamper_from_server(Box::new(|_, mut message| {
        if let ServerMessage::Welcome { acts, .. } = &mut message {
            acts.clear();
        }
        vec![message]
    }));
    let carol = world.join_with("carol", new, Link::default());
    pass(&mut world);
    assert_eq!(
        world.view(carol).left_because,
        Some(LeftReason::Local(LocalReason::WrongSecret))
    );
}

#[test]
fn names_that_hosts_gave_before_are_read_after() {
    let (mut world, [hana, bob]) = meeting_in(World::new(11), ["hana", "bob"]);
    let participant = world.me(bob).expect("bob is in");
    world.command(
        hana,
        Command::RenameParticipant {
            participant,
            name: String::from("Robert"),
        },
    );
    pass(&mut world);
    renew(&mut world, hana);
    let new = renew(&mut world, hana);
    let carol = world.join_with("carol", new, Link::default());
    world.converge();
    let shown = &world.view(carol).participants;
    let shown = shown.iter().find(|shown| shown.participant == participant);
    assert_eq!(shown.map(|shown| shown.name.as_str()), Some("Robert"));
}

/// Has `host` replace the link, and returns the invitation of the one that it made.
fn renew(world: &mut World, host: ClientId) -> MeetingLink {
    world.command(host, Command::NewLink);
    pass(world);
    link_of(world, host)
}

#[track_caller]
fn link_of(world: &World, id: ClientId) -> MeetingLink {
    let shown = world.view(id).new_link.as_deref().expect("the link was replaced");
    MeetingLink::parse(shown).expect("it is a link")
}

fn nobody_is_alarmed(world: &World, ids: &[ClientId]) -> bool {
    ids.iter().all(|id| {
        let view = world.view(*id);
        let alarms = view.participants.iter().filter_map(|shown| shown.alarm);
        let forged = view
            .notices
            .iter()
            .filter(|notice| notice.code == NoticeCode::ActForged);
        view.participants.len() >= ids.len()
            && alarms.filter(|alarm| *alarm != Alarm::FalseIdentity).count() == 0
            && forged.count() == 0
    })
}

fn set_role(world: &mut World, by: ClientId, whom: ClientId, role: Role) {
    let participant = world.me(whom).expect("it is in");
    world.command(by, Command::SetRole { participant, role });
}

fn notices(world: &World, id: ClientId, code: NoticeCode) -> usize {
    let notices = world.view(id).notices.iter();
    notices.filter(|notice| notice.code == code).count()
}

fn in_both_modes(seed: u64, story: impl Fn(&mut World, [ClientId; 3])) {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, people) = meeting_in(World::with_mode(seed, mode), ["hana", "bob", "carol"]);
        story(&mut world, people);
    }
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(2));
}
