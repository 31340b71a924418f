// SPDX-License-Identifier: MIT OR Apache-2.0
//! Clients that do not do what hosts say, and servers that do what no host said.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use incamera_sim::{ClientId, World};
use protocol::{
    ClientMessage, ErrorCode, Mode, ServerMessage, TrackKind,
    acts::{ActKind, Authority, HostAct, Permissions, Role, SignedAct},
};
use session::{Alarm, Command, LeftReason, LocalReason, NoticeCode, State};

use crate::meeting_in;

#[test]
fn a_client_that_hears_no_host_cannot_unmute_share_chat_or_stay() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(1, mode), ["hana", "bob", "carol"]);
        make_defiant(&mut world, bob);
        world.command(
            hana,
            Command::SetPermissions {
                permissions: Permissions::NONE,
            },
        );
        world.command(
            hana,
            Command::Mute {
                participant: world.me(bob),
                kinds: TrackKind::ALL.to_vec(),
            },
        );
        pass(&mut world);
        assert!(!world.view(bob).active.is_empty(), "it did not hear of it");
        for active in [
            vec![TrackKind::Microphone],
            vec![],
            vec![TrackKind::Microphone, TrackKind::Screen, TrackKind::Camera],
        ] {
            world.command(bob, Command::SetTracks { active });
            pass(&mut world);
            assert!(!world.hears(carol, bob), "{mode:?}\n{}", world.timeline());
            for kind in TrackKind::ALL {
                let seen = world.send_frame(bob, kind).unwrap_or_default();
                assert!(seen.is_empty(), "{mode:?}: {kind:?} goes out");
            }
        }
        say(&mut world, bob, "you cannot stop me");
        pass(&mut world);
        assert!(world.view(carol).chat.is_empty(), "{mode:?}");
        world.cut(bob);
        pass(&mut world);
        assert!(!world.hears(carol, bob), "{mode:?}: by a new connection");
        world.remove(hana, bob);
        pass(&mut world);
        assert_eq!(world.view(carol).participants.len(), 2);
        world.stop_tampering();
        world.converge();
    }
}

#[test]
fn a_client_signs_no_act_that_anybody_believes() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(2, mode), ["hana", "bob", "carol"]);
        let seen: Arc<Mutex<Option<SignedAct>>> = Arc::default();
        let sink = Arc::clone(&seen);
        world.tamper_to_server(Box::new(move |_, message| {
            if let ClientMessage::Act { act } = &message {
                *sink.lock().expect("one thread") = Some(act.clone());
            }
            vec![message]
        }));
        world.command(hana, Command::Lock { on: true });
        pass(&mut world);
        world.command(hana, Command::Lock { on: false });
        pass(&mut world);
        let unlock = seen.lock().expect("one thread").clone().expect("hana signed");
        world.command(hana, Command::Lock { on: true });
        pass(&mut world);
        let mut forged = unlock.clone();
        forged.act.reverse();
        let mut is_done = false;
        world.tamper_to_server(Box::new(move |id, message| {
            if id != bob || std::mem::replace(&mut is_done, true) {
                return vec![message];
            }
            [unlock.clone(), forged.clone()]
                .map(|act| ClientMessage::Act { act })
                .into_iter()
                .chain([message])
                .collect()
        }));
        say(&mut world, bob, "nothing to see here");
        pass(&mut world);
        world.stop_tampering();
        for id in [hana, bob, carol] {
            assert!(
                world.view(id).settings.is_locked,
                "{mode:?}\n{}",
                world.timeline()
            );
        }
        assert_eq!(
            notices(&world, carol, NoticeCode::ActForged),
            0,
            "the server passed none on"
        );
        world.join("dave");
        pass(&mut world);
        assert_eq!(world.view(hana).participants.len(), 3);
    }
}

