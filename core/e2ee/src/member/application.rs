// SPDX-License-Identifier: MIT OR Apache-2.0
//! Application messages: chat, names, and whatever else travels between members only.

use openmls::prelude::{
    MlsMessageBodyIn, MlsMessageIn, ProcessMessageError, ProcessedMessageContent, ProtocolMessage, Sender,
    ValidationError,
};
use protocol::ParticipantId;
use tls_codec::Deserialize as _;

use super::{ApplicationRefusal, Member, MemberError, Phase, binding::participant_of};

/// An authentic message of a member.
#[derive(Clone, PartialEq, Eq)]
pub struct ApplicationMessage {
    /// Who sent it, by its leaf.
    pub sender: ParticipantId,
    /// The leaf it had then.
    pub leaf: u32,
    /// The epoch it was sent in.
    pub epoch: u64,
    /// The message.
    pub plaintext: Vec<u8>,
}

impl Member {
    /// Seals a message for everybody in the epoch (PrivateMessage).
    ///
    /// # Errors
    /// [`MemberError::NotMember`] before joining and after being removed; [`MemberError::CommitPending`] while an own
    /// commit is under way: seal again once it came back or lost.
    pub fn seal_application(&mut self, plaintext: &[u8]) -> Result<Vec<u8>, MemberError> {
        if !matches!(self.phase, Phase::Joined) {
            return Err(MemberError::NotMember);
        }
        if self.pending.is_some() {
            return Err(MemberError::CommitPending);
        }
        let message = self.group.create_message(&self.provider, &self.key, plaintext);
        message
            .ok()
            .and_then(|message| message.to_bytes().ok())
            .ok_or(MemberError::Internal)
    }

    /// Opens a message of this epoch or one of the two before it.
    ///
    /// # Errors
    /// [`ApplicationRefusal`]; own messages come back as [`ApplicationRefusal::Own`].
    pub fn open_application(&mut self, message: &[u8]) -> Result<ApplicationMessage, ApplicationRefusal> {
        if !matches!(self.phase, Phase::Joined) {
            return Err(ApplicationRefusal::NotMember);
        }
        let message =
            MlsMessageIn::tls_deserialize_exact(message).map_err(|_| ApplicationRefusal::Malformed)?;
        let MlsMessageBodyIn::PrivateMessage(message) = message.extract() else {
            return Err(ApplicationRefusal::Malformed);
        };
        let epoch = message.epoch().as_u64();
        if epoch > self.epoch() {
            return Err(ApplicationRefusal::FutureEpoch { epoch });
        }
        let processed = self
            .group
            .process_message(&self.provider, ProtocolMessage::from(message))
            .map_err(|error| refusal(&error))?;
        let Sender::Member(leaf) = *processed.sender() else {
            return Err(ApplicationRefusal::NotAuthentic);
        };
        let sender = participant_of(processed.credential()).ok_or(ApplicationRefusal::NotAuthentic)?;
        match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(message) => Ok(ApplicationMessage {
                sender,
                leaf: leaf.u32(),
                epoch,
                plaintext: message.into_bytes(),
            }),
            ProcessedMessageContent::OwnPrivateMessage => Err(ApplicationRefusal::Own),
            ProcessedMessageContent::ProposalMessage(_)
            | ProcessedMessageContent::ExternalJoinProposalMessage(_)
            | ProcessedMessageContent::StagedCommitMessage(_)
            | ProcessedMessageContent::OwnPendingCommit => Err(ApplicationRefusal::Malformed),
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "OpenMLS's errors are not ours: what is not told apart is not authentic"
)]
fn refusal<E>(error: &ProcessMessageError<E>) -> ApplicationRefusal {
    match error {
        ProcessMessageError::ValidationError(ValidationError::WrongEpoch) => ApplicationRefusal::UnknownEpoch,
        _ => ApplicationRefusal::NotAuthentic,
    }
}
