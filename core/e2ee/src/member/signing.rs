// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the leaf key signs outside MLS: refusals, profiles, the end of the meeting.

use protocol::{
    ParticipantId,
    limits::NAME_BYTES,
    mls::{commit_refusal_message, end_meeting_message},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{MODE, Member, MemberError, verified::What};
use crate::meeting::verify;

/// The evidence that a member refuses a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRefusal {
    /// SHA-256 of the commit.
    pub commit_hash: Vec<u8>,
    /// By the leaf key.
    pub signature: Vec<u8>,
}

/// A member's name, by its own word. Others may pass it on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedProfile {
    /// The display name.
    pub name: String,
    /// The leaf that signed.
    #[serde(with = "serde_bytes")]
    pub leaf_key: Vec<u8>,
    /// By that leaf key.
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

impl Member {
    /// Signs the refusal of a commit, for the server.
    pub fn refusal(&self, epoch: u64, commit: &[u8]) -> SignedRefusal {
        let commit_hash = Sha256::digest(commit).to_vec();
        let signature = self
            .key
            .sign_message(&commit_refusal_message(self.meeting(), epoch, &commit_hash));
        SignedRefusal {
            commit_hash,
            signature,
        }
    }

    /// Signs the end of the meeting.
    ///
    /// # Errors
    /// [`MemberError::NotHost`] if nobody would believe it.
    pub fn sign_end_meeting(&self) -> Result<Vec<u8>, MemberError> {
        if !self.is_joined() {
            return Err(MemberError::NotMember);
        }
        if !self.is_host() {
            return Err(MemberError::NotHost);
        }
        Ok(self.key.sign_message(&end_meeting_message(self.meeting(), MODE)))
    }

    /// Returns whether a host in the tree ended the meeting, and not just the server.
    pub fn verify_end_meeting(&self, by: ParticipantId, signature: &[u8]) -> bool {
        let message = end_meeting_message(self.meeting(), MODE);
        self.group.treesync().full_leaves().any(|(_, leaf)| {
            let owner = self.expectations.check_leaf(leaf);
            owner.is_ok_and(|owner| owner.is_host && owner.participant == by)
                && verify(leaf.signature_key().as_slice(), &message, signature)
        })
    }

    /// Signs the own name.
    pub fn sign_profile(&self, name: &str) -> SignedProfile {
        let signature = self
            .key
            .sign_message(&self.profile_message(self.participant, name));
        SignedProfile {
            name: name.to_owned(),
            leaf_key: self.key.public().to_vec(),
            signature,
        }
    }

    /// Returns whose profile it is, if a leaf in the tree signed it and the name is not too long.
    pub fn verify_profile(&self, profile: &SignedProfile) -> Option<ParticipantId> {
        if profile.name.len() > NAME_BYTES {
            return None;
        }
        let mut leaves = self.group.treesync().full_leaves().map(|(_, leaf)| leaf);
        let leaf = leaves.find(|leaf| leaf.signature_key().as_slice() == profile.leaf_key)?;
        let owner = self.expectations.check_leaf(leaf).ok()?;
        let message = self.profile_message(owner.participant, &profile.name);
        let SignedProfile {
            leaf_key, signature, ..
        } = profile;
        let verified = &self.expectations.verified;
        verified
            .check(What::Profile, leaf_key, &message, signature, || {
                verify(leaf_key, &message, signature)
            })
            .then_some(owner.participant)
    }

    // As the labelled messages of `protocol::mls`: length of the label, label, mode, meeting, data.
    fn profile_message(&self, participant: ParticipantId, name: &str) -> Vec<u8> {
        let mut message = vec![u8::try_from(PROFILE_LABEL.len()).expect("labels are short")];
        message.extend_from_slice(PROFILE_LABEL);
        message.push(MODE.label_byte());
        message.extend_from_slice(self.meeting().as_bytes());
        message.extend_from_slice(&participant.0.to_be_bytes());
        message.extend_from_slice(name.as_bytes());
        message
    }
}

const PROFILE_LABEL: &[u8] = b"Incamera 1 profile";
