// SPDX-License-Identifier: MIT OR Apache-2.0
//! Conversations between members, with a test in the place of the server.

mod conversation;
mod hostile;
mod identity;
mod media;
mod room;
mod whisper;