#[test]
fn a_server_that_makes_up_or_repeats_an_act_is_found_out() {
    let (mut world, [hana, _bob, carol]) = meeting_in(World::new(3), ["hana", "bob", "carol"]);
    let seen: Arc<Mutex<Vec<ServerMessage>>> = Arc::default();
    let sink = Arc::clone(&seen);
    world.tamper_from_server(Box::new(move |id, message| {
        if id == carol && matches!(message, ServerMessage::Act { .. }) {
            sink.lock().expect("one thread").push(message.clone());
        }
        vec![message]
    }));
    world.command(hana, Command::Lock { on: true });
    pass(&mut world);
    world.command(hana, Command::Lock { on: false });
    pass(&mut world);
    world.stop_tampering();
    let old = seen.lock().expect("one thread")[0].clone();
    world.inject(carol, &old);
    pass(&mut world);
    assert!(!world.view(carol).settings.is_locked);
    assert_eq!(notices(&world, carol, NoticeCode::ActForged), 1);
    let ServerMessage::Act { by, mut act } = old else {
        panic!("only acts were kept");
    };
    act.signature[5] ^= 1;
    world.inject(carol, &ServerMessage::Act { by, act });
    pass(&mut world);
    assert!(!world.view(carol).settings.is_locked);
    assert_eq!(notices(&world, carol, NoticeCode::ActForged), 2);
}

#[test]
fn a_server_that_mutes_by_itself_is_seen_by_everybody() {
    let (mut world, [hana, bob, carol]) = meeting_in(World::new(4), ["hana", "bob", "carol"]);
    let muted = world.me(bob).expect("bob is in");
    world.tamper_to_server(Box::new(move |id, message| {
        vec![match message {
            ClientMessage::SetTracks { .. } if id == bob => ClientMessage::SetTracks { active: vec![] },
            message => message,
        }]
    }));
    let active = vec![TrackKind::Microphone, TrackKind::Camera];
    world.command(bob, Command::SetTracks { active });
    world.run_for(Duration::from_secs(6));
    for id in [hana, bob, carol] {
        let shown = world
            .view(id)
            .participants
            .iter()
            .find(|shown| shown.participant == muted)
            .expect("bob is seen");
        assert_eq!(
            shown.stopped_by_server,
            [TrackKind::Microphone, TrackKind::Camera],
            "{}",
            world.timeline()
        );
        assert!(shown.held_by_host.is_empty());
    }
    // With a host's word it is another thing.
    world.stop_tampering();
    let kinds = TrackKind::ALL.to_vec();
    world.command(
        hana,
        Command::Mute {
            participant: Some(muted),
            kinds,
        },
    );
    world.run_for(Duration::from_secs(6));
    let view = world.view(carol);
    assert!(
        view.participants
            .iter()
            .all(|shown| shown.stopped_by_server.is_empty())
    );
}

#[test]
fn a_server_that_removes_by_itself_is_seen_by_everybody() {
    let (mut world, [hana, bob, carol]) = meeting_in(World::new(5), ["hana", "bob", "carol"]);
    let code = ErrorCode::Removed;
    world.inject(bob, &ServerMessage::Refused { code });
    world.expect_out(bob);
    pass(&mut world);
    assert_eq!(
        world.view(bob).left_because,
        Some(LeftReason::Local(LocalReason::UnsignedRemoval))
    );
    world.converge();
    for id in [hana, carol] {
        assert_eq!(
            notices(&world, id, NoticeCode::Vanished),
            1,
            "{}",
            world.timeline()
        );
        assert_eq!(notices(&world, id, NoticeCode::RemovedByHost), 0);
    }
}

#[test]
fn a_server_cannot_rename() {
    let (mut world, [_hana, bob, carol]) = meeting_in(World::new(6), ["hana", "bob", "carol"]);
    let renamed = world.me(bob).expect("bob is in");
    world.tamper_from_server(Box::new(move |_, message| {
        vec![match message {
            ServerMessage::RosterChanged { mut entry } => {
                entry.name = Some(protocol::Redacted(String::from("Mallory")));
                ServerMessage::RosterChanged { entry }
            }
            message => message,
        }]
    }));
    world.command(bob, Command::SetTracks { active: vec![] });
    pass(&mut world);
    let shown = &world.view(carol).participants;
    let shown = shown.iter().find(|shown| shown.participant == renamed);
    assert_eq!(shown.map(|shown| shown.name.as_str()), Some("bob"));
}

