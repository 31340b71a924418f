// SPDX-License-Identifier: MIT OR Apache-2.0
//! A host keeps somebody out: its stay, its account, its browser; until a host lets it back.

use std::time::Duration;

use e2ee::invitation;
use incamera_sim::{ClientId, Link, World};
use protocol::{AccountId, ErrorCode, MeetingLink, Mode, acts::Role};
use session::{Command, LeftReason, NoticeCode, State};

use crate::meeting_in;

#[test]
fn whoever_is_kept_out_comes_back_neither_by_reloading_nor_by_the_link() {
    in_both_modes(1, |world, [hana, bob, carol]| {
        mark_bob(world, bob);
        let kept_out = keep_out(world, hana, bob);
        assert_eq!(
            world.view(bob).left_because,
            Some(LeftReason::Server(ErrorCode::KeptOut)),
            "{}",
            world.timeline()
        );
        world.converge();
        for id in [hana, carol] {
            assert_eq!(world.view(id).participants.len(), 2);
        }
        assert_eq!(notices(world, carol, NoticeCode::RemovedByHost), 1);
        world.reload(bob);
        pass(world);
        assert_refused(world, bob);
        // The account on another device, and the device without the account.
        for (account, device) in [(Some(account()), None), (None, Some([7; 32]))] {
            let link = invitation(&world.host_link());
            let again = world.join_with("bob again", link, Link::default());
            world.mark(again, account, device);
            pass(world);
            assert_refused(world, again);
            world.expect_out(again);
        }
        world.join("dave");
        world.converge();
        let listed = &world.view(hana).kept_out;
        assert_eq!(listed.len(), 1);
        assert_eq!(
            (listed[0].participant, listed[0].name.as_str()),
            (kept_out, "bob")
        );
        assert!(world.view(carol).kept_out.is_empty(), "a list for hosts");
    });
}

#[test]
fn it_outlives_a_restart_and_a_new_link_and_can_be_undone() {
    in_both_modes(2, |world, [hana, bob, carol]| {
        mark_bob(world, bob);
        let kept_out = keep_out(world, hana, bob);
        world.converge();
        world.stop_server();
        world.run_for(Duration::from_secs(1));
        world.start_server();
        world.converge();
        world.reload(bob);
        pass(world);
        assert_refused(world, bob);
        world.command(hana, Command::NewLink);
        pass(world);
        world.reload(hana);
        world.converge();
        let listed = &world.view(hana).kept_out;
        assert_eq!(listed.first().map(|listed| listed.name.as_str()), Some("bob"));
        world.command(
            hana,
            Command::LetBack {
                participant: kept_out,
            },
        );
        pass(world);
        assert!(world.view(hana).kept_out.is_empty());
        let back = world.join_with("bob", link_of(world, hana), Link::default());
        world.mark(back, Some(account()), Some([7; 32]));
        world.converge();
        assert_eq!(world.view(carol).participants.len(), 3);
        // It belongs as everybody else does.
        world.command(hana, Command::NewLink);
        pass(world);
        world.reload(back);
        world.converge();
        world.join_with("erin", link_of(world, back), Link::default());
        world.converge();
    });
}

#[test]
fn the_holder_of_the_host_link_is_not_kept_out_by_its_own_browser() {
    in_both_modes(3, |world, [hana, bob, carol]| {
        world.mark(hana, None, Some([7; 32]));
        mark_bob(world, bob);
        keep_out(world, hana, bob);
        world.converge();
        world.vanish(hana);
        world.run_for(Duration::from_secs(20));
        let back = world.join_as_host("hana");
        world.mark(back, None, Some([7; 32]));
        world.converge();
        assert_eq!(world.view(carol).participants.len(), 2);
    });
}

#[test]
fn a_co_host_keeps_participants_out_and_no_host() {
    in_both_modes(4, |world, [hana, bob, carol]| {
        let participant = world.me(carol).expect("carol is in");
        let role = Role::CoHost;
        world.command(hana, Command::SetRole { participant, role });
        pass(world);
        let host = world.me(hana).expect("hana is in");
        world.command(carol, Command::KeepOut { participant: host });
        pass(world);
        assert_eq!(notices(world, carol, NoticeCode::ActRefused), 1);
        keep_out(world, carol, bob);
        world.converge();
        assert_refused(world, bob);
        assert_eq!(world.view(carol).kept_out.len(), 1);
        assert_eq!(world.view(hana).kept_out.len(), 1);
    });
}

/// Has the server know bob's connections again: the present one is a new one.
fn mark_bob(world: &mut World, bob: ClientId) {
    world.mark(bob, Some(account()), Some([7; 32]));
    world.cut(bob);
    world.converge();
}

#[track_caller]
fn link_of(world: &World, id: ClientId) -> MeetingLink {
    let shown = world.view(id).new_link.as_deref().expect("the link was replaced");
    MeetingLink::parse(shown).expect("it is a link")
}

fn account() -> AccountId {
    AccountId::new([9; 16])
}

fn keep_out(world: &mut World, by: ClientId, whom: ClientId) -> protocol::ParticipantId {
    let participant = world.me(whom).expect("it is in");
    world.expect_out(whom);
    world.command(by, Command::KeepOut { participant });
    pass(world);
    participant
}

#[track_caller]
fn assert_refused(world: &World, id: ClientId) {
    let view = world.view(id);
    assert_eq!(view.state, State::Left, "{}", world.timeline());
    assert_eq!(view.left_because, Some(LeftReason::Server(ErrorCode::KeptOut)));
}

fn notices(world: &World, id: ClientId, code: NoticeCode) -> usize {
    let notices = world.view(id).notices.iter();
    notices.filter(|notice| notice.code == code).count()
}

fn in_both_modes(seed: u64, story: impl Fn(&mut World, [ClientId; 3])) {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, people) = meeting_in(World::with_mode(seed, mode), ["hana", "bob", "carol"]);
        story(&mut world, people);
    }
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(2));
}

#[test]
fn whoever_is_let_back_comes_by_the_same_browser_too() {
    in_both_modes(5, |world, [hana, bob, carol]| {
        let participant = world.me(bob).expect("bob is in");
        world.command(hana, Command::KeepOut { participant });
        pass(world);
        world.reload(bob);
        pass(world);
        assert_refused(world, bob);
        world.command(hana, Command::LetBack { participant });
        pass(world);
        world.reload(bob);
        pass(world);
        assert_eq!(world.view(bob).state, State::Active, "{}", world.timeline());
        assert_eq!(world.view(carol).participants.len(), 3);
    });
}
