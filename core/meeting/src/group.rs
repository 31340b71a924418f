// SPDX-License-Identifier: MIT OR Apache-2.0
//! The MLS group of an end-to-end meeting: what members send goes to `delivery`, what it decides goes to the members.
//!
//! The roster says who is here, the tree says who has keys. This is where one follows the other.

use std::{collections::BTreeSet, time::Duration};

use delivery::{Delivery, DeliveryConfig, Output, ProposalOut};
use protocol::{ClientMessage, ErrorCode, ParticipantId, ServerMessage, Timestamp, message::GroupState};
use sfu::SfuCommand;
use sha2::{Digest as _, Sha256};

use crate::{
    Meeting, MeetingConfig, RestoreError,
    meeting::{Keys, depart::Departure},
    participant::Participant,
    reject::Rejection,
};

/// The group, and who of the roster is in it with the client that is connected.
pub(crate) struct Group {
    delivery: Delivery,
    /// A participant whose page was loaded anew may have a leaf, but lost its keys: it is not here until it joined again.
    joined: BTreeSet<ParticipantId>,
}

impl Group {
    pub(crate) fn new(config: &MeetingConfig) -> Self {
        Self {
            delivery: Delivery::new(delivery_config(config)),
            joined: BTreeSet::new(),
        }
    }

    pub(crate) fn restore(
        now: Timestamp,
        config: &MeetingConfig,
        snapshot: &[u8],
    ) -> Result<Self, RestoreError> {
        let delivery =
            Delivery::restore(now, delivery_config(config), snapshot).map_err(|_| RestoreError::BadGroup)?;
        Ok(Self {
            delivery,
            joined: BTreeSet::new(),
        })
    }

    /// Returns what [`Self::restore`] needs, if there is a group.
    pub(crate) fn snapshot(&self) -> Option<Vec<u8>> {
        self.delivery.epoch().map(|_| self.delivery.snapshot())
    }

    /// Notes the client with which a participant said hello, and returns the group for its Welcome.
    pub(crate) fn greet(
        &mut self,
        now: Timestamp,
        id: ParticipantId,
        since: Option<u64>,
    ) -> Option<GroupState> {
        let since = since.filter(|since| self.delivery.can_continue(id, *since));
        if let Some(epoch) = since {
            self.joined.insert(id);
            // Its word for it may have been lost with the connection, or with the server.
            self.delivery.handle_accepted(now, id, epoch);
        } else {
            self.joined.remove(&id);
        }
        self.delivery.group_state(since)
    }

    /// Forgets the group: nobody is left in it.
    pub(crate) fn reset(&mut self) {
        self.joined.clear();
        self.delivery.reset();
    }

    pub(crate) fn is_joined(&self, id: ParticipantId) -> bool {
        self.joined.contains(&id)
    }

    pub(crate) fn has_leaf(&self, id: ParticipantId) -> bool {
        self.delivery.has_leaf(id)
    }

    /// Returns the epoch in which a member's message is sent on.
    ///
    /// # Errors
    /// [`ErrorCode::StaleEpoch`] if no member of an epoch that is or was can have sealed it.
    pub(crate) fn epoch_for(&self, message: &[u8]) -> Result<u64, Rejection> {
        self.delivery
            .epoch()
            .filter(|_| self.delivery.may_be_application(message))
            .ok_or(Rejection::Message(ErrorCode::StaleEpoch))
    }

    pub(crate) fn external_sender(&self) -> Vec<u8> {
        self.delivery.external_sender().to_vec()
    }

    pub(crate) fn proposals(&self) -> impl Iterator<Item = ServerMessage> + use<> {
        self.delivery.proposals().into_iter().map(proposal_message)
    }

    pub(crate) fn is_end_signed(&self, by: ParticipantId, signature: &[u8]) -> bool {
        self.delivery.verify_end_meeting(by, signature)
    }
}

impl Meeting {
    /// Wants the leaves of everybody gone who is not in the roster: the server stopped before they were removed.
    pub(crate) fn remove_strangers(&mut self, now: Timestamp) {
        let Keys::EndToEnd(group) = &mut self.keys else {
            return;
        };
        for member in group.delivery.members() {
            if !self.roster.contains_key(&member) {
                group.delivery.remove(now, member, Duration::ZERO);
            }
        }
    }

    /// Does what is due in the group.
    pub(crate) fn handle_group_timeout(&mut self, now: Timestamp) {
        if let Keys::EndToEnd(group) = &mut self.keys {
            group.delivery.handle_timeout(now);
            self.settle_group(now);
        }
    }

