// SPDX-License-Identifier: MIT OR Apache-2.0
//! In a standard meeting, being in the roster and holding the key are one thing.

use crate::support::{HelloWith, World, host_key, keys};
use protocol::{ClientMessage, Mode, ServerMessage, limits};
use sfu::SfuCommand;

#[test]
fn everybody_in_the_roster_holds_the_same_key() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    let key = ana.key.expect("a key");
    assert_eq!(key.secret.len(), 32);
    assert!(ben.key == Some(key));
    assert!(
        keys(&world.received(ana.connection)).is_empty(),
        "joining rotates nothing"
    );
}

#[test]
fn whoever_leaves_does_not_get_the_next_key() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    let carol = world.join(HelloWith::default());
    world.forget_received();
    world.say(ben.connection, &ClientMessage::Leave);
    let before = ana.key.expect("a key");
    let [of_ana] = &keys(&world.received(ana.connection))[..] else {
        panic!("one new key")
    };
    let [of_carol] = &keys(&world.received(carol.connection))[..] else {
        panic!("one new key")
    };
    assert!(of_ana == of_carol);
    assert_eq!(of_ana.epoch, before.epoch + 1);
    assert_ne!(of_ana.secret, before.secret);
    assert!(keys(&world.received(ben.connection)).is_empty());
    assert!(
        world
            .media
            .iter()
            .any(|command| matches!(command, SfuCommand::ForceKeyframes { .. }))
    );
}

#[test]
fn the_key_rotates_when_somebody_is_removed_or_does_not_come_back() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith {
        host: Some(host_key()),
        ..HelloWith::default()
    });
    let ben = world.join(HelloWith::default());
    let carol = world.join(HelloWith::default());
    world.forget_received();
    world.say(
        ana.connection,
        &ClientMessage::RemoveParticipant { participant: ben.id },
    );
    assert_eq!(keys(&world.received(ana.connection)).len(), 1);
    assert!(keys(&world.received(ben.connection)).is_empty());
    world.disconnect(carol.connection);
    assert!(keys(&world.received(ana.connection)).is_empty());
    world.wait(limits::RESUME_WITHIN);
    assert_eq!(keys(&world.received(ana.connection)).len(), 1);
}

#[test]
fn whoever_was_away_gets_the_present_key_on_coming_back() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    let carol = world.join(HelloWith::default());
    world.disconnect(ben.connection);
    world.forget_received();
    world.say(carol.connection, &ClientMessage::Leave);
    let again = world.join(HelloWith {
        resume: Some(ben.resume),
        ..HelloWith::default()
    });
    let present = keys(&world.received(ana.connection));
    assert!(again.key.as_ref() == present.last());
}

#[test]
fn a_page_loaded_anew_gets_another_key_since_it_counts_its_nonces_from_zero() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    world.forget_received();
    let again = world.join(HelloWith {
        resume: Some(ben.resume),
        ..HelloWith::default()
    });
    let (before, after) = (ben.key.expect("a key"), again.key.expect("a key"));
    assert_eq!(after.epoch, before.epoch + 1);
    assert!(keys(&world.received(ana.connection)) == [after]);
    assert!(
        keys(&world.received(ben.connection)).is_empty(),
        "the page before may seal for a moment yet"
    );
}

#[test]
fn a_connection_that_was_only_lost_goes_on_with_its_key() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    let before = ben.key.expect("a key");
    world.disconnect(ben.connection);
    world.forget_received();
    let again = world.join(HelloWith {
        resume: Some(ben.resume),
        epoch: Some(before.epoch),
        ..HelloWith::default()
    });
    assert!(again.key == Some(before));
    assert!(keys(&world.received(ana.connection)).is_empty());
}

#[test]
fn after_a_restart_one_new_key_is_enough_for_all() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    let before = ana.key.clone().expect("a key");
    world.restart();
    let [ana, ben] = [ana, ben].map(|one| {
        world.join(HelloWith {
            resume: Some(one.resume),
            epoch: Some(before.epoch),
            ..HelloWith::default()
        })
    });
    assert!(ana.key == ben.key && ana.key.is_some_and(|key| key.epoch == before.epoch + 1));
}

#[test]
fn no_key_epoch_comes_twice_not_even_after_the_meeting_was_empty_or_the_server_restarted() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let first = ana.key.expect("a key");
    world.say(ana.connection, &ClientMessage::Leave);
    let second = world.join(HelloWith::default()).key.expect("a key");
    assert!(second.epoch > first.epoch);
    world.restart();
    let third = world.join(HelloWith::default()).key.expect("a key");
    assert!(third.epoch > second.epoch);
    assert_ne!(third.secret, second.secret);
}

#[test]
fn what_is_stored_holds_no_key() {
    let mut world = World::new(Mode::Standard);
    let key = world
        .join(HelloWith {
            name: Some("Anastasia"),
            ..HelloWith::default()
        })
        .key
        .expect("a key");
    let stored = world.stored.expect("a stored state");
    assert!(!stored.windows(32).any(|window| window == key.secret));
    assert!(!stored.windows(9).any(|window| window == b"Anastasia"));
}

#[test]
fn messages_go_to_everybody_else_in_one_order() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(HelloWith::default());
    let ben = world.join(HelloWith::default());
    let carol = world.join(HelloWith::default());
    world.forget_received();
    for (connection, text) in [
        (ana.connection, b"1"),
        (ben.connection, b"2"),
        (ana.connection, b"3"),
    ] {
        world.say(
            connection,
            &ClientMessage::Application {
                message: text.to_vec(),
            },
        );
    }
    let texts = |messages: Vec<ServerMessage>| {
        let mut texts = Vec::new();
        for message in messages {
            if let ServerMessage::Application { message, .. } = message {
                texts.extend(message);
            }
        }
        texts
    };
    assert_eq!(texts(world.received(carol.connection)), b"123");
    assert_eq!(texts(world.received(ana.connection)), b"2");
    assert_eq!(texts(world.received(ben.connection)), b"13");
}
