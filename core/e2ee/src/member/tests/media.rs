// SPDX-License-Identifier: MIT OR Apache-2.0
//! Frames between members: the keys follow the group.

use std::{collections::BTreeMap, time::Duration};

use protocol::{ParticipantId, Timestamp, TrackKind};

use super::room::{ALICE, BOB, CAROL, Room};
use crate::{FrameSide, KeyUpdate, Member, OpenDrop, SealDrop, SlotSource};

const START: Timestamp = Timestamp::ZERO;

struct Call {
    room: Room,
    sides: BTreeMap<ParticipantId, FrameSide>,
}

impl Call {
    fn of(participants: &[ParticipantId], seed: u64) -> Self {
        let room = Room::of(participants, seed);
        let sides = room
            .members
            .iter()
            .map(|(&who, member)| (who, side(&member.key_updates_after_joining())));
        let sides = sides.collect();
        Self { room, sides }
    }

    fn seal(&mut self, from: ParticipantId) -> Vec<u8> {
        let side = self.sides.get_mut(&from).expect("in the call");
        side.seal(TrackKind::Camera, b"picture").expect("has a key")
    }

    fn open(
        &mut self,
        now: Timestamp,
        to: ParticipantId,
        from: u32,
        frame: &[u8],
    ) -> Result<Vec<u8>, OpenDrop> {
        let side = self.sides.get_mut(&to).expect("in the call");
        let source = Some(SlotSource {
            index: from,
            kind: TrackKind::Camera,
        });
        side.handle_update(
            now,
            KeyUpdate::AssignSlot {
                transport: 1,
                mid: "1".into(),
                source,
            },
        );
        side.open(now, 1, "1", frame)
    }

    fn leaf(&self, participant: ParticipantId) -> u32 {
        self.room.members[&participant].own_leaf()
    }

    fn commit(&mut self, now: Timestamp, by: ParticipantId, bundle: &crate::CommitBundle) {
        for (who, result) in self.room.broadcast(by, bundle) {
            let merged = result.expect("in order");
            let updates = self.room.members[&who].key_updates_after(&merged);
            let side = self.sides.entry(who).or_default();
            updates
                .into_iter()
                .for_each(|update| side.handle_update(now, update));
        }
    }

    fn remove_bob(&mut self, now: Timestamp) {
        let bundle = self
            .room
            .member(ALICE)
            .commit_removal(BOB)
            .expect("alice is host");
        self.commit(now, ALICE, &bundle);
    }
}

fn side(updates: &[KeyUpdate]) -> FrameSide {
    let mut side = FrameSide::new();
    for update in updates {
        assert!(side.handle_encoded(START, &update.encode()).is_ok());
    }
    side
}

#[test]
fn everybody_sees_everybody() {
    let mut call = Call::of(&[ALICE, BOB, CAROL], 41);
    for from in [ALICE, BOB, CAROL] {
        let frame = call.seal(from);
        let leaf = call.leaf(from);
        for to in [ALICE, BOB, CAROL] {
            if from != to {
                assert_eq!(
                    call.open(START, to, leaf, &frame),
                    Ok(b"picture".to_vec()),
                    "{from} to {to}"
                );
            }
        }
    }
}

#[test]
fn a_removed_members_frames_are_refused_at_once_and_it_opens_nobody_elses() {
    let mut call = Call::of(&[ALICE, BOB, CAROL], 42);
    let (alice, bob) = (call.leaf(ALICE), call.leaf(BOB));
    let before = call.seal(BOB);
    let mut kept = side(&call.room.members[&BOB].key_updates_after_joining());
    call.remove_bob(START);
    assert_eq!(call.open(START, ALICE, bob, &before), Err(OpenDrop::UnknownKey));
    assert_eq!(call.open(START, CAROL, bob, &before), Err(OpenDrop::UnknownKey));
    assert_eq!(
        call.sides
            .get_mut(&BOB)
            .expect("bob")
            .seal(TrackKind::Camera, b"x"),
        Err(SealDrop::NoKey)
    );
    let after = call.seal(ALICE);
    assert_eq!(call.open(START, CAROL, alice, &after), Ok(b"picture".to_vec()));
    assert!(call.open(START, BOB, alice, &after).is_err());

    let source = Some(SlotSource {
        index: alice,
        kind: TrackKind::Camera,
    });
    kept.handle_update(
        START,
        KeyUpdate::AssignSlot {
            transport: 1,
            mid: "1".into(),
            source,
        },
    );
    assert!(
        kept.open(START, 1, "1", &after).is_err(),
        "nor with the keys it kept"
    );
    let still = kept.seal(TrackKind::Camera, b"picture").expect("it kept its key");
    assert!(call.open(START, ALICE, bob, &still).is_err());
}

