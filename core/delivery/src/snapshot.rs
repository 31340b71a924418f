// SPDX-License-Identifier: MIT OR Apache-2.0
//! The delivery service as bytes, for the store. Nothing in it is secret.

use std::collections::BTreeMap;

use mls_memory::Storage;
use protocol::{ParticipantId, Timestamp, message::MissedCommit};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

use crate::{
    Delivery, DeliveryConfig, RestoreError,
    group::{Group, GroupSnapshot},
    trial::Trial,
};

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u16,
    group: Option<StoredGroup>,
    log: Vec<MissedCommit>,
    wanted: Vec<ByteBuf>,
    /// The last commit, if it may still be taken back.
    #[serde(default)]
    trial: Option<StoredTrial>,
}

#[derive(Serialize, Deserialize)]
struct StoredGroup {
    values: Vec<(ByteBuf, ByteBuf)>,
    group_info: ByteBuf,
    proposals: Vec<(u32, ByteBuf)>,
}

#[derive(Serialize, Deserialize)]
struct StoredTrial {
    epoch: u64,
    committer: ParticipantId,
    hash: ByteArray<32>,
    before: StoredGroup,
    electorate: Vec<(ParticipantId, Vec<ByteBuf>)>,
    accepted: Vec<ParticipantId>,
    refused: Vec<ParticipantId>,
}

impl Delivery {
    /// Returns the state as bytes, the last commit's trial included.
    pub fn snapshot(&self) -> Vec<u8> {
        let group = self.group.as_ref().map(Group::snapshot);
        let wanted = self
            .removals
            .wanted_keys()
            .map(|key| ByteBuf::from(key.clone()))
            .collect();
        let stored = Stored {
            version: VERSION,
            group: group.map(|group| StoredGroup::new(group, &self.removals.proposals)),
            log: self.log.iter().cloned().collect(),
            wanted,
            trial: self.trial.as_ref().map(StoredTrial::new),
        };
        let mut bytes = Vec::new();
        ciborium::into_writer(&stored, &mut bytes).expect("writing to memory does not fail");
        bytes
    }

    /// Goes on from a snapshot at `now`. Who is answering has to be said again.
    ///
    /// # Errors
    /// [`RestoreError`] if the bytes are none, or of another meeting.
    pub fn restore(now: Timestamp, config: DeliveryConfig, snapshot: &[u8]) -> Result<Self, RestoreError> {
        let stored: Stored = ciborium::from_reader(snapshot).map_err(|_| RestoreError)?;
        if stored.version != VERSION {
            return Err(RestoreError);
        }
        let mut delivery = Self::new(config);
        delivery.log = stored.log.into();
        for key in stored.wanted {
            delivery.removals.want(key.into_vec(), Timestamp::ZERO);
        }
        if let Some(group) = stored.group {
            let (snapshot, proposals) = group.into_parts();
            delivery.group = Some(Group::restore(&delivery.config, snapshot).ok_or(RestoreError)?);
            delivery.removals.proposals = proposals;
            let trial = stored.trial.map(|trial| trial.into_trial(now));
            if let Some(trial) = trial {
                // What a rollback would go back to must be there before it is needed.
                Group::restore(&delivery.config, trial.before.clone()).ok_or(RestoreError)?;
                delivery.trial = Some(trial);
            }
        }
        Ok(delivery)
    }
}

impl StoredGroup {
    fn new(group: GroupSnapshot, proposals: &BTreeMap<u32, Vec<u8>>) -> Self {
        let values = group.storage.entries().into_iter();
        let proposals = proposals.iter();
        Self {
            values: values.map(|(key, value)| (key.into(), value.into())).collect(),
            group_info: group.group_info.into(),
            proposals: proposals
                .map(|(leaf, proposal)| (*leaf, ByteBuf::from(proposal.clone())))
                .collect(),
        }
    }

    fn into_parts(self) -> (GroupSnapshot, BTreeMap<u32, Vec<u8>>) {
        let values = self.values.into_iter();
        let snapshot = GroupSnapshot {
            storage: Storage::from_entries(values.map(|(key, value)| (key.into_vec(), value.into_vec()))),
            group_info: self.group_info.into_vec(),
        };
        let proposals = self.proposals.into_iter();
        (
            snapshot,
            proposals
                .map(|(leaf, proposal)| (leaf, proposal.into_vec()))
                .collect(),
        )
    }
}

impl StoredTrial {
    fn new(trial: &Trial) -> Self {
        let electorate = trial.electorate.iter().map(|(participant, keys)| {
            let keys = keys.iter().map(|key| ByteBuf::from(key.clone()));
            (*participant, keys.collect())
        });
        Self {
            epoch: trial.epoch,
            committer: trial.committer,
            hash: trial.hash.into(),
            before: StoredGroup::new(trial.before.clone(), &trial.proposals_before),
            electorate: electorate.collect(),
            accepted: trial.accepted.iter().copied().collect(),
            refused: trial.refused.iter().copied().collect(),
        }
    }

    fn into_trial(self, now: Timestamp) -> Trial {
        let (before, proposals) = self.before.into_parts();
        let electorate = self.electorate.into_iter().map(|(participant, keys)| {
            let keys = keys.into_iter().map(ByteBuf::into_vec);
            (participant, keys.collect())
        });
        let mut trial = Trial::new(
            now,
            self.epoch,
            self.committer,
            *self.hash,
            before,
            proposals,
            electorate.collect(),
        );
        trial.accepted = self.accepted.into_iter().collect();
        trial.refused = self.refused.into_iter().collect();
        trial.resume(now);
        trial
    }
}

const VERSION: u16 = 2;
