// SPDX-License-Identifier: MIT OR Apache-2.0
//! One participant's stay in a meeting: joining, active, reconnecting, left. The web client (through WebAssembly) and
//! the bot share it.
//!
//! Owns: the signalling dialogue, the MLS group (through `e2ee`), what the interface shows, which keys the frame side
//! holds. Does not know: sockets, clocks, peer connections, frames.
//!
//! Contract: after every `handle_*` call, drain [`Session::poll_output`] to `None`, then ask
//! [`Session::poll_timeout`] when to call [`Session::handle_timeout`] next.

mod app_message;
mod chat;
mod command;
mod commits;
mod connection;
mod entering;
mod greeting;
mod group;
mod media;
mod names;
mod removals;
mod removing;
mod roster;
mod session;
mod showing;
mod standard;
mod talking;
mod transport;
mod view;

pub use command::{Command, Directive, Output, PublishedLine, SessionConfig, VideoWish};
pub use session::Session;
pub use view::{
    Alarm, ChatMessage, KeyState, LeftReason, LocalReason, Notice, NoticeCode, ParticipantView,
    SafetyCodeView, State, View,
};
