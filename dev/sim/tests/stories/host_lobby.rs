// SPDX-License-Identifier: MIT OR Apache-2.0
//! The lobby: whoever waits is heard by hosts only, gets nothing, and comes in by a host's signature.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use incamera_sim::{ClientId, World};
use protocol::{ClientMessage, ErrorCode, Mode, ServerMessage, acts::ActKind, decode, encode};
use session::{Command, LeftReason, NoticeCode, State};

use crate::meeting_in;

#[test]
fn newcomers_wait_and_come_in_one_by_one_or_all_or_not_at_all() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob]) = with_lobby(1, mode);
        let [carol, dave, erin, frank] = ["carol", "dave", "erin", "frank"].map(|name| world.join(name));
        pass(&mut world);
        let names: Vec<_> = world
            .view(hana)
            .waiting
            .iter()
            .map(|one| one.name.clone())
            .collect();
        assert_eq!(names.len(), 4, "{mode:?}\n{}", world.timeline());
        assert!(
            ["carol", "dave", "erin", "frank"]
                .iter()
                .all(|name| names.contains(&String::from(*name)))
        );
        assert!(world.view(bob).waiting.is_empty(), "it is the hosts' to see");
        assert_eq!(world.view(hana).participants.len(), 2);
        for id in [carol, dave, erin, frank] {
            let view = world.view(id);
            assert_eq!(view.state, State::Lobby);
            assert!(
                view.participants.iter().all(|shown| shown.is_me),
                "who waits sees nobody"
            );
        }
        let text = String::from("We begin in a minute.");
        world.command(hana, Command::MessageLobby { text });
        pass(&mut world);
        assert_eq!(
            world.view(carol).lobby_message.as_deref(),
            Some("We begin in a minute.")
        );
        let participants = vec![world.me(carol).expect("she waits")];
        world.command(hana, Command::Admit { participants });
        let participant = world.me(frank).expect("he waits");
        world.command(hana, Command::TurnAway { participant });
        pass(&mut world);
        assert_eq!(
            world.view(carol).state,
            State::Active,
            "{mode:?}\n{}",
            world.timeline()
        );
        assert_eq!(
            world.view(frank).left_because,
            Some(LeftReason::Server(ErrorCode::TurnedAway))
        );
        world.expect_out(frank);
        assert_eq!(world.view(hana).waiting.len(), 2);
        world.command(hana, Command::Admit { participants: vec![] });
        world.converge();
        assert!(world.view(hana).waiting.is_empty());
        assert_eq!(world.view(bob).participants.len(), 5);
        assert_eq!(ghosts(&world, bob), 0);
    }
}

#[test]
fn whoever_was_in_or_was_let_in_comes_back_without_waiting() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob]) = with_lobby(2, mode);
        let carol = world.join("carol");
        pass(&mut world);
        world.command(hana, Command::Admit { participants: vec![] });
        world.converge();
        world.reload(bob);
        world.converge();
        world.reload(carol);
        world.converge();
        world.run_for(Duration::from_secs(12));
        assert_eq!(
            ghosts(&world, hana) + ghosts(&world, carol),
            0,
            "{}",
            world.timeline()
        );
    }
}

#[test]
fn when_the_lobby_is_switched_off_whoever_waits_comes_in() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, _bob]) = with_lobby(3, mode);
        let carol = world.join("carol");
        pass(&mut world);
        assert_eq!(world.view(carol).state, State::Lobby);
        world.command(hana, Command::SetLobby { on: false });
        world.join("dave");
        world.converge();
    }
}

#[test]
fn whoever_waits_leaves_loses_the_connection_and_comes_back_to_the_lobby() {
    let (mut world, [hana, _bob]) = with_lobby(4, Mode::E2ee);
    let carol = world.join("carol");
    let dave = world.join("dave");
    pass(&mut world);
    world.leave(carol);
    world.cut(dave);
    pass(&mut world);
    assert_eq!(world.view(hana).waiting.len(), 1, "{}", world.timeline());
    assert_eq!(world.view(dave).state, State::Lobby);
    world.command(hana, Command::Admit { participants: vec![] });
    world.converge();
}

