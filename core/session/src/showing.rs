// SPDX-License-Identifier: MIT OR Apache-2.0
//! Makes the view: members from the MLS tree, what the server says about them beside it.

use std::collections::BTreeSet;

use protocol::{Mode, ParticipantId, acts::Role};

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
            i_am_host: self.own_role() == Role::Host,
            safety_code: self.group.safety_code.clone(),
            epoch: match self.link.mode() {
                Mode::E2ee => self.group.epoch().unwrap_or_default(),
                Mode::Standard => self
                    .standard
                    .as_ref()
                    .map(e2ee::StandardKeys::epoch)
                    .unwrap_or_default(),
            },
            key_change: self.key_changes.last().cloned(),
            chat: self.chat.log().cloned().collect(),
            speakers: self.speakers.clone(),
            active: self.media.active().to_vec(),
            is_sending_paused: self.removals.is_paused(),
            my_role: self.own_role(),
            i_may: self.own_permissions(),
            settings: self.acts.settings().into(),
            reactions: self.room.reactions().cloned().collect(),
            polls: self
                .room
                .polls
                .view(self.me, self.own_role() != Role::Participant),
            timer: self
                .room
                .timer
                .view(self.now, self.own_role() != Role::Participant),
            captions: self.room.captions.view().cloned().collect(),
            recordings: self.recordings.view(self.me),
            my_recording: self.recordings.own_view(),
            waiting: self.waiting(),
            lobby_message: self.acts.lobby.message.clone(),
            kept_out: self.kept_out(),
            new_link: self.shown_new_link(),
            breakouts: self.breakouts_view(),
            notices: self.notices.iter().copied().collect(),
        }
    }

    fn state(&self) -> State {
        if self.left.is_some() {
            State::Left
        } else if self.acts.lobby.is_waiting {
            State::Lobby
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
        let listed = self.listed();
        let members = self.members();
        self.everybody()
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

    /// Returns whom the server lists or the group holds, and oneself.
    pub(crate) fn everybody(&self) -> BTreeSet<ParticipantId> {
        let listed = self.listed();
        listed.union(&self.members()).copied().chain(self.me).collect()
    }

    fn members(&self) -> BTreeSet<ParticipantId> {
        match self.link.mode() {
            Mode::E2ee => self.group.participants(),
            Mode::Standard => self.listed(),
        }
    }

    fn participant(&self, participant: ParticipantId, alarm: Option<Alarm>) -> ParticipantView {
        let entry = self.roster.entry(participant);
        let identity = self.identity_of(participant);
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
            role: self.role_of(participant),
            room: self.place_of(participant),
            hand_raised: self.room.place_in_line(participant, self.me),
            held_by_host: self.held_by_host(participant),
            stopped_by_server: self.stopped_by_server(participant),
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
            alarm: alarm.or_else(|| self.is_false(participant).then_some(Alarm::FalseIdentity)),
            identity,
            looks_like: self.lookalikes.looks_like(participant),
            stay: self.shown_stay(participant),
        }
    }

    fn shown_stay(&self, participant: ParticipantId) -> Option<String> {
        let key = self
            .stay_key_of(participant)
            .filter(|_| self.link.mode() == Mode::E2ee)?;
        Some(key.iter().map(|byte| format!("{byte:02x}")).collect())
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
