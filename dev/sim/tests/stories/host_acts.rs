// SPDX-License-Identifier: MIT OR Apache-2.0
//! What hosts decide holds in both modes: done by the server, believed by the others for its signature.

use std::time::Duration;

use incamera_sim::{ClientId, World};
use protocol::{
    ErrorCode, Mode, ServerMessage, TrackKind,
    acts::{Permissions, Role},
};
use session::{Command, LeftReason, NoticeCode, ParticipantView, State};

use crate::{meeting_in, microphone};

#[test]
fn a_locked_meeting_lets_nobody_new_in_and_whoever_is_in_comes_back() {
    in_both_modes(1, |world, [hana, bob, _]| {
        world.command(hana, Command::Lock { on: true });
        pass(world);
        assert!(world.view(bob).settings.is_locked);
        let dave = world.join("dave");
        pass(world);
        assert_eq!(
            world.view(dave).left_because,
            Some(LeftReason::Server(ErrorCode::MeetingLocked))
        );
        world.expect_out(dave);
        world.reload(bob);
        world.converge();
        world.command(hana, Command::Lock { on: false });
        pass(world);
        world.join("erin");
        world.converge();
    });
}

#[test]
fn a_mute_stops_the_track_at_the_server_until_it_is_switched_on_again() {
    in_both_modes(2, |world, [hana, bob, carol]| {
        mute(world, hana, Some(bob), &[TrackKind::Microphone]);
        pass(world);
        assert!(!hears(world, carol, bob), "{}", world.timeline());
        assert!(hears(world, bob, carol));
        assert_eq!(shown(world, carol, bob).held_by_host, [TrackKind::Microphone]);
        assert!(world.view(bob).active.is_empty());
        assert_eq!(notices(world, bob, NoticeCode::MutedByHost), 1);
        world.cut(bob);
        world.run_for(Duration::from_secs(3));
        assert!(!hears(world, carol, bob), "a new connection is no way around it");
        unmute(world, bob);
        pass(world);
        assert!(hears(world, carol, bob));
        assert!(shown(world, carol, bob).held_by_host.is_empty());
    });
}

#[test]
fn mute_everyone_spares_hosts_and_co_hosts_and_holds_while_nobody_may_unmute() {
    in_both_modes(3, |world, [hana, bob, carol]| {
        set_role(world, hana, carol, Role::CoHost);
        pass(world);
        permit(world, carol, |permissions| permissions.may_unmute = false);
        mute(world, carol, None, &[TrackKind::Microphone]);
        pass(world);
        assert!(hears(world, bob, hana) && hears(world, bob, carol) && !hears(world, hana, bob));
        unmute(world, bob);
        pass(world);
        assert!(!hears(world, hana, bob));
        assert_eq!(notices(world, bob, NoticeCode::NotAllowed), 1);
        let dave = world.join("dave");
        pass(world);
        assert!(!hears(world, hana, dave), "whoever comes later may not either");
        assert!(!world.view(dave).i_may.may_unmute && world.view(carol).i_may.may_unmute);
        permit(world, hana, |_| {});
        pass(world);
        unmute(world, bob);
        pass(world);
        assert!(hears(world, hana, bob));
    });
}

#[test]
fn whoever_may_not_write_is_not_read() {
    in_both_modes(4, |world, [hana, bob, carol]| {
        permit(world, hana, |permissions| permissions.may_chat = false);
        pass(world);
        say(world, bob, "closed");
        say(world, hana, "open to hosts");
        pass(world);
        assert_eq!(notices(world, bob, NoticeCode::NotAllowed), 1);
        assert_eq!(texts(world, carol), ["open to hosts"]);
    });
}

#[test]
fn everything_is_suspended_in_one_act_and_comes_back_piece_by_piece() {
    in_both_modes(5, |world, [hana, bob, carol]| {
        world.command(hana, Command::Suspend { on: true });
        pass(world);
        let settings = world.view(bob).settings;
        assert!(settings.is_suspended && settings.is_locked && settings.has_lobby);
        assert!(hears(world, bob, hana) && !hears(world, hana, bob) && !hears(world, bob, carol));
        unmute(world, bob);
        say(world, bob, "hello?");
        pass(world);
        assert!(!hears(world, hana, bob) && texts(world, hana).is_empty());
        let dave = world.join("dave");
        pass(world);
        assert_eq!(world.view(dave).state, State::Left, "locked");
        world.expect_out(dave);
        world.command(hana, Command::Suspend { on: false });
        pass(world);
        let settings = world.view(bob).settings;
        assert!(!settings.is_suspended && settings.is_locked && settings.has_lobby);
        unmute(world, bob);
        pass(world);
        assert!(hears(world, hana, bob));
    });
}

