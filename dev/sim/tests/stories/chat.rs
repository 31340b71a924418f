// SPDX-License-Identifier: MIT OR Apache-2.0
//! Chat reaches everybody once, over commits and lost connections, and the server reads none of it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use incamera_sim::{ClientId, World};
use protocol::{ClientMessage, encode};
use session::Command;

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

fn say(world: &mut World, id: ClientId, text: &str) {
    world.command(
        id,
        Command::Chat {
            text: text.to_owned(),
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
