// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who is behind a leaf, by the installation's signed word about that very leaf.

use protocol::{
    MeetingId,
    identity::{IdentityClaim, SignedStatement, identity_message},
};

use super::{MODE, Member};
use crate::meeting::verify;

/// Whose word about identities counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityIssuer {
    /// The installation's Ed25519 identity key, pinned when the stay began.
    pub key: [u8; 32],
    /// The installation's clock when the stay began, in seconds since 1970.
    pub unix_time: u64,
}

/// What a leaf's statement is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeafIdentity {
    /// It has none, or one that is too old to say anything.
    Guest,
    /// The installation knows who it is.
    Known(IdentityClaim),
    /// Forged, or about another leaf, another meeting or another mode: somebody pretends.
    False,
}

/// What was found about a leaf, and from which statement.
pub(super) struct Verdict {
    leaf_key: Vec<u8>,
    statement: Option<SignedStatement>,
    identity: LeafIdentity,
}

impl Verdict {
    /// Checks the statement, unless `known` is about the same one: a signature costs more than all else about a leaf.
    pub(super) fn of(
        issuer: Option<&IdentityIssuer>,
        meeting: MeetingId,
        leaf_key: &[u8],
        statement: Option<SignedStatement>,
        known: Option<Self>,
    ) -> Self {
        let known = known.filter(|known| known.leaf_key == leaf_key && known.statement == statement);
        known.unwrap_or_else(|| Self {
            leaf_key: leaf_key.to_vec(),
            identity: check(issuer, meeting, leaf_key, statement.as_ref()),
            statement,
        })
    }
}

impl Member {
    /// Returns who is behind a leaf. A leaf that is not in the tree is a guest's.
    pub fn identity_of(&self, leaf: u32) -> &LeafIdentity {
        self.verdicts_by_leaf
            .get(&leaf)
            .map_or(&LeafIdentity::Guest, |verdict| &verdict.identity)
    }
}

/// Holds a statement against the leaf that shows it.
pub(super) fn check(
    issuer: Option<&IdentityIssuer>,
    meeting: MeetingId,
    leaf_key: &[u8],
    statement: Option<&SignedStatement>,
) -> LeafIdentity {
    let Some(signed) = statement else {
        return LeafIdentity::Guest;
    };
    let Some(issuer) = issuer else {
        return LeafIdentity::False;
    };
    if !verify(
        &issuer.key,
        &identity_message(&signed.statement),
        &signed.signature,
    ) {
        return LeafIdentity::False;
    }
    match signed.read() {
        Ok(statement)
            if statement.meeting == meeting && statement.mode == MODE && statement.leaf_key == leaf_key =>
        {
            if statement.issued_at.saturating_add(GOOD_FOR) < issuer.unix_time {
                LeafIdentity::Guest
            } else {
                LeafIdentity::Known(statement.claim)
            }
        }
        Ok(_) | Err(_) => LeafIdentity::False,
    }
}

// In seconds before the own stay began. Shorter, and whoever joins a long call late finds its first people to be guests;
// longer, and whoever kept the statement of an account that it has lost can show it for as long.
const GOOD_FOR: u64 = 24 * 60 * 60;
