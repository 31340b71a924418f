// SPDX-License-Identifier: MIT OR Apache-2.0
//! Stories of one meeting each, on a virtual network and clock; one file per story.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a hostile hand changes one kind of message and passes on the others, whichever there are"
)]

mod breakouts;
mod breakouts_hostile;
mod captions;
mod chat;
mod commit_race;
mod committer_vanishes;
mod ghost;
mod host_acts;
mod host_hostile;
mod host_keeps_out;
mod host_lobby;
mod host_new_link;
mod host_removes;
mod hostile_server_adds_ghost;
mod hostile_server_feeds_removed_member;
mod hostile_server_flips_mode;
mod hostile_server_forges_end;
mod hostile_server_forges_identities;
mod hostile_server_reorders_commits;
mod hostile_server_replays_frames;
mod hostile_server_rolls_back_removal;
mod hostile_server_swaps_frames;
mod hostile_server_withholds_commit;
mod hostile_server_withholds_silently;
mod identity_in_the_call;
mod join_leave;
mod keys_changed_why;
mod leaf_is_used_again;
mod leave_rotates_keys;
mod lookalikes_are_marked;
mod lost_message;
mod names_travel_encrypted;
mod non_host_cannot_remove;
mod poisoned_commit_rolls_back;
mod polls_and_timers;
mod reconnect_keeps_mute_state;
mod recording;
mod reload_keeps_the_place;
mod room_messages;
mod safety_code_same;
mod server_restart;
mod standard_mode;
mod whispers;
mod wrong_secret_gets_in_nowhere;

use incamera_sim::{ClientId, World};
use protocol::{TrackKind, TrackSource};

/// Makes a meeting in which everybody is and nothing is under way; the first is its host.
fn meeting_of<const N: usize>(seed: u64, names: [&str; N]) -> (World, [ClientId; N]) {
    meeting_in(World::new(seed), names)
}

fn meeting_in<const N: usize>(mut world: World, names: [&str; N]) -> (World, [ClientId; N]) {
    let people = std::array::from_fn(|index| {
        if index == 0 {
            world.join_as_host(names[index])
        } else {
            world.join(names[index])
        }
    });
    world.converge();
    (world, people)
}

/// Names somebody's microphone.
fn microphone(world: &World, id: ClientId) -> TrackSource {
    let participant = world.me(id).expect("it is in the meeting");
    TrackSource {
        participant,
        kind: TrackKind::Microphone,
    }
}
