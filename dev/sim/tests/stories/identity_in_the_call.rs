// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who is verified and by whom shows to everybody, and stays so over reloads, lost connections and lost groups.

use incamera_sim::{ClientId, World};
use protocol::{
    Mode, Redacted, ServerMessage,
    identity::{IdentityClaim, IdentityLevel},
};
use session::{IdentityLevelView, IdentityView};

#[test]
fn everybody_sees_who_is_verified_signed_in_or_a_guest() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let mut world = World::with_mode(1, mode);
        let hana = world.join_as_host("hana");
        world.sign_in(hana, verified());
        let bob = world.join("bob");
        world.sign_in(bob, signed_in());
        let carol = world.join("carol");
        world.converge();
        let late = world.join("late");
        world.converge();
        for id in [hana, bob, carol, late] {
            check(&world, id, hana, &verified_view());
            check(&world, id, bob, &signed_in_view());
            check(&world, id, carol, &guest_view());
        }
    }
}

#[test]
fn it_outlives_a_reload_a_lost_connection_and_a_restarted_server() {
    let mut world = World::new(2);
    let hana = world.join_as_host("hana");
    let bob = world.join("bob");
    world.sign_in(bob, verified());
    world.converge();
    world.cut(bob);
    world.converge();
    check(&world, hana, bob, &verified_view());
    world.reload(bob);
    world.converge();
    check(&world, hana, bob, &verified_view());
    world.stop_server();
    world.run_for(std::time::Duration::from_secs(2));
    world.start_server();
    world.converge();
    check(&world, hana, bob, &verified_view());
    check(&world, bob, bob, &verified_view());
}

#[test]
fn it_outlives_the_loss_of_the_group() {
    let mut world = World::new(3);
    let hana = world.join_as_host("hana");
    let bob = world.join("bob");
    world.sign_in(bob, verified());
    world.converge();
    // Bob misses a commit, and with the next one he notices.
    world.tamper_from_server(Box::new(move |id, message| match message {
        ServerMessage::Commit { .. } if id == bob => vec![],
        message => vec![message],
    }));
    world.join("carol");
    world.run_for(std::time::Duration::from_secs(1));
    world.stop_tampering();
    world.join("dave");
    world.converge();
    let has_another_leaf = world.timeline().to_string().contains("bob      -> renew leaf");
    world.check(has_another_leaf, "bob joined anew");
    check(&world, hana, bob, &verified_view());
    check(&world, bob, bob, &verified_view());
}

#[test]
fn whoever_signs_out_is_a_guest_after_the_next_reload() {
    let mut world = World::new(4);
    let hana = world.join_as_host("hana");
    let bob = world.join("bob");
    world.sign_in(bob, signed_in());
    world.converge();
    world.sign_out(bob);
    world.reload(bob);
    world.converge();
    check(&world, hana, bob, &guest_view());
}

#[track_caller]
fn check(world: &World, by: ClientId, whom: ClientId, expected: &IdentityView) {
    let participant = world.me(whom).expect("it is in the meeting");
    let shown = world.view(by).participants.iter();
    let shown = shown
        .filter(|shown| shown.participant == participant)
        .map(|shown| (&shown.identity, shown.alarm));
    assert_eq!(shown.collect::<Vec<_>>(), [(expected, None)]);
}

fn verified() -> IdentityClaim {
    IdentityClaim {
        level: IdentityLevel::Verified {
            by: "example.org".to_owned(),
        },
        name: Redacted("Ana Example".to_owned()),
    }
}

fn signed_in() -> IdentityClaim {
    IdentityClaim {
        level: IdentityLevel::SignedIn,
        name: Redacted("Bob Example".to_owned()),
    }
}

fn verified_view() -> IdentityView {
    IdentityView {
        level: IdentityLevelView::Verified,
        by: Some("example.org".to_owned()),
        account_name: Some("Ana Example".to_owned()),
    }
}

fn signed_in_view() -> IdentityView {
    IdentityView {
        level: IdentityLevelView::SignedIn,
        by: None,
        account_name: Some("Bob Example".to_owned()),
    }
}

fn guest_view() -> IdentityView {
    IdentityView {
        level: IdentityLevelView::Guest,
        by: None,
        account_name: None,
    }
}
