// SPDX-License-Identifier: MIT OR Apache-2.0
//! From the epoch to frame keys: one base key per leaf, by the MLS exporter (RFC 9420, section 8.5).

use openmls::prelude::OpenMlsProvider as _;
use protocol::{MeetingId, ParticipantId};

use super::{MODE, Member, Merged, Phase};
use crate::frames::{BaseKey, KeyUpdate};

impl Member {
    /// Returns everything the frame side needs from nothing: after creating, joining, reconnecting.
    pub fn key_updates_after_joining(&self) -> Vec<KeyUpdate> {
        let mut updates = vec![KeyUpdate::Begin {
            meeting: self.meeting(),
            mode: MODE,
        }];
        updates.extend(self.epoch_keys());
        updates
    }

    /// Returns what the frame side needs after a commit. Leaves that are gone come first: they are refused at once.
    pub fn key_updates_after(&self, merged: &Merged) -> Vec<KeyUpdate> {
        if merged.was_removed {
            return vec![KeyUpdate::Begin {
                meeting: self.meeting(),
                mode: MODE,
            }];
        }
        if merged.is_mine && merged.joined.iter().any(|member| member.is_me) {
            return self.key_updates_after_joining();
        }
        let mut updates: Vec<_> = merged
            .left
            .iter()
            .map(|member| KeyUpdate::DropSender { index: member.leaf })
            .collect();
        updates.extend(self.epoch_keys());
        updates.extend(
            merged
                .epoch
                .checked_sub(1)
                .map(|epoch| KeyUpdate::RetireEpoch { epoch }),
        );
        updates
    }

    /// Returns what the frame side needs after [`Member::rollback`]. The send key goes on where it stopped.
    pub fn key_updates_after_rollback(&self) -> Vec<KeyUpdate> {
        self.key_updates_after_joining()
    }

    /// Refuses a participant's frames from this moment, in this epoch and any later one, as long as its leaf stays in
    /// the tree: somebody announced its removal.
    pub fn handle_removal_announced(&mut self, participant: ParticipantId) -> Vec<KeyUpdate> {
        let leaves = self
            .roster()
            .into_iter()
            .filter(|member| member.participant == participant && !member.is_me);
        let leaves: Vec<_> = leaves.map(|member| member.leaf).collect();
        self.excluded.extend(&leaves);
        leaves
            .into_iter()
            .map(|index| KeyUpdate::DropSender { index })
            .collect()
    }

    fn epoch_keys(&self) -> Vec<KeyUpdate> {
        if !matches!(self.phase, Phase::Joined) {
            return Vec::new();
        }
        let epoch = self.epoch();
        let members = self
            .roster()
            .into_iter()
            .filter(|member| !self.excluded.contains(&member.leaf));
        members
            .map(|member| {
                let (index, base_key) = (member.leaf, self.base_key(member.leaf));
                if member.is_me {
                    KeyUpdate::SetSendKey {
                        epoch,
                        index,
                        base_key,
                    }
                } else {
                    KeyUpdate::AddReceiveKey {
                        epoch,
                        index,
                        base_key,
                    }
                }
            })
            .collect()
    }

    fn base_key(&self, leaf: u32) -> BaseKey {
        let mut label = MEDIA_LABEL.to_owned();
        label.push(char::from(MODE.label_byte()));
        let secret = self
            .group
            .export_secret(self.provider.crypto(), &label, &leaf.to_be_bytes(), 32);
        let secret =
            zeroize::Zeroizing::new(secret.expect("an active group exports, and 32 bytes are not too many"));
        BaseKey::new(secret.as_slice().try_into().expect("32 bytes were asked for"))
    }

    pub(super) const fn meeting(&self) -> MeetingId {
        self.expectations.meeting
    }
}

const MEDIA_LABEL: &str = "Incamera 1 media ";
