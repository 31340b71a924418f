// SPDX-License-Identifier: MIT OR Apache-2.0
//! Chat reaches everybody once, over commits and lost connections, and the server reads none of it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use incamera_sim::{ClientId, World};
use protocol::{ClientMessage, Mode, ServerMessage, encode};
use session::{Command, NoticeCode};

use crate::meeting_of;

#[test]
fn a_message_reaches_everybody_with_its_writers_name() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    world.tamper_to_server(Box::new(move |_, message: ClientMessage| {
        sink.lock().expect("one thread").extend(encode(&message));
        vec![message]
    }));
    say(&mut world, bob, "the password is swordfish");
    world.run_for(Duration::from_secs(1));
    for id in [hana, bob, carol] {
        let message = world.view(id).chat.first().expect("the message is there").clone();
        assert_eq!(
            (message.text.as_str(), message.name.as_str()),
            ("the password is swordfish", "bob")
        );
        assert_eq!(message.is_mine, id == bob);
    }
    let seen = seen.lock().expect("one thread");
    assert!(
        !seen.windows(9).any(|window| window == b"swordfish"),
        "the server saw it"
    );
}

#[test]
fn a_message_written_without_a_connection_comes_later_and_once() {
    let (mut world, [hana, bob]) = meeting_of(2, ["hana", "bob"]);
    world.cut(bob);
    say(&mut world, bob, "on the train");
    world.converge();
    world.cut(bob);
    world.converge();
    assert_eq!(texts(&world, hana), ["on the train"]);
    assert_eq!(texts(&world, bob), ["on the train"]);
}

#[test]
fn messages_survive_the_commits_they_race_with() {
    let (mut world, [hana, bob, carol]) = meeting_of(3, ["hana", "bob", "carol"]);
    for number in 0..10 {
        if number == 3 {
            world.join("dave");
        }
        if number == 5 {
            world.leave(carol);
        }
        say(&mut world, bob, &number.to_string());
        world.run_for(Duration::from_millis(15));
    }
    world.converge();
    let expected: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    assert_eq!(texts(&world, hana), expected, "{}", world.timeline());
}

#[test]
fn a_newcomer_does_not_see_what_was_said_before() {
    let (mut world, [_hana, bob]) = meeting_of(4, ["hana", "bob"]);
    say(&mut world, bob, "between us");
    world.run_for(Duration::from_secs(1));
    let carol = world.join("carol");
    world.converge();
    world.cut(bob);
    world.converge();
    assert!(world.view(carol).chat.is_empty());
}

#[test]
fn what_is_said_while_one_is_offline_comes_later_in_its_order_and_over_many_commits() {
    let (mut world, [hana, bob, carol]) = meeting_of(5, ["hana", "bob", "carol"]);
    world.set_online(bob, false);
    say(&mut world, hana, "1");
    let dave = world.join("dave");
    world.run_for(Duration::from_millis(1500));
    say(&mut world, carol, "2");
    world.run_for(Duration::from_millis(500));
    world.leave(dave);
    world.run_for(Duration::from_millis(1500));
    say(&mut world, hana, "3");
    world.join("erin");
    world.run_for(Duration::from_millis(1500));
    say(&mut world, carol, "4");
    world.run_for(Duration::from_millis(500));
    world.set_online(bob, true);
    world.converge();
    assert_eq!(texts(&world, bob), ["1", "2", "3", "4"], "{}", world.timeline());
    assert_eq!(missed(&world, bob), 0);
    say(&mut world, hana, "5");
    world.run_for(Duration::from_secs(1));
    world.cut(bob);
    world.converge();
    assert_eq!(texts(&world, bob), ["1", "2", "3", "4", "5"], "and each once");
}

