// SPDX-License-Identifier: MIT OR Apache-2.0
//! Breakout rooms in both modes: each is a meeting of its own, for those whom a host put there.

use std::time::Duration;

use incamera_sim::{ClientId, World};
use protocol::{ErrorCode, Mode, acts::Role};
use session::{BreakoutRoomView, Command, LeftReason, RoomWish, State};

use crate::meeting_in;

#[test]
fn people_talk_in_their_rooms_and_are_called_back() {
    in_both_modes(1, |world, [hana, bob, carol, dave]| {
        open(world, hana, &[("Red", &[bob, carol]), ("Blue", &[dave])], None);
        pass(world);
        let rooms = &world.view(bob).breakouts.rooms;
        let names: Vec<&str> = rooms.iter().map(|room| room.name.as_str()).collect();
        assert_eq!(names, ["Red", "Blue"]);
        assert_eq!(mine(world, bob).map(|room| room.name), Some(String::from("Red")));
        assert!(
            rooms[0].pass.is_some() && rooms[1].pass.is_none(),
            "only the own room is open to bob"
        );
        let [bob_in, carol_in, dave_in] = [bob, carol, dave].map(|who| enter(world, who));
        pass(world);
        assert!(world.hears(carol_in, bob_in) && world.hears(bob_in, carol_in));
        assert!(!world.hears(dave_in, bob_in) && !world.hears(hana, bob_in));
        say(world, bob_in, "only for Red");
        pass(world);
        assert_eq!(texts(world, carol_in), ["only for Red"]);
        assert!(texts(world, dave_in).is_empty() && texts(world, hana).is_empty());
        assert_eq!(world.view(bob_in).participants.len(), 2);
        let red = world.view(hana).breakouts.rooms[0].id.clone();
        assert_eq!(place(world, hana, bob), Some(red));
        assert_eq!(place(world, hana, hana), None);
        world.command(hana, Command::CallBack { within: 0 });
        pass(world);
        for who in [hana, bob, carol, dave] {
            assert!(world.view(who).breakouts.rooms.is_empty());
            assert_eq!(place(world, hana, who), None);
        }
        for inside in [bob_in, carol_in, dave_in] {
            assert_eq!(world.view(inside).state, State::Left);
        }
        world.converge();
    });
}

#[test]
fn a_host_visits_any_room_and_is_its_host_there_too() {
    in_both_modes(2, |world, [hana, bob, carol, dave]| {
        set_role(world, hana, dave, Role::CoHost);
        pass(world);
        open(world, dave, &[("Red", &[bob]), ("Blue", &[carol])], None);
        pass(world);
        let [bob_in, carol_in] = [bob, carol].map(|who| enter(world, who));
        let blue = world.view(hana).breakouts.rooms[1].id.clone();
        let red = world.view(dave).breakouts.rooms[0].id.clone();
        let hana_in = world.enter_room(hana, &blue);
        let dave_in = world.enter_room(dave, &red);
        pass(world);
        assert!(world.hears(carol_in, hana_in) && world.hears(bob_in, dave_in));
        assert_eq!(world.view(hana_in).my_role, Role::Host);
        assert_eq!(
            world.view(dave_in).my_role,
            Role::Participant,
            "a role is of the meeting where it was given"
        );
        assert!(
            world.view(bob_in).notices.is_empty(),
            "{:?}",
            world.view(bob_in).notices
        );
    });
}