    pub(crate) fn poll_group_timeout(&self) -> Option<Timestamp> {
        match &self.keys {
            Keys::Standard(_) => None,
            Keys::EndToEnd(group) => group.delivery.poll_timeout(),
        }
    }

    /// Has the leaves of somebody who is gone from the roster removed, and says so before anybody can wonder.
    pub(crate) fn depart_from_group(&mut self, now: Timestamp, id: ParticipantId, departure: Departure) {
        let Keys::EndToEnd(group) = &mut self.keys else {
            return;
        };
        group.joined.remove(&id);
        if self.roster.is_empty() {
            group.delivery.reset();
            return;
        }
        if !group.delivery.has_leaf(id) {
            return;
        }
        let after = match departure {
            Departure::Left
            | Departure::Removed(_)
            | Departure::WithoutLink
            | Departure::BelongsElsewhere => Duration::ZERO,
            Departure::Announced(_) => HOST_COMMITS_WITHIN,
        };
        group.delivery.remove(now, id, after);
        self.broadcast_to_members(&ServerMessage::RemovalAnnounced { participant: id });
    }

    /// Takes what only exists in end-to-end meetings.
    pub(crate) fn handle_group_message(
        &mut self,
        now: Timestamp,
        from: ParticipantId,
        message: ClientMessage,
    ) -> Result<(), Rejection> {
        let Keys::EndToEnd(group) = &mut self.keys else {
            return Err(OUT_OF_ORDER);
        };
        match message {
            ClientMessage::CreateGroup { group_info } => self.handle_create_group(now, from, &group_info),
            ClientMessage::Commit {
                epoch,
                commit,
                group_info,
            } => {
                if let Err(rejection) = group.delivery.handle_commit(now, from, epoch, commit, group_info) {
                    self.reject_commit(from, rejection.code());
                }
            }
            ClientMessage::CommitAccepted { epoch } => group.delivery.handle_accepted(now, from, epoch),
            ClientMessage::CommitRefused {
                epoch,
                commit_hash,
                signature,
            } => {
                let refused = group
                    .delivery
                    .handle_refused(now, from, epoch, &commit_hash, &signature);
                refused.map_err(|_| Rejection::Message(ErrorCode::InvalidCommit))?;
            }
            ClientMessage::WantGroup => {
                group.joined.remove(&from);
                let group = group.delivery.group_state(None);
                self.send_to(from, ServerMessage::Group { group });
            }
            ClientMessage::Hello { .. }
            | ClientMessage::RenewLeaf { .. }
            | ClientMessage::Leave
            | ClientMessage::EndMeeting { .. }
            | ClientMessage::RemoveParticipant { .. }
            | ClientMessage::AnnounceRemoval { .. }
            | ClientMessage::Offer { .. }
            | ClientMessage::SetTracks { .. }
            | ClientMessage::Subscribe { .. }
            | ClientMessage::RequestKeyframe { .. }
            | ClientMessage::Application { .. }
            | ClientMessage::Act { .. }
            | ClientMessage::Knock { .. }
            | ClientMessage::Rename { .. }
            | ClientMessage::Ping => return Err(OUT_OF_ORDER),
        }
        self.settle_group(now);
        Ok(())
    }

    /// Does what `delivery` decided, until it has nothing more.
    pub(crate) fn settle_group(&mut self, now: Timestamp) {
        loop {
            let answering = self.answering();
            let Keys::EndToEnd(group) = &mut self.keys else {
                return;
            };
            group.delivery.set_answering(now, answering);
            match group.delivery.poll_output() {
                None => return,
                Some(Output::Commit {
                    epoch,
                    by,
                    commit,
                    left,
                    ..
                }) => self.handle_ordered_commit(now, epoch, by, commit, &left),
                Some(Output::CommitRejected { to, code }) => self.reject_commit(to, code),
                Some(Output::Proposal(proposal)) => self.broadcast_to_members(&proposal_message(proposal)),
                Some(Output::Rollback { epoch, evict }) => self.handle_rollback(now, epoch, evict),
            }
        }
    }

    /// Refuses what takes a place in the group from whoever has none.
    pub(crate) fn require_joined(&self, from: ParticipantId) -> Result<(), Rejection> {
        match &self.keys {
            Keys::EndToEnd(group) if !group.is_joined(from) => Err(OUT_OF_ORDER),
            Keys::EndToEnd(_) | Keys::Standard(_) => Ok(()),
        }
    }

    /// Sends to whoever can make something of it: in an end-to-end meeting, the group.
    pub(crate) fn broadcast_to_members(&mut self, message: &ServerMessage) {
        self.broadcast_to_members_if(message, |_| true);
    }

