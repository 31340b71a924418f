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
mod breakouts;
mod chat;
mod command;
mod commits;
mod connection;
mod entering;
mod greeting;
mod group;
mod identity;
mod key_changes;
mod lookalikes;
mod media;
mod names;
mod recording;
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
mod whispers;
mod withheld;

pub use breakouts::{BreakoutEntry, BreakoutRoomView, BreakoutsView, BroadcastView, ClosingView, RoomWish};
pub use command::{Command, Directive, Output, PublishedLine, SessionConfig, VideoWish};
pub use recording::{MyRecordingView, RecordingView};
pub use room::{
    CaptionView, ChatReply, KeptOutView, PollAnswerView, PollView, ReactionView, SettingsView, TimerView,
    WaitingView, WhisperView,
};
pub use session::Session;
pub use view::{
    Alarm, ChatMessage, IdentityLevelView, IdentityView, KeyChangeReason, KeyChangeView, KeyState,
    LeftReason, LocalReason, Notice, NoticeCode, ParticipantView, SafetyCodeView, State, View,
};
