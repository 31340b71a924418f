// SPDX-License-Identifier: MIT OR Apache-2.0
//! What members do when nobody is hostile.

use super::room::{ALICE, BOB, CAROL, Room};
use crate::{ApplicationRefusal, CommitRefusal, MemberError, ProposalRefusal, RollbackError};

#[test]
fn those_who_join_hear_each_other_and_see_the_same_safety_code() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 1);
    room.assert_all_agree();
    for from in [ALICE, BOB, CAROL] {
        for to in [ALICE, BOB, CAROL] {
            if from != to {
                room.assert_hears(to, from);
            }
        }
    }
    let own = room
        .member(BOB)
        .seal_application(b"to myself")
        .expect("a member may speak");
    assert!(room.member(BOB).open_application(&own).err() == Some(ApplicationRefusal::Own));
}

#[test]
fn the_roster_is_the_tree() {
    let room = Room::of(&[ALICE, BOB, CAROL], 2);
    for (&me, member) in &room.members {
        let roster = member.roster();
        assert_eq!(
            roster.iter().map(|member| member.participant).collect::<Vec<_>>(),
            [ALICE, BOB, CAROL]
        );
        assert!(
            roster
                .iter()
                .all(|member| member.is_host == (member.participant == ALICE))
        );
        assert!(
            roster
                .iter()
                .all(|member| member.is_me == (member.participant == me))
        );
    }
}

#[test]
fn a_joiner_is_no_member_before_its_commit_comes_back() {
    let mut room = Room::of(&[ALICE], 3);
    let (mut bob, bundle) = room.prepare_join(BOB);
    assert!(!bob.is_joined());
    assert_eq!(bob.seal_application(b"early"), Err(MemberError::NotMember));
    assert!(
        bob.key_updates_after_joining().len() == 1,
        "no key before joining"
    );
    room.members.insert(BOB, bob);
    room.broadcast(BOB, &bundle);
    room.assert_all_agree();
}

#[test]
fn of_two_joiners_in_one_epoch_the_second_joins_anew() {
    let mut room = Room::of(&[ALICE], 4);
    let (bob, bobs) = room.prepare_join(BOB);
    let (carol, carols) = room.prepare_join(CAROL);
    room.members.insert(BOB, bob);
    room.members.insert(CAROL, carol);
    let results = room.broadcast(BOB, &bobs);
    assert_eq!(results[2], (CAROL, Err(CommitRefusal::LostRace)));
    room.members.remove(&CAROL);
    let late = room
        .member(ALICE)
        .handle_commit(CAROL, carols.epoch, &carols.commit);
    assert_eq!(late, Err(CommitRefusal::Stale { sent: 0, current: 1 }));
    room.join(CAROL);
    room.assert_all_agree();
}

#[test]
fn a_host_removes_somebody_who_then_can_open_nothing() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 5);
    let bundle = room.member(ALICE).commit_removal(BOB).expect("alice is host");
    for (who, result) in room.broadcast(ALICE, &bundle) {
        let merged = result.expect("the removal is in order");
        assert_eq!(
            merged
                .left
                .iter()
                .map(|member| member.participant)
                .collect::<Vec<_>>(),
            [BOB]
        );
        assert_eq!(merged.was_removed, who == BOB);
    }
    let message = room
        .member(ALICE)
        .seal_application(b"without bob")
        .expect("a member may speak");
    assert!(room.member(CAROL).open_application(&message).is_ok());
    assert!(
        room.member(BOB).open_application(&message).is_err(),
        "a removed member must not open"
    );
    assert_eq!(
        room.member(BOB).seal_application(b"still here"),
        Err(MemberError::NotMember)
    );
    assert_ne!(room.member(BOB).safety_code(), room.member(ALICE).safety_code());
    room.members.remove(&BOB);
    room.assert_all_agree();
}