    pub(crate) fn broadcast_to_members_if(
        &mut self,
        message: &ServerMessage,
        is_meant: impl Fn(&Participant) -> bool,
    ) {
        let joined = match &self.keys {
            Keys::Standard(_) => None,
            Keys::EndToEnd(group) => Some(group.joined.clone()),
        };
        self.broadcast_if(message, |participant| {
            is_meant(participant)
                && joined
                    .as_ref()
                    .is_none_or(|joined| joined.contains(&participant.id))
        });
    }

    fn handle_create_group(&mut self, now: Timestamp, from: ParticipantId, group_info: &[u8]) {
        let Keys::EndToEnd(group) = &mut self.keys else {
            return;
        };
        if let Err(rejection) = group.delivery.create_group(now, from, group_info) {
            return self.reject_commit(from, rejection.code());
        }
        group.joined.insert(from);
        let state = group.delivery.group_state(None);
        self.mark_changed();
        self.admit_media(from);
        // Whoever came in the meantime was told that there is no group, and would create another.
        let message = ServerMessage::Group { group: state };
        self.broadcast_if(&message, |participant| participant.id != from);
    }

    fn handle_ordered_commit(
        &mut self,
        now: Timestamp,
        epoch: u64,
        by: ParticipantId,
        commit: Vec<u8>,
        left: &[ParticipantId],
    ) {
        let Keys::EndToEnd(group) = &mut self.keys else {
            return;
        };
        // Whoever was not in the group can have made no other commit than the one by which it joins.
        let has_joined = self.roster.contains_key(&by) && group.joined.insert(by);
        if !self.roster.contains_key(&by) {
            // Its commit waited for the one before, and it did not.
            group.delivery.remove(now, by, Duration::ZERO);
        }
        let removed: Vec<_> = left
            .iter()
            .copied()
            .filter(|left| group.is_joined(*left))
            .collect();
        self.mark_changed();
        self.broadcast_to_members(&ServerMessage::Commit { epoch, by, commit });
        if has_joined {
            self.admit_media(by);
        }
        if !self.roster.contains_key(&by) {
            self.broadcast_to_members(&ServerMessage::RemovalAnnounced { participant: by });
        }
        for participant in removed {
            let peer = self.peer(participant);
            self.media(SfuCommand::Block { peer });
            self.take_out(now, participant, Departure::Removed(ErrorCode::Removed));
        }
        self.force_keyframes();
    }

    fn handle_rollback(&mut self, now: Timestamp, epoch: u64, evict: ParticipantId) {
        self.mark_changed();
        self.broadcast_to_members(&ServerMessage::Rollback { epoch });
        if self.roster.contains_key(&evict) {
            let peer = self.peer(evict);
            self.media(SfuCommand::Block { peer });
            self.take_out(now, evict, Departure::Removed(ErrorCode::CommitRefused));
        }
        // A commit that is taken back may have removed somebody, who is in the tree again.
        self.remove_strangers(now);
        self.force_keyframes();
    }

    fn reject_commit(&mut self, to: ParticipantId, code: ErrorCode) {
        let Keys::EndToEnd(group) = &self.keys else {
            return;
        };
        let epoch = group.delivery.epoch().unwrap_or(0);
        self.send_to(to, ServerMessage::CommitRejected { code, epoch });
    }

    /// Members who have a connection.
    fn answering(&self) -> BTreeSet<ParticipantId> {
        let Keys::EndToEnd(group) = &self.keys else {
            return BTreeSet::new();
        };
        let answering = self
            .roster
            .values()
            .filter(|participant| participant.connection().is_some() && group.is_joined(participant.id));
        answering.map(|participant| participant.id).collect()
    }
}

fn delivery_config(config: &MeetingConfig) -> DeliveryConfig {
    DeliveryConfig {
        meeting: config.meeting,
        host_fingerprint: config.host_key.map_or([0; 32], |key| Sha256::digest(key).into()),
        external_sender_seed: *config.keys.external_sender(),
    }
}

fn proposal_message(proposal: ProposalOut) -> ServerMessage {
    let ProposalOut {
        epoch,
        committer,
        proposal,
    } = proposal;
    ServerMessage::Proposal {
        epoch,
        committer,
        proposal,
    }
}

const OUT_OF_ORDER: Rejection = Rejection::Message(ErrorCode::OutOfOrder);

// The host's own commit is on its way with the announcement. A second one for the same leaf would only make the
// first stale; longer would leave the removed person's keys good.
const HOST_COMMITS_WITHIN: Duration = Duration::from_secs(2);
