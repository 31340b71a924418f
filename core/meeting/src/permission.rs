// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the policy is asked in a meeting, and in which words its refusals reach the clients. Decides nothing itself.

use std::sync::Arc;

use policy::{Act, Action, InMeeting, Joining, MeetingFacts, Permissions, Policy, Role};
use protocol::{ErrorCode, ParticipantId, Timestamp, TrackKind, limits};

use crate::{Meeting, Visitor, acts::role_of, reject::Rejection};

impl Meeting {
    /// Goes by another policy from here on. Whoever is in stays in; every further act is asked anew.
    pub fn set_policy(&mut self, policy: Arc<Policy>) {
        self.config.policy = policy;
    }

    /// Has room for so many from here on. Whoever is in stays in.
    pub fn set_people(&mut self, people: usize) {
        self.config.people = people;
    }

    /// Ends at `closes_at`, if ever.
    pub fn set_closes_at(&mut self, closes_at: Option<Timestamp>) {
        self.config.closes_at = closes_at;
    }

    /// Asks whether somebody may come in who has no place here.
    ///
    /// # Errors
    /// The code that the connection is to be refused with.
    pub(crate) fn ask_to_join(
        &self,
        visitor: &Visitor,
        has_host_key: bool,
        is_kept_out: bool,
    ) -> Result<(), ErrorCode> {
        let joining = self.joining(visitor, has_host_key, is_kept_out);
        if !self
            .config
            .policy
            .allows(&visitor.actor, &Action::JoinMeeting(joining))
        {
            return Err(refusal(&joining));
        }
        // Not a rule but a bound: what more people would cost was never tried.
        if self.roster.len() >= limits::PARTICIPANTS {
            return Err(ErrorCode::MeetingFull);
        }
        Ok(())
    }

    /// Returns what the policy is told about somebody who comes.
    pub(crate) fn joining(&self, visitor: &Visitor, has_host_key: bool, is_kept_out: bool) -> Joining {
        Joining {
            meeting: self.facts(),
            people_now: u32::try_from(self.roster.len()).unwrap_or(u32::MAX),
            is_own: visitor.is_owner,
            has_host_key,
            is_kept_out,
        }
    }

    /// Returns whether somebody more fits in.
    pub(crate) fn has_room(&self) -> bool {
        self.roster.len() < self.config.people.min(limits::PARTICIPANTS)
    }

    /// Asks whether a participant may do something.
    ///
    /// # Errors
    /// [`ErrorCode::NotHost`] if it might as a host, else [`ErrorCode::NotAllowed`].
    pub(crate) fn ask(&self, from: ParticipantId, act: Act) -> Result<(), Rejection> {
        self.ask_as(from, self.role(from), act)
    }

    /// Asks as [`Self::ask`] does, of somebody whose role this very message proves.
    pub(crate) fn ask_as(&self, from: ParticipantId, role: Role, act: Act) -> Result<(), Rejection> {
        let Some(participant) = self.roster.get(&from) else {
            return Err(Rejection::Message(ErrorCode::OutOfOrder));
        };
        let may = |role| {
            let action = Action::InMeeting(InMeeting {
                act,
                role,
                meeting: self.facts(),
            });
            self.config.policy.allows(&participant.visitor.actor, &action)
        };
        if may(role) {
            Ok(())
        } else if may(Role::Host) {
            Err(Rejection::Message(ErrorCode::NotHost))
        } else {
            Err(Rejection::Message(ErrorCode::NotAllowed))
        }
    }

    /// Returns what somebody is here.
    pub(crate) fn role(&self, id: ParticipantId) -> Role {
        match self.roster.get(&id) {
            Some(participant) if participant.is_host() => Role::Host,
            Some(participant) => role_of(self.acts.role_of(&participant.stay_key)),
            None => Role::Participant,
        }
    }

    /// Returns whether newcomers wait until a host lets them in.
    pub fn has_lobby(&self) -> bool {
        self.facts().has_lobby
    }

    fn facts(&self) -> MeetingFacts {
        let config = &self.config;
        let people = u32::try_from(config.people).unwrap_or(u32::MAX);
        let settings = self.acts.settings();
        let permissions = settings.permissions;
        MeetingFacts {
            has_lobby: if self.acts.has_word_on_lobby() {
                settings.has_lobby
            } else {
                config.has_lobby
            },
            is_locked: settings.is_locked,
            is_suspended: settings.is_suspended,
            participants: Permissions {
                may_unmute: permissions.may_unmute,
                may_start_video: permissions.may_start_video,
                may_share_screen: permissions.may_share_screen,
                may_chat: permissions.may_chat,
                may_rename: permissions.may_rename,
                may_record: permissions.may_record,
            },
            ..MeetingFacts::new(config.mode, config.owner_standing, people)
        }
    }
}

/// Returns what switching a track on is called.
pub(crate) const fn act_of(kind: TrackKind) -> Act {
    match kind {
        TrackKind::Microphone => Act::Unmute,
        TrackKind::Camera => Act::StartVideo,
        TrackKind::Screen | TrackKind::ScreenAudio => Act::ShareScreen,
    }
}

/// Says in the client's words which fact a refusal is about.
fn refusal(joining: &Joining) -> ErrorCode {
    let is_owner_out = joining
        .meeting
        .owner_standing
        .is_some_and(|standing| match standing {
            account::Standing::Good | account::Standing::Limited => false,
            account::Standing::Suspended | account::Standing::Terminated => true,
        });
    if joining.is_kept_out {
        ErrorCode::Removed
    } else if is_owner_out {
        ErrorCode::AccountSuspended
    } else if joining.meeting.is_locked && !joining.has_host_key {
        ErrorCode::MeetingLocked
    } else if joining.people_now >= joining.meeting.people_limit {
        ErrorCode::MeetingFull
    } else {
        ErrorCode::NotAllowed
    }
}
