// SPDX-License-Identifier: MIT OR Apache-2.0
//! Host acts as a client sees them: signs the own ones, believes those of others only by their signatures, and finds
//! where the server does what no host signed.

mod commands;
mod differences;
mod keeping_out;
pub(crate) mod lobby;
mod new_link;

use std::{collections::BTreeSet, time::Duration};

use e2ee::{Merged, StayKey};
use protocol::{
    Mode, ParticipantId, ResumeToken, Timestamp, TrackKind,
    acts::{ActKind, ActsInForce, CheckedAct, Permissions, Role, Settings, SignedAct},
};

use rand_core::CryptoRng;

use crate::{
    session::Session,
    view::{LeftReason, LocalReason, NoticeCode},
};
use differences::Differences;
use lobby::LobbySide;
use new_link::LinkSide;

/// What hosts did, and what follows here.
pub(crate) struct HostActs {
    pub(crate) stay: StayKey,
    in_force: ActsInForce,
    /// The tracks that a signed act stopped and that were not on since.
    stopped: BTreeSet<(ParticipantId, TrackKind)>,
    /// Whom a signed act or a host's commit removed.
    removed: BTreeSet<ParticipantId>,
    is_end_signed: bool,
    differences: Differences,
    /// From when on newcomers must have been let in: whoever was on the way in when the lobby went on is none.
    strict_at: Option<Timestamp>,
    known_stays: BTreeSet<[u8; 32]>,
    last_counter: u64,
    pub(crate) lobby: LobbySide,
    link: LinkSide,
}

impl HostActs {
    pub(crate) fn new(stay: StayKey) -> Self {
        Self {
            stay,
            in_force: ActsInForce::default(),
            stopped: BTreeSet::new(),
            removed: BTreeSet::new(),
            is_end_signed: false,
            differences: Differences::default(),
            strict_at: None,
            known_stays: BTreeSet::new(),
            last_counter: 0,
            lobby: LobbySide::default(),
            link: LinkSide::default(),
        }
    }

    /// Returns what the hosts signed, as far as it lasts.
    pub(crate) const fn in_force(&self) -> &ActsInForce {
        &self.in_force
    }

    pub(crate) fn settings(&self) -> Settings {
        self.in_force.settings()
    }

    /// Returns the token to be kept for the next page: with the stay key's seed, so that roles and admission go on.
    pub(crate) fn stay_token(&self, resume: &ResumeToken) -> ResumeToken {
        let mut bytes = resume.as_bytes().to_vec();
        bytes.extend_from_slice(&self.stay.seed());
        ResumeToken::new(bytes)
    }

    /// Returns the act that let this stay in from the lobby.
    pub(crate) fn own_admission(&self) -> Option<SignedAct> {
        self.in_force.admission_of(&self.stay.public()).cloned()
    }

    /// Returns whether a host signed that somebody goes; a person goes once.
    pub(crate) fn is_removed(&self, participant: ParticipantId) -> bool {
        self.removed.contains(&participant)
    }

    pub(crate) const fn is_end_signed(&self) -> bool {
        self.is_end_signed
    }
}

/// Takes a kept token apart into what the server gave and the stay key; without one, draws a key.
pub(crate) fn split_token(
    token: Option<ResumeToken>,
    rng: &mut impl CryptoRng,
) -> (Option<ResumeToken>, StayKey) {
    let split = token
        .as_ref()
        .and_then(|token| token.as_bytes().split_last_chunk());
    match split {
        Some((resume, seed)) => (Some(ResumeToken::new(resume.to_vec())), StayKey::from_seed(*seed)),
        None => (None, StayKey::generate(rng)),
    }
}

impl Session {
    /// Takes the acts that were in force before this connection.
    pub(crate) fn learn_acts(&mut self, now: Timestamp, acts: &[SignedAct]) {
        let judge = e2ee::act_judge(&self.link);
        let had_lobby = self.acts.settings().has_lobby;
        for signed in acts.iter().take(MOST_ACTS) {
            if self.acts.in_force.holds(signed) {
                continue;
            }
            let Ok(checked) = judge.check(signed) else {
                self.notice(NoticeCode::ActForged, None);
                continue;
            };
            // What is older than what is known here says nothing.
            if self.acts.in_force.learn(signed, &checked).is_ok()
                && let ActKind::Mute { participant, kinds } = &checked.act.kind
            {
                self.note_stopped(*participant, kinds);
            }
        }
        if self.acts.settings().has_lobby && !had_lobby {
            self.acts.strict_at = Some(now + ENTERING_WITHIN);
        }
        self.obey_signed_stops();
        if !self.take_new_link() {
            self.leave_politely(LeftReason::Server(protocol::ErrorCode::LinkReplaced));
        }
    }

