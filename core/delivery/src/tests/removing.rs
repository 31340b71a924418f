// SPDX-License-Identifier: MIT OR Apache-2.0
//! Members who are gone.

use std::{collections::BTreeSet, time::Duration};

use super::member::{ALICE, BOB, CAROL, DAVE, Member, NOW, Room, config};
use crate::{Delivery, Output, ProposalOut};

#[track_caller]
fn check_asked(outputs: &[Output], expected: &[(u64, protocol::ParticipantId)]) {
    let asked: Vec<_> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Proposal(ProposalOut { epoch, committer, .. }) => Some((*epoch, *committer)),
            Output::Commit { .. } | Output::CommitRejected { .. } | Output::Rollback { .. } => None,
        })
        .collect();
    assert_eq!(asked, expected);
}

#[test]
fn a_leaver_is_removed_by_the_lowest_answering_leaf() {
    let mut room = Room::of(&[ALICE, BOB, CAROL]);
    room.members.remove(&BOB);
    room.all_answer();
    room.delivery.remove(NOW, BOB, Duration::ZERO);
    check_asked(&room.settle(NOW), &[(2, ALICE)]);
    assert_eq!(room.delivery.proposals().len(), 1);
    let bundle = room.member(ALICE).commit(&[]);
    room.offer(ALICE, &bundle).expect("in order");
    let outputs = room.settle(NOW);
    assert!(matches!(&outputs[..], [Output::Commit { left, .. }] if *left == [BOB]));
    assert!(!room.delivery.has_leaf(BOB));
    assert_eq!(room.delivery.proposals(), []);
    assert_eq!(room.delivery.poll_timeout(), None);
}

#[test]
fn a_committer_who_does_not_commit_loses_the_turn() {
    let mut room = Room::of(&[ALICE, BOB, CAROL, DAVE]);
    room.delivery.remove(NOW, BOB, Duration::ZERO);
    check_asked(&room.outputs(), &[(3, ALICE)]);
    let at = |seconds| NOW + Duration::from_secs(seconds);
    assert_eq!(room.delivery.poll_timeout(), Some(at(2)));
    room.delivery.handle_timeout(at(2));
    check_asked(&room.outputs(), &[(3, CAROL)]);
    room.delivery.handle_timeout(at(4));
    check_asked(&room.outputs(), &[(3, DAVE)]);
    room.delivery.handle_timeout(at(6));
    check_asked(&room.outputs(), &[(3, ALICE)]);
    room.delivery.set_answering(at(7), BTreeSet::from([DAVE]));
    check_asked(&room.outputs(), &[(3, DAVE)]);
    room.delivery.set_answering(at(8), BTreeSet::new());
    check_asked(&room.outputs(), &[]);
    assert_eq!(room.delivery.poll_timeout(), None, "nobody to ask");
    room.delivery.set_answering(at(9), BTreeSet::from([CAROL]));
    check_asked(&room.outputs(), &[(3, CAROL)]);
}

#[test]
fn a_removal_is_proposed_again_in_every_epoch_until_it_is_done() {
    let mut room = Room::of(&[ALICE, BOB]);
    room.delivery.remove(NOW, BOB, Duration::ZERO);
    check_asked(&room.settle(NOW), &[(1, ALICE)]);
    let (_, carols) = Member::join(&room.delivery, CAROL, 0);
    room.offer(CAROL, &carols).expect("in order");
    check_asked(&room.settle(NOW), &[(2, ALICE)]);
}

#[test]
fn a_removal_can_wait_for_the_hosts_own_commit() {
    let mut room = Room::of(&[ALICE, BOB, CAROL]);
    let later = NOW + Duration::from_secs(2);
    room.delivery.remove(NOW, BOB, Duration::from_secs(2));
    assert_eq!(room.outputs(), []);
    assert_eq!(room.delivery.poll_timeout(), Some(later));
    let leaf = room.member(BOB).leaf();
    let bundle = room.member(ALICE).commit(&[leaf]);
    room.offer(ALICE, &bundle).expect("alice is host");
    check_asked(&room.settle(NOW), &[]);
    room.delivery.handle_timeout(later);
    assert_eq!(room.outputs(), []);
}

#[test]
fn whoever_comes_back_keeps_the_new_leaf_and_loses_the_old_one() {
    let mut room = Room::of(&[ALICE, BOB, CAROL]);
    let old = room.member(BOB).leaf();
    let (bob, bundle) = Member::join(&room.delivery, BOB, 1);
    room.members.remove(&BOB);
    room.offer(BOB, &bundle).expect("in order");
    check_asked(&room.settle(NOW), &[(3, ALICE)]);
    let new = bob.leaf();
    assert_ne!(old, new);
    let bundle = room.member(ALICE).commit(&[]);
    room.offer(ALICE, &bundle).expect("in order");
    let outputs = room.settle(NOW);
    assert!(
        matches!(&outputs[..], [Output::Commit { left, .. }] if left.is_empty()),
        "bob is still there"
    );
    assert!(room.delivery.has_leaf(BOB));
    assert_eq!(room.delivery.poll_timeout(), None);
}

#[test]
fn what_was_wanted_is_still_wanted_after_a_restart() {
    let mut room = Room::of(&[ALICE, BOB]);
    room.delivery.remove(NOW, BOB, Duration::ZERO);
    room.outputs();
    room.delivery =
        Delivery::restore(protocol::Timestamp::ZERO, config(), &room.delivery.snapshot()).expect("just made");
    room.delivery.set_answering(NOW, BTreeSet::from([ALICE]));
    check_asked(&room.settle(NOW), &[(1, ALICE)]);
    let bundle = room.member(ALICE).commit(&[]);
    room.offer(ALICE, &bundle)
        .expect("the proposal is known after the restart");
    assert!(!room.delivery.has_leaf(BOB));
}