#[test]
fn a_reloaded_page_gets_nothing_that_it_could_not_read() {
    let (mut world, [hana, bob]) = meeting_of(6, ["hana", "bob"]);
    world.set_online(bob, false);
    say(&mut world, hana, "before");
    world.run_for(Duration::from_secs(1));
    world.reload(bob);
    let seen = Arc::new(Mutex::new(0));
    let sink = Arc::clone(&seen);
    world.tamper_from_server(Box::new(move |id, message| {
        if id == bob && matches!(message, ServerMessage::Application { .. }) {
            *sink.lock().expect("one thread") += 1;
        }
        vec![message]
    }));
    world.set_online(bob, true);
    world.converge();
    // Hana tells her name, and nothing else.
    assert_eq!(*seen.lock().expect("one thread"), 1, "{}", world.timeline());
    say(&mut world, hana, "after");
    world.run_for(Duration::from_secs(1));
    assert_eq!(texts(&world, bob), ["after"]);
}

#[test]
fn more_than_the_server_keeps_is_said_to_be_missing() {
    let (mut world, [hana, bob]) = meeting_of(7, ["hana", "bob"]);
    world.set_online(bob, false);
    for number in 0..210 {
        say(&mut world, hana, &number.to_string());
        world.run_for(Duration::from_millis(40));
    }
    world.set_online(bob, true);
    world.converge();
    let expected: Vec<String> = (10..210).map(|number| number.to_string()).collect();
    assert_eq!(texts(&world, bob), expected);
    assert_eq!(missed(&world, bob), 1);
}

#[test]
fn in_a_standard_meeting_it_comes_later_over_a_change_of_keys() {
    let (mut world, [hana, bob, carol]) = standard_meeting(8);
    world.set_online(bob, false);
    say(&mut world, hana, "before");
    // The server finds out in the meantime.
    world.run_for(Duration::from_secs(11));
    world.leave(carol);
    world.run_for(Duration::from_secs(1));
    say(&mut world, hana, "after");
    world.run_for(Duration::from_secs(1));
    world.set_online(bob, true);
    world.converge();
    assert_eq!(texts(&world, bob), ["before", "after"], "{}", world.timeline());
    assert_eq!(missed(&world, bob), 0);
}

#[test]
fn in_a_standard_meeting_what_was_said_under_a_key_that_came_and_went_is_said_to_be_missing() {
    let (mut world, [hana, bob, carol]) = standard_meeting(9);
    world.set_online(bob, false);
    say(&mut world, hana, "before");
    world.run_for(Duration::from_secs(1));
    // The server believes bob to be there, sends him the next key, and cannot know that it never came.
    world.leave(carol);
    world.run_for(Duration::from_secs(1));
    say(&mut world, hana, "between");
    world.run_for(Duration::from_secs(1));
    world.set_online(bob, true);
    world.converge();
    assert_eq!(texts(&world, bob), ["before"], "{}", world.timeline());
    assert_eq!(missed(&world, bob), 1);
    world.set_online(bob, false);
    say(&mut world, hana, "unheard");
    world.run_for(Duration::from_secs(1));
    world.reload(bob);
    world.set_online(bob, true);
    world.converge();
    assert!(texts(&world, bob).is_empty(), "a reloaded page has no key for it");
}

fn standard_meeting(seed: u64) -> (World, [ClientId; 3]) {
    let mut world = World::with_mode(seed, Mode::Standard);
    let people = [world.join_as_host("hana"), world.join("bob"), world.join("carol")];
    world.converge();
    (world, people)
}

fn missed(world: &World, id: ClientId) -> usize {
    let notices = world.view(id).notices.iter();
    notices
        .filter(|notice| notice.code == NoticeCode::MessagesMissed)
        .count()
}

fn say(world: &mut World, id: ClientId, text: &str) {
    world.command(
        id,
        Command::Chat {
            text: text.to_owned(),
            reply_to: None,
        },
    );
}

fn texts(world: &World, id: ClientId) -> Vec<String> {
    world
        .view(id)
        .chat
        .iter()
        .map(|message| message.text.clone())
        .collect()
}
