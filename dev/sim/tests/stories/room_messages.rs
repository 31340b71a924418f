// SPDX-License-Identifier: MIT OR Apache-2.0
//! Replies, reactions and raised hands reach everybody in both modes, and nobody can flood the others with them.

use std::time::Duration;

use incamera_sim::{ClientId, World};
use protocol::Mode;
use session::Command;

use crate::meeting_in;

#[test]
fn replies_reactions_and_hands_reach_everybody_in_both_modes() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(1, mode), ["hana", "bob", "carol"]);
        say(&mut world, bob, "how late is it?", None);
        pass(&mut world);
        let id = world.view(carol).chat[0].id;
        say(&mut world, carol, "late", Some(id));
        let emoji = String::from("👏");
        world.command(carol, Command::React { emoji });
        pass(&mut world);
        for who in [hana, bob, carol] {
            let view = world.view(who);
            let answer = view.chat[1].reply_to.as_ref().expect("it is an answer");
            assert_eq!(
                (answer.name.as_str(), answer.text.as_str()),
                ("bob", "how late is it?")
            );
            assert_eq!(answer.id, Some(view.chat[0].id));
            assert_eq!(view.reactions.len(), 1, "{mode:?}");
            assert_eq!(view.reactions[0].emoji, "👏");
            assert_eq!(Some(view.reactions[0].participant), world.me(carol));
        }
        world.run_for(Duration::from_secs(11));
        assert!(world.view(hana).reactions.is_empty(), "they fade");
    }
}

#[test]
fn hands_stand_in_line_the_same_for_everybody_and_for_whoever_comes_later() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(2, mode), ["hana", "bob", "carol"]);
        raise(&mut world, carol, true);
        pass(&mut world);
        raise(&mut world, bob, true);
        pass(&mut world);
        let dave = world.join("dave");
        world.converge();
        pass(&mut world);
        for who in [hana, bob, carol, dave] {
            assert_eq!(
                place(&world, who, carol),
                Some(1),
                "{mode:?}\n{}",
                world.timeline()
            );
            assert_eq!(place(&world, who, bob), Some(2), "{mode:?}");
            assert_eq!(place(&world, who, hana), None);
        }
        raise(&mut world, carol, false);
        pass(&mut world);
        for who in [hana, bob, carol, dave] {
            assert_eq!(
                (place(&world, who, carol), place(&world, who, bob)),
                (None, Some(1))
            );
        }
        world.cut(bob);
        world.converge();
        assert_eq!(
            place(&world, hana, bob),
            Some(1),
            "a lost connection lowers no hand"
        );
        world.leave(bob);
        world.converge();
        assert!(
            world
                .view(hana)
                .participants
                .iter()
                .all(|shown| shown.hand_raised.is_none())
        );
    }
}

#[test]
fn whoever_reacts_without_end_is_heard_for_a_while_and_what_is_no_reaction_never() {
    let (mut world, [hana, bob]) = meeting_in(World::new(3), ["hana", "bob"]);
    for _ in 0..40 {
        let emoji = String::from("👍");
        world.command(bob, Command::React { emoji });
    }
    let emoji = String::from("buy gold at example.org");
    world.command(bob, Command::React { emoji });
    pass(&mut world);
    let shown = world.view(hana).reactions.len();
    assert!((1..=12).contains(&shown), "{shown}");
    assert!(world.view(hana).reactions.iter().all(|shown| shown.emoji == "👍"));
}

#[test]
fn somebody_changes_its_name_and_everybody_who_comes_later_sees_the_new_one() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob]) = meeting_in(World::with_mode(4, mode), ["hana", "bob"]);
        let name = String::from("Robert");
        world.command(bob, Command::Rename { name });
        pass(&mut world);
        let carol = world.join("carol");
        world.converge();
        world.cut(bob);
        world.converge();
        for who in [hana, bob, carol] {
            assert_eq!(
                name_of(&world, who, bob),
                "Robert",
                "{mode:?}\n{}",
                world.timeline()
            );
        }
    }
}

fn raise(world: &mut World, id: ClientId, raised: bool) {
    world.command(id, Command::Hand { raised });
}

fn place(world: &World, seen_by: ClientId, whose: ClientId) -> Option<u32> {
    let me = world.me(whose);
    let mut shown = world.view(seen_by).participants.iter();
    shown.find(|shown| Some(shown.participant) == me)?.hand_raised
}

fn name_of(world: &World, seen_by: ClientId, whose: ClientId) -> String {
    let me = world.me(whose);
    let mut shown = world.view(seen_by).participants.iter();
    shown
        .find(|shown| Some(shown.participant) == me)
        .map(|shown| shown.name.clone())
        .unwrap_or_default()
}

fn say(world: &mut World, id: ClientId, text: &str, reply_to: Option<u32>) {
    let text = text.to_owned();
    world.command(id, Command::Chat { text, reply_to });
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(2));
}