#[test]
fn a_leaver_is_removed_by_the_servers_proposal() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 6);
    let leaf = room.member(ALICE).leaf_of(BOB).expect("bob has a leaf");
    let proposal = room.removal_proposal(leaf);
    let epoch = room.member(ALICE).epoch();
    room.members.remove(&BOB);
    assert_eq!(room.member(CAROL).handle_proposal(epoch, &proposal), Ok(BOB));
    assert_eq!(room.member(ALICE).handle_proposal(epoch, &proposal), Ok(BOB));
    assert_eq!(
        room.member(ALICE).handle_proposal(epoch, &proposal),
        Ok(BOB),
        "twice does no harm"
    );
    let bundle = room
        .member(CAROL)
        .commit_proposals()
        .expect("anybody may commit it");
    for (_, result) in room.broadcast(CAROL, &bundle) {
        assert_eq!(result.expect("in order").left.len(), 1);
    }
    room.assert_all_agree();
    assert_eq!(
        room.member(ALICE).commit_proposals(),
        Err(MemberError::NothingToCommit)
    );
    let late = room.member(ALICE).handle_proposal(epoch, &proposal);
    assert_eq!(
        late,
        Err(ProposalRefusal::Stale {
            sent: epoch,
            current: epoch + 1
        })
    );
}

#[test]
fn a_commit_of_a_proposal_that_was_not_seen_waits() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 7);
    let leaf = room.member(ALICE).leaf_of(BOB).expect("bob has a leaf");
    let proposal = room.removal_proposal(leaf);
    let epoch = room.member(ALICE).epoch();
    room.member(CAROL)
        .handle_proposal(epoch, &proposal)
        .expect("in order");
    let bundle = room.member(CAROL).commit_proposals().expect("in order");
    let refused = room.member(ALICE).handle_commit(CAROL, epoch, &bundle.commit);
    assert_eq!(refused, Err(CommitRefusal::UnknownProposal));
    assert!(!CommitRefusal::UnknownProposal.deserves_report());
    room.member(ALICE)
        .handle_proposal(epoch, &proposal)
        .expect("in order");
    assert!(
        room.member(ALICE)
            .handle_commit(CAROL, epoch, &bundle.commit)
            .is_ok()
    );
}

#[test]
fn a_rejoin_after_a_reload_has_two_leaves_until_the_old_one_is_removed() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 8);
    let old = room.member(ALICE).leaf_of(BOB).expect("bob has a leaf");
    room.members.remove(&BOB);
    room.join(BOB);
    let new = room.member(ALICE).leaf_of(BOB).expect("bob has a leaf");
    assert_ne!(old, new);
    assert_eq!(room.member(ALICE).roster().len(), 4);
    let (proposal, epoch) = (room.removal_proposal(old), room.member(ALICE).epoch());
    for member in room.members.values_mut() {
        assert_eq!(member.handle_proposal(epoch, &proposal), Ok(BOB));
    }
    let bundle = room.member(ALICE).commit_proposals().expect("in order");
    assert!(
        room.broadcast(ALICE, &bundle)
            .iter()
            .all(|(_, result)| result.is_ok())
    );
    assert_eq!(room.member(CAROL).leaf_of(BOB), Some(new));
    room.assert_all_agree();
    room.assert_hears(BOB, CAROL);
}

#[test]
fn a_message_of_the_epoch_before_still_opens_and_one_of_long_ago_does_not() {
    let mut room = Room::of(&[ALICE, BOB], 9);
    let message = room
        .member(BOB)
        .seal_application(b"in flight")
        .expect("a member may speak");
    let another = room
        .member(BOB)
        .seal_application(b"very late")
        .expect("a member may speak");
    room.join(CAROL);
    let opened = room.member(ALICE).open_application(&message);
    assert!(opened.is_ok_and(|opened| opened.sender == BOB && opened.plaintext == b"in flight"));
    for number in 10..13 {
        room.join(protocol::ParticipantId(number));
    }
    assert!(room.member(ALICE).open_application(&another).is_err());
}

