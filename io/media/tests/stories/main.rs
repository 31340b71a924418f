// SPDX-License-Identifier: MIT OR Apache-2.0
//! The media plane on real sockets of the loopback interface.

mod client;

mod calls_over_udp_and_tcp;
mod panic_stays_in_its_meeting;
mod start_is_refused_with_a_reason;
mod strangers_get_nothing;
