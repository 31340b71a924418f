// SPDX-License-Identifier: MIT OR Apache-2.0
//! The last commit while its members may still take it back.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use protocol::{MeetingId, ParticipantId, Timestamp, mls::commit_refusal_message};

use crate::{InvalidRefusal, group::GroupSnapshot, leaf::verify};

/// One provisional commit.
pub(crate) struct Trial {
    /// The epoch that it was made in.
    pub(crate) epoch: u64,
    /// Who made it.
    pub(crate) committer: ParticipantId,
    /// SHA-256 of the commit.
    pub(crate) hash: [u8; 32],
    /// The group before it.
    pub(crate) before: GroupSnapshot,
    /// The server's proposals in the epoch before it.
    pub(crate) proposals_before: BTreeMap<u32, Vec<u8>>,
    /// Signature keys of the others who were in that epoch and answer.
    pub(crate) electorate: BTreeMap<ParticipantId, Vec<Vec<u8>>>,
    pub(crate) accepted: BTreeSet<ParticipantId>,
    pub(crate) refused: BTreeSet<ParticipantId>,
    /// When silence counts as consent.
    pub(crate) ends_at: Timestamp,
}

/// Where a trial stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Open,
    Confirmed,
    Refused,
}

impl Trial {
    pub(crate) fn new(
        now: Timestamp,
        epoch: u64,
        committer: ParticipantId,
        hash: [u8; 32],
        before: GroupSnapshot,
        proposals_before: BTreeMap<u32, Vec<u8>>,
        electorate: BTreeMap<ParticipantId, Vec<Vec<u8>>>,
    ) -> Self {
        Self {
            epoch,
            committer,
            hash,
            before,
            proposals_before,
            electorate,
            accepted: BTreeSet::new(),
            refused: BTreeSet::new(),
            ends_at: now + TRIAL,
        }
    }

    /// Goes on after a restart: whoever votes has to find back first.
    pub(crate) fn resume(&mut self, now: Timestamp) {
        self.ends_at = now + RESUMED_TRIAL;
    }

    pub(crate) fn accept(&mut self, by: ParticipantId) {
        if self.electorate.contains_key(&by) && !self.refused.contains(&by) {
            self.accepted.insert(by);
        }
    }

    pub(crate) fn refuse(
        &mut self,
        meeting: MeetingId,
        by: ParticipantId,
        hash: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidRefusal> {
        let message = commit_refusal_message(meeting, self.epoch, &self.hash);
        let keys = self.electorate.get(&by).ok_or(InvalidRefusal)?;
        if *hash != self.hash || !keys.iter().any(|key| verify(key, &message, signature)) {
            return Err(InvalidRefusal);
        }
        if !self.accepted.contains(&by) {
            self.refused.insert(by);
        }
        Ok(())
    }

    /// Refused once more than half refuse; confirmed once more than half cannot any more, or the time is over.
    pub(crate) fn verdict(&self, now: Timestamp) -> Verdict {
        let voters = self.electorate.len();
        if 2 * self.refused.len() > voters {
            return Verdict::Refused;
        }
        if 2 * (voters - self.accepted.len()) <= voters || self.ends_at <= now {
            return Verdict::Confirmed;
        }
        Verdict::Open
    }
}

// Members answer within a round trip and some 20 ms of work. Whoever is silent for longer has a dead connection; the
// next joiner waits for it.
const TRIAL: Duration = Duration::from_secs(3);

// Clients are back within a few seconds of the server's being back; no commit is taken in the meantime.
const RESUMED_TRIAL: Duration = Duration::from_secs(15);