#[test]
fn messages_may_overtake_each_other_but_come_once() {
    let mut room = Room::of(&[ALICE, BOB], 10);
    let messages: Vec<_> = (0..8)
        .map(|number| {
            room.member(BOB)
                .seal_application(&[number])
                .expect("a member may speak")
        })
        .collect();
    for message in messages.iter().rev() {
        assert!(room.member(ALICE).open_application(message).is_ok());
    }
    for message in &messages {
        assert!(room.member(ALICE).open_application(message).err() == Some(ApplicationRefusal::NotAuthentic));
    }
}

#[test]
fn a_lost_commit_is_dropped_and_the_winners_is_merged() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 11);
    let lost = room.member(ALICE).commit_removal(CAROL).expect("alice is host");
    assert_eq!(
        room.member(ALICE).commit_removal(CAROL),
        Err(MemberError::CommitPending)
    );
    room.join(protocol::ParticipantId(4));
    room.member(ALICE).handle_commit_rejected();
    assert!(matches!(
        room.member(BOB).handle_commit(ALICE, lost.epoch, &lost.commit),
        Err(CommitRefusal::Stale { .. })
    ));
    let again = room
        .member(ALICE)
        .commit_removal(CAROL)
        .expect("alice is still host");
    assert!(
        room.broadcast(ALICE, &again)
            .iter()
            .all(|(_, result)| result.is_ok())
    );
}

#[test]
fn after_a_rollback_the_group_goes_on_from_the_epoch_before() {
    let mut room = Room::of(&[ALICE, BOB], 12);
    let code = room.member(ALICE).safety_code();
    let epoch = room.member(ALICE).epoch();
    room.join(CAROL);
    assert_ne!(room.member(ALICE).safety_code(), code);
    assert_eq!(
        room.member(CAROL).rollback(epoch),
        Err(RollbackError::TooFar { epoch }),
        "carol was not there"
    );
    room.members.remove(&CAROL);
    for participant in [ALICE, BOB] {
        assert_eq!(room.member(participant).rollback(epoch), Ok(()));
        assert_eq!(room.member(participant).epoch(), epoch);
        assert_eq!(room.member(participant).safety_code(), code);
        assert_eq!(room.member(participant).roster().len(), 2);
    }
    room.assert_hears(ALICE, BOB);
    room.assert_hears(BOB, ALICE);
    let alice = &room.members[&ALICE];
    room.group_info = alice
        .group
        .export_group_info(
            openmls_traits::OpenMlsProvider::crypto(&alice.provider),
            &alice.key,
            false,
        )
        .expect("exports")
        .to_bytes()
        .expect("serialises");
    room.join(CAROL);
    room.assert_all_agree();
}

#[test]
fn a_settled_commit_cannot_be_taken_back() {
    let mut room = Room::of(&[ALICE, BOB], 13);
    let epoch = room.member(ALICE).epoch();
    room.member(ALICE).settle();
    assert_eq!(
        room.member(ALICE).rollback(epoch - 1),
        Err(RollbackError::TooFar { epoch: epoch - 1 })
    );
    assert_eq!(room.member(ALICE).epoch(), epoch);
}

#[test]
fn names_and_the_end_are_believed_only_from_those_who_may_say_so() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 14);
    let profile = room.member(BOB).sign_profile("Bob");
    assert_eq!(room.member(CAROL).verify_profile(&profile), Some(BOB));
    let mut forged = profile.clone();
    forged.name = "Alice".into();
    assert_eq!(room.member(CAROL).verify_profile(&forged), None);
    let long = room.member(BOB).sign_profile(&"b".repeat(129));
    assert_eq!(room.member(CAROL).verify_profile(&long), None);

    let end = room.member(ALICE).sign_end_meeting().expect("alice is host");
    assert!(room.member(CAROL).verify_end_meeting(ALICE, &end));
    assert!(!room.member(CAROL).verify_end_meeting(BOB, &end));
    assert!(!room.member(CAROL).verify_end_meeting(ALICE, &[0; 64]));
    assert_eq!(room.member(BOB).sign_end_meeting(), Err(MemberError::NotHost));
}
