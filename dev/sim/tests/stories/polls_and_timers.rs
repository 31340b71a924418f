// SPDX-License-Identifier: MIT OR Apache-2.0
//! Hosts open polls and start timers; everybody sees the same, whoever comes later too.

use std::time::Duration;

use incamera_sim::{ClientId, World};
use protocol::{Mode, acts::Role};
use session::{Command, NoticeCode};

use crate::meeting_in;

#[test]
fn everybody_counts_the_same_votes_and_whoever_comes_later_too() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(1, mode), ["hana", "bob", "carol"]);
        open(&mut world, hana);
        pass(&mut world);
        vote(&mut world, hana, Some(0));
        vote(&mut world, bob, Some(0));
        vote(&mut world, carol, Some(1));
        pass(&mut world);
        vote(&mut world, bob, Some(2));
        pass(&mut world);
        let dave = world.join("dave");
        world.converge();
        world.run_for(Duration::from_secs(4));
        for who in [hana, bob, carol, dave] {
            assert_eq!(counts(&world, who), [1, 1, 1], "{mode:?}\n{}", world.timeline());
        }
        assert_eq!(world.view(bob).polls[0].my_vote, Some(2));
        world.leave(carol);
        world.converge();
        pass(&mut world);
        let erin = world.join("erin");
        world.converge();
        world.run_for(Duration::from_secs(4));
        vote(&mut world, erin, Some(2));
        pass(&mut world);
        for who in [hana, bob, dave, erin] {
            assert_eq!(counts(&world, who), [1, 1, 2], "{mode:?}: who went has voted");
        }
        let poll = world.view(hana).polls[0].id;
        world.command(hana, Command::ClosePoll { poll });
        pass(&mut world);
        vote(&mut world, bob, Some(0));
        pass(&mut world);
        for who in [hana, bob, dave, erin] {
            assert!(!world.view(who).polls[0].is_open);
            assert_eq!(counts(&world, who), [1, 1, 2], "{mode:?}: it is closed");
        }
    }
}

#[test]
fn hosts_and_co_hosts_open_and_close_polls_and_nobody_else() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(2, mode), ["hana", "bob", "carol"]);
        open(&mut world, bob);
        world.command(bob, timer(60));
        pass(&mut world);
        assert!(world.view(hana).polls.is_empty() && world.view(bob).polls.is_empty());
        let notices = world.view(bob).notices.iter();
        assert_eq!(
            notices
                .filter(|notice| notice.code == NoticeCode::ActRefused)
                .count(),
            2
        );
        let participant = world.me(carol).expect("she is in");
        let role = Role::CoHost;
        world.command(hana, Command::SetRole { participant, role });
        open(&mut world, hana);
        world.command(hana, timer(60));
        pass(&mut world);
        assert!(!world.view(bob).polls[0].i_may_close && world.view(carol).polls[0].i_may_close);
        let poll = world.view(carol).polls[0].id;
        world.command(carol, Command::ClosePoll { poll });
        world.command(carol, Command::StopTimer);
        pass(&mut world);
        for who in [hana, bob, carol] {
            assert!(
                !world.view(who).polls[0].is_open,
                "{mode:?}\n{}",
                world.timeline()
            );
            assert!(world.view(who).timer.is_none(), "{mode:?}");
        }
        let dave = world.join("dave");
        world.converge();
        world.run_for(Duration::from_secs(4));
        assert!(world.view(dave).polls.is_empty(), "what is over is not told");
    }
}

#[test]
fn a_poll_outlives_its_openers_lost_connection_and_ends_with_its_stay() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(3, mode), ["hana", "bob", "carol"]);
        let participant = world.me(carol).expect("she is in");
        let role = Role::CoHost;
        world.command(hana, Command::SetRole { participant, role });
        pass(&mut world);
        open(&mut world, carol);
        pass(&mut world);
        world.cut(carol);
        vote(&mut world, bob, Some(1));
        world.converge();
        pass(&mut world);
        assert_eq!(counts(&world, carol), [0, 1, 0], "{mode:?}");
        assert!(world.view(hana).polls[0].is_open);
        world.leave(carol);
        world.converge();
        pass(&mut world);
        assert!(!world.view(hana).polls[0].is_open && !world.view(bob).polls[0].is_open);
        assert_eq!(counts(&world, hana), [0, 1, 0]);
    }
}

#[test]
fn a_timer_ends_for_everybody_at_once_for_latecomers_too() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob]) = meeting_in(World::with_mode(4, mode), ["hana", "bob"]);
        world.command(hana, timer(60));
        let started = world.now();
        world.run_for(Duration::from_secs(20));
        let carol = world.join("carol");
        world.converge();
        world.run_for(Duration::from_secs(4));
        let shown = world.view(carol).timer.clone().expect("she was told");
        assert_eq!(
            (shown.length_ms, shown.label.as_str(), shown.is_over),
            (60_000, "Break", false)
        );
        let elapsed = world.now().saturating_since(started);
        assert!(shown.left_ms < 41_000, "{mode:?}: {} ms", shown.left_ms);
        world.run_for(Duration::from_secs(59) - elapsed);
        assert!([hana, bob, carol].iter().all(|who| !is_over(&world, *who)));
        world.run_for(Duration::from_secs(2));
        assert!(
            [hana, bob, carol].iter().all(|who| is_over(&world, *who)),
            "{mode:?}"
        );
        world.run_for(Duration::from_secs(16));
        assert!(
            [hana, bob, carol]
                .iter()
                .all(|who| world.view(*who).timer.is_none())
        );
    }
}

fn is_over(world: &World, id: ClientId) -> bool {
    world.view(id).timer.as_ref().is_some_and(|timer| timer.is_over)
}

fn timer(seconds: u32) -> Command {
    let label = String::from("Break");
    Command::StartTimer { seconds, label }
}

fn open(world: &mut World, id: ClientId) {
    world.command(
        id,
        Command::OpenPoll {
            question: String::from("When do we meet?"),
            answers: ["Monday", "Tuesday", "Never"].map(String::from).to_vec(),
        },
    );
}

fn vote(world: &mut World, id: ClientId, answer: Option<u8>) {
    let poll = world.view(id).polls[0].id;
    world.command(id, Command::Vote { poll, answer });
}

fn counts(world: &World, id: ClientId) -> Vec<u32> {
    let answers = world.view(id).polls[0].answers.iter();
    answers.map(|answer| answer.votes).collect()
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(1));
}
