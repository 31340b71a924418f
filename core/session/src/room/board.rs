// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a participant puts up for everybody: its polls, its votes, its timer. Each is told by its owner, and told again
//! to whoever comes later.

use std::time::Duration;

use protocol::{ParticipantId, Timestamp, acts::Role, limits};
use serde::{Deserialize, Serialize};

use super::{Allowance, captions::Heard};
use crate::{
    app_message::{AppMessage, truncated},
    session::Session,
    view::NoticeCode,
};

/// What one participant has put up, as it travels.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Board {
    /// Its open polls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) polls: Vec<Poll>,
    /// Its votes in anybody's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) votes: Vec<Vote>,
    /// Its timer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timer: Option<RunningTimer>,
}

/// An open poll.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Poll {
    /// Chosen by its opener.
    pub(crate) number: u64,
    pub(crate) question: String,
    pub(crate) answers: Vec<String>,
    /// For each answer, how many voted for it who are gone: a newcomer cannot hear it from them.
    #[serde(default)]
    pub(crate) gone: Vec<u32>,
}

/// A vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Vote {
    /// Whose poll.
    pub(crate) of: ParticipantId,
    /// Its number.
    pub(crate) number: u64,
    /// Which answer, from 0.
    pub(crate) answer: u8,
}

/// A timer as it stands when it is told. Clocks differ, spans do not.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RunningTimer {
    /// Chosen by whoever started it.
    pub(crate) number: u64,
    pub(crate) label: String,
    pub(crate) length_ms: u64,
    pub(crate) left_ms: u64,
}

/// By what it is known whether a board changed since it was told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct BoardKey {
    pub(crate) polls: Vec<u64>,
    pub(crate) votes: Vec<Vote>,
    pub(crate) timer: Option<u64>,
}

impl BoardKey {
    pub(crate) fn is_empty(&self) -> bool {
        self.polls.is_empty() && self.votes.is_empty() && self.timer.is_none()
    }
}

impl Board {
    /// Returns whether nothing on it is larger than the interface lets anybody make it.
    pub(crate) fn is_within_limits(&self) -> bool {
        self.polls.len() <= POLLS
            && self.votes.len() <= VOTES
            && self.polls.iter().all(Poll::is_within_limits)
            && self.timer.as_ref().is_none_or(RunningTimer::is_within_limits)
    }
}

impl Poll {
    fn is_within_limits(&self) -> bool {
        !self.question.is_empty()
            && self.question.len() <= QUESTION_BYTES
            && (LEAST_ANSWERS..=MOST_ANSWERS).contains(&self.answers.len())
            && self.gone.len() <= MOST_ANSWERS
            && self
                .answers
                .iter()
                .all(|answer| !answer.is_empty() && answer.len() <= ANSWER_BYTES)
    }
}

impl RunningTimer {
    fn is_within_limits(&self) -> bool {
        self.label.len() <= LABEL_BYTES
            && self.left_ms <= self.length_ms
            && self.length_ms <= u64::from(LONGEST_SECONDS) * 1000
    }
}

impl Session {
    /// Opens a poll, as a host or co-host.
    pub(crate) fn handle_open_poll(&mut self, question: &str, answers: &[String]) {
        let question = truncated(question.trim(), QUESTION_BYTES);
        let answers: Vec<String> = answers
            .iter()
            .map(|answer| truncated(answer.trim(), ANSWER_BYTES))
            .filter(|answer| !answer.is_empty())
            .take(MOST_ANSWERS)
            .collect();
        let is_whole = !question.is_empty() && answers.len() >= LEAST_ANSWERS;
        let Some(me) = self.me.filter(|_| is_whole) else {
            return;
        };
        let number = self.draw_number();
        let poll = Poll {
            number,
            question,
            answers,
            gone: Vec::new(),
        };
        if !self.leads(me) || !self.room.polls.open(me, poll) {
            self.notice(NoticeCode::ActRefused, None);
        }
    }

    /// Votes, changes the vote or takes it back.
    pub(crate) fn handle_vote(&mut self, id: u32, answer: Option<u8>) {
        self.room.polls.vote(id, answer);
    }

    /// Closes a poll: the own one, or as a host or co-host anybody's.
    pub(crate) fn handle_close_poll(&mut self, id: u32) {
        let Some((me, (of, number))) = self.me.zip(self.room.polls.reference_of(id)) else {
            return;
        };
        if of != me && !self.leads(me) {
            self.notice(NoticeCode::ActRefused, None);
            return;
        }
        self.room.polls.close(of, number);
        if of != me {
            self.room.taken_down.push((of, number));
        }
    }

