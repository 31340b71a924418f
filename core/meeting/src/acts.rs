// SPDX-License-Identifier: MIT OR Apache-2.0
//! Host acts: checked, asked about, done, kept, passed on. What clients make of them is for them to check again.

mod holding;
pub(crate) mod keeping_out;
pub(crate) mod lobby;
mod new_link;

use policy::{Act, Role};
use protocol::{
    ErrorCode, ParticipantId, ServerMessage, Timestamp,
    acts::{self, ActJudge, ActKind, CheckedAct, SignedAct},
};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};

use crate::{Meeting, host, meeting::depart::Departure, participant::Participant, reject::Rejection};

impl Meeting {
    /// Takes a host's act.
    pub(crate) fn handle_act(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        from: ParticipantId,
        signed: SignedAct,
    ) -> Result<(), Rejection> {
        let checked = self
            .act_judge()
            .and_then(|judge| judge.check(&signed).ok())
            .filter(|checked| {
                let signer = self.roster.get(&from);
                signer.is_some_and(|signer| signer.stay_key == checked.key)
            })
            .ok_or(NOT_HOST)?;
        self.ask_as(from, role_of(checked.role), self.act_of_kind(&checked.act.kind))?;
        self.require_target(from, &checked.act.kind)?;
        self.acts
            .accept(&signed, &checked)
            .map_err(|_| Rejection::Message(ErrorCode::Conflict))?;
        self.mark_changed();
        self.broadcast(&ServerMessage::Act {
            by: from,
            act: signed.clone(),
        });
        self.apply(now, rng, from, &checked, signed)
    }

    fn apply(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        from: ParticipantId,
        checked: &CheckedAct,
        signed: SignedAct,
    ) -> Result<(), Rejection> {
        match &checked.act.kind {
            ActKind::SetLock { .. }
            | ActKind::SetPermissions { .. }
            | ActKind::AskToUnmute { .. }
            | ActKind::Breakouts(_)
            | ActKind::Spotlight { .. } => {}
            ActKind::SetRole { .. } => self.tell_hosts_who_waits(),
            ActKind::SetLobby { on } => {
                if !on {
                    self.admit_everybody(now, rng);
                }
                self.tell_hosts_who_waits();
            }
            ActKind::Mute { participant, kinds } => match participant {
                Some(participant) => self.hold_tracks(*participant, kinds),
                None => self.hold_everybody(kinds),
            },
            ActKind::Rename { participant, name } => self.rename(*participant, name),
            ActKind::Suspend { on } => {
                if *on {
                    self.hold_everybody(&protocol::TrackKind::ALL);
                }
                self.tell_hosts_who_waits();
            }
            ActKind::Admit { admitted } => self.admit(now, rng, admitted),
            ActKind::TurnAway { participant } => self.turn_away(*participant),
            ActKind::LobbyMessage { .. } => self.tell_lobby(from, signed),
            ActKind::Remove { participant } => {
                let departure = self.removal_by(from, ErrorCode::Removed);
                return self.handle_removal(now, rng, from, *participant, departure);
            }
            ActKind::KeepOut { participant, .. } => {
                self.keep_out(*participant);
                let departure = self.removal_by(from, ErrorCode::KeptOut);
                return self.handle_removal(now, rng, from, *participant, departure);
            }
            ActKind::LetBack { stay_key } => self.let_back(stay_key),
            ActKind::NewLink(new) => self.replace_link(now, new),
            ActKind::End => self.end(from, Vec::new()),
        }
        Ok(())
    }

    /// Refuses acts upon people who are not there, and upon the actor where that makes no sense.
    fn require_target(&self, from: ParticipantId, kind: &ActKind) -> Result<(), Rejection> {
        let target = match kind {
            ActKind::Mute { participant, .. } | ActKind::Spotlight { participant } => *participant,
            ActKind::AskToUnmute { participant }
            | ActKind::Rename { participant, .. }
            | ActKind::Remove { participant } => Some(*participant),
            ActKind::SetRole {
                participant,
                stay_key,
                ..
            } => {
                let target = self.roster.get(participant);
                let is_its = target.is_some_and(|target| target.stay_key == *stay_key);
                return is_its.then_some(()).ok_or(NOT_FOUND);
            }
            ActKind::KeepOut {
                participant,
                stay_key,
                ..
            } => {
                self.require_room_outside()?;
                let target = self.roster.get(participant);
                let is_its = target.is_some_and(|target| target.id != from && target.stay_key == *stay_key);
                return is_its.then_some(()).ok_or(NOT_FOUND);
            }
            ActKind::LetBack { stay_key } => {
                return self.acts.is_kept_out(stay_key).then_some(()).ok_or(NOT_FOUND);
            }
            ActKind::NewLink { .. } => None,
            ActKind::SetLock { .. }
            | ActKind::SetLobby { .. }
            | ActKind::SetPermissions { .. }
            | ActKind::Suspend { .. }
            | ActKind::Admit { .. }
            | ActKind::TurnAway { .. }
            | ActKind::LobbyMessage { .. }
            | ActKind::Breakouts(_)
            | ActKind::End => None,
        };
        if matches!(kind, ActKind::Remove { .. }) && target == Some(from) {
            return Err(Rejection::Message(ErrorCode::OutOfOrder));
        }
        let is_there = target.is_none_or(|target| self.roster.contains_key(&target));
        is_there.then_some(()).ok_or(NOT_FOUND)
    }

