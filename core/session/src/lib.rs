// SPDX-License-Identifier: MIT OR Apache-2.0
//! One participant's stay in a meeting: joining, active, reconnecting, left. The web client (through WebAssembly) and
//! the bot share it.
//!
//! Owns: the signalling dialogue, the MLS group (through `e2ee`), what the interface shows, which keys the frame side
//! holds. Does not know: sockets, clocks, peer connections, frames.
//!
//! Contract: after every `handle_*` call, drain [`Session::poll_output`] to `None`, then ask
//! [`Session::poll_timeout`] when to call [`Session::handle_timeout`] next.

mod acts;
mod app_message;
mod chat;
mod command;
mod commits;
mod connection;
mod entering;
mod greeting;
mod group;
mod identity;
mod lookalikes;
mod media;
mod names;
mod removals;
mod removing;
mod room;
mod roster;
mod session;
mod showing;
mod standard;
mod talking;
mod transport;
mod view;
mod withheld;

pub use command::{Command, Directive, Output, PublishedLine, SessionConfig, VideoWish};
pub use room::{ChatReply, ReactionView, SettingsView, WaitingView};
pub use session::Session;
pub use view::{
    Alarm, ChatMessage, IdentityLevelView, IdentityView, KeyState, LeftReason, LocalReason, Notice,
    NoticeCode, ParticipantView, SafetyCodeView, State, View,
};
