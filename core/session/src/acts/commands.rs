// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the person does as a host: signed here, so that nobody else can have done it.

use protocol::{
    ClientMessage, Mode, ParticipantId, TrackKind,
    acts::{ActKind, Admitted, Authority, HostAct, KEY_BYTES, Role},
    limits,
};

use crate::{app_message::truncated, command::Command, session::Session, view::NoticeCode};

impl Session {
    /// Does what only hosts and co-hosts do; returns whether the command was of that kind.
    pub(crate) fn handle_host_command(&mut self, command: &Command) -> bool {
        let kind = match command {
            Command::Lock { on } => Some(ActKind::SetLock { on: *on }),
            Command::SetLobby { on } => Some(ActKind::SetLobby { on: *on }),
            Command::Suspend { on } => Some(ActKind::Suspend { on: *on }),
            Command::SetPermissions { permissions } => Some(ActKind::SetPermissions {
                permissions: *permissions,
            }),
            Command::Mute { participant, kinds } => Some(mute(*participant, kinds)),
            Command::AskToUnmute { participant } => Some(ActKind::AskToUnmute {
                participant: *participant,
            }),
            Command::Spotlight { participant } => Some(ActKind::Spotlight {
                participant: *participant,
            }),
            Command::SetRole { participant, role } => self.role_act(*participant, *role),
            Command::RenameParticipant { participant, name } => self.rename_act(*participant, name),
            Command::Admit { participants } => self.admit_act(participants),
            Command::NewLink => self.new_link_act(),
            Command::LetBack { participant } => self.let_back_act(*participant),
            Command::TurnAway { participant } => Some(ActKind::TurnAway {
                participant: *participant,
            }),
            Command::MessageLobby { text } => {
                let text = truncated(text.trim(), LOBBY_TEXT_BYTES);
                let text = e2ee::seal_for_link(&self.link, &mut self.rng, super::LOBBY_CONTEXT, &text);
                Some(ActKind::LobbyMessage { text })
            }
            Command::Offer { .. }
            | Command::TransportFailed { .. }
            | Command::SetTracks { .. }
            | Command::Subscribe { .. }
            | Command::RequestKeyframe { .. }
            | Command::KeysMissing
            | Command::Chat { .. }
            | Command::Whisper { .. }
            | Command::OpenPoll { .. }
            | Command::Vote { .. }
            | Command::ClosePoll { .. }
            | Command::StartTimer { .. }
            | Command::StopTimer
            | Command::Caption { .. }
            | Command::React { .. }
            | Command::Hand { .. }
            | Command::Record { .. }
            | Command::AnswerRecording { .. }
            | Command::Rename { .. }
            | Command::Remove { .. }
            | Command::KeepOut { .. }
            | Command::SetBreakouts { .. }
            | Command::AssignToRoom { .. }
            | Command::CallBack { .. }
            | Command::Broadcast { .. }
            | Command::EnterRoom { .. }
            | Command::RenewPass { .. }
            | Command::EndMeeting
            | Command::Leave => return false,
        };
        match kind {
            Some(kind) => {
                self.act(kind);
            }
            None => self.notice(NoticeCode::ActRefused, None),
        }
        true
    }

    /// Signs an act and sends it; returns whether it may and could.
    pub(crate) fn act(&mut self, kind: ActKind) -> bool {
        let is_enough = match self.own_role() {
            Role::Host => true,
            Role::CoHost => !kind.is_for_hosts_only() && !self.is_upon_host(&kind),
            Role::Participant => false,
        };
        let Some(authority) = self
            .authority()
            .filter(|_| is_enough && self.connection.is_open())
        else {
            self.notice(NoticeCode::ActRefused, None);
            return false;
        };
        let counter = self.acts.in_force.next_counter().max(self.acts.last_counter + 1);
        self.acts.last_counter = counter;
        let act = HostAct { counter, kind };
        let (meeting, mode) = (self.link.meeting, self.link.mode());
        let act = self.acts.stay.sign(meeting, mode, &act, authority);
        self.send(&ClientMessage::Act { act });
        true
    }

    fn authority(&self) -> Option<Authority> {
        let key = self.acts.stay.public();
        match e2ee::host_key(&self.link) {
            Some(host_key) => {
                let grant = host_key.grant_stay(self.link.meeting, self.link.mode(), &key);
                Some(Authority::HostKey(grant))
            }
            None => {
                let given = self.acts.in_force.authority_of(&key)?;
                Some(Authority::Role(Box::new(given.clone())))
            }
        }
    }

    fn is_upon_host(&self, kind: &ActKind) -> bool {
        let (ActKind::Mute {
            participant: Some(participant),
            ..
        }
        | ActKind::Rename { participant, .. }
        | ActKind::KeepOut { participant, .. }
        | ActKind::Remove { participant }) = kind
        else {
            return false;
        };
        self.role_of(*participant) == Role::Host
    }

    fn role_act(&self, participant: ParticipantId, role: Role) -> Option<ActKind> {
        let stay_key = self.stay_key_of(participant)?.to_vec();
        Some(ActKind::SetRole {
            participant,
            stay_key,
            role,
        })
    }

    fn rename_act(&mut self, participant: ParticipantId, name: &str) -> Option<ActKind> {
        let name = truncated(name.trim(), limits::NAME_BYTES);
        if name.is_empty() {
            return None;
        }
        let context = participant.0.to_be_bytes();
        let name = e2ee::seal_for_link(&self.link, &mut self.rng, &context, &name);
        Some(ActKind::Rename { participant, name })
    }

    fn admit_act(&self, participants: &[ParticipantId]) -> Option<ActKind> {
        let waiting = self.acts.lobby.waiting.iter();
        let admitted: Vec<Admitted> = waiting
            .filter(|waiting| participants.is_empty() || participants.contains(&waiting.participant))
            .map(|waiting| Admitted {
                participant: waiting.participant,
                stay_key: waiting.stay_key.clone(),
            })
            .filter(|admitted| admitted.stay_key.len() == KEY_BYTES)
            .take(limits::PARTICIPANTS)
            .collect();
        (!admitted.is_empty()).then_some(ActKind::Admit { admitted })
    }

    /// Ends the meeting as somebody whom a host made host: it has the role and not the key.
    pub(crate) fn end_by_role(&mut self) -> bool {
        let is_by_role = self.own_role() == Role::Host && e2ee::host_key(&self.link).is_none();
        if is_by_role {
            self.is_ending = self.act(ActKind::End);
        }
        is_by_role
    }

    /// Removes somebody by a signed act; a host's commit follows in an end-to-end meeting.
    pub(crate) fn remove_by_act(&mut self, participant: ParticipantId) -> bool {
        if self.me == Some(participant) {
            self.notice(NoticeCode::ActRefused, Some(participant));
            return false;
        }
        self.act(ActKind::Remove { participant })
    }

    /// Returns whether the own leaf commits removals: the members take no one else's.
    pub(crate) fn commits_removals(&self) -> bool {
        self.link.mode() == Mode::E2ee && e2ee::host_key(&self.link).is_some()
    }
}

fn mute(participant: Option<ParticipantId>, kinds: &[TrackKind]) -> ActKind {
    let mut kinds = kinds.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    ActKind::Mute { participant, kinds }
}

// A few sentences.
const LOBBY_TEXT_BYTES: usize = 600;