#[test]
fn the_server_reads_no_name_of_those_who_wait() {
    let (mut world, [hana, _bob]) = with_lobby(5, Mode::E2ee);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    world.tamper_to_server(Box::new(move |_, message| {
        sink.lock().expect("one thread").extend(encode(&message));
        vec![message]
    }));
    world.join("swordfish");
    pass(&mut world);
    assert_eq!(world.view(hana).waiting[0].name, "swordfish");
    let seen = seen.lock().expect("one thread");
    assert!(!seen.windows(9).any(|window| window == b"swordfish"));
}

#[test]
fn a_server_that_lets_somebody_past_the_lobby_is_stopped_by_the_members() {
    let (mut world, [hana, bob]) = meeting_in(World::new(6), ["hana", "bob"]);
    let signed = Arc::new(Mutex::new(None));
    let sink = Arc::clone(&signed);
    // It passes the host's act on, and does not go by it.
    world.tamper_to_server(Box::new(move |_, message| match message {
        ClientMessage::Act { act } => {
            *sink.lock().expect("one thread") = Some(act);
            Vec::new()
        }
        message => vec![message],
    }));
    world.command(hana, Command::SetLobby { on: true });
    pass(&mut world);
    world.stop_tampering();
    let act = signed.lock().expect("one thread").take().expect("hana signed");
    let by = world.me(hana).expect("hana is in");
    for id in [hana, bob] {
        let act = act.clone();
        world.inject(id, &ServerMessage::Act { by, act });
    }
    world.run_for(Duration::from_secs(11));
    let carol = world.join("carol");
    world.run_for(Duration::from_secs(5));
    assert!(
        ghosts(&world, hana) + ghosts(&world, bob) >= 1,
        "{}",
        world.timeline()
    );
    world.expect_out(carol);
    assert_eq!(
        world
            .view(hana)
            .participants
            .iter()
            .filter(|shown| shown.alarm.is_none())
            .count(),
        2
    );
    assert!(!world.hears(carol, hana), "{}", world.timeline());
}

#[test]
fn a_server_cannot_swap_the_names_of_two_who_wait() {
    let (mut world, [hana, _bob]) = with_lobby(7, Mode::E2ee);
    world.tamper_from_server(Box::new(|_, message| {
        vec![match message {
            ServerMessage::Waiting { mut waiting } => {
                if let [first, second] = waiting.as_mut_slice() {
                    std::mem::swap(&mut first.name, &mut second.name);
                }
                ServerMessage::Waiting { waiting }
            }
            message => message,
        }]
    }));
    world.join("carol");
    world.join("mallory");
    pass(&mut world);
    let waiting = &world.view(hana).waiting;
    assert_eq!(waiting.len(), 2);
    assert!(waiting.iter().all(|one| one.name.is_empty()), "{waiting:?}");
}

#[test]
fn nobody_but_a_host_admits() {
    let (mut world, [_hana, bob]) = with_lobby(8, Mode::E2ee);
    let carol = world.join("carol");
    pass(&mut world);
    let acts = Arc::new(Mutex::new(0));
    let count = Arc::clone(&acts);
    world.tamper_from_server(Box::new(move |_, message| {
        if let ServerMessage::Act { act, .. } = &message
            && let Ok(protocol::acts::HostAct {
                kind: ActKind::Admit { .. },
                ..
            }) = decode(&act.act)
        {
            *count.lock().expect("one thread") += 1;
        }
        vec![message]
    }));
    world.command(bob, Command::Admit { participants: vec![] });
    pass(&mut world);
    assert_eq!(world.view(carol).state, State::Lobby);
    assert_eq!(*acts.lock().expect("one thread"), 0);
}

fn with_lobby(seed: u64, mode: Mode) -> (World, [ClientId; 2]) {
    let (mut world, people) = meeting_in(World::with_mode(seed, mode), ["hana", "bob"]);
    world.command(people[0], Command::SetLobby { on: true });
    world.run_for(Duration::from_secs(11));
    assert!(world.view(people[1]).settings.has_lobby);
    (world, people)
}

fn ghosts(world: &World, id: ClientId) -> usize {
    let notices = world.view(id).notices.iter();
    notices
        .filter(|notice| notice.code == NoticeCode::GhostRefused)
        .count()
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(2));
}
