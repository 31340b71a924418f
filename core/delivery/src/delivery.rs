// SPDX-License-Identifier: MIT OR Apache-2.0
//! The state machine: commits and verdicts in, broadcasts out.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use openmls_rust_crypto::RustCrypto;
use protocol::{ErrorCode, MeetingId, ParticipantId, Timestamp, message::MissedCommit};
use sha2::{Digest as _, Sha256};

use crate::{
    InvalidRefusal, Output, ProposalOut, Rejection,
    group::{Group, ServerKey},
    leaf::Leaf,
    removal::Removals,
    trial::{Trial, Verdict},
};

/// What the delivery service of one meeting is bound to. Has no `Debug`.
#[derive(Clone)]
pub struct DeliveryConfig {
    /// Which meeting; also the group's id.
    pub meeting: MeetingId,
    /// SHA-256 of the host key that the meeting was created with; zero without one.
    pub host_fingerprint: [u8; 32],
    /// Seed of the Ed25519 key under which removals are proposed. It must outlive restarts: the group is bound to it.
    pub external_sender_seed: [u8; 32],
}

/// The delivery service of one meeting.
pub struct Delivery {
    pub(crate) config: DeliveryConfig,
    pub(crate) group: Option<Group>,
    pub(crate) log: VecDeque<MissedCommit>,
    pub(crate) removals: Removals,
    crypto: RustCrypto,
    pub(crate) key: ServerKey,
    pub(crate) trial: Option<Trial>,
    held: Option<Held>,
    answering: BTreeSet<ParticipantId>,
    outputs: VecDeque<Output>,
}

struct Held {
    by: ParticipantId,
    epoch: u64,
    commit: Vec<u8>,
    group_info: Vec<u8>,
}

/// Returns the public key that belongs to an external sender's seed.
pub fn external_sender(seed: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(seed)
        .verifying_key()
        .to_bytes()
}

