// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who may join while the lobby is on: whoever a host let in, and whoever was there before.

use std::collections::BTreeSet;

use openmls::prelude::LeafNode;
use protocol::acts::{ActKind, LeafStay};

use super::{
    CommitRefusal, MODE, Member,
    binding::{LeafOwner, leaf_binding},
};
use crate::acts::judge;

impl Member {
    /// From here on, takes only those newcomers in whom a host let in or who are `known` by their stay keys; with `None`
    /// everybody who has the link. Hosts come in always.
    pub fn set_lobby(&mut self, known: Option<BTreeSet<[u8; 32]>>) {
        self.lobby = known;
    }

    /// From here on, takes only those newcomers in who have this secret of the link, or whose stays are `belonging`: a host
    /// vouched for them when it replaced the secret. Whoever is in stays in.
    pub fn set_link(&mut self, secret: &[u8; 32], belonging: BTreeSet<[u8; 32]>) {
        let expectations = &self.expectations;
        let proved: Vec<Vec<u8>> = self
            .group
            .treesync()
            .full_leaves()
            .filter(|(_, leaf)| expectations.check_leaf(leaf).is_ok())
            .map(|(_, leaf)| leaf.signature_key().as_slice().to_vec())
            .collect();
        self.expectations.replace_secret(secret, proved.into_iter());
        self.expectations.set_belonging(belonging);
        self.read_roster();
    }

    /// Lets nobody in whose stay is in `kept_out`, whatever else it shows; and nobody of `removed` for a host's having vouched
    /// for it before.
    pub fn set_kept_out(&mut self, removed: BTreeSet<[u8; 32]>, kept_out: BTreeSet<[u8; 32]>) {
        self.expectations.set_removed(removed);
        self.kept_out = kept_out;
    }

    /// Checks what a newcomer's leaf says about its stay.
    pub(super) fn check_newcomer(&self, leaf: &LeafNode, owner: LeafOwner) -> Result<(), CommitRefusal> {
        let leaf_key = leaf.signature_key().as_slice();
        let stay = leaf_binding(leaf).and_then(|binding| binding.stay);
        if let Some(stay) = &stay
            && !self.expectations.is_bound(stay, leaf_key)
        {
            return Err(CommitRefusal::NotAdmitted);
        }
        if !owner.is_host && !self.takes_into_room(stay.as_ref()) {
            return Err(CommitRefusal::NotAdmitted);
        }
        if owner.stay_key.is_some_and(|key| self.kept_out.contains(&key)) {
            return Err(CommitRefusal::NotAdmitted);
        }
        let Some(known) = self.lobby.as_ref().filter(|_| !owner.is_host) else {
            return Ok(());
        };
        let is_known = owner.stay_key.is_some_and(|key| known.contains(&key));
        if is_known || stay.is_some_and(|stay| self.is_admitted(&stay)) {
            Ok(())
        } else {
            Err(CommitRefusal::NotAdmitted)
        }
    }

    fn is_admitted(&self, stay: &LeafStay) -> bool {
        let expectations = &self.expectations;
        let judge = judge(expectations.meeting, MODE, *expectations.host_fingerprint());
        let Some(Ok(checked)) = stay.admission.as_ref().map(|act| judge.check(act)) else {
            return false;
        };
        matches!(checked.act.kind, ActKind::Admit { admitted }
            if admitted.iter().any(|admitted| admitted.stay_key == stay.key))
    }
}
