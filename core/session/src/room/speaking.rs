// SPDX-License-Identifier: MIT OR Apache-2.0
//! Says and hears what is of the room.

use protocol::{ClientMessage, Mode, ParticipantId, Redacted, Timestamp, TrackKind, limits};

use super::{Allowance, Board, EMOJI};
use crate::{
    app_message::{AppMessage, truncated},
    session::Session,
    view::NoticeCode,
};

impl Session {
    /// The person reacts to something. Nobody misses a reaction that could not be sent.
    pub(crate) fn handle_react(&mut self, now: Timestamp, emoji: &str) {
        let Some(me) = self.me.filter(|_| EMOJI.contains(&emoji)) else {
            return;
        };
        let is_heard = self.room.allows(now, me, Allowance::Reaction);
        if is_heard && self.can_speak() {
            let emoji = emoji.to_owned();
            if self.say(&AppMessage::Reaction { emoji: emoji.clone() }) {
                self.room.accept_reaction(now, me, emoji);
            }
        }
    }

    /// The person raises or lowers its hand.
    pub(crate) fn handle_hand(&mut self, is_raised: bool) {
        self.room.raise(is_raised);
    }

    /// The person changes its name.
    pub(crate) fn handle_rename(&mut self, name: &str) {
        let name = truncated(name.trim(), limits::NAME_BYTES);
        if !self.own_permissions().may_rename {
            self.notice(NoticeCode::NotAllowed, None);
        } else if !name.is_empty() && name != self.name {
            self.name = name;
            self.room.is_name_untold = true;
        }
    }

    /// Tells the others what changed about oneself.
    pub(crate) fn settle_room(&mut self, now: Timestamp) {
        let is_asked = self.room.handle_time(now);
        let Some(me) = self.me.filter(|_| self.can_speak()) else {
            return;
        };
        if self.room.is_name_untold {
            self.room.is_name_untold = false;
            self.tell_name();
        }
        let tracks = self.media.active().to_vec();
        if is_asked {
            self.room.forget_told();
        }
        // Whoever is asked answers; whoever comes asks.
        let wants_others = !is_asked && !self.room.was_introduced() && self.everybody().len() > 1;
        if let Some(state) = self.room.untold(me, &tracks)
            && self.room.may_tell(now, me)
            && self.say(&AppMessage::State {
                hand: state.hand,
                tracks: state.tracks.clone(),
                wants_others,
                board: self.room.board(now, me),
            })
        {
            self.room.handle_told(state);
        }
        for (of, number) in std::mem::take(&mut self.room.taken_down) {
            self.say(&AppMessage::TakenDown { of, number });
        }
        let here = self.everybody();
        self.room.retain(|participant| here.contains(&participant));
    }

    fn tell_name(&mut self) {
        match self.link.mode() {
            Mode::Standard => self.send(&ClientMessage::Rename {
                name: Redacted(self.name.clone()),
            }),
            Mode::E2ee => {
                let (Some(me), Some(member)) = (self.me, self.group.member()) else {
                    return;
                };
                let profile = member.sign_profile(&self.name);
                self.names.accept(me, profile.clone());
                self.say(&AppMessage::Profile {
                    profile,
                    wants_directory: false,
                });
            }
        }
    }

    /// Somebody reacts.
    pub(crate) fn accept_reaction(&mut self, now: Timestamp, from: ParticipantId, emoji: String) {
        let is_stopped = self.acts.settings().is_suspended && !self.permissions_of(from).may_chat;
        if !is_stopped && EMOJI.contains(&emoji.as_str()) && self.room.allows(now, from, Allowance::Reaction)
        {
            self.room.accept_reaction(now, from, emoji);
        }
    }

    /// Somebody says how it is with it.
    pub(crate) fn accept_state(
        &mut self,
        now: Timestamp,
        from: ParticipantId,
        hand: Option<u64>,
        tracks: Vec<TrackKind>,
        wants_others: bool,
        board: Board,
    ) {
        if !self.room.allows(now, from, Allowance::State) {
            return;
        }
        self.room.accept_state(from, hand, tracks);
        self.accept_board(now, from, board);
        if wants_others {
            self.recordings.handle_asked(from);
            let rank = self.rank_in_room(from);
            self.room.handle_asked(now, self.me, rank);
            self.breakouts.handle_asked(now, rank);
        }
    }

    /// Somebody may write in the chat, and not too much of it.
    pub(crate) fn hears_chat(&mut self, now: Timestamp, from: ParticipantId) -> bool {
        self.permissions_of(from).may_chat && self.room.allows(now, from, Allowance::Chat)
    }

    /// Says goodbye, so that nobody takes it for lost or put out.
    pub(crate) fn say_goodbye(&mut self) {
        // In a standard meeting it is the server's word that counts.
        if self.link.mode() == Mode::E2ee && self.can_speak() {
            self.say(&AppMessage::Goodbye);
        }
    }

    fn rank_in_room(&self, asking: ParticipantId) -> u32 {
        let before = self
            .everybody()
            .into_iter()
            .filter(|other| *other != asking && Some(*other) < self.me);
        u32::try_from(before.count()).unwrap_or(u32::MAX)
    }
}