    /// Returns what the policy calls an act.
    fn act_of_kind(&self, kind: &ActKind) -> Act {
        match kind {
            ActKind::SetLock { .. } => Act::LockMeeting,
            ActKind::SetLobby { .. } | ActKind::SetPermissions { .. } | ActKind::Spotlight { .. } => {
                Act::ChangeSettings
            }
            ActKind::Mute { participant, .. } => Act::MuteParticipant {
                target: participant.map_or(Role::Participant, |participant| self.role(participant)),
            },
            ActKind::AskToUnmute { participant } => Act::MuteParticipant {
                target: self.role(*participant),
            },
            ActKind::SetRole {
                participant, role, ..
            } => Act::ChangeRole {
                target: self.role(*participant),
                to: role_of(*role),
            },
            ActKind::Rename { participant, .. } => Act::RenameParticipant {
                target: self.role(*participant),
            },
            ActKind::Suspend { .. } => Act::SuspendMeeting,
            ActKind::Admit { .. } | ActKind::TurnAway { .. } | ActKind::LobbyMessage { .. } => {
                Act::AdmitParticipant
            }
            ActKind::Remove { participant } | ActKind::KeepOut { participant, .. } => {
                Act::RemoveParticipant {
                    target: self.role(*participant),
                }
            }
            // Whoever may put participants out may let them in again.
            ActKind::LetBack { .. } => Act::RemoveParticipant {
                target: Role::Participant,
            },
            ActKind::Breakouts(_) => Act::OpenBreakouts,
            ActKind::NewLink { .. } => Act::RotateLink,
            ActKind::End => Act::EndMeeting,
        }
    }

    /// Returns what acts are held against; `None` in a meeting without a host.
    pub(crate) fn act_judge(&self) -> Option<ActJudge> {
        Some(ActJudge {
            meeting: self.config.meeting,
            mode: self.config.mode,
            host_fingerprint: Sha256::digest(self.config.host_key?).into(),
            verify: host::verify,
            sha256: |bytes| Sha256::digest(bytes).into(),
        })
    }

    /// Takes the acts that were in force before a restart.
    pub(crate) fn restore_acts(&mut self, kept: &[SignedAct]) {
        let Some(judge) = self.act_judge() else {
            return;
        };
        for signed in kept {
            if let Ok(checked) = judge.check(signed) {
                // Acts that were in force together do not make each other stale.
                let _ = self.acts.learn(signed, &checked);
            }
        }
        if let Some(new) = self.acts.new_link() {
            self.config.admission_key = new.admission_key.as_slice().try_into().ok();
        }
    }

    fn removal_by(&self, host: ParticipantId, code: ErrorCode) -> Departure {
        // A co-host's commit would be refused by the members: the server proposes for it.
        match (&self.keys, self.roster.get(&host)) {
            (crate::meeting::Keys::EndToEnd(_), Some(host)) if host.is_host() => Departure::Announced(code),
            _ => Departure::Removed(code),
        }
    }

    /// Returns the acts for somebody who comes in: what is in force, and nothing about people who are gone.
    pub(crate) fn acts_in_force(&mut self) -> Vec<SignedAct> {
        let roster = &self.roster;
        self.acts.forget(
            |participant| roster.contains_key(&participant),
            |kind| roster.values().any(|participant| participant.media.is_held(kind)),
        );
        self.acts.acts()
    }

    fn rename(&mut self, id: ParticipantId, name: &[u8]) {
        let is_standard = self.require(protocol::Mode::Standard).is_ok();
        let Some(name) = std::str::from_utf8(name).ok().filter(|_| is_standard) else {
            return;
        };
        self.call(id, name);
    }

    /// Somebody changes its own name.
    pub(crate) fn handle_rename(&mut self, from: ParticipantId, name: &str) -> Result<(), Rejection> {
        self.require(protocol::Mode::Standard)?;
        if name.is_empty() || name.len() > protocol::limits::NAME_BYTES {
            return Err(Rejection::Message(ErrorCode::TooLarge));
        }
        self.ask(from, Act::Rename)?;
        self.call(from, name);
        Ok(())
    }

    fn call(&mut self, id: ParticipantId, name: &str) {
        if let Some(participant) = self.roster.get_mut(&id) {
            participant.name = Some(protocol::Redacted(name.to_owned()));
            let entry = self.entry(id);
            self.broadcast(&ServerMessage::RosterChanged { entry });
        }
    }

    /// Returns the stay key that a hello proves; empty if it proves none.
    pub(crate) fn proved_stay_key(&self, challenge: &[u8], proof: Option<&acts::StayProof>) -> Vec<u8> {
        let config = &self.config;
        let message = acts::stay_challenge_message(config.meeting, config.mode, challenge);
        proof
            .filter(|proof| host::verify(&proof.key, &message, &proof.signature))
            .map(|proof| proof.key.clone())
            .unwrap_or_default()
    }

    /// Returns everybody who runs the meeting.
    pub(crate) fn hosts(&self) -> Vec<ParticipantId> {
        let ids = self
            .roster
            .values()
            .map(|participant: &Participant| participant.id);
        ids.filter(|id| self.role(*id) != Role::Participant).collect()
    }
}

/// Says in the policy's words what somebody is.
pub(crate) const fn role_of(role: acts::Role) -> Role {
    match role {
        acts::Role::Host => Role::Host,
        acts::Role::CoHost => Role::CoHost,
        acts::Role::Participant => Role::Participant,
    }
}

const NOT_HOST: Rejection = Rejection::Message(ErrorCode::NotHost);
const NOT_FOUND: Rejection = Rejection::Message(ErrorCode::NotFound);
