// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the delivery service does not take.

use protocol::ErrorCode;

/// Why a commit or a new group was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Another commit won the epoch, or a group is there already: catch up.
    #[error("commit is for another epoch")]
    StaleEpoch,
    /// It fails the checks that can be made without a key.
    #[error("commit not valid")]
    Invalid,
    /// It is larger than any honest one.
    #[error("commit too large")]
    TooLarge,
}

impl Rejection {
    /// Returns the code for the client.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::StaleEpoch => ErrorCode::StaleEpoch,
            Self::Invalid => ErrorCode::InvalidCommit,
            Self::TooLarge => ErrorCode::TooLarge,
        }
    }
}

/// A refusal that does not count: of another commit, not by a member, or signed by nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("refusal not valid")]
pub struct InvalidRefusal;

/// A snapshot that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("snapshot not readable")]
pub struct RestoreError;
