// SPDX-License-Identifier: MIT OR Apache-2.0
//! Polls: whoever opened one says that it is open, whoever votes says how, and everybody counts.
//!
//! Knows nothing of who may open one.

use std::collections::{BTreeMap, VecDeque};

use protocol::ParticipantId;

use super::{
    board::{POLLS, Poll, VOTES, Vote},
    view::{PollAnswerView, PollView},
};

/// The polls of this stay.
#[derive(Default)]
pub(crate) struct Polls {
    shown: VecDeque<Shown>,
    own_votes: Vec<Vote>,
    /// Of the others who are here; in whatever order they and the polls come.
    votes: BTreeMap<ParticipantId, Vec<Vote>>,
    next_id: u32,
}

struct Shown {
    id: u32,
    of: ParticipantId,
    poll: Poll,
    /// The counts with which it was closed.
    result: Option<Vec<u32>>,
    my_vote_at_end: Option<u8>,
}

impl Polls {
    /// Puts an own poll up; returns whether there is room for it.
    pub(crate) fn open(&mut self, me: ParticipantId, poll: Poll) -> bool {
        self.own_open(me).count() < POLLS && self.show(me, poll)
    }

    /// Votes in an open poll.
    pub(crate) fn vote(&mut self, id: u32, answer: Option<u8>) {
        let Some(shown) = self.shown.iter().find(|shown| shown.id == id && shown.is_open()) else {
            return;
        };
        let (of, number) = (shown.of, shown.poll.number);
        let is_answer = |answer: &u8| usize::from(*answer) < shown.poll.answers.len();
        let vote = answer.filter(is_answer).map(|answer| Vote { of, number, answer });
        self.own_votes.retain(|vote| !is_in(vote, of, number));
        self.own_votes.extend(vote);
    }

    pub(crate) fn reference_of(&self, id: u32) -> Option<(ParticipantId, u64)> {
        let shown = self.shown.iter().find(|shown| shown.id == id)?;
        Some((shown.of, shown.poll.number))
    }

    /// Closes a poll with the counts as they are.
    pub(crate) fn close(&mut self, of: ParticipantId, number: u64) {
        let is_it = |shown: &Shown| shown.of == of && shown.poll.number == number && shown.is_open();
        let Some(at) = self.shown.iter().position(is_it) else {
            return;
        };
        let result = self.counts(&self.shown[at]);
        let mine = self.own_votes.iter().find(|vote| is_in(vote, of, number));
        self.shown[at].my_vote_at_end = mine.map(|vote| vote.answer);
        self.shown[at].result = Some(result);
        self.own_votes.retain(|vote| !is_in(vote, of, number));
    }

    /// Takes what somebody says: which polls of its are open, and how it votes.
    pub(crate) fn accept(&mut self, from: ParticipantId, polls: Vec<Poll>, votes: Vec<Vote>) {
        let over: Vec<u64> = self
            .open_of(from)
            .filter(|number| !polls.iter().any(|poll| poll.number == *number))
            .collect();
        // First of all: whoever closes a poll takes its own vote down with it.
        for number in over {
            self.close(from, number);
        }
        if votes.is_empty() {
            self.votes.remove(&from);
        } else {
            self.votes.insert(from, votes);
        }
        for poll in polls {
            let mut known = self.shown.iter();
            if !known.any(|shown| shown.of == from && shown.poll.number == poll.number) {
                self.show(from, poll);
            }
        }
    }

    /// Keeps the votes of those who are gone, and closes their polls: nobody tells newcomers of them any more.
    pub(crate) fn retain(&mut self, is_here: impl Fn(ParticipantId) -> bool) {
        let gone: Vec<ParticipantId> = self.votes.keys().copied().filter(|who| !is_here(*who)).collect();
        for who in gone {
            for vote in self.votes.remove(&who).unwrap_or_default() {
                let mut open = self.shown.iter_mut().filter(|shown| shown.is_open());
                if let Some(shown) = open.find(|shown| is_in(&vote, shown.of, shown.poll.number)) {
                    add(&mut shown.poll.gone, vote.answer);
                }
            }
        }
        let orphans = self
            .shown
            .iter()
            .filter(|shown| shown.is_open() && !is_here(shown.of));
        let orphans: Vec<_> = orphans.map(|shown| (shown.of, shown.poll.number)).collect();
        for (of, number) in orphans {
            self.close(of, number);
        }
    }

    /// Returns the own open polls, to be told.
    pub(crate) fn own_open(&self, me: ParticipantId) -> impl Iterator<Item = &Poll> {
        let own = self
            .shown
            .iter()
            .filter(move |shown| shown.of == me && shown.is_open());
        own.map(|shown| &shown.poll)
    }

    pub(crate) fn own_votes(&self) -> &[Vote] {
        &self.own_votes
    }

    pub(crate) fn view(&self, me: Option<ParticipantId>, leads: bool) -> Vec<PollView> {
        let views = self.shown.iter().map(|shown| {
            let counts = shown.result.clone().unwrap_or_else(|| self.counts(shown));
            let mut mine = self.own_votes.iter();
            let my_vote = mine
                .find(|vote| is_in(vote, shown.of, shown.poll.number))
                .map(|vote| vote.answer);
            let answers = shown.poll.answers.iter().zip(counts);
            PollView {
                id: shown.id,
                opener: shown.of,
                question: shown.poll.question.clone(),
                answers: answers
                    .map(|(text, votes)| PollAnswerView {
                        text: text.clone(),
                        votes,
                    })
                    .collect(),
                my_vote: my_vote.or(shown.my_vote_at_end),
                is_open: shown.is_open(),
                i_may_close: shown.is_open() && (leads || me == Some(shown.of)),
            }
        });
        views.collect()
    }

