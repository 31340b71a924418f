// SPDX-License-Identifier: MIT OR Apache-2.0
//! MLS messages, as members and the delivery service read them.
//!
//! Keys differ from run to run, so inputs do not hold messages but changes to one: which, and the bytes to put where.
//! OpenMLS cannot be told to skip signatures; what lies behind them is tried from the inside by `dev/sim`.

use std::cell::RefCell;

use delivery::{Delivery, DeliveryConfig, external_sender};
use e2ee::{CommitBundle, Member, MemberConfig, NewMeeting};
use protocol::{
    MeetingId, Mode, ParticipantId, Timestamp, decode,
    identity::IdentityStatement,
    message::GroupState,
    mls::{GroupBinding, LeafBinding},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

use crate::script::steps;

/// What stands in a leaf and in the group context, without the signature around it.
pub(crate) fn binding(data: &[u8]) {
    if let Ok(leaf) = decode::<LeafBinding>(data) {
        let again = decode::<LeafBinding>(&protocol::encode(&leaf));
        assert!(
            again.is_ok_and(|again| again == leaf),
            "a leaf's binding reads back"
        );
        if let Some(statement) = leaf.identity.and_then(|signed| signed.read().ok()) {
            let again = decode::<IdentityStatement>(&statement.to_bytes());
            assert_eq!(again, Ok(statement), "a statement reads back");
        }
    }
    if let Ok(group) = decode::<GroupBinding>(data) {
        assert_eq!(decode::<GroupBinding>(&protocol::encode(&group)), Ok(group));
    }
}

/// Bytes as they are, and messages of a real group with changes, to a member and to the delivery service. A message that
/// is not what its sender sent is never taken for one.
pub(crate) fn message(data: &[u8]) {
    thread_local! {
        // Making a group takes longer than a hundred inputs.
        static GROUP: RefCell<Option<Group>> = const { RefCell::new(None) };
    }
    GROUP.with_borrow_mut(|kept| {
        let mut group = kept.take().unwrap_or_else(Group::new);
        group.take_raw(data);
        let is_used_up = steps(data).any(|step| group.take_changed(step.kind, step.bytes));
        if !is_used_up {
            *kept = Some(group);
        }
    });
}

/// Two members and the delivery service, in the middle of a third one's joining.
struct Group {
    rng: ChaCha20Rng,
    config: MemberConfig,
    state: GroupState,
    member: Member,
    delivery: Delivery,
    join: CommitBundle,
    spoken: Vec<u8>,
    proposal: Vec<u8>,
}

impl Group {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let link = NewMeeting::generate(&mut rng, Mode::E2ee).link(MEETING);
        let sender = external_sender(&SEED);
        let mut keys = ChaCha20Rng::from_seed([2; 32]);
        let mut config = |participant| MemberConfig {
            link: link.clone(),
            participant: ParticipantId(participant),
            external_sender: sender.to_vec(),
            leaf_key: e2ee::LeafKey::generate(&mut keys),
            identity: None,
            issuer: None,
            stay: None,
            belonging: std::collections::BTreeSet::new(),
        };
        let host_fingerprint = e2ee::host_fingerprint(&link);
        let mut delivery = Delivery::new(DeliveryConfig {
            meeting: MEETING,
            host_fingerprint,
            external_sender_seed: SEED,
        });
        let (mut member, group_info) = Member::create(&config(1), &mut rng).expect("a group can be made");
        delivery
            .create_group(NOW, ParticipantId(1), &group_info)
            .expect("the group is this meeting's");
        let state = delivery.group_state(None).expect("there is a group");
        let (mut second, join) = Member::join(&config(2), &state, &mut rng).expect("the group can be joined");
        let bundle = join.clone();
        delivery
            .handle_commit(
                NOW,
                ParticipantId(2),
                join.epoch,
                bundle.commit,
                bundle.group_info,
            )
            .expect("the commit is the first of its epoch");
        for one in [&mut member, &mut second] {
            one.handle_commit(ParticipantId(2), join.epoch, &join.commit)
                .expect("the second is admitted");
        }
        for participant in [1, 2] {
            delivery.handle_accepted(NOW, ParticipantId(participant), second.epoch());
        }
        let spoken = second.seal_application(b"words").expect("a member may speak");
        let state = delivery.group_state(None).expect("there is a group");
        let (_, join) = Member::join(&config(3), &state, &mut rng).expect("the group can be joined");
        delivery.set_answering(NOW, [ParticipantId(1)].into());
        delivery.remove(NOW, ParticipantId(2), std::time::Duration::ZERO);
        let proposal = delivery
            .proposals()
            .first()
            .expect("a removal is proposed")
            .proposal
            .clone();
        Self {
            rng,
            config: config(4),
            state,
            member,
            delivery,
            join,
            spoken,
            proposal,
        }
    }

    /// Bytes that may be anything, everywhere.
    fn take_raw(&mut self, bytes: &[u8]) {
        let epoch = self.member.epoch();
        assert!(
            self.member.handle_commit(ParticipantId(3), epoch, bytes).is_err(),
            "made-up bytes are no commit"
        );
        assert!(
            self.member.handle_proposal(epoch, bytes).is_err(),
            "made-up bytes are no proposal"
        );
        assert!(
            self.member.open_application(bytes).is_err(),
            "made-up bytes are no words"
        );
        let taken = self
            .delivery
            .handle_commit(NOW, ParticipantId(3), epoch, bytes.to_vec(), bytes.to_vec());
        assert!(taken.is_err(), "made-up bytes are no commit");
        assert!(
            self.delivery
                .handle_refused(NOW, ParticipantId(1), epoch, bytes, bytes)
                .is_err(),
            "nor a refusal"
        );
    }

    /// Changes one message and delivers it. Returns whether the group has moved on.
    fn take_changed(&mut self, kind: u8, changes: &[u8]) -> bool {
        let epoch = self.member.epoch();
        let changed = |original: &[u8]| (apply(original, changes), apply(original, changes) == original);
        match kind % KINDS {
            0 => {
                let (commit, is_same) = changed(&self.join.commit);
                let merged = self
                    .member
                    .handle_commit(ParticipantId(3), epoch, &commit)
                    .is_ok();
                assert!(is_same || !merged, "a member merged a changed commit");
                merged
            }
            1 => {
                let (commit, is_same) = changed(&self.join.commit);
                let group_info = self.join.group_info.clone();
                let taken = self
                    .delivery
                    .handle_commit(NOW, ParticipantId(3), epoch, commit, group_info)
                    .is_ok();
                assert!(is_same || !taken, "the delivery service took a changed commit");
                taken
            }
            2 => {
                let (group_info, is_same) = changed(&self.join.group_info);
                let commit = self.join.commit.clone();
                let taken = self
                    .delivery
                    .handle_commit(NOW, ParticipantId(3), epoch, commit, group_info)
                    .is_ok();
                assert!(is_same || !taken, "the delivery service took a changed GroupInfo");
                taken
            }
            3 => {
                let (proposal, is_same) = changed(&self.proposal);
                let noted = self.member.handle_proposal(epoch, &proposal).is_ok();
                assert!(is_same || !noted, "a member took a changed proposal");
                noted
            }
            4 => {
                let (spoken, is_same) = changed(&self.spoken);
                let opened = self.member.open_application(&spoken).is_ok();
                assert!(is_same || !opened, "a member opened changed words");
                opened
            }
            _ => {
                let (ratchet_tree, is_same) = changed(&self.state.ratchet_tree);
                let state = GroupState {
                    ratchet_tree,
                    ..self.state.clone()
                };
                let joined = Member::join(&self.config, &state, &mut self.rng).is_ok();
                assert!(is_same || !joined, "somebody joined by a changed tree");
                false
            }
        }
    }
}

