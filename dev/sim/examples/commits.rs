// SPDX-License-Identifier: MIT OR Apache-2.0
//! Measures what the keys of one member cost as a meeting grows. `cargo xtask bench commits` runs it, and reads its lines:
//! a name, a tab, microseconds.
//!
//! Argument: how often to repeat. Each repetition grows a meeting to each size and prints the medians of what happens there.

use std::{hint::black_box, io::Write as _, time::Instant};

use delivery::{Delivery, DeliveryConfig, Output};
use e2ee::{
    CommitBundle, HostKey, LeafKey, Member, MemberConfig, Merged, NewMeeting, SignedProfile, host_key,
    invitation,
};
use protocol::{MeetingId, MeetingLink, Mode, ParticipantId, Timestamp};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

fn main() -> std::io::Result<()> {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok());
    let mut out = std::io::stdout().lock();
    for _ in 0..rounds.unwrap_or(3) {
        let mut meeting = Meeting::of_one();
        for size in SIZES {
            while meeting.profiles.len() + JOINS < size {
                meeting.grow();
            }
            let joins: Vec<_> = (0..JOINS).map(|_| meeting.grow()).collect();
            let mut say = |what: &str, of: &dyn Fn(&Costs) -> f64| {
                let median = median(joins.iter().map(of).collect());
                writeln!(out, "{size} people: {what}\t{median:.1}")
            };
            say("the joiner makes its commit", &|costs| costs.joining)?;
            say("the server takes it", &|costs| costs.serving)?;
            say("the server stores it", &|costs| costs.storing)?;
            say("a member merges it", &|costs| costs.merging)?;
            say("a member derives the keys", &|costs| costs.deriving)?;
            say("a member opens a message", &|costs| costs.opening)?;
            say("a member checks a name", &|costs| costs.naming)?;
        }
    }
    Ok(())
}

/// A meeting of which a few members are kept up to date; the others only have their leaves.
struct Meeting {
    rng: ChaCha20Rng,
    link: MeetingLink,
    delivery: Delivery,
    watchers: Vec<Member>,
    profiles: Vec<SignedProfile>,
}

/// Microseconds.
struct Costs {
    joining: f64,
    serving: f64,
    storing: f64,
    merging: f64,
    deriving: f64,
    opening: f64,
    naming: f64,
}

impl Meeting {
    fn of_one() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(SEED);
        let link = NewMeeting::generate(&mut rng, Mode::E2ee).link(MeetingId::new([5; 16]));
        let fingerprint = host_key(&link).as_ref().map(HostKey::fingerprint);
        let mut delivery = Delivery::new(DeliveryConfig {
            meeting: link.meeting,
            host_fingerprint: fingerprint.expect("it is the host link"),
            external_sender_seed: [9; 32],
        });
        let config = config(&mut rng, &link, &delivery, ParticipantId(1));
        let (host, group_info) = Member::create(&config, &mut rng).expect("the link has a secret");
        delivery
            .create_group(Timestamp::ZERO, ParticipantId(1), &group_info)
            .expect("a group of its creator alone");
        Self {
            profiles: vec![host.sign_profile("somebody")],
            watchers: vec![host],
            rng,
            link,
            delivery,
        }
    }

    fn grow(&mut self) -> Costs {
        let number = u32::try_from(self.profiles.len() + 1).expect("some hundred people");
        let participant = ParticipantId(number);
        let config = config(
            &mut self.rng,
            &invitation(&self.link),
            &self.delivery,
            participant,
        );
        let state = self.delivery.group_state(None).expect("there is a group");
        let (joined, joining) = timed(|| Member::join(&config, &state, &mut self.rng));
        let (mut newcomer, bundle) = joined.expect("the group is as it should be");
        let epoch = bundle.epoch;
        let ((by, commit), serving) = timed(|| self.serve(participant, bundle));
        let (_, storing) = timed(|| black_box(self.delivery.snapshot()));
        let (merged, merging) = self.each(|member| member.handle_commit(by, epoch, &commit));
        let merged: Vec<Merged> = merged
            .into_iter()
            .map(|merged| merged.expect("a good commit"))
            .collect();
        let mut merged = merged.into_iter();
        let (_, deriving) = self.each(|member| {
            let merged = merged.next().expect("each member merged it");
            black_box(member.key_updates_after(&merged))
        });
        newcomer
            .handle_commit(by, epoch, &commit)
            .expect("its own commit won");
        let message = newcomer.seal_application(&[7; 200]).expect("it is a member");
        let (_, opening) = self.each(|member| member.open_application(&message).is_ok());
        let profile = newcomer.sign_profile("somebody");
        let (_, naming) = self.each(|member| member.verify_profile(&profile).is_some());
        self.profiles.push(profile);
        if self.watchers.len() < WATCHERS {
            self.watchers.push(newcomer);
        } else {
            // Where the crowd's leaves are, does not matter; who watches is among the first and among the last.
            self.watchers[WATCHERS - 1] = newcomer;
        }
        Costs {
            joining,
            serving,
            storing,
            merging,
            deriving,
            opening,
            naming,
        }
    }

    fn serve(&mut self, by: ParticipantId, bundle: CommitBundle) -> (ParticipantId, Vec<u8>) {
        let CommitBundle {
            epoch,
            commit,
            group_info,
        } = bundle;
        self.delivery
            .handle_commit(Timestamp::ZERO, by, epoch, commit, group_info)
            .expect("it is the first of its epoch");
        let sent = std::iter::from_fn(|| self.delivery.poll_output());
        let mut commits = sent.filter_map(|output| match output {
            Output::Commit { by, commit, .. } => Some((by, commit)),
            Output::CommitRejected { .. } | Output::Proposal(_) | Output::Rollback { .. } => None,
        });
        commits.next().expect("it was taken")
    }

    /// Does something with each member that is kept up to date, and returns the median of what it took.
    fn each<R>(&mut self, mut act: impl FnMut(&mut Member) -> R) -> (Vec<R>, f64) {
        let done = self.watchers.iter_mut().map(|member| timed(|| act(member)));
        let (results, costs): (Vec<R>, Vec<f64>) = done.unzip();
        (results, median(costs))
    }
}

fn config(
    rng: &mut ChaCha20Rng,
    link: &MeetingLink,
    delivery: &Delivery,
    participant: ParticipantId,
) -> MemberConfig {
    MemberConfig {
        link: link.clone(),
        participant,
        external_sender: delivery.external_sender().to_vec(),
        leaf_key: LeafKey::generate(rng),
        identity: None,
        issuer: None,
        stay: None,
        belonging: std::collections::BTreeSet::new(),
    }
}

fn timed<R>(act: impl FnOnce() -> R) -> (R, f64) {
    let started_at = Instant::now();
    let result = act();
    (result, started_at.elapsed().as_secs_f64() * 1_000_000.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

const SIZES: [usize; 3] = [10, 40, 100];
const JOINS: usize = 5;
const WATCHERS: usize = 5;
const SEED: u64 = 20_261_124;
