// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which commit wins, which one waits, and which one is taken back.

use std::time::Duration;

use protocol::ErrorCode;

use super::member::{ALICE, BOB, CAROL, DAVE, Member, NOW, Room, config, group_binding};
use crate::{Delivery, InvalidRefusal, Output, Rejection};

#[test]
fn members_follow_each_other_in() {
    let room = Room::of(&[ALICE, BOB, CAROL]);
    assert_eq!(room.delivery.members(), [ALICE, BOB, CAROL]);
    assert_eq!(room.delivery.epoch(), Some(2));
    assert!(
        room.members
            .values()
            .all(|member| member.group.epoch().as_u64() == 2)
    );
    assert_eq!(room.delivery.host_leaves(ALICE).len(), 1);
    assert!(room.delivery.host_leaves(BOB).is_empty());
}

#[test]
fn first_commit_of_an_epoch_wins() {
    let mut room = Room::of(&[ALICE]);
    let (_, bobs) = Member::join(&room.delivery, BOB, 0);
    let (_, carols) = Member::join(&room.delivery, CAROL, 0);
    assert_eq!(room.offer(BOB, &bobs), Ok(()));
    assert_eq!(room.offer(CAROL, &carols), Err(Rejection::StaleEpoch));
    let outputs = room.outputs();
    let [
        Output::Commit {
            epoch: 0,
            by: BOB,
            joined,
            left,
            ..
        },
    ] = outputs.as_slice()
    else {
        panic!("one commit")
    };
    assert_eq!(
        (joined.as_slice(), left.as_slice()),
        ([BOB].as_slice(), [].as_slice())
    );
}

#[test]
fn a_commit_on_a_provisional_one_waits_for_it() {
    let mut room = Room::of(&[ALICE]);
    let (_, bobs) = Member::join(&room.delivery, BOB, 0);
    room.offer(BOB, &bobs).expect("in order");
    room.outputs();
    let (_, carols) = Member::join(&room.delivery, CAROL, 0);
    let (_, daves) = Member::join(&room.delivery, DAVE, 0);
    assert_eq!(room.offer(CAROL, &carols), Ok(()));
    assert_eq!(room.outputs(), [], "held");
    assert_eq!(
        room.offer(DAVE, &daves),
        Err(Rejection::StaleEpoch),
        "one is held, not two"
    );
    room.delivery.handle_accepted(NOW, ALICE, 1);
    assert!(matches!(
        room.outputs().as_slice(),
        [Output::Commit {
            epoch: 1,
            by: CAROL,
            ..
        }]
    ));
}

#[test]
fn silence_counts_as_consent_after_three_seconds() {
    let mut room = Room::of(&[ALICE]);
    let (_, bobs) = Member::join(&room.delivery, BOB, 0);
    room.offer(BOB, &bobs).expect("in order");
    let ends_at = NOW + Duration::from_secs(3);
    assert_eq!(room.delivery.poll_timeout(), Some(ends_at));
    room.delivery.handle_timeout(ends_at);
    assert_eq!(room.delivery.poll_timeout(), None);
    let (hash, signature) = room.member(ALICE).refusal(0, &bobs.commit);
    assert_eq!(
        room.delivery.handle_refused(ends_at, ALICE, 0, &hash, &signature),
        Err(InvalidRefusal)
    );
}

#[test]
fn a_commit_that_most_refuse_is_taken_back_and_its_maker_thrown_out() {
    let mut room = Room::of(&[ALICE, BOB, CAROL]);
    let (_, poisoned) = Member::join(&room.delivery, DAVE, 0);
    room.offer(DAVE, &poisoned).expect("no server can tell");
    room.outputs();
    let (_, held) = Member::join(&room.delivery, ALICE, 3);
    room.offer(ALICE, &held).expect("held");
    let (hash, signature) = room.member(ALICE).refusal(2, &poisoned.commit);
    assert_eq!(
        room.delivery.handle_refused(NOW, ALICE, 2, &hash, &signature),
        Ok(())
    );
    assert_eq!(
        room.delivery.handle_refused(NOW, ALICE, 2, &hash, &signature),
        Ok(()),
        "one vote each"
    );
    assert_eq!(room.outputs(), [], "one of three is not most");
    let (hash, signature) = room.member(BOB).refusal(2, &poisoned.commit);
    assert_eq!(
        room.delivery.handle_refused(NOW, BOB, 2, &hash, &signature),
        Ok(())
    );
    let expected = [
        Output::Rollback {
            epoch: 2,
            evict: DAVE,
        },
        Output::CommitRejected {
            to: ALICE,
            code: ErrorCode::StaleEpoch,
        },
    ];
    assert_eq!(room.outputs(), expected);
    assert_eq!(room.delivery.epoch(), Some(2));
    assert!(!room.delivery.has_leaf(DAVE));
    assert_eq!(room.delivery.group_state(Some(2)).expect("a group").missed, []);
    room.join(DAVE);
    assert_eq!(room.delivery.epoch(), Some(3));
}

#[test]
fn the_only_other_member_can_refuse() {
    let mut room = Room::of(&[ALICE]);
    let (_, bobs) = Member::join(&room.delivery, BOB, 0);
    room.offer(BOB, &bobs).expect("in order");
    let (hash, signature) = room.member(ALICE).refusal(0, &bobs.commit);
    assert_eq!(
        room.delivery.handle_refused(NOW, ALICE, 0, &hash, &signature),
        Ok(())
    );
    assert_eq!(room.outputs()[1], Output::Rollback { epoch: 0, evict: BOB });
}

