// SPDX-License-Identifier: MIT OR Apache-2.0
//! The beginning and the end of each connection: challenge, hello, welcome, refusal, loss.

use protocol::{
    ClientMessage, ErrorCode, Mode, PROTOCOL_VERSION, ParticipantId, Redacted, ResumeToken, ServerMessage,
    Timestamp,
    message::{GroupState, RosterEntry, StandardKey},
};

use crate::{
    command::Output,
    identity::Introduction,
    names::Names,
    session::Session,
    view::{LeftReason, LocalReason, NoticeCode},
};

impl Session {
    /// Handles what comes before the client is in. Anything else than challenge, welcome and refusal is skipped.
    pub(crate) fn handle_greeting(&mut self, now: Timestamp, message: ServerMessage) {
        if let ServerMessage::Challenge { nonce } = message {
            self.say_hello(&nonce);
        } else if let ServerMessage::Refused { code } = message {
            self.handle_refused(now, code);
        } else if let ServerMessage::InLobby { participant } = message {
            self.handle_in_lobby(now, participant);
        } else if let ServerMessage::Act { by, act } = message {
            self.handle_act(now, by, &act);
        } else if let ServerMessage::Welcome {
            participant,
            resume,
            roster,
            group,
            standard_key,
            external_sender,
            identity,
            identity_key,
            unix_time,
            heard,
            has_missed_messages,
            acts,
        } = message
        {
            self.leave_lobby();
            self.connection.handle_welcomed(now);
            self.group.set_external_sender(external_sender);
            self.introduction.identity = identity;
            self.pin_issuer(&identity_key, unix_time);
            self.breakouts.handle_clock(now, unix_time);
            self.handle_welcome(now, participant, resume, roster);
            self.learn_acts(now, &acts);
            if self.left.is_some() {
                return;
            }
            self.heard = heard;
            if has_missed_messages {
                self.notice(NoticeCode::MessagesMissed, None);
            }
            self.begin_keys(now, group, standard_key);
            if self.left.is_none() {
                self.start_transport();
                self.send_tracks();
                self.send_subscription();
            }
        }
    }

    fn say_hello(&mut self, challenge: &[u8]) {
        let mode = self.link.mode();
        self.introduction = Introduction::new(&mut self.rng);
        let epoch = match mode {
            Mode::E2ee => self.group.epoch(),
            Mode::Standard => self.standard.as_ref().map(e2ee::StandardKeys::epoch),
        };
        let hello = ClientMessage::Hello {
            version: PROTOCOL_VERSION,
            meeting: self.link.meeting,
            mode,
            resume: self.resume.clone(),
            epoch,
            host_proof: e2ee::host_key(&self.link).map(|key| key.prove(self.link.meeting, mode, challenge)),
            admission: e2ee::prove_admission(&self.link, challenge),
            name: (mode == Mode::Standard).then(|| Redacted(self.name.clone())),
            leaf_key: match mode {
                Mode::E2ee => self.introduction.leaf_key.public().to_vec(),
                Mode::Standard => Vec::new(),
            },
            heard: epoch.map(|_| self.heard),
            stay: Some(self.acts.stay.prove(self.link.meeting, mode, challenge)),
        };
        self.send(&hello);
    }

    fn handle_welcome(
        &mut self,
        now: Timestamp,
        participant: ParticipantId,
        resume: ResumeToken,
        roster: Vec<RosterEntry>,
    ) {
        if self.me.is_some_and(|me| me != participant) {
            self.group.lose(now);
            self.standard = None;
            self.names = Names::default();
            self.room.forget_board();
        }
        self.me = Some(participant);
        self.resume = Some(resume.clone());
        self.output(Output::Resume(self.acts.stay_token(&resume)));
        self.roster.replace(roster);
        self.speakers.clear();
    }

    fn begin_keys(&mut self, now: Timestamp, group: Option<GroupState>, standard_key: Option<StandardKey>) {
        match (self.link.mode(), standard_key) {
            (Mode::E2ee, None) => self.begin_group(now, group),
            (Mode::Standard, Some(key)) => self.begin_standard(&key),
            (Mode::E2ee, Some(_)) | (Mode::Standard, None) => {
                self.leave(LeftReason::Server(ErrorCode::WrongMode));
            }
        }
    }

