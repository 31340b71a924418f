// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who is who: the own leaf's key and what the server says about it, and what the others' leaves show.

use e2ee::{IdentityIssuer, LeafIdentity, LeafKey};
use protocol::{
    Mode, ParticipantId,
    identity::{IdentityClaim, IdentityLevel, SignedStatement},
};
use rand_core::CryptoRng;

use crate::{
    lookalikes::Named,
    session::Session,
    view::{IdentityLevelView, IdentityView, NoticeCode},
};

/// The leaf that this client makes next: its key, which each hello names, and the server's word about it.
pub(crate) struct Introduction {
    pub(crate) leaf_key: LeafKey,
    pub(crate) identity: Option<SignedStatement>,
}

impl Introduction {
    pub(crate) fn new(rng: &mut impl CryptoRng) -> Self {
        Self {
            leaf_key: LeafKey::generate(rng),
            identity: None,
        }
    }
}

impl Session {
    /// Takes the installation's identity key from the first welcome that has one, for the whole stay.
    pub(crate) fn pin_issuer(&mut self, key: &[u8], unix_time: u64) {
        let key = <[u8; 32]>::try_from(key).ok();
        match (self.issuer, key) {
            (Some(pinned), key) if key != Some(pinned.key) => self.notice(NoticeCode::ServerForged, None),
            (Some(_), _) | (None, None) => {}
            (None, Some(key)) => self.issuer = Some(IdentityIssuer { key, unix_time }),
        }
    }

    /// Looks at names and identities again after something changed.
    pub(crate) fn settle_identities(&mut self) {
        let people: Vec<Named> = self
            .everybody()
            .into_iter()
            .map(|participant| {
                let identity = self.identity_of(participant);
                Named {
                    participant,
                    level: identity.level,
                    name: self.name_of(participant),
                    account_name: identity.account_name,
                }
            })
            .collect();
        self.lookalikes.refresh(people);
        let pretenders: Vec<ParticipantId> = self
            .group
            .participants()
            .into_iter()
            .filter(|participant| self.is_false(*participant))
            .collect();
        self.pretenders.retain(|pretender| pretenders.contains(pretender));
        for participant in pretenders {
            if self.pretenders.insert(participant) {
                self.notice(NoticeCode::FalseIdentity, Some(participant));
            }
        }
    }

    /// Returns what is known about who a participant is.
    pub(crate) fn identity_of(&self, participant: ParticipantId) -> IdentityView {
        let claim = match self.link.mode() {
            Mode::E2ee => match self.leaf_identity(participant) {
                Some(LeafIdentity::Known(claim)) => Some(claim),
                Some(LeafIdentity::Guest | LeafIdentity::False) | None => None,
            },
            Mode::Standard => self
                .roster
                .entry(participant)
                .and_then(|entry| entry.identity.as_ref()),
        };
        claim.map_or_else(guest, known)
    }

    /// Returns whether a participant's leaf pretends to be somebody.
    pub(crate) fn is_false(&self, participant: ParticipantId) -> bool {
        self.leaf_identity(participant) == Some(&LeafIdentity::False)
    }

    fn leaf_identity(&self, participant: ParticipantId) -> Option<&LeafIdentity> {
        let leaf = self.group.leaf_of(participant)?;
        Some(self.group.member()?.identity_of(leaf))
    }
}

fn known(claim: &IdentityClaim) -> IdentityView {
    let (level, by) = match &claim.level {
        IdentityLevel::SignedIn => (IdentityLevelView::SignedIn, None),
        IdentityLevel::Verified { by } => (IdentityLevelView::Verified, Some(by.clone())),
    };
    IdentityView {
        level,
        by,
        account_name: Some(claim.name.0.clone()),
    }
}

fn guest() -> IdentityView {
    IdentityView {
        level: IdentityLevelView::Guest,
        by: None,
        account_name: None,
    }
}