#[test]
fn an_announced_removal_outlives_the_commits_before_it() {
    let mut call = Call::of(&[ALICE, BOB, CAROL], 43);
    let bob = call.leaf(BOB);
    for update in call.room.member(CAROL).handle_removal_announced(BOB) {
        call.sides
            .get_mut(&CAROL)
            .expect("carol")
            .handle_update(START, update);
    }
    let frame = call.seal(BOB);
    assert_eq!(call.open(START, CAROL, bob, &frame), Err(OpenDrop::UnknownKey));
    let (dave, bundle) = call.room.prepare_join(ParticipantId(4));
    call.room.members.insert(ParticipantId(4), dave);
    call.commit(START, ParticipantId(4), &bundle);
    let frame = call.seal(BOB);
    assert_eq!(
        call.open(START, ALICE, bob, &frame),
        Ok(b"picture".to_vec()),
        "alice heard no announcement"
    );
    assert_eq!(call.open(START, CAROL, bob, &frame), Err(OpenDrop::UnknownKey));
}

#[test]
fn an_old_epoch_of_a_member_stays_readable_for_ten_seconds() {
    let mut call = Call::of(&[ALICE, BOB, CAROL], 44);
    let carol = call.leaf(CAROL);
    let (early, late) = (call.seal(CAROL), call.seal(CAROL));
    call.remove_bob(START);
    let just_before = START + Duration::from_millis(9_999);
    assert_eq!(
        call.open(just_before, ALICE, carol, &early),
        Ok(b"picture".to_vec())
    );
    let over = START + Duration::from_secs(10);
    assert_eq!(call.open(over, ALICE, carol, &late), Err(OpenDrop::Retired));
    let alice = call.sides.get_mut(&ALICE).expect("alice");
    assert_eq!(alice.poll_timeout(), Some(over));
    alice.handle_timeout(over);
    assert_eq!(alice.poll_timeout(), None);
    assert_eq!(
        call.open(START, ALICE, carol, &late),
        Err(OpenDrop::UnknownKey),
        "the key is erased"
    );
}

#[test]
fn after_a_rollback_no_counter_is_used_twice_and_no_frame_is_new_again() {
    let mut call = Call::of(&[ALICE, BOB], 45);
    let (bob, epoch) = (call.leaf(BOB), call.room.members[&ALICE].epoch());
    let first = call.seal(BOB);
    assert!(call.open(START, ALICE, bob, &first).is_ok());
    let (carol, bundle) = call.room.prepare_join(CAROL);
    call.room.members.insert(CAROL, carol);
    call.commit(START, CAROL, &bundle);
    let taken_back = call.seal(BOB);
    let late = START + Duration::from_secs(30);
    call.sides.get_mut(&ALICE).expect("alice").handle_timeout(late);
    for participant in [ALICE, BOB] {
        call.room
            .member(participant)
            .rollback(epoch)
            .expect("one epoch back");
        let updates = call.room.members[&participant].key_updates_after_rollback();
        let side = call.sides.get_mut(&participant).expect("in the call");
        updates
            .into_iter()
            .for_each(|update| side.handle_update(late, update));
    }
    let second = call.seal(BOB);
    assert_ne!(
        first, second,
        "the same plaintext under the same key needs another counter"
    );
    assert_eq!(call.open(late, ALICE, bob, &second), Ok(b"picture".to_vec()));
    assert_eq!(call.open(late, ALICE, bob, &first), Err(OpenDrop::Replayed));
    assert!(call.open(late, ALICE, bob, &taken_back).is_err());
}

#[test]
fn every_leaf_and_every_epoch_has_its_own_key() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 46);
    let mut keys = base_keys(room.member(ALICE));
    assert!(base_keys(room.member(BOB)) == keys, "all members derive the same");
    room.join(ParticipantId(4));
    keys.extend(base_keys(room.member(ALICE)));
    for (position, key) in keys.iter().enumerate() {
        assert!(!keys[..position].contains(key));
    }
    assert_eq!(keys.len(), 3 + 4);
}

fn base_keys(member: &Member) -> Vec<crate::BaseKey> {
    let keys = member
        .key_updates_after_joining()
        .into_iter()
        .filter_map(|update| match update {
            KeyUpdate::SetSendKey { base_key, .. } | KeyUpdate::AddReceiveKey { base_key, .. } => {
                Some(base_key)
            }
            KeyUpdate::Begin { .. }
            | KeyUpdate::RetireEpoch { .. }
            | KeyUpdate::DropSender { .. }
            | KeyUpdate::AssignSlot { .. }
            | KeyUpdate::StopSending
            | KeyUpdate::ResumeSending => None,
        });
    keys.collect()
}