    /// Handles the server's refusal of this connection: over for good, or worth another try.
    pub(crate) fn handle_refused(&mut self, now: Timestamp, code: ErrorCode) {
        match code {
            ErrorCode::MeetingEnded if self.is_ending => {
                self.leave(LeftReason::Local(LocalReason::EndedByYou))
            }
            ErrorCode::MeetingEnded if self.was_active && self.link.mode() == Mode::E2ee => {
                self.leave(LeftReason::Local(LocalReason::UnsignedEnd));
            }
            ErrorCode::MeetingEnded
            | ErrorCode::UnsupportedVersion
            | ErrorCode::UnknownMeeting
            | ErrorCode::MeetingFull
            | ErrorCode::WrongMode
            | ErrorCode::WrongSecret
            | ErrorCode::Superseded
            | ErrorCode::NotHost
            | ErrorCode::CommitRefused
            | ErrorCode::ForeignOrigin
            | ErrorCode::NotFound
            | ErrorCode::NotAllowed
            | ErrorCode::WrongCredentials
            | ErrorCode::FreshSignInNeeded
            | ErrorCode::Conflict
            | ErrorCode::TimeLimit
            | ErrorCode::AccountSuspended
            | ErrorCode::MeetingLocked
            | ErrorCode::LinkReplaced
            | ErrorCode::TurnedAway => self.leave(LeftReason::Server(code)),
            ErrorCode::Removed | ErrorCode::KeptOut if self.connection.is_open() => {
                self.leave(self.own_removal())
            }
            ErrorCode::Removed | ErrorCode::KeptOut => self.leave(LeftReason::Server(code)),
            ErrorCode::ForeignToken => {
                self.resume = None;
                self.me = None;
                self.group.lose(now);
                self.standard = None;
                self.drop_connection(now);
            }
            ErrorCode::Malformed
            | ErrorCode::TooLarge
            | ErrorCode::RateLimited
            | ErrorCode::OutOfOrder
            | ErrorCode::StaleEpoch
            | ErrorCode::InvalidCommit
            | ErrorCode::MediaRefused
            | ErrorCode::Unavailable
            | ErrorCode::Internal => self.drop_connection(now),
        }
    }

    /// Handles the end of the meeting: a host must have signed it, or it is the server's mere word.
    pub(crate) fn handle_ended(&mut self, now: Timestamp, by: ParticipantId, signature: &[u8]) {
        let is_believed = match self.link.mode() {
            Mode::E2ee if self.acts.is_end_signed() => true,
            Mode::E2ee => match self.group.member() {
                Some(member) => member.verify_end_meeting(by, signature),
                None => !self.was_active,
            },
            Mode::Standard => true,
        };
        if !is_believed {
            self.notice(NoticeCode::UnsignedEnd, Some(by));
            self.drop_connection(now);
        } else if self.is_ending && self.me == Some(by) {
            self.leave(LeftReason::Local(LocalReason::EndedByYou));
        } else {
            self.leave(LeftReason::Server(ErrorCode::MeetingEnded));
        }
    }

    /// Ends the meeting for everybody, if this participant may.
    pub(crate) fn handle_end_meeting(&mut self) {
        if self.end_by_role() {
            return;
        }
        let signature = match self.link.mode() {
            Mode::E2ee => self
                .group
                .member()
                .and_then(|member| member.sign_end_meeting().ok()),
            Mode::Standard => {
                e2ee::host_key(&self.link).map(|key| key.sign_end_meeting(self.link.meeting, Mode::Standard))
            }
        };
        match signature {
            Some(signature) if self.connection.is_open() => {
                self.is_ending = true;
                self.send(&ClientMessage::EndMeeting { signature });
            }
            Some(_) | None => self.notice(NoticeCode::ActRefused, None),
        }
    }

    fn drop_connection(&mut self, now: Timestamp) {
        self.output(Output::Disconnect);
        self.handle_lost(now);
    }

    /// Notes that the connection is gone; the group stays, half-made entries into it do not.
    pub(crate) fn handle_lost(&mut self, now: Timestamp) {
        self.leave_lobby();
        self.room.forget_told();
        self.recordings.handle_lost();
        self.connection.handle_lost(now, &mut self.rng);
        self.group.handle_lost();
        self.chat.handle_lost();
        self.names.pause();
        self.forget_fences();
    }
}
