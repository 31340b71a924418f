// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server shows commits in another order than they were made, or twice.

use std::{collections::VecDeque, time::Duration};

use protocol::ServerMessage;
use session::NoticeCode;

use crate::meeting_of;

#[test]
fn a_member_shown_commits_in_the_wrong_order_notices_and_comes_back() {
    let (mut world, [_hana, bob, carol]) = meeting_of(1, ["hana", "bob", "carol"]);
    let mut held = VecDeque::new();
    let mut is_done = false;
    world.tamper_from_server(Box::new(move |id, message| {
        if is_done || id != bob || !matches!(message, ServerMessage::Commit { .. }) {
            return vec![message];
        }
        held.push_front(message);
        is_done = held.len() == 2;
        if is_done { held.drain(..).collect() } else { vec![] }
    }));
    world.leave(carol);
    world.run_for(Duration::from_millis(500));
    world.join("dave");
    world.run_for(Duration::from_secs(6));
    let is_noticed = world
        .view(bob)
        .notices
        .iter()
        .any(|notice| notice.code == NoticeCode::ServerForged);
    world.check(is_noticed, "bob notices");
    world.stop_tampering();
    world.converge();
}

#[test]
fn a_commit_shown_twice_changes_nothing() {
    let (mut world, [_hana, bob, carol]) = meeting_of(2, ["hana", "bob", "carol"]);
    world.tamper_from_server(Box::new(|_, message| match message {
        ServerMessage::Commit { .. } => vec![message.clone(), message],
        message => vec![message],
    }));
    world.leave(carol);
    world.converge();
    assert!(world.view(bob).notices.is_empty());
}

#[test]
fn an_old_commit_shown_again_later_changes_nothing() {
    let (mut world, [_hana, bob, carol]) = meeting_of(3, ["hana", "bob", "carol"]);
    let mut kept = Vec::new();
    world.tamper_from_server(Box::new(move |_, message| {
        let mut out = kept.clone();
        if let ServerMessage::Commit { .. } = message {
            kept.push(message.clone());
        }
        out.push(message);
        out
    }));
    world.leave(carol);
    world.join("dave");
    world.run_for(Duration::from_secs(6));
    world.stop_tampering();
    world.converge();
    assert!(world.view(bob).notices.is_empty(), "{}", world.timeline());
}