#[test]
fn somebody_is_moved_from_room_to_room() {
    in_both_modes(3, |world, [hana, bob, carol, dave]| {
        open(world, hana, &[("Red", &[bob, carol]), ("Blue", &[dave])], None);
        pass(world);
        let [bob_in, carol_in, dave_in] = [bob, carol, dave].map(|who| enter(world, who));
        pass(world);
        let blue = world.view(hana).breakouts.rooms[1].id.clone();
        let participant = world.me(carol).expect("carol is in");
        world.command(
            hana,
            Command::AssignToRoom {
                participant,
                room: Some(blue),
            },
        );
        pass(world);
        assert_eq!(
            world.view(carol_in).left_because,
            Some(LeftReason::Server(ErrorCode::NotAllowed))
        );
        assert_eq!(world.view(bob_in).participants.len(), 1);
        let carol_in_blue = enter(world, carol);
        pass(world);
        assert!(world.hears(dave_in, carol_in_blue) && !world.hears(bob_in, carol_in_blue));
        // And back, where carol was put out of before.
        let red = world.view(hana).breakouts.rooms[0].id.clone();
        world.command(
            hana,
            Command::AssignToRoom {
                participant,
                room: Some(red),
            },
        );
        pass(world);
        let carol_again = enter(world, carol);
        pass(world);
        assert!(world.hears(bob_in, carol_again));
        for inside in [bob_in, dave_in] {
            assert!(
                world.view(inside).notices.is_empty(),
                "{:?}",
                world.view(inside).notices
            );
            assert!(!world.view(inside).is_sending_paused);
        }
        world.command(
            hana,
            Command::AssignToRoom {
                participant,
                room: None,
            },
        );
        pass(world);
        assert!(mine(world, carol).is_none());
        assert_eq!(world.view(carol_again).state, State::Left);
    });
}

#[test]
fn the_time_of_the_rooms_ends_for_everybody_though_the_host_is_gone() {
    in_both_modes(4, |world, [hana, bob, carol, dave]| {
        set_role(world, hana, dave, Role::CoHost);
        pass(world);
        open(world, hana, &[("Red", &[bob, carol])], Some(60));
        pass(world);
        let closing = world.view(bob).breakouts.closing.expect("the rooms have an end");
        assert!(closing.left_ms > 55_000 && closing.left_ms <= 60_000);
        let bob_in = enter(world, bob);
        pass(world);
        world.leave(hana);
        world.run_for(Duration::from_secs(50));
        assert_eq!(world.view(bob).breakouts.rooms.len(), 1);
        world.run_for(Duration::from_secs(15));
        assert!(world.view(bob).breakouts.rooms.is_empty());
        assert_eq!(world.view(bob_in).state, State::Left, "the co-host closed them");
        let erin = world.join("erin");
        pass(world);
        assert!(world.view(erin).breakouts.rooms.is_empty());
    });
}

#[test]
fn everybody_is_told_something_in_every_room_by_hosts_only() {
    in_both_modes(5, |world, [hana, bob, carol, _]| {
        open(world, hana, &[("Red", &[bob]), ("Blue", &[carol])], None);
        pass(world);
        let text = String::from("Five more minutes.");
        world.command(hana, Command::Broadcast { text: text.clone() });
        world.command(
            bob,
            Command::Broadcast {
                text: String::from("Party in Red!"),
            },
        );
        pass(world);
        for who in [bob, carol] {
            let told = world.view(who).breakouts.broadcast.clone().expect("it was told");
            assert_eq!((told.text, told.name.as_str()), (text.clone(), "hana"));
        }
    });
}

#[test]
fn whoever_comes_late_lands_in_the_meeting_and_is_sent_on() {
    in_both_modes(6, |world, [hana, bob, carol, dave]| {
        open(world, hana, &[("Red", &[bob, carol])], None);
        pass(world);
        let bob_in = enter(world, bob);
        pass(world);
        let erin = world.join("erin");
        pass(world);
        assert!(mine(world, erin).is_none());
        assert_eq!(world.view(erin).breakouts.rooms[0].name, "Red");
        assert_eq!(
            place(world, erin, bob),
            Some(world.view(erin).breakouts.rooms[0].id.clone())
        );
        assert!(world.hears(dave, erin));
        let red = world.view(hana).breakouts.rooms[0].id.clone();
        let participant = world.me(erin).expect("erin is in");
        world.command(
            hana,
            Command::AssignToRoom {
                participant,
                room: Some(red),
            },
        );
        pass(world);
        let erin_in = enter(world, erin);
        pass(world);
        assert!(world.hears(bob_in, erin_in));
    });
}

