// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is written to one person reaches that one and nobody else, in both modes.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use incamera_sim::{ClientId, World};
use protocol::{ClientMessage, Mode, acts::Permissions, encode};
use session::{Command, NoticeCode};

use crate::meeting_in;

#[test]
fn a_whisper_and_its_answer_stay_between_two() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(1, mode), ["hana", "bob", "carol"]);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        world.tamper_to_server(Box::new(move |_, message: ClientMessage| {
            sink.lock().expect("one thread").extend(encode(&message));
            vec![message]
        }));
        whisper(&mut world, bob, carol, "the password is swordfish");
        pass(&mut world);
        let heard = world.view(carol).chat[0].clone();
        assert_eq!(
            (heard.text.as_str(), heard.name.as_str()),
            ("the password is swordfish", "bob")
        );
        assert_eq!(heard.whisper.map(|whisper| whisper.with), world.me(bob));
        let own = world.view(bob).chat[0].whisper.clone().expect("it is one");
        assert_eq!((Some(own.with), own.name.as_str()), (world.me(carol), "carol"));
        // The page asks for a message to all, and an answer to a whisper is a whisper all the same.
        let text = String::from("thank you");
        let reply_to = Some(heard.id);
        world.command(carol, Command::Chat { text, reply_to });
        pass(&mut world);
        let answer = world.view(bob).chat[1].clone();
        assert_eq!(
            answer.reply_to.and_then(|reply| reply.id),
            Some(world.view(bob).chat[0].id)
        );
        assert_eq!(
            answer.whisper.map(|whisper| whisper.with),
            world.me(carol),
            "{mode:?}"
        );
        assert!(world.view(hana).chat.is_empty(), "{mode:?}");
        let seen = seen.lock().expect("one thread");
        assert!(
            !seen.windows(9).any(|window| window == b"swordfish"),
            "{mode:?}: it travels sealed"
        );
    }
}

#[test]
fn when_the_chat_is_closed_hosts_can_be_reached_and_nobody_else() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(2, mode), ["hana", "bob", "carol"]);
        let permissions = Permissions {
            may_chat: false,
            ..Permissions::ALL
        };
        world.command(hana, Command::SetPermissions { permissions });
        pass(&mut world);
        whisper(&mut world, bob, carol, "pass this on");
        whisper(&mut world, bob, hana, "may I speak?");
        pass(&mut world);
        whisper(&mut world, hana, bob, "soon");
        pass(&mut world);
        assert!(world.view(carol).chat.is_empty(), "{mode:?}");
        assert_eq!(refusals(&world, bob), 1, "{mode:?}");
        assert_eq!(texts(&world, hana), ["may I speak?", "soon"]);
        assert_eq!(texts(&world, bob), ["may I speak?", "soon"]);
        world.command(hana, Command::Suspend { on: true });
        pass(&mut world);
        whisper(&mut world, bob, hana, "and now?");
        pass(&mut world);
        assert_eq!(refusals(&world, bob), 2, "{mode:?}: everything is suspended");
        assert_eq!(texts(&world, hana).len(), 2);
    }
}

#[test]
fn a_whisper_to_somebody_who_is_gone_is_said_to_have_reached_nobody() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(3, mode), ["hana", "bob", "carol"]);
        let gone = world.me(carol).expect("she is in");
        world.remove(hana, carol);
        world.converge();
        world.command(
            bob,
            Command::Whisper {
                to: gone,
                text: String::from("are you still there?"),
                reply_to: None,
            },
        );
        pass(&mut world);
        let own = &world.view(bob).chat[0];
        assert!(own.is_undelivered, "{mode:?}\n{}", world.timeline());
        assert!(world.view(carol).chat.is_empty() && world.view(hana).chat.is_empty());
        whisper(&mut world, bob, hana, "she is gone");
        pass(&mut world);
        assert_eq!(texts(&world, hana), ["she is gone"], "nothing is stuck behind it");
        assert!(!world.view(bob).chat[1].is_undelivered);
    }
}

#[test]
fn a_whisper_survives_lost_connections_and_a_reload_of_its_receivers_page() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [_hana, bob, carol]) =
            meeting_in(World::with_mode(4, mode), ["hana", "bob", "carol"]);
        world.cut(bob);
        whisper(&mut world, bob, carol, "from the train");
        world.converge();
        world.cut(bob);
        world.converge();
        assert_eq!(texts(&world, carol), ["from the train"], "{mode:?}: once");
        world.reload(carol);
        world.converge();
        whisper(&mut world, bob, carol, "welcome back");
        pass(&mut world);
        assert_eq!(
            texts(&world, carol),
            ["welcome back"],
            "{mode:?}\n{}",
            world.timeline()
        );
    }
}

fn whisper(world: &mut World, from: ClientId, to: ClientId, text: &str) {
    let to = world.me(to).expect("it is in the meeting");
    let text = text.to_owned();
    world.command(
        from,
        Command::Whisper {
            to,
            text,
            reply_to: None,
        },
    );
}

fn texts(world: &World, id: ClientId) -> Vec<String> {
    let chat = world.view(id).chat.iter();
    chat.map(|message| message.text.clone()).collect()
}

fn refusals(world: &World, id: ClientId) -> usize {
    let notices = world.view(id).notices.iter();
    notices
        .filter(|notice| notice.code == NoticeCode::NotAllowed)
        .count()
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(1));
}
