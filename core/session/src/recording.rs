// SPDX-License-Identifier: MIT OR Apache-2.0
//! Recordings that people make on their own devices: who records, who agreed to be in it.
//!
//! A recording has a number that its maker draws; an answer names it, so that no answer holds for another recording.
//! Whoever has not agreed is out. Nobody can see a recording that its maker tells nobody about.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Mode, ParticipantId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{app_message::AppMessage, room::Allowance, session::Session, view::NoticeCode};

/// The recordings that are made of this meeting, as they are told.
#[derive(Default)]
pub(crate) struct Recordings {
    own: Option<Own>,
    /// Whether the others were told of an own one that has ended.
    has_untold_end: bool,
    others: BTreeMap<ParticipantId, Other>,
}

struct Own {
    number: u64,
    answers: BTreeMap<ParticipantId, bool>,
    told: BTreeSet<ParticipantId>,
}

struct Other {
    number: u64,
    answer: Option<bool>,
    is_answer_told: bool,
}

/// Somebody records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RecordingView {
    /// Who.
    pub participant: ParticipantId,
    /// Whether it is this participant.
    pub is_mine: bool,
    /// Whether this participant agreed to be in it; absent while it has not answered. Its own recording it agrees to.
    pub answer: Option<bool>,
}

/// Who answered whether it is in the own recording. Whoever is in neither list is not in the recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MyRecordingView {
    /// Who agreed.
    pub agreed: Vec<ParticipantId>,
    /// Who did not.
    pub declined: Vec<ParticipantId>,
}

impl Recordings {
    fn start(&mut self, number: u64) {
        self.own = Some(Own {
            number,
            answers: BTreeMap::new(),
            told: BTreeSet::new(),
        });
    }

    fn stop(&mut self) {
        self.has_untold_end |= self.own.take().is_some();
    }

    /// Takes what somebody says about its own recording.
    fn accept(&mut self, from: ParticipantId, number: Option<u64>) {
        let Some(number) = number else {
            self.others.remove(&from);
            return;
        };
        match self.others.get_mut(&from).filter(|other| other.number == number) {
            // Whoever tells again did not hear the answer, or forgot it.
            Some(other) => other.is_answer_told = other.answer.is_none(),
            None => {
                let other = Other {
                    number,
                    answer: None,
                    is_answer_told: true,
                };
                self.others.insert(from, other);
            }
        }
    }

    fn answer(&mut self, recorder: ParticipantId, agrees: bool) {
        if let Some(other) = self.others.get_mut(&recorder) {
            other.answer = Some(agrees);
            other.is_answer_told = false;
        }
    }

    fn accept_answer(&mut self, from: ParticipantId, number: u64, agrees: bool) {
        if let Some(own) = self.own.as_mut().filter(|own| own.number == number) {
            own.answers.insert(from, agrees);
        }
    }

    /// Somebody came, or came back and may have forgotten everything: it is told, and is out until it answers again.
    pub(crate) fn handle_asked(&mut self, from: ParticipantId) {
        if let Some(own) = &mut self.own {
            own.told.remove(&from);
            own.answers.remove(&from);
        }
    }

    /// The connection was lost: what others said meanwhile may never come.
    pub(crate) fn handle_lost(&mut self) {
        if let Some(own) = &mut self.own {
            own.told.clear();
        }
        for other in self.others.values_mut() {
            other.is_answer_told = other.answer.is_none();
        }
    }

    /// Forgets everybody who is gone; they are told and asked again when they are back.
    fn retain(&mut self, here: &BTreeSet<ParticipantId>) {
        self.others.retain(|participant, _| here.contains(participant));
        if let Some(own) = &mut self.own {
            own.answers.retain(|participant, _| here.contains(participant));
            own.told.retain(|participant| here.contains(participant));
        }
    }

    pub(crate) fn view(&self, me: Option<ParticipantId>) -> Vec<RecordingView> {
        let own = self.own.as_ref().and(me).map(|participant| RecordingView {
            participant,
            is_mine: true,
            answer: Some(true),
        });
        let others = self.others.iter().map(|(participant, other)| RecordingView {
            participant: *participant,
            is_mine: false,
            answer: other.answer,
        });
        own.into_iter().chain(others).collect()
    }

    pub(crate) fn own_view(&self) -> Option<MyRecordingView> {
        let own = self.own.as_ref()?;
        let those = |wanted: bool| {
            let answers = own.answers.iter().filter(move |(_, agrees)| **agrees == wanted);
            answers.map(|(participant, _)| *participant).collect()
        };
        Some(MyRecordingView {
            agreed: those(true),
            declined: those(false),
        })
    }
}

