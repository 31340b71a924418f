// SPDX-License-Identifier: MIT OR Apache-2.0
//! What somebody says stands on everybody's screen in words, while its microphone is on, and is gone soon after.

use std::time::Duration;

use incamera_sim::{ClientId, World};
use protocol::{Mode, TrackKind};
use session::Command;

use crate::meeting_in;

#[test]
fn captions_reach_everybody_grow_and_fade_and_a_mute_ends_them() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(1, mode), ["hana", "bob", "carol"]);
        let active = vec![TrackKind::Microphone];
        world.command(bob, Command::SetTracks { active });
        pass(&mut world);
        for text in ["good", "good mor", "good morning"] {
            say(&mut world, bob, text, text == "good morning");
        }
        pass(&mut world);
        for who in [hana, bob, carol] {
            let caption = world.view(who).captions.last().cloned();
            let caption = caption.unwrap_or_else(|| panic!("{mode:?}\n{}", world.timeline()));
            assert_eq!((caption.text.as_str(), caption.is_final), ("good morning", true));
            assert_eq!(Some(caption.participant), world.me(bob));
        }
        world.run_for(Duration::from_secs(8));
        assert!(world.view(hana).captions.is_empty(), "nothing is kept");
        let participant = world.me(bob);
        let kinds = vec![TrackKind::Microphone];
        world.command(hana, Command::Mute { participant, kinds });
        pass(&mut world);
        say(&mut world, bob, "they cannot stop me", true);
        pass(&mut world);
        assert!(world.view(carol).captions.is_empty() && world.view(bob).captions.is_empty());
    }
}

fn say(world: &mut World, id: ClientId, text: &str, is_final: bool) {
    world.command(
        id,
        Command::Caption {
            line: 1,
            text: text.to_owned(),
            is_final,
            lang: String::from("en"),
        },
    );
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(1));
}
