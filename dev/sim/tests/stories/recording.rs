// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whoever records tells everybody, and only those are in who agreed to this recording and are still there.

use std::time::Duration;

use incamera_sim::{ClientId, World};
use protocol::{Mode, acts::Permissions};
use session::Command;

use crate::meeting_in;

#[test]
fn everybody_is_asked_and_is_out_until_it_agrees_in_both_modes() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob, carol]) = meeting_in(World::with_mode(1, mode), ["hana", "bob", "carol"]);
        record(&mut world, hana, true);
        for who in [bob, carol] {
            let recordings = &world.view(who).recordings;
            assert_eq!(recordings.len(), 1, "{mode:?}");
            assert_eq!(Some(recordings[0].participant), world.me(hana));
            assert_eq!((recordings[0].is_mine, recordings[0].answer), (false, None));
        }
        assert_eq!(answers(&world, hana), (vec![], vec![]));
        answer(&mut world, bob, hana, true);
        answer(&mut world, carol, hana, false);
        assert_eq!(answers(&world, hana), (ids(&world, [bob]), ids(&world, [carol])));
        assert_eq!(world.view(bob).recordings[0].answer, Some(true));
        assert!(
            world.view(bob).my_recording.is_none(),
            "answers are for whoever records"
        );
        answer(&mut world, bob, hana, false);
        assert_eq!(answers(&world, hana).0, []);
        record(&mut world, hana, false);
        for who in [hana, bob, carol] {
            assert!(world.view(who).recordings.is_empty(), "{mode:?}");
        }
    }
}

#[test]
fn an_answer_holds_for_one_recording_and_a_newcomer_is_asked_too() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob]) = meeting_in(World::with_mode(2, mode), ["hana", "bob"]);
        record(&mut world, hana, true);
        answer(&mut world, bob, hana, true);
        let dave = world.join("dave");
        world.converge();
        pass(&mut world);
        assert_eq!(
            world.view(dave).recordings.len(),
            1,
            "{mode:?}\n{}",
            world.timeline()
        );
        assert_eq!(
            answers(&world, hana).0,
            ids(&world, [bob]),
            "{mode:?}\n{}",
            world.timeline()
        );
        answer(&mut world, dave, hana, true);
        assert_eq!(answers(&world, hana).0, ids(&world, [bob, dave]));
        record(&mut world, hana, false);
        record(&mut world, hana, true);
        assert_eq!(answers(&world, hana), (vec![], vec![]), "{mode:?}");
        assert_eq!(world.view(bob).recordings[0].answer, None);
    }
}

#[test]
fn a_lost_connection_leaves_no_doubt_about_who_agreed() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob]) = meeting_in(World::with_mode(3, mode), ["hana", "bob"]);
        record(&mut world, hana, true);
        answer(&mut world, bob, hana, true);
        for cut in [bob, hana] {
            world.cut(cut);
            world.converge();
            pass(&mut world);
            assert_eq!(
                answers(&world, hana).0,
                ids(&world, [bob]),
                "{mode:?}\n{}",
                world.timeline()
            );
        }
    }
}

#[test]
fn who_may_not_record_does_not_and_a_recording_ends_with_the_permission() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let (mut world, [hana, bob]) = meeting_in(World::with_mode(4, mode), ["hana", "bob"]);
        record(&mut world, bob, true);
        assert_eq!(world.view(hana).recordings.len(), 1);
        let permissions = Permissions {
            may_record: false,
            ..world.view(hana).settings.permissions
        };
        world.command(hana, Command::SetPermissions { permissions });
        pass(&mut world);
        assert!(
            world.view(bob).my_recording.is_none(),
            "{mode:?}\n{}",
            world.timeline()
        );
        assert!(world.view(hana).recordings.is_empty(), "{mode:?}");
        record(&mut world, bob, true);
        assert!(world.view(bob).my_recording.is_none());
    }
}

fn record(world: &mut World, id: ClientId, on: bool) {
    world.command(id, Command::Record { on });
    pass(world);
}

fn answer(world: &mut World, id: ClientId, recorder: ClientId, agrees: bool) {
    let recorder = world.me(recorder).expect("it is in");
    world.command(id, Command::AnswerRecording { recorder, agrees });
    pass(world);
}

fn answers(world: &World, id: ClientId) -> (Vec<protocol::ParticipantId>, Vec<protocol::ParticipantId>) {
    let mine = world.view(id).my_recording.as_ref().expect("it records");
    (mine.agreed.clone(), mine.declined.clone())
}

fn ids<const N: usize>(world: &World, clients: [ClientId; N]) -> Vec<protocol::ParticipantId> {
    clients.map(|client| world.me(client).expect("it is in")).to_vec()
}

fn pass(world: &mut World) {
    world.run_for(Duration::from_secs(2));
}