impl Session {
    /// The person begins or ends a recording on its device.
    pub(crate) fn handle_record(&mut self, is_on: bool) {
        if !is_on {
            self.recordings.stop();
        } else if !self.own_permissions().may_record {
            self.notice(NoticeCode::NotAllowed, None);
        } else if self.recordings.own.is_none() {
            let number = self.draw_number();
            self.recordings.start(number);
        }
    }

    /// The person says whether it is in somebody's recording.
    pub(crate) fn handle_answer_recording(&mut self, recorder: ParticipantId, agrees: bool) {
        self.recordings.answer(recorder, agrees);
    }

    pub(crate) fn accept_recording(&mut self, now: Timestamp, from: ParticipantId, number: Option<u64>) {
        if self.room.allows(now, from, Allowance::State) {
            self.recordings.accept(from, number);
        }
    }

    pub(crate) fn accept_recording_answer(
        &mut self,
        now: Timestamp,
        from: ParticipantId,
        (to, number): (ParticipantId, u64),
        agrees: bool,
    ) {
        // That somebody declines is always heard.
        if self.me == Some(to) && (!agrees || self.room.allows(now, from, Allowance::State)) {
            self.recordings.accept_answer(from, number, agrees);
        }
    }

    /// Tells everybody who was not told, and gives the own answers.
    pub(crate) fn settle_recordings(&mut self) {
        if self.recordings.own.is_some() && !self.own_permissions().may_record {
            self.recordings.stop();
            self.notice(NoticeCode::NotAllowed, None);
        }
        let here = self.hearing();
        self.recordings.retain(&here);
        if !self.can_speak() {
            return;
        }
        let own = self.recordings.own.as_ref();
        let number = own.map(|own| own.number);
        let is_somebody_untold = own.is_some_and(|own| !here.is_subset(&own.told));
        if (is_somebody_untold || self.recordings.has_untold_end)
            && self.say(&AppMessage::Recording { number })
        {
            self.recordings.has_untold_end = false;
            if let Some(own) = &mut self.recordings.own {
                own.told = here;
            }
        }
        let untold: Vec<_> = self
            .recordings
            .others
            .iter()
            .filter(|(_, other)| !other.is_answer_told)
            .filter_map(|(to, other)| Some((*to, other.number, other.answer?)))
            .collect();
        for (to, number, agrees) in untold {
            if self.say(&AppMessage::RecordingAnswer { to, number, agrees })
                && let Some(other) = self.recordings.others.get_mut(&to)
            {
                other.is_answer_told = true;
            }
        }
    }

    /// Returns the others who can hear what is said.
    fn hearing(&self) -> BTreeSet<ParticipantId> {
        let mut here = match self.link.mode() {
            Mode::E2ee => self.group.participants(),
            Mode::Standard => self.listed(),
        };
        if let Some(me) = self.me {
            here.remove(&me);
        }
        here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEN: ParticipantId = ParticipantId(2);

    #[test]
    fn whoever_has_not_agreed_to_this_recording_is_out() {
        let mut recordings = Recordings::default();
        recordings.start(7);
        recordings.accept_answer(BEN, 6, true);
        assert_eq!(agreed(&recordings), []);
        recordings.accept_answer(BEN, 7, true);
        assert_eq!(agreed(&recordings), [BEN]);
        recordings.accept_answer(BEN, 7, false);
        assert_eq!(agreed(&recordings), []);
    }

    #[test]
    fn whoever_comes_back_is_out_until_it_answers_again() {
        let mut recordings = Recordings::default();
        recordings.start(7);
        recordings.accept_answer(BEN, 7, true);
        recordings.handle_asked(BEN);
        assert_eq!(agreed(&recordings), []);
        recordings.accept_answer(BEN, 7, true);
        recordings.retain(&BTreeSet::new());
        assert_eq!(agreed(&recordings), []);
    }

    #[test]
    fn an_answer_is_given_again_to_whoever_tells_again_and_holds_for_no_other_recording() {
        let mut recordings = Recordings::default();
        recordings.accept(BEN, Some(7));
        recordings.answer(BEN, true);
        recordings.accept(BEN, Some(7));
        assert_eq!(answer(&recordings), Some(true));
        recordings.accept(BEN, Some(8));
        assert_eq!(answer(&recordings), None);
        recordings.accept(BEN, None);
        assert!(recordings.view(None).is_empty());
    }

    fn agreed(recordings: &Recordings) -> Vec<ParticipantId> {
        recordings.own_view().expect("it runs").agreed
    }

    fn answer(recordings: &Recordings) -> Option<bool> {
        recordings.view(None).first().expect("somebody records").answer
    }
}