#[test]
fn a_refusal_counts_only_from_a_member_about_this_commit_under_its_key() {
    let mut room = Room::of(&[ALICE, BOB]);
    let (dave, poisoned) = Member::join(&room.delivery, DAVE, 0);
    room.offer(DAVE, &poisoned).expect("no server can tell");
    let (hash, signature) = room.member(ALICE).refusal(1, &poisoned.commit);
    let (other_hash, other_signature) = room.member(ALICE).refusal(1, b"another commit");
    let (_, daves) = dave.refusal(1, &poisoned.commit);
    let delivery = &mut room.delivery;
    assert_eq!(
        delivery.handle_refused(NOW, BOB, 1, &hash, &signature),
        Err(InvalidRefusal)
    );
    assert_eq!(
        delivery.handle_refused(NOW, DAVE, 1, &hash, &daves),
        Err(InvalidRefusal)
    );
    assert_eq!(
        delivery.handle_refused(NOW, ALICE, 0, &hash, &signature),
        Err(InvalidRefusal)
    );
    assert_eq!(
        delivery.handle_refused(NOW, ALICE, 1, &other_hash, &other_signature),
        Err(InvalidRefusal)
    );
    assert_eq!(
        delivery.handle_refused(NOW, ALICE, 1, &hash, &signature[..63]),
        Err(InvalidRefusal)
    );
}

#[test]
fn once_most_accepted_nobody_can_take_it_back() {
    let mut room = Room::of(&[ALICE, BOB, CAROL]);
    let (_, daves) = Member::join(&room.delivery, DAVE, 0);
    room.offer(DAVE, &daves).expect("in order");
    room.delivery.handle_accepted(NOW, ALICE, 3);
    room.delivery.handle_accepted(NOW, BOB, 3);
    let (hash, signature) = room.member(CAROL).refusal(2, &daves.commit);
    assert_eq!(
        room.delivery.handle_refused(NOW, CAROL, 2, &hash, &signature),
        Err(InvalidRefusal)
    );
    assert_eq!(room.delivery.epoch(), Some(3));
}

#[test]
fn who_was_away_catches_up_by_the_commits_it_missed() {
    let mut room = Room::of(&[ALICE, BOB]);
    let mut bob = room.members.remove(&BOB).expect("in the room");
    room.join(CAROL);
    room.join(DAVE);
    assert!(room.delivery.can_continue(BOB, 1));
    assert!(!room.delivery.can_continue(BOB, 9), "an epoch that never was");
    let state = room.delivery.group_state(Some(1)).expect("a group");
    assert!(state.ratchet_tree.is_empty());
    for missed in &state.missed {
        bob.handle_commit(missed.epoch, &missed.commit);
    }
    assert_eq!(bob.group.epoch().as_u64(), 3);
    assert!(
        !room
            .delivery
            .group_state(None)
            .expect("a group")
            .ratchet_tree
            .is_empty()
    );
}

#[test]
fn a_restored_service_goes_on_where_it_stopped() {
    let mut room = Room::of(&[ALICE, BOB]);
    let snapshot = room.delivery.snapshot();
    room.delivery = Delivery::restore(NOW, config(), &snapshot).expect("just made");
    assert_eq!(room.delivery.members(), [ALICE, BOB]);
    assert!(room.delivery.can_continue(ALICE, 0));
    room.all_answer();
    room.join(CAROL);
    assert_eq!(room.delivery.epoch(), Some(2));
    for length in (0..snapshot.len()).step_by(1013) {
        assert!(Delivery::restore(NOW, config(), &snapshot[..length]).is_err());
    }
}

#[test]
fn after_a_reset_the_group_is_created_anew() {
    let mut room = Room::of(&[ALICE, BOB]);
    let (_, group_info) = Member::create(CAROL, &group_binding());
    assert_eq!(
        room.delivery.create_group(NOW, CAROL, &group_info),
        Err(Rejection::StaleEpoch)
    );
    room.delivery.reset();
    assert_eq!(room.delivery.group_state(None), None);
    assert_eq!(room.delivery.create_group(NOW, CAROL, &group_info), Ok(()));
    assert_eq!(room.delivery.members(), [CAROL]);
}

#[test]
fn a_restart_does_not_make_a_commit_stand_that_may_be_taken_back() {
    let mut room = Room::of(&[ALICE, BOB]);
    let (_, poisoned) = Member::join(&room.delivery, DAVE, 0);
    room.offer(DAVE, &poisoned).expect("no server can tell");
    room.outputs();
    restart(&mut room);
    assert_eq!(room.delivery.epoch(), Some(2));
    for by in [ALICE, BOB] {
        let (hash, signature) = room.member(by).refusal(1, &poisoned.commit);
        assert_eq!(
            room.delivery.handle_refused(NOW, by, 1, &hash, &signature),
            Ok(())
        );
    }
    assert_eq!(room.delivery.epoch(), Some(1), "the members took it back");
    assert_eq!(room.delivery.members(), [ALICE, BOB]);
}

#[test]
fn after_a_restart_silence_counts_as_consent_once_people_had_the_time_to_come_back() {
    let mut room = Room::of(&[ALICE, BOB]);
    let (_, carols) = Member::join(&room.delivery, CAROL, 0);
    room.offer(CAROL, &carols).expect("in order");
    room.outputs();
    restart(&mut room);
    let ends_at = room.delivery.poll_timeout().expect("the trial goes on");
    assert!(ends_at > NOW + Duration::from_secs(10));
    room.delivery.handle_timeout(ends_at);
    assert_eq!(room.delivery.poll_timeout(), None);
    assert_eq!(room.delivery.members(), [ALICE, BOB, CAROL]);
}

fn restart(room: &mut Room) {
    let snapshot = room.delivery.snapshot();
    room.delivery = Delivery::restore(NOW, config(), &snapshot).expect("just made");
    room.all_answer();
}
