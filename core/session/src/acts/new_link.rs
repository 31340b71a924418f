// SPDX-License-Identifier: MIT OR Apache-2.0
//! The meeting's link when a host replaces it: drawn here, sealed for those who belong, taken up by them.

use std::collections::BTreeSet;

use e2ee::EarlierSeals;
use protocol::{
    MeetingLink, Mode, ParticipantId,
    acts::{ActKind, Authority, NewLink, SignedAct},
};

use crate::{group::Stage, session::Session, view::NoticeCode};

/// What became of the link during the stay.
#[derive(Default)]
pub(crate) struct LinkSide {
    earlier: EarlierSeals,
    /// The link before the present one, and those before it: for somebody whom the act did not name yet.
    before: Option<(MeetingLink, EarlierSeals)>,
    /// The stays of those whom hosts removed: no host vouches for them any more.
    removed: BTreeSet<[u8; 32]>,
}

impl Session {
    /// Makes the act that replaces the link.
    pub(super) fn new_link_act(&mut self) -> Option<ActKind> {
        let before = (self.link.clone(), self.acts.link.earlier.clone());
        let link = e2ee::renewed_link(&self.link, &mut self.rng);
        self.seal_link(&before, &link).map(ActKind::NewLink)
    }

    fn seal_link(&mut self, before: &(MeetingLink, EarlierSeals), link: &MeetingLink) -> Option<NewLink> {
        let host_public_key = self.host_public_key()?;
        let belonging = self.stays_that_belong();
        let (before, earlier) = before;
        Some(e2ee::new_link(
            before,
            link,
            earlier,
            &host_public_key,
            &belonging,
            &mut self.rng,
        ))
    }

    /// Takes up the link that the hosts' acts speak of. Returns whether it is this client's: whoever does not find the secret
    /// does not belong.
    pub(super) fn take_new_link(&mut self) -> bool {
        let Some(new) = self.acts.in_force.new_link() else {
            return true;
        };
        let Some(link) = e2ee::take_new_link(&self.link, new, &self.acts.stay) else {
            return false;
        };
        let earlier = e2ee::earlier_seals(&link, new);
        let earlier = std::mem::replace(&mut self.acts.link.earlier, earlier);
        let before = std::mem::replace(&mut self.link, link);
        if before != self.link {
            self.acts.link.before = Some((before, earlier));
        }
        let belonging = self.belonging();
        // Whom a host vouches for anew was let back.
        self.acts.link.removed.retain(|stay| !belonging.contains(stay));
        let secret = self.link.secret;
        if let Stage::Creating { member, .. } | Stage::Entering { member, .. } | Stage::Inside { member, .. } =
            &mut self.group.stage
            && let Some(secret) = secret
        {
            member.set_link(&secret, belonging);
        }
        self.group.refresh();
        true
    }

    /// A host replaced the link.
    pub(super) fn handle_new_link(&mut self, by: ParticipantId) {
        let before = self.link.clone();
        self.take_new_link();
        if self.me == Some(by) {
            self.name_stragglers();
        } else if self.link != before {
            self.notice(NoticeCode::LinkReplaced, Some(by));
        }
    }

    /// Says the act again for those who came in while it was on its way: they belong as well.
    fn name_stragglers(&mut self) {
        let belonging = self.belonging();
        let has_stragglers = self
            .stays_that_belong()
            .iter()
            .any(|stay| !belonging.contains(stay));
        let Some(before) = self.acts.link.before.clone().filter(|_| has_stragglers) else {
            return;
        };
        let link = self.link.clone();
        if let Some(new) = self.seal_link(&before, &link) {
            self.act(ActKind::NewLink(new));
        }
    }

    /// Returns the stays that a host vouched for when it replaced the link.
    pub(crate) fn belonging(&self) -> BTreeSet<[u8; 32]> {
        let new = self.acts.in_force.new_link();
        let belonging = new.map_or(&[][..], |new| new.belonging.as_slice()).iter();
        belonging
            .filter_map(|belonging| belonging.stay_key.as_slice().try_into().ok())
            .collect()
    }

    /// Holds newcomers to what hosts said about stays.
    pub(crate) fn settle_stays(&mut self) {
        let kept_out: BTreeSet<[u8; 32]> = self
            .acts
            .in_force
            .kept_out()
            .filter_map(|(_, stay_key, _)| stay_key.try_into().ok())
            .collect();
        let removed = self.acts.link.removed.clone();
        if let Some(member) = self.group.member_mut() {
            member.set_kept_out(removed, kept_out);
        }
    }

    /// Notes that a host removed somebody, whom nobody vouches for any more.
    pub(super) fn note_removed_stay(&mut self, participant: ParticipantId) {
        if let Some(stay) = self.stay_key_of(participant) {
            self.acts.link.removed.insert(stay);
        }
    }

    /// Opens what was sealed for those who have the link, or had it before it was replaced.
    pub(crate) fn open_sealed(&self, context: &[u8], sealed: &[u8]) -> Option<String> {
        e2ee::open_for_link(&self.link, &self.acts.link.earlier, context, sealed)
    }

    /// Returns path and fragment of the invitation in place of the one that the stay began with, if the link was replaced.
    pub(crate) fn shown_new_link(&self) -> Option<String> {
        self.acts.link.before.as_ref()?;
        Some(e2ee::invitation(&self.link).to_string())
    }

    /// Returns whoever is here and to stay: in an end-to-end meeting, whoever the server lists and the group holds.
    fn stays_that_belong(&self) -> Vec<[u8; 32]> {
        let is_staying = |participant: &ParticipantId| {
            self.roster.entry(*participant).is_some()
                && !self.acts.is_removed(*participant)
                && match self.link.mode() {
                    Mode::E2ee => self
                        .group
                        .leaf_of(*participant)
                        .is_some_and(|leaf| !self.removals.is_announced(leaf)),
                    Mode::Standard => true,
                }
        };
        let staying = self.everybody().into_iter().filter(is_staying);
        let stays = staying.filter_map(|participant| self.stay_key_of(participant));
        let own = self.acts.stay.public();
        let mut stays: BTreeSet<[u8; 32]> = stays.collect();
        stays.insert(own);
        stays.into_iter().collect()
    }

    fn host_public_key(&self) -> Option<Vec<u8>> {
        match e2ee::host_key(&self.link) {
            Some(host_key) => Some(host_key.public_key().to_vec()),
            None => {
                let own = self.acts.in_force.authority_of(&self.acts.stay.public())?;
                Some(host_key_of(own).to_vec())
            }
        }
    }
}

/// Returns the host key at the end of an act's proof.
fn host_key_of(act: &SignedAct) -> &[u8] {
    let mut act = act;
    loop {
        match &act.authority {
            Authority::HostKey(grant) => return &grant.host_key,
            Authority::Role(given) => act = given,
        }
    }
}