    /// Takes an act as it happens.
    pub(crate) fn handle_act(&mut self, now: Timestamp, by: ParticipantId, signed: &SignedAct) {
        let Ok(checked) = e2ee::act_judge(&self.link).check(signed) else {
            self.notice(NoticeCode::ActForged, Some(by));
            return;
        };
        let had_lobby = self.acts.settings().has_lobby;
        if self.acts.in_force.accept(signed, &checked).is_err() {
            self.notice(NoticeCode::ActForged, Some(by));
            return;
        }
        let by = self.whose_stay(&checked.key).unwrap_or(by);
        self.apply_act(by, &checked);
        if self.acts.settings().has_lobby && !had_lobby {
            self.acts.strict_at = Some(now + ENTERING_WITHIN);
        }
    }

    fn apply_act(&mut self, by: ParticipantId, checked: &CheckedAct) {
        match &checked.act.kind {
            ActKind::Mute { participant, kinds } => {
                self.note_stopped(*participant, kinds);
                self.stop_own(by, kinds);
            }
            ActKind::Suspend { on: true } => {
                self.note_stopped(None, &TrackKind::ALL);
                self.stop_own(by, &TrackKind::ALL);
            }
            ActKind::AskToUnmute { participant } if self.me == Some(*participant) => {
                self.notice(NoticeCode::AskedToUnmute, Some(by));
            }
            ActKind::SetRole { participant, .. } => {
                self.notice(NoticeCode::RoleChanged, Some(*participant));
            }
            ActKind::NewLink(_) => self.handle_new_link(by),
            ActKind::Remove { participant } | ActKind::KeepOut { participant, .. } => {
                self.note_removed_stay(*participant);
                self.acts.removed.insert(*participant);
                if self.me != Some(*participant) && self.me != Some(by) {
                    self.notice(NoticeCode::RemovedByHost, Some(*participant));
                }
            }
            ActKind::LobbyMessage { text } => {
                if self.acts.lobby.is_waiting {
                    self.acts.lobby.message = self.open_sealed(LOBBY_CONTEXT, text);
                }
            }
            ActKind::End => self.acts.is_end_signed = true,
            ActKind::Suspend { on: false }
            | ActKind::AskToUnmute { .. }
            | ActKind::SetLock { .. }
            | ActKind::SetLobby { .. }
            | ActKind::SetPermissions { .. }
            | ActKind::Spotlight { .. }
            | ActKind::Rename { .. }
            | ActKind::Admit { .. }
            | ActKind::TurnAway { .. }
            | ActKind::Breakouts(_)
            | ActKind::LetBack { .. } => {}
        }
    }

    /// Notes whose tracks a signed act stopped.
    fn note_stopped(&mut self, whom: Option<ParticipantId>, kinds: &[TrackKind]) {
        let targets: Vec<ParticipantId> = match whom {
            Some(participant) => vec![participant],
            None => self
                .everybody()
                .into_iter()
                .filter(|participant| self.role_of(*participant) == Role::Participant)
                .collect(),
        };
        for participant in targets {
            for kind in kinds {
                self.acts.stopped.insert((participant, *kind));
            }
        }
    }

    /// Switches the own tracks off that were stopped: the server forwards nothing of them any more.
    fn stop_own(&mut self, by: ParticipantId, kinds: &[TrackKind]) {
        let Some(me) = self.me else {
            return;
        };
        let active = self.media.active().to_vec();
        let left: Vec<TrackKind> = active
            .iter()
            .copied()
            .filter(|kind| !(kinds.contains(kind) && self.acts.stopped.contains(&(me, *kind))))
            .collect();
        if left != active {
            self.media.set_active(left);
            self.send_tracks();
            self.notice(NoticeCode::MutedByHost, Some(by));
        }
    }

    /// After a reconnect: switches off what was stopped in the meantime, if a host signed that.
    fn obey_signed_stops(&mut self) {
        let Some(me) = self.me else {
            return;
        };
        let held = self
            .roster
            .entry(me)
            .map(|entry| entry.held.clone())
            .unwrap_or_default();
        self.stop_own(me, &held);
    }

    /// A participant's tracks changed, says the server: what is on again is not stopped.
    pub(crate) fn note_tracks(&mut self, participant: ParticipantId, tracks: &[TrackKind]) {
        for kind in tracks {
            self.acts.stopped.remove(&(participant, *kind));
        }
    }

    /// Returns what somebody is.
    pub(crate) fn role_of(&self, participant: ParticipantId) -> Role {
        let holds_host_key = match self.link.mode() {
            Mode::E2ee => {
                let mut leaves = self.group.members.iter();
                leaves.any(|member| member.participant == participant && member.is_host)
            }
            Mode::Standard => self.roster.entry(participant).is_some_and(|entry| entry.is_host),
        };
        let is_own_link = self.me == Some(participant) && e2ee::host_key(&self.link).is_some();
        if holds_host_key || is_own_link {
            return Role::Host;
        }
        self.stay_key_of(participant)
            .map_or(Role::Participant, |key| self.acts.in_force.role_of(&key))
    }

    /// Returns what somebody may do at present.
    pub(crate) fn permissions_of(&self, participant: ParticipantId) -> Permissions {
        self.acts.settings().permissions_of(self.role_of(participant))
    }

