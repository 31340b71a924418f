// SPDX-License-Identifier: MIT OR Apache-2.0
//! The safety code is the same for everybody in an epoch and different in the next.

use session::SafetyCodeView;

use crate::meeting_of;

#[test]
fn everybody_reads_the_same_code_and_it_changes_with_the_people() {
    let (mut world, [hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    let code = |world: &incamera_sim::World, id| -> SafetyCodeView {
        world.view(id).safety_code.clone().expect("a member has a code")
    };
    let before = code(&world, hana);
    assert_eq!(before.emoji.len(), 7);
    assert_eq!(before.digits.chars().filter(char::is_ascii_digit).count(), 30);
    assert_eq!(code(&world, bob), before);
    assert_eq!(code(&world, carol), before);
    world.leave(carol);
    world.converge();
    assert_ne!(code(&world, hana), before);
    assert_eq!(code(&world, hana), code(&world, bob));
}
