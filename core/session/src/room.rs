// SPDX-License-Identifier: MIT OR Apache-2.0
//! What people in the room do beside talking: reactions, raised hands, what each says that it sends.
//!
//! Believes the sender about itself and nobody about others; how often somebody may say something is bounded here, since
//! the server cannot tell a reaction from a word.

mod board;
mod captions;
mod polls;
mod rate;
mod speaking;
mod timer;
mod view;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use protocol::{ParticipantId, Timestamp, TrackKind};

pub(crate) use board::{Board, BoardKey, is_caption_within_limits};
pub(crate) use captions::{Captions, Heard};
pub(crate) use polls::Polls;
pub(crate) use rate::{Allowance, Rates};
pub(crate) use timer::Timer;
pub use view::{
    CaptionView, ChatReply, KeptOutView, PollAnswerView, PollView, ReactionView, SettingsView, TimerView,
    WaitingView, WhisperView,
};

/// What the others said about themselves, and what was told about oneself.
#[derive(Default)]
pub(crate) struct Room {
    hands: BTreeMap<ParticipantId, u64>,
    tracks: BTreeMap<ParticipantId, Vec<TrackKind>>,
    gone_by_own_word: BTreeSet<ParticipantId>,
    reactions: VecDeque<(Timestamp, ReactionView)>,
    next_reaction: u32,
    /// The own place in the line of raised hands.
    hand: Option<u64>,
    /// What the others were told last.
    told: Option<OwnState>,
    tell_again_at: Option<Timestamp>,
    rates: Rates,
    pub(crate) polls: Polls,
    pub(crate) timer: Timer,
    pub(crate) captions: Captions,
    /// Others' polls and timers that this participant ended and that nobody was told of: whose, and the number.
    pub(crate) taken_down: Vec<(ParticipantId, u64)>,
    /// When the own state may be told after it changed too often.
    may_tell_at: Option<Timestamp>,
    /// Whether the own name changed and the others do not know.
    pub(crate) is_name_untold: bool,
}

/// What a participant says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnState {
    /// Its place in the line, if its hand is up.
    pub(crate) hand: Option<u64>,
    /// What it sends.
    pub(crate) tracks: Vec<TrackKind>,
    /// What it put up.
    pub(crate) board: BoardKey,
}

impl Room {
    /// Counts something that somebody said; returns whether it is to be heard.
    pub(crate) fn allows(&mut self, now: Timestamp, from: ParticipantId, allowance: Allowance) -> bool {
        self.rates.accept(now, from, allowance)
    }

    pub(crate) fn accept_state(&mut self, from: ParticipantId, hand: Option<u64>, tracks: Vec<TrackKind>) {
        match hand {
            Some(place) => self.hands.insert(from, place),
            None => self.hands.remove(&from),
        };
        self.tracks.insert(from, tracks);
    }

    /// Returns what this participant put up for everybody.
    pub(crate) fn board(&self, now: Timestamp, me: ParticipantId) -> Board {
        Board {
            polls: self.polls.own_open(me).cloned().collect(),
            votes: self.polls.own_votes().to_vec(),
            timer: self.timer.own(now, me),
        }
    }

    fn board_key(&self, me: ParticipantId) -> BoardKey {
        BoardKey {
            polls: self.polls.own_open(me).map(|poll| poll.number).collect(),
            votes: self.polls.own_votes().to_vec(),
            timer: self
                .timer
                .reference()
                .filter(|(of, _)| *of == me)
                .map(|(_, number)| number),
        }
    }

    /// Takes everything down: whoever put it up is somebody else from here on.
    pub(crate) fn forget_board(&mut self) {
        self.polls = Polls::default();
        self.timer = Timer::default();
    }

    /// Returns whether the own state may be told: no more often than it is heard. Else the time for it will come.
    pub(crate) fn may_tell(&mut self, now: Timestamp, me: ParticipantId) -> bool {
        let may = self.allows(now, me, Allowance::State);
        self.may_tell_at = (!may).then(|| now + TELL_INTERVAL);
        may
    }

    pub(crate) fn accept_reaction(&mut self, now: Timestamp, participant: ParticipantId, emoji: String) {
        if self.reactions.len() == REACTIONS {
            self.reactions.pop_front();
        }
        let id = self.next_reaction;
        self.next_reaction += 1;
        self.reactions.push_back((
            now,
            ReactionView {
                id,
                participant,
                emoji,
            },
        ));
    }

    pub(crate) fn accept_goodbye(&mut self, from: ParticipantId) {
        self.gone_by_own_word.insert(from);
    }

    /// Returns whether somebody who is gone said so before, and forgets that.
    pub(crate) fn take_goodbye(&mut self, participant: ParticipantId) -> bool {
        self.gone_by_own_word.remove(&participant)
    }

    /// Raises or lowers the own hand: a raised one comes last in the line.
    pub(crate) fn raise(&mut self, is_raised: bool) {
        if is_raised != self.hand.is_some() {
            let last = self.hands.values().copied().max().unwrap_or(0);
            self.hand = is_raised.then(|| last.saturating_add(1));
        }
    }

    /// Returns what the others are to be told, if they were not.
    pub(crate) fn untold(&self, me: ParticipantId, tracks: &[TrackKind]) -> Option<OwnState> {
        let state = OwnState {
            hand: self.hand,
            tracks: tracks.to_vec(),
            board: self.board_key(me),
        };
        (self.told.as_ref() != Some(&state)).then_some(state)
    }

    /// Returns whether the others were told anything on this stay in the group.
    pub(crate) fn was_introduced(&self) -> bool {
        self.told.is_some()
    }

    pub(crate) fn handle_told(&mut self, state: OwnState) {
        self.told = Some(state);
        self.tell_again_at = None;
    }