#[test]
fn rooms_outlive_a_restart_of_the_server_and_whoever_is_removed_is_out_of_both() {
    in_both_modes(7, |world, [hana, bob, carol, dave]| {
        open(world, hana, &[("Red", &[bob, carol, dave])], None);
        pass(world);
        let [bob_in, carol_in] = [bob, carol].map(|who| enter(world, who));
        pass(world);
        world.stop_server();
        world.start_server();
        world.run_for(Duration::from_secs(30));
        world.converge();
        // What a page does when its session in a room is over and the room is not.
        let [bob_in, carol_in] = [(bob, bob_in), (carol, carol_in)].map(|(who, inside)| {
            if world.view(inside).state == State::Left {
                enter(world, who)
            } else {
                inside
            }
        });
        pass(world);
        assert!(world.hears(carol_in, bob_in), "{}", world.timeline());
        world.remove(hana, bob);
        pass(world);
        assert_eq!(world.view(bob_in).state, State::Left);
        assert!(!world.hears(bob_in, carol_in));
        world.run_for(Duration::from_secs(20));
        assert_eq!(world.view(carol_in).participants.len(), 1);
        assert!(!world.view(carol_in).is_sending_paused);
        assert!(world.view(carol).breakouts.rooms[0].people.len() == 2);
    });
}

#[test]
fn a_suspended_meeting_calls_everybody_back_and_an_ended_one_ends_its_rooms() {
    in_both_modes(8, |world, [hana, bob, carol, _]| {
        for is_end in [false, true] {
            open(world, hana, &[("Red", &[bob, carol])], None);
            pass(world);
            let bob_in = enter(world, bob);
            pass(world);
            assert_eq!(world.view(bob_in).state, State::Active);
            world.command(
                hana,
                if is_end {
                    Command::EndMeeting
                } else {
                    Command::Suspend { on: true }
                },
            );
            pass(world);
            assert!(world.view(bob).breakouts.rooms.is_empty());
            assert_eq!(world.view(bob_in).state, State::Left);
        }
    });
}

/// Tells a story of a host and three others in an end-to-end meeting and in a standard one.
fn in_both_modes(seed: u64, story: impl Fn(&mut World, [ClientId; 4])) {
    for mode in [Mode::E2ee, Mode::Standard] {
        let world = World::with_mode(seed, mode);
        let (mut world, people) = meeting_in(world, ["hana", "bob", "carol", "dave"]);
        story(&mut world, people);
    }
}

pub(crate) fn open(world: &mut World, host: ClientId, rooms: &[(&str, &[ClientId])], closes_in: Option<u32>) {
    let rooms = rooms
        .iter()
        .map(|(name, people)| RoomWish {
            id: None,
            name: String::from(*name),
            people: people.iter().filter_map(|id| world.me(*id)).collect(),
        })
        .collect();
    world.command(host, Command::SetBreakouts { rooms, closes_in });
}

pub(crate) fn mine(world: &World, id: ClientId) -> Option<BreakoutRoomView> {
    let mut rooms = world.view(id).breakouts.rooms.iter();
    rooms.find(|room| room.is_mine).cloned()
}

/// Somebody goes where it belongs.
pub(crate) fn enter(world: &mut World, id: ClientId) -> ClientId {
    let room = mine(world, id).unwrap_or_else(|| panic!("{}\nit belongs nowhere", world.timeline()));
    world.enter_room(id, &room.id)
}

fn place(world: &World, seen_by: ClientId, whose: ClientId) -> Option<String> {
    let me = world.me(whose);
    let mut shown = world.view(seen_by).participants.iter();
    shown.find(|shown| Some(shown.participant) == me)?.room.clone()
}

fn set_role(world: &mut World, host: ClientId, whom: ClientId, role: Role) {
    let participant = world.me(whom).expect("it is in");
    world.command(host, Command::SetRole { participant, role });
}

fn say(world: &mut World, id: ClientId, text: &str) {
    let text = text.to_owned();
    world.command(id, Command::Chat { text, reply_to: None });
}

fn texts(world: &World, id: ClientId) -> Vec<String> {
    let chat = world.view(id).chat.iter();
    chat.map(|message| message.text.clone()).collect()
}

pub(crate) fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(3));
}
