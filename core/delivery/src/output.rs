// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the delivery service wants to be sent, and to whom.

use protocol::{ErrorCode, ParticipantId};

/// Something to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// To everybody in the group, its committer included: the epoch's commit.
    Commit {
        /// The epoch that it was made in.
        epoch: u64,
        /// Who committed.
        by: ParticipantId,
        /// MLS PublicMessage.
        commit: Vec<u8>,
        /// Who has a leaf from here on and had none.
        joined: Vec<ParticipantId>,
        /// Who has no leaf any more.
        left: Vec<ParticipantId>,
    },
    /// To one: its commit, which was held, did not make it.
    CommitRejected {
        /// Whose commit.
        to: ParticipantId,
        /// Why.
        code: ErrorCode,
    },
    /// To everybody in the group: a removal to be committed.
    Proposal(ProposalOut),
    /// To everybody in the group: its last commit is taken back.
    Rollback {
        /// The epoch that the group is in again.
        epoch: u64,
        /// Who made the commit, and is to be thrown out.
        evict: ParticipantId,
    },
}

/// A removal proposed by the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalOut {
    /// The epoch that it is for.
    pub epoch: u64,
    /// Who is to commit it.
    pub committer: ParticipantId,
    /// MLS PublicMessage.
    pub proposal: Vec<u8>,
}
