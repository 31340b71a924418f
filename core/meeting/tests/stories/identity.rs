// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the server says about who somebody is: signed for one leaf, or in the roster of a standard meeting.

use ed25519_dalek::{Signature, SigningKey};
use protocol::{
    ClientMessage, ErrorCode, Mode, Redacted, ServerMessage,
    identity::{IdentityClaim, IdentityLevel, IdentityStatement, SignedStatement, identity_message},
};

use crate::support::{HelloWith, IDENTITY_SEED, MEETING, UNIX_TIME, World};

#[test]
fn an_account_gets_the_servers_word_for_the_leaf_it_named_and_a_guest_none() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(signed_in(vec![1; 32]));
    let statement = verified(&ana.identity.expect("ana has an account"));
    assert_eq!(
        statement,
        IdentityStatement {
            meeting: MEETING,
            mode: Mode::E2ee,
            leaf_key: vec![1; 32],
            claim: claim(),
            issued_at: UNIX_TIME,
        }
    );
    assert_eq!(ana.identity_key, issuer().verifying_key().to_bytes());
    assert_eq!(ana.unix_time, UNIX_TIME);
    assert!(
        ana.roster.iter().all(|entry| entry.identity.is_none()),
        "it stands in the leaf"
    );
    let ben = world.join(HelloWith {
        leaf_key: vec![2; 32],
        ..HelloWith::default()
    });
    assert!(ben.identity.is_none());
}

#[test]
fn a_leaf_made_later_is_named_too() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(signed_in(vec![1; 32]));
    world.wait(std::time::Duration::from_secs(60));
    let renew = ClientMessage::RenewLeaf {
        leaf_key: vec![3; 32],
    };
    world.forget_received();
    world.say(ana.connection, &renew);
    let [
        ServerMessage::Identity {
            identity: Some(signed),
        },
    ] = &world.received(ana.connection)[..]
    else {
        panic!("an identity is the answer");
    };
    let statement = verified(signed);
    assert_eq!(statement.leaf_key, [3; 32]);
    assert_eq!(statement.issued_at, UNIX_TIME + 60);
    let short = ClientMessage::RenewLeaf {
        leaf_key: vec![3; 31],
    };
    world.say(ana.connection, &short);
    world.check_rejected(ana.connection, ErrorCode::Malformed);
}

#[test]
fn a_hello_without_a_leaf_gets_no_word() {
    let mut world = World::new(Mode::E2ee);
    assert!(world.join(signed_in(Vec::new())).identity.is_none());
}

#[test]
fn who_signed_out_and_comes_back_is_a_guest() {
    let mut world = World::new(Mode::E2ee);
    let ana = world.join(signed_in(vec![1; 32]));
    let again = world.join(HelloWith {
        resume: Some(ana.resume),
        leaf_key: vec![4; 32],
        ..HelloWith::default()
    });
    assert_eq!(again.id, ana.id);
    assert!(again.identity.is_none());
}

#[test]
fn in_a_standard_meeting_the_roster_says_it() {
    let mut world = World::new(Mode::Standard);
    let ana = world.join(signed_in(Vec::new()));
    let ben = world.join(HelloWith::default());
    assert!(ben.identity.is_none() && ana.identity.is_none());
    let shown: Vec<_> = ben.roster.iter().map(|entry| entry.identity.clone()).collect();
    assert_eq!(shown, [Some(claim()), None]);
    let renew = ClientMessage::RenewLeaf {
        leaf_key: vec![3; 32],
    };
    world.say(ana.connection, &renew);
    world.check_rejected(ana.connection, ErrorCode::OutOfOrder);
}

fn signed_in(leaf_key: Vec<u8>) -> HelloWith {
    HelloWith {
        leaf_key,
        identity: Some(claim()),
        ..HelloWith::default()
    }
}

fn claim() -> IdentityClaim {
    IdentityClaim {
        level: IdentityLevel::Verified {
            by: String::from("example.org"),
        },
        name: Redacted(String::from("Ana Example")),
    }
}

fn verified(signed: &SignedStatement) -> IdentityStatement {
    let signature = Signature::from_slice(&signed.signature).expect("a signature");
    let message = identity_message(&signed.statement);
    issuer()
        .verifying_key()
        .verify_strict(&message, &signature)
        .expect("by the installation");
    signed.read().expect("a statement")
}

fn issuer() -> SigningKey {
    SigningKey::from_bytes(&IDENTITY_SEED)
}