    fn show(&mut self, of: ParticipantId, poll: Poll) -> bool {
        if self.shown.len() == VOTES {
            let Some(oldest) = self.shown.iter().position(|shown| !shown.is_open()) else {
                return false;
            };
            self.shown.remove(oldest);
        }
        self.shown.push_back(Shown {
            id: self.next_id,
            of,
            poll,
            result: None,
            my_vote_at_end: None,
        });
        self.next_id += 1;
        true
    }

    fn open_of(&self, of: ParticipantId) -> impl Iterator<Item = u64> {
        let open = self
            .shown
            .iter()
            .filter(move |shown| shown.of == of && shown.is_open());
        open.map(|shown| shown.poll.number)
    }

    /// Counts one vote of each, and what those voted who are gone.
    fn counts(&self, shown: &Shown) -> Vec<u32> {
        let mut counts = shown.poll.gone.clone();
        counts.resize(shown.poll.answers.len(), 0);
        for votes in self.votes.values().chain([&self.own_votes]) {
            let mut votes = votes.iter();
            if let Some(vote) = votes.find(|vote| is_in(vote, shown.of, shown.poll.number))
                && usize::from(vote.answer) < counts.len()
            {
                add(&mut counts, vote.answer);
            }
        }
        counts
    }
}

impl Shown {
    const fn is_open(&self) -> bool {
        self.result.is_none()
    }
}

fn is_in(vote: &Vote, of: ParticipantId, number: u64) -> bool {
    vote.of == of && vote.number == number
}

fn add(counts: &mut Vec<u32>, answer: u8) {
    let at = usize::from(answer);
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    counts[at] = counts[at].saturating_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: ParticipantId = ParticipantId(1);
    const BEN: ParticipantId = ParticipantId(2);
    const CAROL: ParticipantId = ParticipantId(3);

    #[test]
    fn everybody_has_one_vote_and_may_change_it() {
        let mut polls = Polls::default();
        assert!(polls.open(ME, poll(7)));
        polls.vote(0, Some(0));
        polls.vote(0, Some(1));
        polls.accept(BEN, Vec::new(), vec![vote(7, 0), vote(7, 1)]);
        assert_eq!(counts(&polls), [1, 1], "the first of two that Ben claims");
        polls.accept(BEN, Vec::new(), vec![vote(7, 9)]);
        assert_eq!(counts(&polls), [0, 1], "there is no tenth answer");
        polls.vote(0, None);
        assert_eq!(counts(&polls), [0, 0]);
        polls.vote(0, Some(9));
        assert_eq!(counts(&polls), [0, 0]);
    }

    #[test]
    fn a_vote_that_comes_before_its_poll_counts_and_one_after_the_end_does_not() {
        let mut polls = Polls::default();
        polls.accept(
            CAROL,
            Vec::new(),
            vec![Vote {
                of: BEN,
                ..vote(7, 1)
            }],
        );
        polls.accept(BEN, vec![poll(7)], Vec::new());
        assert_eq!(counts(&polls), [0, 1]);
        polls.vote(0, Some(1));
        polls.accept(BEN, Vec::new(), Vec::new());
        let view = &polls.view(Some(ME), true)[0];
        assert!(!view.is_open && !view.i_may_close && view.my_vote == Some(1));
        polls.accept(
            CAROL,
            Vec::new(),
            vec![Vote {
                of: BEN,
                ..vote(7, 0)
            }],
        );
        polls.vote(0, Some(0));
        assert_eq!(counts(&polls), [0, 2]);
        assert!(polls.own_votes().is_empty());
    }

    #[test]
    fn the_openers_own_vote_stays_when_it_closes_the_poll() {
        let mut polls = Polls::default();
        polls.accept(
            BEN,
            vec![poll(7)],
            vec![Vote {
                of: BEN,
                ..vote(7, 1)
            }],
        );
        polls.accept(BEN, Vec::new(), Vec::new());
        assert_eq!(counts(&polls), [0, 1]);
    }

    #[test]
    fn the_votes_of_those_who_went_are_kept_and_passed_on() {
        let mut polls = Polls::default();
        assert!(polls.open(ME, poll(7)));
        polls.accept(BEN, Vec::new(), vec![vote(7, 0)]);
        polls.retain(|who| who != BEN);
        assert_eq!(counts(&polls), [1, 0]);
        let told = polls.own_open(ME).next().expect("it is open").clone();
        let mut newcomer = Polls::default();
        newcomer.accept(ME, vec![told], Vec::new());
        assert_eq!(counts(&newcomer), [1, 0]);
        newcomer.retain(|who| who != ME);
        assert!(!newcomer.view(None, false)[0].is_open, "it ends with its opener");
    }

    #[test]
    fn there_is_an_end_to_polls() {
        let mut polls = Polls::default();
        let opened = (0..20).filter(|number| polls.open(ME, poll(*number)));
        assert_eq!(opened.count(), POLLS);
        for round in 0..100 {
            polls.accept(BEN, vec![poll(round)], Vec::new());
        }
        assert_eq!(polls.view(None, false).len(), VOTES);
        assert_eq!(polls.own_open(ME).count(), POLLS, "those that are open stay");
    }

    fn poll(number: u64) -> Poll {
        Poll {
            number,
            question: String::from("Tea?"),
            answers: vec![String::from("Yes"), String::from("No")],
            gone: Vec::new(),
        }
    }

    fn vote(number: u64, answer: u8) -> Vote {
        Vote {
            of: ME,
            number,
            answer,
        }
    }

    fn counts(polls: &Polls) -> Vec<u32> {
        let view = polls.view(Some(ME), true);
        view[0].answers.iter().map(|answer| answer.votes).collect()
    }
}
