// SPDX-License-Identifier: MIT OR Apache-2.0
//! A meeting ends when its owner's plan says so.

use std::time::Duration;

use protocol::{ErrorCode, Mode, Timestamp};

use crate::support::{HelloWith, World};

#[test]
fn everybody_is_refused_at_the_end_and_whoever_comes_later() {
    for mode in [Mode::Standard, Mode::E2ee] {
        let mut world = World::with(mode, |config| config.closes_at = Some(END));
        let ana = world.join(HelloWith::default());
        let ben = world.join(HelloWith::default());
        world.wait(Duration::from_secs(3599));
        assert_eq!(world.closed(ana.connection), None);
        world.wait(Duration::from_secs(1));
        for connection in [ana.connection, ben.connection] {
            world.check_refused(connection, ErrorCode::TimeLimit);
        }
        let late = world.hello(HelloWith {
            resume: Some(ana.resume),
            ..HelloWith::default()
        });
        world.check_refused(late, ErrorCode::TimeLimit);
        assert!(world.meeting.is_idle() && !world.has_ended);
        assert_eq!(world.meeting.poll_timeout(), None);
    }
}

#[test]
fn whoever_comes_after_the_end_is_refused_though_nobody_was_there_to_see_it() {
    let mut world = World::with(Mode::Standard, |config| config.closes_at = Some(END));
    world.wait(Duration::from_secs(3600));
    let late = world.hello(HelloWith::default());
    world.check_refused(late, ErrorCode::TimeLimit);
}

// An hour after the beginning of these stories.
const END: Timestamp = Timestamp::new(Duration::from_secs(3700));
