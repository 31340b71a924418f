// SPDX-License-Identifier: MIT OR Apache-2.0
//! Makes the view: members from the MLS tree, what the server says about them beside it.

use std::collections::BTreeSet;

use protocol::{Mode, ParticipantId};

use crate::{
    session::Session,
    view::{Alarm, KeyState, ParticipantView, State, View},
};

impl Session {
    pub(crate) fn view(&self) -> View {
        View {
            state: self.state(),
            left_because: self.left,
            mode: self.link.mode(),
            me: self.me,
            participants: self.participants(),
            i_am_host: e2ee::host_key(&self.link).is_some(),
            safety_code: self.group.safety_code.clone(),
            epoch: match self.link.mode() {
                Mode::E2ee => self.group.epoch().unwrap_or_default(),
                Mode::Standard => self
                    .standard
                    .as_ref()
                    .map(e2ee::StandardKeys::epoch)
                    .unwrap_or_default(),
            },
            chat: self.chat.log().cloned().collect(),
            speakers: self.speakers.clone(),
            active: self.media.active().to_vec(),
            is_sending_paused: self.removals.is_paused(),
            notices: self.notices.iter().copied().collect(),
        }
    }

    fn state(&self) -> State {
        if self.left.is_some() {
            State::Left
        } else if self.connection.is_open() && self.has_keys() {
            State::Active
        } else if self.was_active {
            State::Reconnecting
        } else {
            State::Joining
        }
    }

    fn has_keys(&self) -> bool {
        match self.link.mode() {
            Mode::E2ee => self.group.member().is_some(),
            Mode::Standard => self.standard.is_some(),
        }
    }

    fn participants(&self) -> Vec<ParticipantView> {
        let listed: BTreeSet<ParticipantId> = self.roster.entries().map(|entry| entry.participant).collect();
        let members = match self.link.mode() {
            Mode::E2ee => self.group.participants(),
            Mode::Standard => listed.clone(),
        };
        let everybody: BTreeSet<ParticipantId> = listed.union(&members).copied().chain(self.me).collect();
        everybody
            .into_iter()
            .filter_map(|participant| {
                let alarm = match self.link.mode() {
                    Mode::E2ee => self.roster.alarm(self.now, participant),
                    Mode::Standard => None,
                };
                let is_shown = self.me == Some(participant)
                    || alarm.is_some()
                    || (members.contains(&participant) && listed.contains(&participant));
                is_shown.then(|| self.participant(participant, alarm))
            })
            .collect()
    }

    fn participant(&self, participant: ParticipantId, alarm: Option<Alarm>) -> ParticipantView {
        let entry = self.roster.entry(participant);
        let is_me = self.me == Some(participant);
        ParticipantView {
            participant,
            name: self.name_of(participant),
            is_me,
            is_host: match self.link.mode() {
                Mode::E2ee => self
                    .group
                    .members
                    .iter()
                    .any(|member| member.participant == participant && member.is_host),
                Mode::Standard => entry.is_some_and(|entry| entry.is_host),
            },
            is_connected: if is_me {
                self.connection.is_open()
            } else {
                entry.is_some_and(|entry| entry.is_connected)
            },
            tracks: if is_me {
                self.media.active().to_vec()
            } else {
                entry.map(|entry| entry.tracks.clone()).unwrap_or_default()
            },
            key: self.key_state(participant),
            alarm,
        }
    }

    fn key_state(&self, participant: ParticipantId) -> KeyState {
        let is_ready = match self.link.mode() {
            Mode::E2ee => self
                .group
                .leaf_of(participant)
                .is_some_and(|leaf| !self.removals.is_announced(leaf)),
            Mode::Standard => self.standard.is_some() && self.roster.entry(participant).is_some(),
        };
        if is_ready {
            KeyState::Ready
        } else {
            KeyState::Waiting
        }
    }
}
