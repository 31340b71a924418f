// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the media plane does, one story per file, on a virtual network and clock.

mod client;
mod network;
mod world;

mod audio_and_video_reach_the_other;
mod blocked_peer_is_cut_off;
mod crowds_stay_in_the_picture;
mod hostile_datagrams_change_nothing;
mod keyframe_requests_are_throttled;
mod layers_follow_the_link;
mod losses_are_repaired;
mod negotiations_add_slots;
mod offers_of_browsers_are_accepted;
mod payloads_do_not_matter;
mod peers_come_back;
mod slots_are_reused;
mod speakers_are_found;
mod weak_srtp_is_refused;
