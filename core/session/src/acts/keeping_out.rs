// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whom the hosts keep out, and how they let somebody back.

use protocol::{ParticipantId, Timestamp, acts::ActKind, limits};

use crate::{app_message::truncated, room::KeptOutView, session::Session, view::NoticeCode};

impl Session {
    /// A host wants somebody out, and to stay out.
    pub(crate) fn handle_keep_out(&mut self, now: Timestamp, participant: ParticipantId) {
        let kind = self
            .keep_out_act(participant)
            .filter(|_| self.me != Some(participant));
        match kind {
            Some(kind) => {
                if self.act(kind) {
                    self.remove_from_group(now, participant);
                }
            }
            None => self.notice(NoticeCode::ActRefused, Some(participant)),
        }
    }

    fn keep_out_act(&mut self, participant: ParticipantId) -> Option<ActKind> {
        let stay_key = self.stay_key_of(participant)?.to_vec();
        let name = truncated(&self.name_of(participant), limits::NAME_BYTES);
        let name = e2ee::seal_for_link(&self.link, &mut self.rng, &stay_key, &name);
        Some(ActKind::KeepOut {
            participant,
            stay_key,
            name,
        })
    }

    /// Makes the act that lets somebody back in who was kept out.
    pub(super) fn let_back_act(&self, participant: ParticipantId) -> Option<ActKind> {
        let mut kept_out = self.acts.in_force.kept_out();
        let (_, stay_key, _) = kept_out.find(|(who, _, _)| *who == participant)?;
        let stay_key = stay_key.to_vec();
        Some(ActKind::LetBack { stay_key })
    }

    /// Returns whether hosts keep this participant out.
    pub(crate) fn is_kept_out(&self) -> bool {
        self.acts.in_force.is_kept_out(&self.acts.stay.public())
    }

    /// Returns whom the hosts keep out, for those who can undo it.
    pub(crate) fn kept_out(&self) -> Vec<KeptOutView> {
        if self.own_role() == protocol::acts::Role::Participant {
            return Vec::new();
        }
        let kept_out = self.acts.in_force.kept_out();
        kept_out
            .map(|(participant, stay_key, name)| KeptOutView {
                participant,
                name: self
                    .open_sealed(stay_key, name)
                    .map(|name| truncated(&name, limits::NAME_BYTES))
                    .unwrap_or_default(),
            })
            .collect()
    }
}
