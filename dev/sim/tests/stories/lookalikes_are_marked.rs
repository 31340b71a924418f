// SPDX-License-Identifier: MIT OR Apache-2.0
//! A name that can be taken for another's is marked, for everybody and in both modes.

use incamera_sim::World;
use protocol::{
    Mode, Redacted,
    identity::{IdentityClaim, IdentityLevel},
};

#[test]
fn whoever_is_called_like_somebody_verified_is_marked() {
    for mode in [Mode::E2ee, Mode::Standard] {
        let mut world = World::with_mode(1, mode);
        // Came first, and with a Cyrillic letter.
        let mallory = world.join_as_host("B\u{435}n Example");
        world.converge();
        let ben = world.join("ben");
        let claim = IdentityClaim {
            level: IdentityLevel::Verified {
                by: "example.org".to_owned(),
            },
            name: Redacted("Ben Example".to_owned()),
        };
        world.sign_in(ben, claim);
        let carol = world.join("carol");
        world.converge();
        for id in [mallory, ben, carol] {
            let marks = world.view(id).participants.iter();
            let marks: Vec<_> = marks.map(|shown| shown.looks_like).collect();
            assert_eq!(marks, [world.me(ben), None, None], "{mode:?}");
        }
        world.leave(ben);
        world.converge();
        assert_eq!(world.view(carol).participants[0].looks_like, None);
    }
}
