// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a client does that somebody changed so as to obey no host. For tests: whatever it tries, the others must hear, see
//! and read nothing of it.

use std::time::{Duration, Instant};

use clap::ValueEnum;
use protocol::{ServerMessage, TrackKind, decode, encode};
use session::Command;

/// One way not to obey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Misbehaviour {
    /// Switches on again what a host stopped, and sends it all the while.
    Unmute,
    /// Shares a screen.
    Share,
    /// Writes in the chat.
    Chat,
    /// Goes on after being removed: sends, and comes back by its token.
    Stay,
    /// Goes on while everything is suspended.
    IgnoreSuspend,
}

/// A client's misbehaviour. It begins with the first thing that a host does: before that, it is like any other.
pub(crate) struct Misbehaving {
    ways: Vec<Misbehaviour>,
    text: String,
    next_at: Option<Instant>,
}

impl Misbehaving {
    pub(crate) fn new(ways: &[Misbehaviour], text: Option<&str>) -> Self {
        Self {
            ways: ways.to_vec(),
            text: text.unwrap_or("No host tells me").to_owned(),
            next_at: None,
        }
    }

    /// Returns what reaches the session of a message from the server: no host's act, and no word of being put out if it stays.
    pub(crate) fn filter(&mut self, now: Instant, message: &[u8]) -> Option<Vec<u8>> {
        let is_staying = self.ways.contains(&Misbehaviour::Stay);
        match decode::<ServerMessage>(message) {
            _ if self.ways.is_empty() => {}
            Ok(ServerMessage::Act { .. }) => {
                self.next_at.get_or_insert(now);
                return None;
            }
            Ok(mut welcome @ ServerMessage::Welcome { .. }) => {
                if let ServerMessage::Welcome { acts, .. } = &mut welcome {
                    if !acts.is_empty() {
                        self.next_at.get_or_insert(now);
                    }
                    acts.clear();
                }
                return Some(encode(&welcome));
            }
            Ok(ServerMessage::Refused { .. }) if is_staying => return None,
            Ok(_) | Err(_) => {}
        }
        Some(message.to_vec())
    }

    /// Returns what it tries at this moment; `publish` is what it sends, to which a screen may come.
    pub(crate) fn poll_commands(&mut self, now: Instant, publish: &mut Vec<TrackKind>) -> Vec<Command> {
        if self.next_at.is_none_or(|at| at > now) {
            return Vec::new();
        }
        self.next_at = Some(now + AGAIN_AFTER);
        let mut commands = Vec::new();
        let shares = self.ways.contains(&Misbehaviour::Share);
        if shares && !publish.contains(&TrackKind::Screen) {
            publish.push(TrackKind::Screen);
        }
        let wants_on = [Misbehaviour::Unmute, Misbehaviour::IgnoreSuspend];
        if shares || wants_on.iter().any(|way| self.ways.contains(way)) {
            // A track that a host stopped stays off until its client has switched it off and on.
            for active in [Vec::new(), publish.clone()] {
                commands.push(Command::SetTracks { active });
            }
        }
        if self.ways.contains(&Misbehaviour::Chat) {
            commands.push(Command::Chat {
                text: self.text.clone(),
                reply_to: None,
            });
        }
        commands
    }

    /// Returns when [`Self::poll_commands`] has something, if ever.
    pub(crate) const fn poll_timeout(&self) -> Option<Instant> {
        self.next_at
    }
}

// Often enough to slip through any gap that there were, and below what the server counts as too many messages.
const AGAIN_AFTER: Duration = Duration::from_millis(400);
