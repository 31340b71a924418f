// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who is behind a leaf: the installation's word is worn by whom it was given to, and by nobody else.

use ed25519_dalek::{Signer as _, SigningKey};
use protocol::{
    MeetingId, Mode, ParticipantId, Redacted,
    identity::{IdentityClaim, IdentityLevel, IdentityStatement, SignedStatement, identity_message},
    limits::NAME_BYTES,
};

use super::room::{ALICE, BOB, CAROL, MALLORY, Room};
use crate::{
    IdentityIssuer, LeafIdentity, LeafKey, Member, MemberConfig,
    member::binding::{Expectations, leaf_binding},
};

#[test]
fn everybody_sees_who_is_verified_whether_they_were_there_before_or_come_later() {
    let mut room = Room::of(&[ALICE, BOB], 60);
    let mut config = room.config(CAROL);
    config.identity = Some(sign(&ISSUER, &about(&room, &config.leaf_key)));
    enter(&mut room, &config);
    room.join(MALLORY);
    for who in [ALICE, BOB, CAROL, MALLORY] {
        assert_eq!(*seen(&room, who, CAROL), LeafIdentity::Known(claim()), "{who}");
        assert_eq!(*seen(&room, who, BOB), LeafIdentity::Guest);
    }
}

#[test]
fn a_statement_that_is_not_about_the_leaf_makes_nobody_anybody() {
    let other_key = LeafKey::generate(&mut Room::of_alice(1).rng);
    let check = |wrong: &dyn Fn(&mut IdentityStatement), issuer: [u8; 32]| {
        let mut room = Room::of(&[ALICE, BOB], 61);
        let config = room.config(MALLORY);
        let mut statement = about(&room, &config.leaf_key);
        wrong(&mut statement);
        join_with_statement(&mut room, &config, sign(&issuer, &statement));
        assert_eq!(*seen(&room, ALICE, MALLORY), LeafIdentity::False);
        room.join(CAROL);
        assert_eq!(
            *seen(&room, CAROL, MALLORY),
            LeafIdentity::False,
            "to a joiner too"
        );
    };
    check(&|_| {}, [0x66; 32]);
    check(
        &|statement| statement.leaf_key = other_key.public().to_vec(),
        ISSUER,
    );
    check(&|statement| statement.meeting = MeetingId::new([6; 16]), ISSUER);
    check(&|statement| statement.mode = Mode::Standard, ISSUER);
    check(
        &|statement| statement.claim.name = Redacted("n".repeat(NAME_BYTES + 1)),
        ISSUER,
    );
}

#[test]
fn another_ones_statement_does_not_fit() {
    let mut room = Room::of(&[ALICE], 62);
    let mut config = room.config(BOB);
    config.identity = Some(sign(&ISSUER, &about(&room, &config.leaf_key)));
    enter(&mut room, &config);
    let bobs = leaf_binding(room.member(BOB).group.own_leaf_node().expect("bob has a leaf"));
    let stolen = bobs
        .and_then(|bound| bound.identity)
        .expect("bob's leaf says who he is");
    let mallory = room.config(MALLORY);
    join_with_statement(&mut room, &mallory, stolen);
    assert_eq!(*seen(&room, ALICE, BOB), LeafIdentity::Known(claim()));
    assert_eq!(*seen(&room, ALICE, MALLORY), LeafIdentity::False);
}

#[test]
fn a_statement_from_long_before_the_call_says_nothing_any_more() {
    let mut room = Room::of(&[ALICE], 63);
    let config = room.config(MALLORY);
    let old = IdentityStatement {
        issued_at: TIME - 24 * 60 * 60 - 1,
        ..about(&room, &config.leaf_key)
    };
    join_with_statement(&mut room, &config, sign(&ISSUER, &old));
    assert_eq!(*seen(&room, ALICE, MALLORY), LeafIdentity::Guest);
}

#[test]
fn whoever_knows_no_issuer_believes_nobody() {
    let mut room = Room::of(&[ALICE], 64);
    let mut config = room.config(BOB);
    config.identity = Some(sign(&ISSUER, &about(&room, &config.leaf_key)));
    enter(&mut room, &config);
    let ignorant = MemberConfig {
        issuer: None,
        ..room.config(CAROL)
    };
    enter(&mut room, &ignorant);
    assert_eq!(*seen(&room, CAROL, BOB), LeafIdentity::False);
}

#[test]
fn a_client_does_not_wear_what_the_others_would_not_believe() {
    let mut room = Room::of(&[ALICE], 65);
    let mut config = room.config(BOB);
    config.identity = Some(sign(&[0x66; 32], &about(&room, &config.leaf_key)));
    enter(&mut room, &config);
    assert_eq!(*seen(&room, ALICE, BOB), LeafIdentity::Guest);
    assert_eq!(*seen(&room, BOB, BOB), LeafIdentity::Guest);
}

fn enter(room: &mut Room, config: &MemberConfig) {
    let state = room.state();
    let (member, bundle) = room
        .join_with(config, &state)
        .expect("the group is as it should be");
    room.members.insert(config.participant, member);
    for (who, result) in room.broadcast(config.participant, &bundle) {
        assert!(result.is_ok(), "{who}");
    }
}

/// Joins with any statement at all, as if the joiner's own check were cut out.
fn join_with_statement(room: &mut Room, config: &MemberConfig, statement: SignedStatement) {
    let expectations = Expectations::new(config).expect("a link of the right mode");
    let mut binding = expectations.bind_leaf(config);
    binding.identity = Some(statement);
    let bundle = room.join_bound(&config.leaf_key, &binding);
    for (who, result) in room.broadcast(config.participant, &bundle) {
        assert!(result.is_ok(), "{who}: a guest may join, whatever it pretends");
    }
}

fn seen(room: &Room, by: ParticipantId, whom: ParticipantId) -> &LeafIdentity {
    let member: &Member = &room.members[&by];
    member.identity_of(member.leaf_of(whom).expect("it has a leaf"))
}

fn about(room: &Room, key: &LeafKey) -> IdentityStatement {
    IdentityStatement {
        meeting: room.link.meeting,
        mode: Mode::E2ee,
        leaf_key: key.public().to_vec(),
        claim: claim(),
        issued_at: TIME,
    }
}

fn claim() -> IdentityClaim {
    IdentityClaim {
        level: IdentityLevel::Verified {
            by: String::from("example.org"),
        },
        name: Redacted(String::from("Carol Example")),
    }
}

fn sign(issuer: &[u8; 32], statement: &IdentityStatement) -> SignedStatement {
    let statement = statement.to_bytes();
    let signature = SigningKey::from_bytes(issuer)
        .sign(&identity_message(&statement))
        .to_vec();
    SignedStatement { statement, signature }
}

/// Returns what the room's members know of the installation.
pub(super) fn issuer() -> IdentityIssuer {
    IdentityIssuer {
        key: SigningKey::from_bytes(&ISSUER).verifying_key().to_bytes(),
        unix_time: TIME,
    }
}

const ISSUER: [u8; 32] = [8; 32];
const TIME: u64 = 1_800_000_000;