    /// Whoever is asked to tell everything again will.
    pub(crate) fn forget_told(&mut self) {
        self.told = None;
    }

    /// Somebody asks what it did not hear; `rank` others are to answer before this one.
    pub(crate) fn handle_asked(&mut self, now: Timestamp, me: Option<ParticipantId>, rank: u32) {
        if self.hand.is_some() || me.is_some_and(|me| !self.board_key(me).is_empty()) {
            let at = now + ANSWER_STEP * rank.min(ANSWER_STEPS);
            self.tell_again_at.get_or_insert(at);
        }
    }

    /// Does what time brings; returns whether the own state is to be told again.
    pub(crate) fn handle_time(&mut self, now: Timestamp) -> bool {
        while self
            .reactions
            .front()
            .is_some_and(|(at, _)| *at + REACTION_SHOWS_FOR <= now)
        {
            self.reactions.pop_front();
        }
        self.timer.handle_time(now);
        self.captions.handle_time(now);
        self.may_tell_at.take_if(|at| *at <= now);
        self.tell_again_at.take_if(|at| *at <= now).is_some()
    }

    pub(crate) fn poll_timeout(&self, now: Timestamp) -> Option<Timestamp> {
        let fading = self.reactions.front().map(|(at, _)| *at + REACTION_SHOWS_FOR);
        [
            fading,
            self.tell_again_at,
            self.may_tell_at,
            self.timer.poll_timeout(now),
            self.captions.poll_timeout(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Forgets everybody who is gone.
    pub(crate) fn retain(&mut self, is_here: impl Fn(ParticipantId) -> bool) {
        self.hands.retain(|participant, _| is_here(*participant));
        self.tracks.retain(|participant, _| is_here(*participant));
        self.polls.retain(&is_here);
        self.rates.retain(is_here);
    }

    /// Returns what somebody says that it sends.
    pub(crate) fn tracks_of(&self, participant: ParticipantId) -> &[TrackKind] {
        self.tracks.get(&participant).map_or(&[], Vec::as_slice)
    }

    /// Returns somebody's place in the line of raised hands, from 1.
    pub(crate) fn place_in_line(&self, participant: ParticipantId, me: Option<ParticipantId>) -> Option<u32> {
        let own = me.zip(self.hand);
        let line = || self.hands.iter().map(|(who, place)| (*who, *place)).chain(own);
        let (_, place) = line().find(|(who, _)| *who == participant)?;
        let before = line().filter(|(who, other)| (*other, *who) < (place, participant));
        u32::try_from(before.count() + 1).ok()
    }

    pub(crate) fn reactions(&self) -> impl Iterator<Item = &ReactionView> {
        self.reactions.iter().map(|(_, reaction)| reaction)
    }
}

/// What somebody may react with. Whatever else comes is not shown: a text would be a way around a closed chat.
pub(crate) const EMOJI: [&str; 12] = [
    "👍", "👎", "👏", "❤️", "😂", "😮", "😢", "🎉", "🤔", "👋", "✋", "✅",
];

// Long enough to be drawn once; the page fades them sooner.
const REACTION_SHOWS_FOR: Duration = Duration::from_secs(10);

// A stage full; who reacts when so many do is not looked for.
const REACTIONS: usize = 50;

// Hands are few. Spread, so that a crowd of them does not answer in one moment.
const ANSWER_STEP: Duration = Duration::from_millis(50);
const ANSWER_STEPS: u32 = 60;

// As often as others listen.
const TELL_INTERVAL: Duration = Duration::from_millis(300);

#[cfg(test)]
mod tests {
    use super::*;

    const ME: ParticipantId = ParticipantId(1);
    const BEN: ParticipantId = ParticipantId(2);
    const CAROL: ParticipantId = ParticipantId(3);

    #[test]
    fn hands_stand_in_line_and_whoever_raises_again_comes_last() {
        let mut room = Room::default();
        room.raise(true);
        room.accept_state(BEN, Some(2), Vec::new());
        room.accept_state(CAROL, Some(2), Vec::new());
        let line = |room: &Room| [ME, BEN, CAROL].map(|who| room.place_in_line(who, Some(ME)));
        assert_eq!(line(&room), [Some(1), Some(2), Some(3)]);
        room.raise(true);
        assert_eq!(line(&room), [Some(1), Some(2), Some(3)], "raised is raised");
        room.raise(false);
        assert_eq!(line(&room), [None, Some(1), Some(2)]);
        room.raise(true);
        assert_eq!(line(&room), [Some(3), Some(1), Some(2)]);
        room.retain(|who| who != BEN);
        assert_eq!(line(&room), [Some(2), None, Some(1)]);
    }

    #[test]
    fn reactions_fade_and_are_bounded() {
        let mut room = Room::default();
        for _ in 0..2 * REACTIONS {
            room.accept_reaction(Timestamp::ZERO, BEN, String::from("👍"));
        }
        assert_eq!(room.reactions().count(), REACTIONS);
        let at = room.poll_timeout(Timestamp::ZERO).expect("they fade");
        assert!(!room.handle_time(at));
        assert_eq!(room.reactions().count(), 0);
    }

    #[test]
    fn only_whoever_has_something_to_tell_answers() {
        let mut room = Room::default();
        room.handle_asked(Timestamp::ZERO, Some(ME), 3);
        assert_eq!(room.poll_timeout(Timestamp::ZERO), None);
        room.raise(true);
        room.handle_asked(Timestamp::ZERO, Some(ME), 3);
        let at = room.poll_timeout(Timestamp::ZERO).expect("the hand is up");
        assert!(room.handle_time(at) && !room.handle_time(at));
    }
}