#[test]
fn a_host_asks_spotlights_and_renames() {
    in_both_modes(6, |world, [hana, bob, carol]| {
        let participant = world.me(bob).expect("bob is in");
        world.command(hana, Command::AskToUnmute { participant });
        world.command(
            hana,
            Command::Spotlight {
                participant: Some(participant),
            },
        );
        let name = String::from("Bob of Example");
        world.command(hana, Command::RenameParticipant { participant, name });
        pass(world);
        assert_eq!(notices(world, bob, NoticeCode::AskedToUnmute), 1);
        let dave = world.join("dave");
        world.converge();
        for who in [hana, bob, carol, dave] {
            assert_eq!(world.view(who).settings.spotlight, Some(participant));
            assert_eq!(shown(world, who, bob).name, "Bob of Example");
        }
    });
}

#[test]
fn the_server_reads_no_name_that_a_host_gives() {
    let (mut world, [hana, bob]) = meeting_in(World::new(7), ["hana", "bob"]);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&seen);
    world.tamper_to_server(Box::new(move |_, message| {
        sink.lock()
            .expect("one thread")
            .extend(protocol::encode(&message));
        vec![message]
    }));
    let participant = world.me(bob).expect("bob is in");
    let name = String::from("swordfish");
    world.command(hana, Command::RenameParticipant { participant, name });
    pass(&mut world);
    assert_eq!(shown(&world, hana, bob).name, "swordfish");
    let seen = seen.lock().expect("one thread");
    assert!(!seen.windows(9).any(|window| window == b"swordfish"));
}

#[test]
fn a_co_host_runs_the_meeting_and_keeps_the_role_over_a_reload_until_it_is_taken() {
    in_both_modes(8, |world, [hana, bob, carol]| {
        set_role(world, hana, bob, Role::CoHost);
        pass(world);
        assert_eq!(world.view(bob).my_role, Role::CoHost);
        assert_eq!(shown(world, carol, bob).role, Role::CoHost);
        world.reload(bob);
        world.converge();
        assert_eq!(world.view(bob).my_role, Role::CoHost);
        world.command(bob, Command::Lock { on: true });
        set_role(world, bob, carol, Role::CoHost);
        mute(world, bob, Some(hana), &[TrackKind::Microphone]);
        pass(world);
        assert!(world.view(carol).settings.is_locked);
        assert_eq!(
            shown(world, hana, carol).role,
            Role::Participant,
            "co-hosts promote nobody"
        );
        assert!(hears(world, carol, hana), "nor do they act on hosts");
        set_role(world, hana, bob, Role::Participant);
        pass(world);
        world.command(bob, Command::Lock { on: false });
        pass(world);
        assert!(world.view(carol).settings.is_locked);
        assert!(notices(world, bob, NoticeCode::ActRefused) >= 1);
    });
}

#[test]
fn a_host_hands_over_and_the_new_one_leads() {
    in_both_modes(9, |world, [hana, bob, carol]| {
        set_role(world, hana, bob, Role::Host);
        pass(world);
        world.leave(hana);
        world.converge();
        set_role(world, bob, carol, Role::CoHost);
        pass(world);
        assert_eq!(world.view(carol).my_role, Role::CoHost);
        let dave = world.join("dave");
        world.converge();
        assert_eq!(shown(world, dave, bob).role, Role::Host);
        assert_eq!(shown(world, dave, carol).role, Role::CoHost);
        world.remove(carol, dave);
        world.converge();
        assert_eq!(notices(world, bob, NoticeCode::RemovedByHost), 1);
        world.command(bob, Command::EndMeeting);
        pass(world);
        assert_eq!(
            world.view(carol).left_because,
            Some(LeftReason::Server(ErrorCode::MeetingEnded))
        );
    });
}

