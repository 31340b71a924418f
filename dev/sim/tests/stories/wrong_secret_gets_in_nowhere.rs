// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whoever has the meeting's address but not its secret gets in nowhere.

use incamera_sim::{Link, World};
use protocol::{ErrorCode, MeetingLink, link::HostPart};
use session::{LeftReason, LocalReason, State};

use crate::{meeting_in, meeting_of};

#[test]
fn a_wrong_link_secret_is_noticed_by_its_holder_and_disturbs_nobody() {
    let (mut world, [hana, bob]) = meeting_in(World::with_lenient_server(1), ["hana", "bob"]);
    let epoch = world.view(hana).epoch;
    let link = MeetingLink {
        secret: Some([9; 32]),
        ..e2ee::invitation(&world.host_link())
    };
    let mallory = world.join_with("mallory", link, Link::default());
    world.expect_out(mallory);
    world.run_for(std::time::Duration::from_secs(3));
    assert_eq!(world.view(mallory).state, State::Left);
    assert_eq!(
        world.view(mallory).left_because,
        Some(LeftReason::Local(LocalReason::WrongSecret))
    );
    assert!(world.view(mallory).safety_code.is_none());
    world.converge();
    assert_eq!(world.view(hana).epoch, epoch, "no key had to change");
    for id in [hana, bob] {
        assert!(world.view(id).notices.is_empty());
        let hears = world.hears(mallory, id);
        world.check(!hears, "nobody is heard out there");
    }
}

#[test]
fn a_wrong_link_secret_cannot_be_first_in_an_empty_meeting() {
    let mut world = World::new(3);
    let link = MeetingLink {
        secret: Some([9; 32]),
        ..e2ee::invitation(&world.host_link())
    };
    let mallory = world.join_with("mallory", link, Link::default());
    world.expect_out(mallory);
    world.run_for(std::time::Duration::from_secs(3));
    assert_eq!(
        world.view(mallory).left_because,
        Some(LeftReason::Server(ErrorCode::WrongSecret))
    );
    world.join_as_host("hana");
    world.join("bob");
    world.converge();
}

#[test]
fn a_wrong_host_key_makes_no_host() {
    let (mut world, _) = meeting_of(2, ["hana", "bob"]);
    let link = MeetingLink {
        host: HostPart::KeySeed([9; 32]),
        ..world.host_link()
    };
    let mallory = world.join_with("mallory", link, Link::default());
    world.expect_out(mallory);
    world.run_for(std::time::Duration::from_secs(3));
    assert_eq!(world.view(mallory).state, State::Left);
    world.converge();
}