/// Puts bytes in other places: each change is an offset in two bytes and what to XOR there. The last change may cut the
/// message short, or, with an offset beyond its end, lengthen it.
fn apply(original: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut message = original.to_vec();
    for change in changes.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]]));
        match message.get_mut(at) {
            Some(byte) if change[2] != 0 => *byte ^= change[2],
            Some(_) => message.truncate(at),
            None => message.push(change[2]),
        }
    }
    message
}

const MEETING: MeetingId = MeetingId::new([5; 16]);
const SEED: [u8; 32] = [6; 32];
const NOW: Timestamp = Timestamp::ZERO;
const KINDS: u8 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_messages_are_taken_so_that_the_target_starts_from_valid_ones() {
        for kind in 0..5 {
            assert!(
                Group::new().take_changed(kind, b""),
                "kind {kind} is refused as it is"
            );
        }
        let mut group = Group::new();
        assert!(
            Member::join(&group.config, &group.state, &mut group.rng).is_ok(),
            "the tree is refused as it is"
        );
    }

    #[test]
    fn changes_touch_cut_and_lengthen() {
        assert_eq!(apply(b"abc", &[1, 0, 1]), b"acc");
        assert_eq!(apply(b"abc", &[1, 0, 0]), b"a");
        assert_eq!(apply(b"abc", &[9, 0, b'd']), b"abcd");
    }
}
