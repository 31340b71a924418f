// SPDX-License-Identifier: MIT OR Apache-2.0
//! What happens in a meeting, one story per file.

mod bad_input;
mod group;
mod host_acts;
mod join_leave;
mod media;
mod standard_key;
mod support;
