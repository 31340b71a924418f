// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the delivery service can see without a key, it refuses.

use ed25519_dalek::SigningKey;
use openmls::prelude::OpenMlsProvider as _;
use proptest::prelude::*;
use protocol::{MeetingId, Mode, mls::GroupBinding};

use super::member::{ALICE, BOB, Bundle, CAROL, Member, NOW, Room, binding, config, group_binding, new_key};
use crate::{Delivery, Rejection};

#[test]
fn a_group_of_another_meeting_mode_or_host_is_refused() {
    let check = |binding: GroupBinding| {
        let (_, group_info) = Member::create(ALICE, &binding);
        assert_eq!(
            Delivery::new(config()).create_group(NOW, ALICE, &group_info),
            Err(Rejection::Invalid)
        );
    };
    check(GroupBinding {
        meeting: MeetingId::new([6; 16]),
        ..group_binding()
    });
    check(GroupBinding {
        mode: Mode::Standard,
        ..group_binding()
    });
    check(GroupBinding {
        host_fingerprint: vec![0; 32],
        ..group_binding()
    });
    let (_, group_info) = Member::create(ALICE, &group_binding());
    let mut delivery = Delivery::new(config());
    assert_eq!(
        delivery.create_group(NOW, BOB, &group_info),
        Err(Rejection::Invalid),
        "somebody else's leaf"
    );
    assert_eq!(
        delivery.create_group(NOW, ALICE, &vec![0; 1 << 20]),
        Err(Rejection::TooLarge)
    );
    assert_eq!(delivery.create_group(NOW, ALICE, &group_info), Ok(()));
}

#[test]
fn a_commit_that_is_not_its_senders_own_is_refused() {
    let mut room = Room::of(&[ALICE, BOB]);
    let (_, carols) = Member::join(&room.delivery, CAROL, 0);
    assert_eq!(room.offer(BOB, &carols), Err(Rejection::Invalid));
    let bobs = room.member(BOB).commit(&[]);
    assert_eq!(room.offer(ALICE, &bobs), Err(Rejection::Invalid));
    assert_eq!(room.offer(BOB, &bobs), Ok(()));
}

#[test]
fn a_leaf_whose_credential_and_binding_differ_is_refused() {
    let mut room = Room::of(&[ALICE]);
    let key = new_key(BOB, 0);
    let bound = binding(CAROL, &key, None);
    let (_, bundle) = Member::join_bound(&room.delivery, BOB, key, &bound);
    assert_eq!(room.offer(BOB, &bundle), Err(Rejection::Invalid));
    assert_eq!(room.offer(CAROL, &bundle), Err(Rejection::Invalid));
}

#[test]
fn a_host_grant_by_another_key_is_refused() {
    let mut room = Room::of(&[ALICE]);
    let key = new_key(BOB, 0);
    let bound = binding(BOB, &key, Some(&SigningKey::from_bytes(&[66; 32])));
    let (_, bundle) = Member::join_bound(&room.delivery, BOB, key, &bound);
    assert_eq!(room.offer(BOB, &bundle), Err(Rejection::Invalid));
}

#[test]
fn a_removal_by_somebody_who_is_no_host_is_refused() {
    let mut room = Room::of(&[ALICE, BOB, CAROL]);
    let leaf = room.member(CAROL).leaf();
    let bobs = room.member(BOB).commit(&[leaf]);
    assert_eq!(room.offer(BOB, &bobs), Err(Rejection::Invalid));
    let alices = room.member(ALICE).commit(&[leaf]);
    assert_eq!(room.offer(ALICE, &alices), Ok(()));
}

#[test]
fn a_group_info_of_another_epoch_or_another_signer_is_refused() {
    let mut room = Room::of(&[ALICE, BOB]);
    let (_, carols) = Member::join(&room.delivery, CAROL, 0);
    let (_, others) = Member::join(&room.delivery, CAROL, 1);
    let alice = room.member(ALICE);
    let old = alice
        .group
        .export_group_info(alice.provider.crypto(), &alice.key, false)
        .expect("exports");
    let with_tree = alice
        .group
        .export_group_info(alice.provider.crypto(), &alice.key, true)
        .expect("exports");
    for group_info in [
        old.to_bytes().expect("serialises"),
        with_tree.to_bytes().expect("serialises"),
        others.group_info,
    ] {
        let bundle = Bundle {
            group_info,
            ..carols.clone()
        };
        assert_eq!(room.offer(CAROL, &bundle), Err(Rejection::Invalid));
    }
    assert_eq!(room.delivery.epoch(), Some(1));
    assert_eq!(room.offer(CAROL, &carols), Ok(()));
}

#[test]
fn commits_for_other_epochs_and_without_a_group_are_stale() {
    let mut room = Room::of(&[ALICE]);
    let (_, bobs) = Member::join(&room.delivery, BOB, 0);
    for epoch in [1, u64::MAX] {
        let bundle = Bundle {
            epoch,
            ..bobs.clone()
        };
        assert_eq!(room.offer(BOB, &bundle), Err(Rejection::StaleEpoch));
    }
    let mut empty = Delivery::new(config());
    let refused = empty.handle_commit(NOW, BOB, 0, bobs.commit.clone(), bobs.group_info.clone());
    assert_eq!(refused, Err(Rejection::StaleEpoch));
    let large = Bundle {
        commit: vec![0; 600 * 1024],
        ..bobs
    };
    assert_eq!(room.offer(BOB, &large), Err(Rejection::TooLarge));
}

#[test]
fn a_damaged_commit_is_refused_and_the_next_good_one_taken() {
    let mut room = Room::of(&[ALICE, BOB]);
    let (_, carols) = Member::join(&room.delivery, CAROL, 0);
    for position in (0..carols.commit.len()).step_by(101) {
        let mut bundle = carols.clone();
        bundle.commit[position] ^= 0x55;
        assert_eq!(
            room.offer(CAROL, &bundle),
            Err(Rejection::Invalid),
            "byte {position}"
        );
        bundle.commit.truncate(position);
        assert_eq!(
            room.offer(CAROL, &bundle),
            Err(Rejection::Invalid),
            "{position} bytes"
        );
    }
    for position in (0..carols.group_info.len()).step_by(13) {
        let mut bundle = carols.clone();
        bundle.group_info[position] ^= 0x55;
        assert_eq!(
            room.offer(CAROL, &bundle),
            Err(Rejection::Invalid),
            "byte {position} of the group info"
        );
    }
    assert_eq!(room.offer(CAROL, &carols), Ok(()));
}

proptest! {
    #[test]
    fn no_bytes_at_all_make_it_panic(first: Vec<u8>, second: Vec<u8>) {
        let mut delivery = Delivery::new(config());
        prop_assert!(delivery.create_group(NOW, ALICE, &first).is_err());
        prop_assert!(delivery.handle_commit(NOW, ALICE, 0, first.clone(), second).is_err());
        prop_assert!(delivery.handle_refused(NOW, ALICE, 0, &first, &first).is_err());
        prop_assert!(Delivery::restore(protocol::Timestamp::ZERO, config(), &first).is_err());
    }
}