    /// Returns what this participant may do at present.
    pub(crate) fn own_permissions(&self) -> Permissions {
        self.me.map_or(Permissions::ALL, |me| self.permissions_of(me))
    }

    /// Returns what this participant is.
    pub(crate) fn own_role(&self) -> Role {
        match self.me {
            Some(me) => self.role_of(me),
            None if e2ee::host_key(&self.link).is_some() => Role::Host,
            None => Role::Participant,
        }
    }

    /// Returns the key of somebody's stay.
    pub(crate) fn stay_key_of(&self, participant: ParticipantId) -> Option<[u8; 32]> {
        if self.me == Some(participant) {
            return Some(self.acts.stay.public());
        }
        match self.link.mode() {
            Mode::E2ee => {
                let leaf = self.group.leaf_of(participant)?;
                let mut members = self.group.members.iter();
                members.find(|member| member.leaf == leaf)?.stay_key
            }
            Mode::Standard => {
                let entry = self.roster.entry(participant)?;
                entry.stay_key.as_slice().try_into().ok()
            }
        }
    }

    fn whose_stay(&self, key: &[u8; 32]) -> Option<ParticipantId> {
        let mut people = self.everybody().into_iter();
        people.find(|participant| self.stay_key_of(*participant).as_ref() == Some(key))
    }

    /// Returns the name that a host gave somebody.
    pub(crate) fn given_name(&self, participant: ParticipantId) -> Option<String> {
        let sealed = self.acts.in_force.name_of(participant)?;
        self.open_sealed(&participant.0.to_be_bytes(), sealed)
    }

    /// Returns which of somebody's stopped tracks a host signed for.
    pub(crate) fn held_by_host(&self, participant: ParticipantId) -> Vec<TrackKind> {
        let held = self.roster.entry(participant).map(|entry| entry.held.as_slice());
        let held = held.unwrap_or_default().iter().copied();
        held.filter(|kind| self.acts.stopped.contains(&(participant, *kind)))
            .collect()
    }

    /// Somebody is in the server's list again whom a host may have removed before.
    pub(crate) fn note_entered(&mut self, participant: ParticipantId) {
        self.acts.removed.remove(&participant);
    }

    /// Somebody is gone. In an end-to-end meeting, somebody said so: itself, or a host.
    pub(crate) fn note_gone(&mut self, participant: ParticipantId) {
        let is_explained = self.room.take_goodbye(participant) || self.acts.is_removed(participant);
        let was_member = self.group.leaf_of(participant).is_some();
        // In a breakout room people come and go by what hosts sign in the meeting that it is of.
        if self.link.mode() == Mode::E2ee && was_member && !is_explained && !self.breakouts.is_room() {
            self.notice(NoticeCode::Vanished, Some(participant));
        }
    }

    /// Notes whom a host's own commit removed: its leaf signed that. Only hosts' commits remove by their own word.
    pub(crate) fn note_removed_by_commit(&mut self, merged: &Merged) {
        self.acts.removed.extend(&merged.removed);
    }

    /// The server says that this participant was removed. Returns why the stay is over.
    pub(crate) fn own_removal(&self) -> LeftReason {
        if self.is_kept_out() {
            return LeftReason::Server(protocol::ErrorCode::KeptOut);
        }
        let is_signed = self.me.is_some_and(|me| self.acts.is_removed(me));
        if self.link.mode() == Mode::E2ee && self.group.member().is_some() && !is_signed {
            LeftReason::Local(LocalReason::UnsignedRemoval)
        } else {
            LeftReason::Server(protocol::ErrorCode::Removed)
        }
    }

    /// Holds newcomers to what the hosts signed about the lobby.
    pub(crate) fn settle_lobby(&mut self, now: Timestamp) {
        let is_strict = self.acts.settings().has_lobby
            && self.acts.strict_at.is_some_and(|at| at <= now)
            && !self.group.is_catching_up;
        let keys: Vec<[u8; 32]> = self
            .group
            .members
            .iter()
            .filter_map(|member| member.stay_key)
            .collect();
        if self.acts.known_stays.len() > MOST_STAYS {
            self.acts.known_stays.clear();
        }
        self.acts.known_stays.extend(keys);
        let known = is_strict.then(|| self.acts.known_stays.clone());
        if let Some(member) = self.group.member_mut() {
            member.set_lobby(known);
        }
    }
}

/// In which context hosts speak to the lobby. A name in it belongs to a stay, a given name to a participant.
const LOBBY_CONTEXT: &[u8] = b"lobby";

// As many as a meeting's whole history of people and switches; more is a hostile server's.
const MOST_ACTS: usize = 2000;

// Stays that came and went; beyond it only those who are here are remembered.
const MOST_STAYS: usize = 4096;

// How long somebody may be on the way in whom the server let through before the lobby went on. Shorter turns honest people
// into ghosts; longer lets the server slip somebody past the hosts, who has the link all the same.
const ENTERING_WITHIN: Duration = Duration::from_secs(10);
