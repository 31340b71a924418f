// SPDX-License-Identifier: MIT OR Apache-2.0
//! Nobody is lured into a breakout room that no host opened, and nobody gets into one where no host put it.

use std::time::Duration;

use incamera_sim::{ClientId, World};
use protocol::{
    ErrorCode, MeetingId, Mode, ParticipantId, ServerMessage, TrackKind,
    acts::{ActKind, AssignedToRoom, Authority, BreakoutRoom, Breakouts, HostAct, SignedAct},
};
use rand_core::SeedableRng as _;
use session::{Command, LeftReason, LocalReason, NoticeCode, State};

use crate::{
    breakouts::{enter, mine, open, pass},
    meeting_in, meeting_of, microphone,
};

#[test]
fn a_room_that_no_host_signed_is_not_offered() {
    let (mut world, [hana, bob]) = meeting_of(1, ["hana", "bob"]);
    open(&mut world, hana, &[("Red", &[bob])], None);
    pass(&mut world);
    let red = mine(&world, bob).expect("bob belongs in Red").id;
    // The server's own key signs, and wears a host's place.
    let forged = signed_by_the_server(&world, bob);
    world.inject(
        bob,
        &ServerMessage::Act {
            by: world.me(hana).expect("a host"),
            act: forged,
        },
    );
    pass(&mut world);
    assert_eq!(mine(&world, bob).map(|room| room.id), Some(red));
    assert_eq!(world.view(bob).breakouts.rooms.len(), 1);
    assert!(has_notice(&world, bob, NoticeCode::ActForged));
}

#[test]
fn a_room_of_another_meeting_is_none_of_this_one() {
    let (mut other, [host, _]) = meeting_of(2, ["other host", "bob"]);
    let guest = ClientId(1);
    open(&mut other, host, &[("Red", &[guest])], None);
    let stolen = std::sync::Arc::new(std::sync::Mutex::new(None));
    let sink = std::sync::Arc::clone(&stolen);
    other.tamper_from_server(Box::new(move |_, message| {
        if let ServerMessage::Act { act, .. } = &message {
            *sink.lock().expect("one thread") = Some(act.clone());
        }
        vec![message]
    }));
    pass(&mut other);
    let act = stolen
        .lock()
        .expect("one thread")
        .take()
        .expect("an act went out");
    let (mut world, [hana, bob]) = meeting_of(3, ["hana", "bob"]);
    world.inject(
        bob,
        &ServerMessage::Act {
            by: world.me(hana).expect("a host"),
            act,
        },
    );
    pass(&mut world);
    assert!(world.view(bob).breakouts.rooms.is_empty());
    assert!(has_notice(&world, bob, NoticeCode::ActForged));
}

#[test]
fn whoever_is_not_assigned_is_turned_away_by_the_server() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, eve]) = meeting_in(World::with_mode(4, mode), ["hana", "bob", "eve"]);
        open(&mut world, hana, &[("Red", &[bob])], None);
        pass(&mut world);
        let red = mine(&world, bob).expect("bob belongs in Red");
        let bob_in = enter(&mut world, bob);
        pass(&mut world);
        // Eve has the link, and even what bob's page has.
        let eve_in = world.break_into_room(eve, &red.id, red.pass.clone().expect("his pass"));
        pass(&mut world);
        assert_eq!(
            world.view(eve_in).left_because,
            Some(LeftReason::Server(ErrorCode::NotAllowed))
        );
        assert_eq!(world.view(bob_in).participants.len(), 1);
        assert!(world.view(eve).breakouts.rooms[0].pass.is_none());
    }
}

#[test]
fn whom_a_hostile_server_lets_in_the_members_refuse() {
    let (mut world, [hana, bob, carol, eve]) = meeting_of(5, ["hana", "bob", "carol", "eve"]);
    world.be_careless_about_rooms();
    open(&mut world, hana, &[("Red", &[bob, carol])], None);
    pass(&mut world);
    let red = mine(&world, bob).expect("bob belongs in Red");
    let [bob_in, carol_in] = [bob, carol].map(|who| enter(&mut world, who));
    pass(&mut world);
    assert!(world.hears(carol_in, bob_in));
    let eve_in = world.break_into_room(eve, &red.id, red.pass.expect("his pass"));
    world.run_for(Duration::from_secs(20));
    assert_ne!(world.view(eve_in).state, State::Active, "{}", world.timeline());
    assert!(
        has_notice(&world, bob_in, NoticeCode::GhostRefused)
            || has_notice(&world, bob_in, NoticeCode::CommitRefused)
    );
    assert_eq!(
        world
            .view(bob_in)
            .participants
            .iter()
            .filter(|shown| shown.alarm.is_none())
            .count(),
        2
    );
    assert!(world.hears(carol_in, bob_in));
    assert!(cannot_open(&mut world, bob_in, eve_in));
}

