// SPDX-License-Identifier: MIT OR Apache-2.0
//! What happens in a meeting, one story per file.

mod bad_input;
mod group;
mod host_acts;
mod identity;
mod join_leave;
mod lobby;
mod media;
mod policy_is_asked;
mod standard_key;
mod support;
mod time_limit;
