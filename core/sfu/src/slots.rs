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

/// Returns the audio slots: all sources if they fit, otherwise those who speak, then those who could, and among equals
/// those who have a slot.
pub(crate) fn assign_audio(
    slots: &[Option<TrackSource>],
    mut candidates: Vec<AudioCandidate>,
) -> Vec<Option<TrackSource>> {
    if candidates.len() > slots.len() {
        candidates.sort_by_key(|candidate| {
            let has_slot = slots.contains(&Some(candidate.source));
            (
                !candidate.is_speaking,
                !candidate.is_active,
                !has_slot,
                candidate.source,
            )
        });
    }
    let wanted: Vec<_> = candidates.iter().map(|candidate| candidate.source).collect();
    assign(slots, &wanted)
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