impl Delivery {
    /// Makes the delivery service of a meeting that has no group yet.
    pub fn new(config: DeliveryConfig) -> Self {
        Self {
            key: ServerKey::new(&config),
            config,
            group: None,
            log: VecDeque::new(),
            removals: Removals::default(),
            crypto: RustCrypto::default(),
            trial: None,
            held: None,
            answering: BTreeSet::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Takes over the group that its first member created.
    ///
    /// # Errors
    /// [`Rejection::StaleEpoch`] if there is a group, [`Rejection::Invalid`] if it is not this meeting's or not its
    /// creator's alone.
    pub fn create_group(
        &mut self,
        now: Timestamp,
        by: ParticipantId,
        group_info: &[u8],
    ) -> Result<(), Rejection> {
        if self.group.is_some() {
            return Err(Rejection::StaleEpoch);
        }
        if group_info.len() > GROUP_INFO_BYTES {
            return Err(Rejection::TooLarge);
        }
        self.reset();
        self.group = Some(Group::create(&self.config, &self.crypto, by, group_info)?);
        self.advance(now);
        Ok(())
    }

    /// Forgets the group: nobody is in it any more.
    pub fn reset(&mut self) {
        self.group = None;
        self.log.clear();
        self.removals = Removals::default();
        self.trial = None;
        self.held = None;
    }

    /// Takes a commit. The first valid one of an epoch wins; it follows as [`Output::Commit`]. While the commit before
    /// it may still be taken back, it is held.
    ///
    /// # Errors
    /// [`Rejection`], to be told to its maker. Nothing has changed.
    pub fn handle_commit(
        &mut self,
        now: Timestamp,
        by: ParticipantId,
        epoch: u64,
        commit: Vec<u8>,
        group_info: Vec<u8>,
    ) -> Result<(), Rejection> {
        if commit.len() > COMMIT_BYTES || group_info.len() > GROUP_INFO_BYTES {
            return Err(Rejection::TooLarge);
        }
        if self.epoch() != Some(epoch) {
            return Err(Rejection::StaleEpoch);
        }
        let offered = Held {
            by,
            epoch,
            commit,
            group_info,
        };
        if self.trial.is_none() {
            return self.take(now, offered);
        }
        if self.held.is_some() {
            return Err(Rejection::StaleEpoch);
        }
        self.held = Some(offered);
        Ok(())
    }

    /// Notes that a member merged the commit that led to `epoch`.
    pub fn handle_accepted(&mut self, now: Timestamp, by: ParticipantId, epoch: u64) {
        if let Some(trial) = self.trial.as_mut().filter(|trial| trial.epoch + 1 == epoch) {
            trial.accept(by);
            self.judge(now);
        }
    }

    /// Notes that a member refuses the commit made in `epoch`.
    ///
    /// # Errors
    /// [`InvalidRefusal`] if it does not count.
    pub fn handle_refused(
        &mut self,
        now: Timestamp,
        by: ParticipantId,
        epoch: u64,
        hash: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidRefusal> {
        let meeting = self.config.meeting;
        let trial = self
            .trial
            .as_mut()
            .filter(|trial| trial.epoch == epoch)
            .ok_or(InvalidRefusal)?;
        trial.refuse(meeting, by, hash, signature)?;
        self.judge(now);
        Ok(())
    }

    /// Wants every leaf that a participant has at this moment to be removed, from `after` on and until it is; drops
    /// its commit if one is held.
    pub fn remove(&mut self, now: Timestamp, participant: ParticipantId, after: Duration) {
        self.held.take_if(|held| held.by == participant);
        let leaves = self
            .leaves()
            .into_iter()
            .filter(|leaf| leaf.participant == participant);
        for leaf in leaves {
            self.removals.want(leaf.signature_key, now + after);
        }
        self.advance(now);
    }

    /// Says who has a connection: they vote on commits and can be asked to commit.
    pub fn set_answering(&mut self, now: Timestamp, answering: BTreeSet<ParticipantId>) {
        if self.answering != answering {
            self.answering = answering;
            self.advance(now);
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.judge(now);
        self.advance(now);
    }

    /// Returns when [`Self::handle_timeout`] must be called next, if ever.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let trial = self.trial.as_ref().map(|trial| trial.ends_at);
        [trial, self.removals.poll_timeout()].into_iter().flatten().min()
    }

    /// Returns the next thing to be sent; drain after every input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn take(&mut self, now: Timestamp, offered: Held) -> Result<(), Rejection> {
        let Held {
            by,
            epoch,
            commit,
            group_info,
        } = offered;
        let before = self.leaves();
        let group = self.group.as_mut().ok_or(Rejection::StaleEpoch)?;
        let staged = group.stage(&self.config, &self.crypto, by, &commit, &group_info)?;
        let snapshot = group.snapshot();
        group.merge(&self.config, staged)?;
        let after = self.leaves();

        let proposals = self.removals.next_epoch();
        let sent = proposals
            .values()
            .map(|proposal| serde_bytes::ByteBuf::from(proposal.clone()))
            .collect();
        self.log.push_back(MissedCommit {
            epoch,
            by,
            proposals: sent,
            commit: commit.clone(),
            messages: Vec::new(),
        });
        self.trim_log();
        let electorate = self.electorate(by, &before, &after);
        let hash = Sha256::digest(&commit).into();
        self.trial = Some(Trial::new(now, epoch, by, hash, snapshot, proposals, electorate));
        self.want_old_leaves(now, &before, &after);
        let (joined, left) = (difference(&after, &before), difference(&before, &after));
        self.outputs.push_back(Output::Commit {
            epoch,
            by,
            commit,
            joined,
            left,
        });
        self.advance(now);
        self.judge(now);
        Ok(())
    }

    /// The others who were there before, are still there, and answer.
    fn electorate(
        &self,
        by: ParticipantId,
        before: &[Leaf],
        after: &[Leaf],
    ) -> BTreeMap<ParticipantId, Vec<Vec<u8>>> {
        let mut electorate = BTreeMap::<_, Vec<_>>::new();
        let voters = before.iter().filter(|leaf| {
            leaf.participant != by
                && self.answering.contains(&leaf.participant)
                && !self.removals.is_wanted(leaf)
                && after.iter().any(|kept| kept.signature_key == leaf.signature_key)
        });
        for leaf in voters {
            electorate
                .entry(leaf.participant)
                .or_default()
                .push(leaf.signature_key.clone());
        }
        electorate
    }

    /// Whoever joins again has lost the keys of its older leaves.
    fn want_old_leaves(&mut self, now: Timestamp, before: &[Leaf], after: &[Leaf]) {
        let is_new = |leaf: &&Leaf| !before.iter().any(|old| old.signature_key == leaf.signature_key);
        for new in after.iter().filter(is_new) {
            let old = before.iter().filter(|old| old.participant == new.participant);
            old.for_each(|old| self.removals.want(old.signature_key.clone(), now));
        }
    }

    fn judge(&mut self, now: Timestamp) {
        let Some(verdict) = self.trial.as_ref().map(|trial| trial.verdict(now)) else {
            return;
        };
        match verdict {
            Verdict::Open => {}
            Verdict::Confirmed => {
                self.trial = None;
                if let Some(held) = self.held.take() {
                    let to = held.by;
                    if let Err(rejection) = self.take(now, held) {
                        self.outputs.push_back(Output::CommitRejected {
                            to,
                            code: rejection.code(),
                        });
                    }
                }
            }
            Verdict::Refused => self.roll_back(now),
        }
    }

    fn roll_back(&mut self, now: Timestamp) {
        let trial = self.trial.take().expect("judged just before");
        let group =
            Group::restore(&self.config, trial.before).expect("the group was stored before its last commit");
        self.group = Some(group);
        self.log.pop_back();
        self.removals.next_epoch();
        self.removals.proposals = trial.proposals_before;
        self.outputs.push_back(Output::Rollback {
            epoch: trial.epoch,
            evict: trial.committer,
        });
        if let Some(held) = self.held.take() {
            self.outputs.push_back(Output::CommitRejected {
                to: held.by,
                code: ErrorCode::StaleEpoch,
            });
        }
        self.remove(now, trial.committer, Duration::ZERO);
    }

    /// Proposes what is due and not yet proposed, and passes the turn on.
    fn advance(&mut self, now: Timestamp) {
        let leaves = self.leaves();
        let due = self.removals.due(now, &leaves);
        let Some(group) = self.group.as_mut().filter(|_| !due.is_empty()) else {
            self.removals.clear_turn();
            return;
        };
        let new: BTreeSet<_> = due
            .into_iter()
            .filter(|leaf| !self.removals.proposals.contains_key(leaf))
            .collect();
        for &leaf in &new {
            let proposal = group.propose_removal(&self.crypto, &self.key, leaf);
            self.removals.proposals.insert(
                leaf,
                proposal.expect("a leaf of the tree can be proposed for removal"),
            );
        }
        let epoch = group.epoch();
        let is_passed_on = self.removals.advance(now, &leaves, &self.answering);
        let Some(committer) = self.removals.committer() else {
            return;
        };
        let proposals = self
            .removals
            .proposals
            .iter()
            .filter(|(leaf, _)| is_passed_on || new.contains(leaf));
        let outputs = proposals.map(|(_, proposal)| ProposalOut {
            epoch,
            committer,
            proposal: proposal.clone(),
        });
        self.outputs.extend(outputs.map(Output::Proposal));
    }

    fn trim_log(&mut self) {
        let mut bytes: usize = self.log.iter().map(|commit| commit.commit.len()).sum();
        while self.log.len() > LOG_COMMITS || bytes > LOG_BYTES {
            bytes -= self.log.pop_front().map_or(0, |commit| commit.commit.len());
        }
    }
}

fn difference(these: &[Leaf], those: &[Leaf]) -> Vec<ParticipantId> {
    let these: BTreeSet<_> = these.iter().map(|leaf| leaf.participant).collect();
    let those: BTreeSet<_> = those.iter().map(|leaf| leaf.participant).collect();
    these.difference(&those).copied().collect()
}

// A remove at 1000 members whose tree is blank takes 1.2 MB, at 250 members 300 kB.
const COMMIT_BYTES: usize = 512 * 1024;
// Without the tree 1.5 kB; the creator's has a tree of one leaf.
const GROUP_INFO_BYTES: usize = 16 * 1024;
// Who missed more than this joins anew, which costs less than catching up.
const LOG_COMMITS: usize = 64;
// The state is stored after every commit; a welcome has to stay below a message's limit.
const LOG_BYTES: usize = 512 * 1024;
