// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a leaf says about itself, as far as it can be checked without the link secret.

use ed25519_dalek::{Signature, VerifyingKey};
use openmls::prelude::{BasicCredential, LeafNode};
use protocol::{
    MeetingId, Mode, ParticipantId,
    mls::{HostGrant, LEAF_BINDING_EXTENSION, LeafBinding, host_grant_message},
};
use sha2::{Digest as _, Sha256};

/// One leaf of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) index: u32,
    pub(crate) participant: ParticipantId,
    pub(crate) signature_key: Vec<u8>,
    pub(crate) is_host: bool,
}

impl Leaf {
    /// Reads a leaf; `None` if credential and binding do not name the same participant, or it claims host rights that
    /// nobody granted. The admission proof is for the members to check.
    pub(crate) fn read(
        index: u32,
        leaf: &LeafNode,
        meeting: MeetingId,
        fingerprint: &[u8; 32],
    ) -> Option<Self> {
        let binding = leaf_binding(leaf)?;
        let credential = BasicCredential::try_from(leaf.credential().clone()).ok()?;
        if credential.identity() != binding.participant.0.to_be_bytes() {
            return None;
        }
        let signature_key = leaf.signature_key().as_slice().to_vec();
        let is_host = match &binding.host_grant {
            Some(grant) => is_valid_grant(grant, meeting, fingerprint, &signature_key).then_some(true)?,
            None => false,
        };
        Some(Self {
            index,
            participant: binding.participant,
            signature_key,
            is_host,
        })
    }
}

pub(crate) fn leaf_binding(leaf: &LeafNode) -> Option<LeafBinding> {
    protocol::decode(&leaf.extensions().unknown(LEAF_BINDING_EXTENSION)?.0).ok()
}

/// Returns whether `signature` is `key`'s Ed25519 signature over `message`.
pub(crate) fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Some(key) = key
        .try_into()
        .ok()
        .and_then(|key| VerifyingKey::from_bytes(key).ok())
    else {
        return false;
    };
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

fn is_valid_grant(grant: &HostGrant, meeting: MeetingId, fingerprint: &[u8; 32], leaf_key: &[u8]) -> bool {
    Sha256::digest(&grant.host_key).as_slice() == fingerprint
        && verify(
            &grant.host_key,
            &host_grant_message(meeting, Mode::E2ee, leaf_key),
            &grant.signature,
        )
}
