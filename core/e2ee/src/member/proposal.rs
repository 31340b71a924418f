// SPDX-License-Identifier: MIT OR Apache-2.0
//! The server's proposals: it may propose removals, and nothing else.

use openmls::prelude::{
    MlsMessageBodyIn, MlsMessageIn, OpenMlsProvider as _, ProcessedMessageContent, ProtocolMessage, Sender,
};
use protocol::ParticipantId;
use tls_codec::Deserialize as _;

use super::{Member, Phase, ProposalRefusal, commit::removed_leaf};

impl Member {
    /// Notes the server's proposal for the next commit, and returns whose leaf it would remove. The own leaf may be
    /// among those; then somebody else must commit.
    ///
    /// # Errors
    /// [`ProposalRefusal`] if it is anything but an authentic removal in this epoch.
    pub fn handle_proposal(&mut self, epoch: u64, proposal: &[u8]) -> Result<ParticipantId, ProposalRefusal> {
        if !matches!(self.phase, Phase::Joined) {
            return Err(ProposalRefusal::NotMember);
        }
        if epoch != self.epoch() {
            return Err(ProposalRefusal::Stale {
                sent: epoch,
                current: self.epoch(),
            });
        }
        let message = MlsMessageIn::tls_deserialize_exact(proposal).map_err(|_| ProposalRefusal::Invalid)?;
        let MlsMessageBodyIn::PublicMessage(message) = message.extract() else {
            return Err(ProposalRefusal::Invalid);
        };
        let processed = self
            .group
            .process_message(&self.provider, ProtocolMessage::from(message))
            .map_err(|_| ProposalRefusal::Invalid)?;
        if !matches!(processed.sender(), Sender::External(_)) {
            return Err(ProposalRefusal::NotAllowed);
        }
        let ProcessedMessageContent::ProposalMessage(queued) = processed.into_content() else {
            return Err(ProposalRefusal::NotAllowed);
        };
        let leaf = removed_leaf(&queued).ok_or(ProposalRefusal::NotAllowed)?;
        let participant = self.participant_of(leaf.u32()).ok_or(ProposalRefusal::Invalid)?;
        let is_noted = self
            .group
            .pending_proposals()
            .any(|noted| removed_leaf(noted) == Some(leaf));
        if !is_noted {
            self.group
                .store_pending_proposal(self.provider.storage(), *queued)
                .map_err(|_| ProposalRefusal::Invalid)?;
        }
        Ok(participant)
    }
}