#[test]
fn what_was_decided_survives_a_restart_of_the_server() {
    in_both_modes(10, |world, [hana, bob, carol]| {
        set_role(world, hana, bob, Role::CoHost);
        permit(world, hana, |permissions| permissions.may_unmute = false);
        mute(world, hana, Some(carol), &[TrackKind::Microphone]);
        world.command(hana, Command::Lock { on: true });
        pass(world);
        world.stop_server();
        pass(world);
        world.start_server();
        world.run_for(Duration::from_secs(10));
        unmute(world, carol);
        let dave = world.join("dave");
        pass(world);
        assert_eq!(world.view(dave).state, State::Left);
        assert!(
            !hears(world, hana, carol) && hears(world, hana, bob),
            "{}",
            world.timeline()
        );
        world.command(bob, Command::Lock { on: false });
        pass(world);
        assert!(!world.view(carol).settings.is_locked);
    });
}

#[test]
fn whoever_leaves_says_so_and_whoever_is_lost_does_not() {
    let (mut world, [hana, bob, carol, dave]) = meeting_in(World::new(11), ["hana", "bob", "carol", "dave"]);
    world.leave(bob);
    world.converge();
    assert_eq!(notices(&world, hana, NoticeCode::Vanished), 0);
    world.vanish(carol);
    world.converge();
    assert_eq!(notices(&world, hana, NoticeCode::Vanished), 1);
    world.remove(hana, dave);
    world.converge();
    assert_eq!(notices(&world, hana, NoticeCode::Vanished), 1);
}

#[test]
fn what_the_server_swallows_is_not_believed_done() {
    let (mut world, [hana, bob]) = meeting_in(World::new(12), ["hana", "bob"]);
    world.tamper_from_server(Box::new(|_, message| {
        let is_act = matches!(message, ServerMessage::Act { .. });
        if is_act { Vec::new() } else { vec![message] }
    }));
    world.command(hana, Command::Lock { on: true });
    pass(&mut world);
    assert!(!world.view(hana).settings.is_locked && !world.view(bob).settings.is_locked);
}

fn in_both_modes(seed: u64, story: impl Fn(&mut World, [ClientId; 3])) {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, people) = meeting_in(World::with_mode(seed, mode), ["hana", "bob", "carol"]);
        story(&mut world, people);
    }
}

fn shown(world: &World, seen_by: ClientId, whose: ClientId) -> ParticipantView {
    let me = world.me(whose);
    let mut shown = world.view(seen_by).participants.iter();
    shown
        .find(|shown| Some(shown.participant) == me)
        .unwrap_or_else(|| panic!("{}\nit is not seen", world.timeline()))
        .clone()
}

/// Whether what somebody would send now reaches somebody.
fn hears(world: &mut World, to: ClientId, from: ClientId) -> bool {
    let kind = microphone(world, from).kind;
    let seen = world.send_frame(from, kind).unwrap_or_default();
    seen.get(&to) == Some(&Ok(()))
}

fn set_role(world: &mut World, host: ClientId, whom: ClientId, role: Role) {
    let participant = world.me(whom).expect("it is in");
    world.command(host, Command::SetRole { participant, role });
}

fn mute(world: &mut World, host: ClientId, whom: Option<ClientId>, kinds: &[TrackKind]) {
    let participant = whom.and_then(|whom| world.me(whom));
    let kinds = kinds.to_vec();
    world.command(host, Command::Mute { participant, kinds });
}

fn unmute(world: &mut World, id: ClientId) {
    let active = vec![TrackKind::Microphone];
    world.command(id, Command::SetTracks { active });
}

fn permit(world: &mut World, host: ClientId, change: impl Fn(&mut Permissions)) {
    let mut permissions = Permissions::ALL;
    change(&mut permissions);
    world.command(host, Command::SetPermissions { permissions });
}

fn say(world: &mut World, id: ClientId, text: &str) {
    let text = text.to_owned();
    let reply_to = None;
    world.command(id, Command::Chat { text, reply_to });
}

fn texts(world: &World, id: ClientId) -> Vec<String> {
    let chat = world.view(id).chat.iter();
    chat.map(|message| message.text.clone()).collect()
}

fn notices(world: &World, id: ClientId, code: NoticeCode) -> usize {
    let notices = world.view(id).notices.iter();
    notices.filter(|notice| notice.code == code).count()
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(2));
}