#[test]
fn nobody_enters_a_room_in_which_strangers_wait() {
    let (mut world, [hana, bob, eve]) = meeting_of(6, ["hana", "bob", "eve"]);
    world.be_careless_about_rooms();
    open(&mut world, hana, &[("Red", &[bob])], None);
    pass(&mut world);
    let red = mine(&world, bob).expect("bob belongs in Red");
    // Eve is first, and makes the room's group.
    let eve_in = world.break_into_room(eve, &red.id, red.pass.expect("his pass"));
    pass(&mut world);
    assert_eq!(
        world.view(eve_in).state,
        State::Active,
        "alone, with a server that lets her"
    );
    let bob_in = enter(&mut world, bob);
    world.run_for(Duration::from_secs(30));
    assert_ne!(world.view(bob_in).state, State::Active);
    assert!(world.seal(bob_in, TrackKind::Microphone, b"a word").is_err());
    world.run_for(Duration::from_secs(200));
    assert_eq!(
        world.view(bob_in).left_because,
        Some(LeftReason::Local(LocalReason::GroupRefused)),
        "{}",
        world.timeline()
    );
}

#[test]
fn whoever_was_moved_away_hears_nothing_though_the_server_keeps_it() {
    let (mut world, [hana, bob, carol, dave]) = meeting_of(7, ["hana", "bob", "carol", "dave"]);
    world.be_careless_about_rooms();
    open(&mut world, hana, &[("Red", &[bob, carol, dave])], None);
    pass(&mut world);
    let [bob_in, carol_in, dave_in] = [bob, carol, dave].map(|who| enter(&mut world, who));
    pass(&mut world);
    assert!(world.hears(bob_in, carol_in) && world.hears(dave_in, bob_in));
    let participant = world.me(dave).expect("dave is in");
    world.command(
        hana,
        Command::AssignToRoom {
            participant,
            room: None,
        },
    );
    pass(&mut world);
    assert!(!world.hears(bob_in, dave_in), "refused at once");
    world.run_for(Duration::from_secs(12));
    for inside in [bob_in, carol_in] {
        assert!(world.view(inside).is_sending_paused);
        assert!(world.seal(inside, TrackKind::Microphone, b"a word").is_err());
    }
}

#[test]
fn the_meetings_keys_open_no_frame_of_a_room_and_the_rooms_none_of_the_meeting() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(8, mode), ["hana", "bob", "carol"]);
        open(&mut world, hana, &[("Red", &[bob]), ("Blue", &[carol])], None);
        pass(&mut world);
        let [bob_in, carol_in] = [bob, carol].map(|who| enter(&mut world, who));
        pass(&mut world);
        for listener in [hana, bob, carol, carol_in] {
            assert!(cannot_open(&mut world, bob_in, listener));
        }
        assert!(cannot_open(&mut world, hana, bob_in));
    }
}

#[test]
fn an_act_of_the_meeting_is_believed_before_it_came_to_the_others() {
    let (mut world, [hana, bob, carol]) = meeting_of(9, ["hana", "bob", "carol"]);
    open(&mut world, hana, &[("Red", &[bob])], None);
    pass(&mut world);
    let bob_in = enter(&mut world, bob);
    pass(&mut world);
    // What the meeting says does not reach bob's page for a while; his room goes on.
    world.set_online(bob, false);
    let red = world.view(hana).breakouts.rooms[0].id.clone();
    let participant = world.me(carol).expect("carol is in");
    world.command(
        hana,
        Command::AssignToRoom {
            participant,
            room: Some(red),
        },
    );
    world.run_for(Duration::from_secs(1));
    let carol_in = enter(&mut world, carol);
    pass(&mut world);
    assert!(
        world.hears(bob_in, carol_in) && world.hears(carol_in, bob_in),
        "{}",
        world.timeline()
    );
    assert!(world.view(bob_in).notices.is_empty());
}

/// An act that opens a room and names `whom`, by a key that no host empowered.
fn signed_by_the_server(world: &World, whom: ClientId) -> SignedAct {
    let link = world.host_link();
    let key = e2ee::StayKey::from_seed([9; 32]);
    let forger = e2ee::NewMeeting::generate(&mut rand_chacha::ChaCha20Rng::from_seed([9; 32]), Mode::E2ee)
        .link(link.meeting);
    let grant =
        e2ee::host_key(&forger)
            .expect("a host link")
            .grant_stay(link.meeting, Mode::E2ee, &key.public());
    let room = BreakoutRoom {
        meeting: MeetingId::new([7; 16]),
        name: Vec::new(),
    };
    let assigned = AssignedToRoom {
        participant: world.me(whom).unwrap_or(ParticipantId(2)),
        stay_key: vec![1; 32],
        room: 0,
    };
    let breakouts = Breakouts {
        rooms: vec![room],
        assigned: vec![assigned],
        closes_at: None,
    };
    let act = HostAct {
        counter: 1000,
        kind: ActKind::Breakouts(breakouts),
    };
    key.sign(link.meeting, Mode::E2ee, &act, Authority::HostKey(grant))
}

/// Whether a frame of `from`'s opens at `listener` in no slot, whoever brings it.
fn cannot_open(world: &mut World, from: ClientId, listener: ClientId) -> bool {
    let source = microphone(world, from);
    let sealed = world
        .seal(from, TrackKind::Microphone, b"a secret")
        .expect("it has keys");
    world.deliver(listener, source, &sealed).is_err()
}

fn has_notice(world: &World, id: ClientId, code: NoticeCode) -> bool {
    world.view(id).notices.iter().any(|notice| notice.code == code)
}