#[test]
fn whoever_joins_later_believes_no_act_that_a_server_made_up() {
    let (mut world, [hana, _bob]) = meeting_in(World::new(7), ["hana", "bob"]);
    world.command(hana, Command::Lock { on: true });
    pass(&mut world);
    world.command(hana, Command::Lock { on: false });
    world.tamper_from_server(Box::new(|_, mut message| {
        if let ServerMessage::Welcome { acts, .. } = &mut message {
            for act in acts {
                act.act.reverse();
            }
        }
        vec![message]
    }));
    let carol = world.join("carol");
    world.converge();
    assert_eq!(notices(&world, carol, NoticeCode::ActForged), 1);
    assert_eq!(world.view(carol).state, State::Active);
    assert!(
        world
            .view(carol)
            .participants
            .iter()
            .all(|shown| shown.alarm != Some(Alarm::Ghost))
    );
}

#[test]
fn a_server_that_suspends_by_itself_is_seen_by_everybody() {
    let (mut world, [hana, bob, carol]) = meeting_in(World::new(12), ["hana", "bob", "carol"]);
    world.tamper_to_server(Box::new(move |id, message| {
        vec![match message {
            ClientMessage::SetTracks { .. } if id != hana => ClientMessage::SetTracks { active: vec![] },
            message => message,
        }]
    }));
    for id in [bob, carol] {
        let active = vec![TrackKind::Microphone, TrackKind::Camera];
        world.command(id, Command::SetTracks { active });
    }
    world.run_for(Duration::from_secs(6));
    for id in [hana, bob, carol] {
        let view = world.view(id);
        let stopped = view.participants.iter();
        let stopped = stopped.filter(|shown| !shown.stopped_by_server.is_empty());
        assert_eq!(stopped.count(), 2, "{}", world.timeline());
        assert!(
            !view.settings.is_suspended && view.i_may.may_chat,
            "no host said so"
        );
    }
}

#[test]
fn a_server_makes_nobody_host_and_takes_nobodys_role() {
    let (mut world, [hana, bob, carol]) = meeting_in(World::new(13), ["hana", "bob", "carol"]);
    let [hana_id, bob_id] = [hana, bob].map(|id| world.me(id).expect("it is in"));
    world.tamper_from_server(Box::new(move |_, message| {
        vec![match message {
            ServerMessage::RosterChanged { mut entry } => {
                entry.is_host = entry.participant == bob_id;
                ServerMessage::RosterChanged { entry }
            }
            message => message,
        }]
    }));
    for id in [hana, bob, carol] {
        world.command(id, Command::SetTracks { active: vec![] });
    }
    pass(&mut world);
    world.stop_tampering();
    // A role by an act whose proof ends at a key of the server's own making.
    let made_up = World::new(99).host_link();
    let stay = e2ee::StayKey::from_seed([1; 32]);
    let (meeting, mode) = (world.host_link().meeting, Mode::E2ee);
    let grant = e2ee::host_key(&made_up)
        .expect("a host link")
        .grant_stay(meeting, mode, &stay.public());
    let act = HostAct {
        counter: 1000,
        kind: ActKind::SetRole {
            participant: bob_id,
            stay_key: vec![2; 32],
            role: Role::Host,
        },
    };
    let act = stay.sign(meeting, mode, &act, Authority::HostKey(grant));
    world.inject(carol, &ServerMessage::Act { by: hana_id, act });
    pass(&mut world);
    assert_eq!(notices(&world, carol, NoticeCode::ActForged), 1);
    for id in [hana, bob, carol] {
        let hosts = world.view(id).participants.iter();
        let hosts: Vec<_> = hosts
            .filter(|shown| shown.role != Role::Participant || shown.is_host)
            .map(|shown| shown.participant)
            .collect();
        assert_eq!(hosts, [hana_id], "{}", world.timeline());
    }
}

/// Has somebody's client hear nothing of what hosts do.
fn make_defiant(world: &mut World, id: ClientId) {
    world.tamper_from_server(Box::new(move |to, mut message| {
        if to != id {
            return vec![message];
        }
        if let ServerMessage::Welcome { acts, .. } = &mut message {
            acts.clear();
        }
        if matches!(message, ServerMessage::Act { .. }) {
            return Vec::new();
        }
        vec![message]
    }));
}

fn say(world: &mut World, id: ClientId, text: &str) {
    let text = text.to_owned();
    let reply_to = None;
    world.command(id, Command::Chat { text, reply_to });
}

fn notices(world: &World, id: ClientId, code: NoticeCode) -> usize {
    let notices = world.view(id).notices.iter();
    notices.filter(|notice| notice.code == code).count()
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(2));
}
