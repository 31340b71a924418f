// SPDX-License-Identifier: MIT OR Apache-2.0
//! Why a member refuses, by what can be done about it.

use protocol::ParticipantId;

/// Why somebody could not become a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The link's secret is not the one that the members have.
    #[error("the link's secret is not the group's")]
    WrongSecret,
    /// The link or the group is of the other mode.
    #[error("not an end-to-end encrypted meeting")]
    WrongMode,
    /// The group belongs to another meeting, or has another cipher suite.
    #[error("the group is another meeting's")]
    WrongMeeting,
    /// The group has another host key than the link.
    #[error("the group's host is not the link's")]
    WrongHost,
    /// Somebody without the link secret is in the group.
    #[error("participant {participant} is in the group without having the link")]
    GhostMember {
        /// Who, says its leaf.
        participant: ParticipantId,
    },
    /// The server's group is no valid group.
    #[error("not a valid group")]
    BadGroup,
    /// A defect of ours.
    #[error("internal error")]
    Internal,
}

/// Why a commit was not merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommitRefusal {
    /// It was made in another epoch than the group is in.
    #[error("commit of epoch {sent}, the group is in {current}")]
    Stale {
        /// The commit's epoch.
        sent: u64,
        /// The group's epoch.
        current: u64,
    },
    /// The own join lost the race for its epoch: join anew.
    #[error("another commit won the epoch")]
    LostRace,
    /// The own leaf was removed before.
    #[error("no longer a member")]
    NotMember,
    /// It commits a proposal that never came here.
    #[error("the commit's proposal is not known")]
    UnknownProposal,
    /// No commit at all, or one that fails the checks of RFC 9420.
    #[error("not a valid commit")]
    Invalid,
    /// Its secrets do not lead where it says: the server could not have seen that.
    #[error("the commit is poisoned")]
    Poisoned,
    /// Committed by somebody else than the server says.
    #[error("committed by another participant")]
    WrongParticipant,
    /// It adds somebody by themselves not asking.
    #[error("only joiners may bring in a leaf")]
    AddNotAllowed,
    /// It joins without a proof of the link secret.
    #[error("joins without proof of the link secret")]
    NoAdmissionProof,
    /// It joins past the lobby, or wears another's stay.
    #[error("joins without having been let in")]
    NotAdmitted,
    /// It claims host rights that the host key did not grant.
    #[error("claims host rights it does not have")]
    FalseGrant,
    /// It removes somebody, and its committer is no host.
    #[error("only a host may remove")]
    RemoveNotAllowed,
    /// It carries a proposal that has no place in a meeting.
    #[error("proposal not allowed")]
    ProposalNotAllowed,
    /// It changes who a leaf belongs to.
    #[error("changes a leaf's binding")]
    BindingChanged,
    /// It changes which meeting or mode the group is bound to.
    #[error("changes the group's binding")]
    GroupChanged,
}

impl CommitRefusal {
    /// Returns whether the commit's maker is at fault, and the server should be told by a signed refusal.
    pub const fn deserves_report(self) -> bool {
        match self {
            Self::Stale { .. } | Self::LostRace | Self::NotMember | Self::UnknownProposal => false,
            Self::Invalid
            | Self::Poisoned
            | Self::WrongParticipant
            | Self::AddNotAllowed
            | Self::NoAdmissionProof
            | Self::NotAdmitted
            | Self::FalseGrant
            | Self::RemoveNotAllowed
            | Self::ProposalNotAllowed
            | Self::BindingChanged
            | Self::GroupChanged => true,
        }
    }

    /// Returns whether somebody tried to get in who may not.
    pub const fn is_ghost(self) -> bool {
        matches!(
            self,
            Self::NoAdmissionProof | Self::NotAdmitted | Self::AddNotAllowed
        )
    }
}

/// Why a proposal was not noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProposalRefusal {
    /// It is for another epoch.
    #[error("proposal for epoch {sent}, the group is in {current}")]
    Stale {
        /// The proposal's epoch.
        sent: u64,
        /// The group's epoch.
        current: u64,
    },
    /// Not joined, or no longer a member.
    #[error("not a member")]
    NotMember,
    /// Not a proposal by the server, or not authentic.
    #[error("not a valid proposal")]
    Invalid,
    /// The server proposed something else than a removal.
    #[error("only removals may be proposed")]
    NotAllowed,
}

/// Why the member could not do what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// Not joined, or no longer a member.
    #[error("not a member")]
    NotMember,
    /// Only hosts may do this.
    #[error("not a host")]
    NotHost,
    /// The participant has no leaf, or it is the own one.
    #[error("no such member")]
    UnknownParticipant,
    /// An own commit is under way.
    #[error("a commit is under way")]
    CommitPending,
    /// There is no proposal to commit.
    #[error("nothing to commit")]
    NothingToCommit,
    /// A defect of ours.
    #[error("internal error")]
    Internal,
}

/// Why there is no way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RollbackError {
    /// The member was not in that epoch: join anew.
    #[error("not a member in that epoch")]
    NotMember,
    /// Only the last commit can be taken back, and only until it is settled.
    #[error("cannot go back to epoch {epoch}")]
    TooFar {
        /// The epoch that the server asked for.
        epoch: u64,
    },
}

/// Why an application message was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationRefusal {
    /// One's own message, come back.
    #[error("own message")]
    Own,
    /// Not an application message.
    #[error("malformed message")]
    Malformed,
    /// Of an epoch whose keys are gone.
    #[error("message of an unknown epoch")]
    UnknownEpoch,
    /// It says that it is of an epoch which the group has not reached here. Nothing about it was authenticated.
    #[error("message of epoch {epoch}, which is still to come")]
    FutureEpoch {
        /// Which.
        epoch: u64,
    },
    /// Not joined, or no longer a member.
    #[error("not a member")]
    NotMember,
    /// Altered, replayed, or from nobody in the group.
    #[error("message is not authentic")]
    NotAuthentic,
}