    /// Starts a timer for everybody, as a host or co-host, in the place of any other.
    pub(crate) fn handle_start_timer(&mut self, now: Timestamp, seconds: u32, label: &str) {
        let Some(me) = self.me.filter(|_| seconds > 0) else {
            return;
        };
        if !self.leads(me) {
            self.notice(NoticeCode::ActRefused, None);
            return;
        }
        let number = self.draw_number();
        let length = Duration::from_secs(u64::from(seconds.min(LONGEST_SECONDS)));
        let label = truncated(label.trim(), LABEL_BYTES);
        self.room.timer.start(now, me, number, label, length);
    }

    /// Stops the timer, as a host or co-host.
    pub(crate) fn handle_stop_timer(&mut self) {
        let Some((me, (of, number))) = self.me.zip(self.room.timer.reference()) else {
            return;
        };
        if !self.leads(me) {
            self.notice(NoticeCode::ActRefused, None);
            return;
        }
        self.room.timer.stop(of, number);
        if of != me {
            self.room.taken_down.push((of, number));
        }
    }

    /// Somebody's board as it is.
    pub(crate) fn accept_board(&mut self, now: Timestamp, from: ParticipantId, board: Board) {
        let (polls, timer) = if self.leads(from) {
            (board.polls, board.timer)
        } else {
            (Vec::new(), None)
        };
        self.room.polls.accept(from, polls, board.votes);
        self.room.timer.accept(now, from, timer);
    }

    /// A host or co-host closes another's poll or stops another's timer.
    pub(crate) fn accept_taken_down(
        &mut self,
        now: Timestamp,
        from: ParticipantId,
        of: ParticipantId,
        number: u64,
    ) {
        if self.leads(from) && self.room.allows(now, from, Allowance::State) {
            self.room.polls.close(of, number);
            self.room.timer.stop(of, number);
        }
    }

    /// What this device heard its person say, in words.
    pub(crate) fn handle_caption(&mut self, now: Timestamp, heard: Heard) {
        let heard = Heard {
            text: truncated(heard.text.trim(), CAPTION_BYTES),
            lang: truncated(&heard.lang, LANG_BYTES),
            ..heard
        };
        let Some(me) = self.me.filter(|_| !heard.text.is_empty()) else {
            return;
        };
        let may_be_heard = self.media.active().contains(&protocol::TrackKind::Microphone);
        let is_due = heard.is_final || self.room.captions.may_say(now);
        if may_be_heard && is_due && self.can_speak() && self.room.allows(now, me, Allowance::Caption) {
            self.say(&AppMessage::Caption(heard.clone()));
            self.room.captions.accept(now, me, heard);
        }
    }

    /// What somebody else's device heard. Who cannot be heard has no captions: text would be a way around a mute and a
    /// closed chat.
    pub(crate) fn accept_caption(&mut self, now: Timestamp, from: ParticipantId, heard: Heard) {
        let entry = self.roster.entry(from);
        let is_heard = entry.is_some_and(|entry| entry.tracks.contains(&protocol::TrackKind::Microphone));
        if is_heard && self.room.allows(now, from, Allowance::Caption) {
            self.room.captions.accept(now, from, heard);
        }
    }

    /// Returns whether somebody is host or co-host.
    pub(crate) fn leads(&self, participant: ParticipantId) -> bool {
        self.role_of(participant) != Role::Participant
    }
}

/// Returns whether a caption is none longer than the own ones are.
pub(crate) fn is_caption_within_limits(heard: &Heard) -> bool {
    !heard.text.is_empty() && heard.text.len() <= CAPTION_BYTES && heard.lang.len() <= LANG_BYTES
}

// More at once are a questionnaire, for which there are better tools.
pub(crate) const POLLS: usize = 5;
// One in each poll that can be shown.
pub(crate) const VOTES: usize = 20;
const LEAST_ANSWERS: usize = 2;
const MOST_ANSWERS: usize = 10;
const QUESTION_BYTES: usize = 600;
const ANSWER_BYTES: usize = 300;
const LABEL_BYTES: usize = limits::NAME_BYTES;
// A working day.
const LONGEST_SECONDS: u32 = 8 * 60 * 60;
// A long sentence; recognisers end one sooner.
const CAPTION_BYTES: usize = 600;
// The longest tag that RFC 5646, section 4.4.1, asks to be taken.
const LANG_BYTES: usize = 35;
