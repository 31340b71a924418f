// SPDX-License-Identifier: MIT OR Apache-2.0
//! What one member says to another stays between the two.

use super::room::{ALICE, BOB, CAROL, MALLORY, Room};
use crate::member::{binding::leaf_binding, provider::LeafKey, whisper};

#[test]
fn only_the_receiver_opens_a_whisper() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 70);
    let sealed = room.member(ALICE).seal_whisper(BOB, 7, b"between us");
    let sealed = sealed.expect("bob has a leaf with a key");
    let opened = room.member(BOB).open_whisper(ALICE, 7, &sealed);
    assert_eq!(opened.as_deref(), Some(b"between us".as_slice()));
    // Carol has the key schedule of the group and every byte of the whisper.
    assert_eq!(room.member(CAROL).open_whisper(ALICE, 7, &sealed), None);
    let carol = room.members.remove(&CAROL).expect("she is there");
    let mut posing = carol;
    posing.participant = BOB;
    assert_eq!(
        posing.open_whisper(ALICE, 7, &sealed),
        None,
        "she knows all that is in the additional data, and has not the key"
    );
    assert_eq!(
        room.member(ALICE).open_whisper(ALICE, 7, &sealed),
        None,
        "nor does its sender open it"
    );
}

#[test]
fn a_whisper_counts_for_nobody_else_and_under_no_other_number() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 71);
    let sealed = room.member(ALICE).seal_whisper(BOB, 7, b"yes");
    let sealed = sealed.expect("bob has a leaf with a key");
    let bob = room.member(BOB);
    assert_eq!(
        bob.open_whisper(CAROL, 7, &sealed),
        None,
        "passed on by carol as hers"
    );
    assert_eq!(bob.open_whisper(ALICE, 8, &sealed), None, "said again");
    for position in 0..sealed.len() {
        let mut forged = sealed.clone();
        forged[position] ^= 1;
        assert_eq!(bob.open_whisper(ALICE, 7, &forged), None, "byte {position}");
    }
    for length in [0, 31, 32, sealed.len() - 1] {
        assert_eq!(
            bob.open_whisper(ALICE, 7, &sealed[..length]),
            None,
            "{length} bytes"
        );
    }
}

#[test]
fn who_is_gone_cannot_be_whispered_to_and_who_comes_again_has_another_key() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 72);
    let before = room.member(ALICE).seal_whisper(BOB, 1, b"before");
    let before = before.expect("bob has a leaf with a key");
    assert!(room.member(ALICE).seal_whisper(MALLORY, 1, b"who?").is_none());
    let bundle = room.member(ALICE).commit_removal(BOB).expect("alice is host");
    room.broadcast(ALICE, &bundle);
    assert!(room.member(ALICE).seal_whisper(BOB, 2, b"gone").is_none());
    room.members.remove(&BOB);
    room.join(BOB);
    assert_eq!(room.member(BOB).open_whisper(ALICE, 1, &before), None);
    let after = room.member(ALICE).seal_whisper(BOB, 3, b"after");
    let after = after.expect("bob has a new leaf");
    let opened = room.member(BOB).open_whisper(ALICE, 3, &after);
    assert_eq!(opened.as_deref(), Some(b"after".as_slice()));
}

#[test]
fn a_removed_member_reads_no_whisper_not_even_the_letter_around_it() {
    let mut room = Room::of(&[ALICE, BOB, CAROL], 74);
    let mut removed = room.members.remove(&BOB).expect("he is there");
    let bundle = room.member(ALICE).commit_removal(BOB).expect("alice is host");
    room.broadcast(ALICE, &bundle);
    let sealed = room.member(ALICE).seal_whisper(CAROL, 1, b"he is gone");
    let sealed = sealed.expect("carol has a leaf");
    let letter = room
        .member(ALICE)
        .seal_application(&sealed)
        .expect("alice may speak");
    assert!(removed.open_application(&letter).is_err());
    assert_eq!(removed.open_whisper(ALICE, 1, &sealed), None);
    let opened = room.member(CAROL).open_application(&letter);
    let inner = opened.unwrap_or_else(|refusal| panic!("{refusal}")).plaintext;
    let opened = room.member(CAROL).open_whisper(ALICE, 1, &inner);
    assert_eq!(opened.as_deref(), Some(b"he is gone".as_slice()));
}

#[test]
fn a_leafs_whisper_key_is_its_own() {
    let room = Room::of(&[ALICE, BOB], 73);
    let keys: Vec<Vec<u8>> = room
        .members
        .values()
        .map(|member| {
            let leaf = member.group.own_leaf_node().expect("a member has a leaf");
            leaf_binding(leaf).expect("it is bound").whisper_key
        })
        .collect();
    assert!(keys.iter().all(|key| key.len() == 32));
    assert_ne!(keys[0], keys[1]);
    let mut rng = room.rng;
    let key = LeafKey::generate(&mut rng);
    assert_ne!(
        whisper::public_key(&key, room.link.meeting),
        whisper::public_key(&key, protocol::MeetingId::new([9; 16])),
        "another meeting's is another"
    );
}
