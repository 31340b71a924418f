// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which source goes into which slot. Whoever has a slot keeps it as long as possible: a change costs a keyframe, and a
//! message that the client must get before it can decrypt.

use protocol::TrackSource;

/// An audio source and what speaks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AudioCandidate {
    pub(crate) source: TrackSource,
    /// Among the speakers.
    pub(crate) is_speaking: bool,
    /// Switched on.
    pub(crate) is_active: bool,
}

/// Returns the slots after giving every wanted source one, in order, until there are no more.
pub(crate) fn assign(slots: &[Option<TrackSource>], wanted: &[TrackSource]) -> Vec<Option<TrackSource>> {
    let wanted = &wanted[..wanted.len().min(slots.len())];
    let mut assigned: Vec<_> = slots
        .iter()
        .map(|slot| slot.filter(|source| wanted.contains(source)))
        .collect();
    for source in wanted {
        if assigned.contains(&Some(*source)) {
            continue;
        }
        if let Some(free) = assigned.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(*source);
        }
    }
    assigned
}

impl AudioCandidate {
    /// Less is better.
    fn rank(&self) -> (bool, bool) {
        (!self.is_speaking, !self.is_active)
    }
}

/// Returns the audio slots: all sources if they fit, otherwise those who speak, then those who could, and among equals
/// those who have a slot. `candidates` are in the order of their sources.
pub(crate) fn assign_audio(
    slots: &[Option<TrackSource>],
    mut candidates: Vec<AudioCandidate>,
) -> Vec<Option<TrackSource>> {
    if candidates.len() > slots.len() {
        if is_settled(slots, &candidates) {
            return slots.to_vec();
        }
        candidates.sort_by_cached_key(|candidate| {
            let has_slot = slots.contains(&Some(candidate.source));
            (candidate.rank(), !has_slot, candidate.source)
        });
    }
    let wanted: Vec<_> = candidates.iter().map(|candidate| candidate.source).collect();
    assign(slots, &wanted)
}

/// Whether nobody without a slot is better than anybody with one. In a large meeting that is nearly always so, and every
/// newcomer makes everybody's slots be looked at.
fn is_settled(slots: &[Option<TrackSource>], candidates: &[AudioCandidate]) -> bool {
    let candidate_of = |slot: &Option<TrackSource>| {
        let source = (*slot)?;
        let index = candidates.binary_search_by_key(&source, |candidate| candidate.source);
        index.ok().map(|index| candidates[index])
    };
    let holders: Option<Vec<_>> = slots.iter().map(candidate_of).collect();
    let Some(worst) = holders.and_then(|holders| holders.iter().map(AudioCandidate::rank).max()) else {
        return false;
    };
    candidates
        .iter()
        .all(|candidate| candidate.rank() >= worst || slots.contains(&Some(candidate.source)))
}

#[cfg(test)]
mod tests {
    use protocol::{ParticipantId, TrackKind};

    use super::*;

    #[test]
    fn sources_keep_their_slots_and_newcomers_fill_the_holes() {
        assert_eq!(
            assign(&[mic(1), mic(2), None], &sources(&[2, 3, 4])),
            [mic(3), mic(2), mic(4)]
        );
    }

    #[test]
    fn sources_beyond_the_slots_wait() {
        assert_eq!(assign(&[None, None], &sources(&[1, 2, 3])), [mic(1), mic(2)]);
        assert_eq!(assign(&[], &sources(&[1])), []);
    }

    #[test]
    fn speaker_takes_the_slot_of_a_muted_one() {
        let candidates =
            [(1, true, true), (2, false, false), (3, true, true)].map(|(id, is_speaking, is_active)| {
                AudioCandidate {
                    source: mic(id).expect("is a source"),
                    is_speaking,
                    is_active,
                }
            });
        assert_eq!(
            assign_audio(&[mic(1), mic(2)], candidates.to_vec()),
            [mic(1), mic(3)]
        );
    }

    #[test]
    fn silent_newcomer_takes_no_slot_from_its_like() {
        let candidates = [1, 2, 3].map(|id| AudioCandidate {
            source: mic(id).expect("is a source"),
            is_speaking: false,
            is_active: true,
        });
        assert_eq!(
            assign_audio(&[mic(3), mic(2)], candidates.to_vec()),
            [mic(3), mic(2)]
        );
    }

    fn mic(id: u32) -> Option<TrackSource> {
        Some(TrackSource {
            participant: ParticipantId(id),
            kind: TrackKind::Microphone,
        })
    }

    fn sources(ids: &[u32]) -> Vec<TrackSource> {
        ids.iter().filter_map(|&id| mic(id)).collect()
    }
}
