// SPDX-License-Identifier: MIT OR Apache-2.0
//! The delivery service as bytes, for the store. Nothing in it is secret.

use protocol::{Timestamp, message::MissedCommit};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::{
    Delivery, DeliveryConfig, RestoreError,
    group::{Group, GroupSnapshot},
    storage::Storage,
};

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u16,
    group: Option<StoredGroup>,
    log: Vec<MissedCommit>,
    wanted: Vec<ByteBuf>,
}

#[derive(Serialize, Deserialize)]
struct StoredGroup {
    values: Vec<(ByteBuf, ByteBuf)>,
    group_info: ByteBuf,
    proposals: Vec<(u32, ByteBuf)>,
}

impl Delivery {
    /// Returns the state as bytes. A commit that its members may still take back counts as confirmed.
    pub fn snapshot(&self) -> Vec<u8> {
        let proposals = self.removals.proposals.iter();
        let proposals = proposals
            .map(|(leaf, proposal)| (*leaf, ByteBuf::from(proposal.clone())))
            .collect();
        let group = self.group.as_ref().map(Group::snapshot).map(|group| StoredGroup {
            values: group
                .storage
                .entries()
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
            group_info: group.group_info.into(),
            proposals,
        });
        let wanted = self
            .removals
            .wanted_keys()
            .map(|key| ByteBuf::from(key.clone()))
            .collect();
        let stored = Stored {
            version: VERSION,
            group,
            log: self.log.iter().cloned().collect(),
            wanted,
        };
        let mut bytes = Vec::new();
        ciborium::into_writer(&stored, &mut bytes).expect("writing to memory does not fail");
        bytes
    }

    /// Goes on from a snapshot. Who is answering has to be said again.
    ///
    /// # Errors
    /// [`RestoreError`] if the bytes are none, or of another meeting.
    pub fn restore(config: DeliveryConfig, snapshot: &[u8]) -> Result<Self, RestoreError> {
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
            let values = group
                .values
                .into_iter()
                .map(|(key, value)| (key.into_vec(), value.into_vec()));
            let storage = Storage::from_entries(values);
            let snapshot = GroupSnapshot {
                storage,
                group_info: group.group_info.into_vec(),
            };
            delivery.group = Some(Group::restore(&delivery.config, snapshot).ok_or(RestoreError)?);
            let proposals = group
                .proposals
                .into_iter()
                .map(|(leaf, proposal)| (leaf, proposal.into_vec()));
            delivery.removals.proposals = proposals.collect();
        }
        Ok(delivery)
    }
}

const VERSION: u16 = 1;
