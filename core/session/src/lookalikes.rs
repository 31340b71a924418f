// SPDX-License-Identifier: MIT OR Apache-2.0
//! Names that can be taken for another's: the same to the eye, whatever letters they are made of.
//!
//! Compares what is left of a name when each sign is replaced by what it looks like (Unicode Technical Standard 39,
//! section 4), without case, spaces, accents and signs that do not show. Does not judge whether anybody means harm: two people may be called the same.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use protocol::ParticipantId;

use crate::view::IdentityLevelView;

/// One participant and what it is called.
#[derive(PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) participant: ParticipantId,
    pub(crate) level: IdentityLevelView,
    /// Of its own choosing; empty while unknown.
    pub(crate) name: String,
    pub(crate) account_name: Option<String>,
}

/// Who can be taken for whom.
#[derive(Default)]
pub(crate) struct Lookalikes {
    people: Vec<Named>,
    original_by_lookalike: BTreeMap<ParticipantId, ParticipantId>,
    table: Option<Table>,
}

impl Lookalikes {
    /// Compares everybody with everybody, if anything about them changed.
    pub(crate) fn refresh(&mut self, people: Vec<Named>) {
        if people == self.people {
            return;
        }
        self.people = people;
        let table = self.table.get_or_insert_with(Table::read);
        let mut by_rank: Vec<&Named> = self.people.iter().collect();
        // Whoever is known better is the original, then whoever came first.
        by_rank.sort_by_key(|named| (Reverse(named.level), named.participant));
        let mut owner_by_skeleton: BTreeMap<String, ParticipantId> = BTreeMap::new();
        self.original_by_lookalike.clear();
        for named in by_rank {
            let mut original = None;
            for skeleton in named.skeletons(table) {
                let owner = *owner_by_skeleton.entry(skeleton).or_insert(named.participant);
                if owner != named.participant {
                    original.get_or_insert(owner);
                }
            }
            if let Some(original) = original {
                self.original_by_lookalike.insert(named.participant, original);
            }
        }
    }

    /// Returns whose name a participant's can be taken for.
    pub(crate) fn looks_like(&self, participant: ParticipantId) -> Option<ParticipantId> {
        self.original_by_lookalike.get(&participant).copied()
    }
}

impl Named {
    fn skeletons(&self, table: &Table) -> BTreeSet<String> {
        let names = [Some(&self.name), self.account_name.as_ref()];
        let mut skeletons: BTreeSet<String> = names
            .into_iter()
            .flatten()
            .flat_map(|name| table.skeletons_of(name))
            .collect();
        skeletons.remove("");
        skeletons
    }
}

/// What signs look like, by sign; made by `build.rs`.
struct Table(Vec<(char, &'static str)>);

impl Table {
    fn read() -> Self {
        let mut bytes = TABLE.iter();
        let mut sign = 0;
        let mut entries = Vec::new();
        while let Some((step, length)) = read_number(&mut bytes).zip(bytes.next()) {
            let (prototype, rest) = bytes.as_slice().split_at(usize::from(*length));
            sign += step;
            entries.push((
                char::from_u32(sign).expect("the table's signs are characters"),
                std::str::from_utf8(prototype).expect("the table's prototypes are UTF-8"),
            ));
            bytes = rest.iter();
        }
        Self(entries)
    }

    /// Returns what a name looks like, with its case and without: a capital I passes for an l, a small one does not.
    fn skeletons_of(&self, name: &str) -> [String; 2] {
        [
            self.skeleton_of(name).to_lowercase(),
            self.skeleton_of(&name.to_lowercase()),
        ]
    }

    fn skeleton_of(&self, name: &str) -> String {
        let mut skeleton = String::with_capacity(name.len());
        for sign in name.chars().filter(|sign| *sign < NOTHING_SHOWS_FROM) {
            match self.0.binary_search_by_key(&sign, |(sign, _)| *sign) {
                Ok(found) => skeleton.push_str(self.0[found].1),
                Err(_) => skeleton.push(sign),
            }
        }
        skeleton
    }
}

fn read_number(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u32> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = *bytes.next()?;
        number |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
}

const TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lookalikes"));

// Tags, variation selectors and planes for private use: there is no shape to mistake.
const NOTHING_SHOWS_FROM: char = '\u{e0000}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_found_whatever_they_are_made_of() {
        let ben = "Ben Example";
        for lookalike in [
            "Ben Example",
            "ben example",
            "BEN  EXAMPLE",
            " Ben\u{200b}Example",
            "\u{202e}Ben Example",
            "B\u{435}n Example",
            "\u{ff22}\u{ff45}\u{ff4e} Example",
            "Ben Examp1e",
            "Ben ExampIe",
            "Be\u{301}n Example",
            "Ben\u{2800}Example",
        ] {
            let mut lookalikes = Lookalikes::default();
            lookalikes.refresh(vec![guest(1, ben), guest(2, lookalike)]);
            assert_eq!(lookalikes.looks_like(BEN), None);
            assert_eq!(lookalikes.looks_like(OTHER), Some(BEN), "{lookalike:?}");
        }
    }

    #[test]
    fn names_that_differ_to_the_eye_are_left_alone() {
        for other in ["Bea Example", "Ben Example 2", "Anna", ""] {
            let mut lookalikes = Lookalikes::default();
            lookalikes.refresh(vec![guest(1, "Ben Example"), guest(2, other)]);
            assert_eq!(lookalikes.looks_like(OTHER), None, "{other:?}");
        }
    }

    #[test]
    fn two_whose_names_are_not_known_yet_are_not_alike() {
        let mut lookalikes = Lookalikes::default();
        lookalikes.refresh(vec![guest(1, ""), guest(2, " \u{200b}")]);
        assert_eq!(lookalikes.looks_like(OTHER), None);
    }

    #[test]
    fn whoever_is_known_better_is_the_original_and_not_whoever_came_first() {
        let mut lookalikes = Lookalikes::default();
        let verified = Named {
            level: IdentityLevelView::Verified,
            account_name: Some(String::from("Ben Example")),
            ..guest(2, "Benny")
        };
        lookalikes.refresh(vec![guest(1, "Ben \u{415}xample"), verified]);
        assert_eq!(lookalikes.looks_like(BEN), Some(OTHER));
        assert_eq!(lookalikes.looks_like(OTHER), None);
    }

    #[test]
    fn one_may_be_called_like_ones_own_account() {
        let mut lookalikes = Lookalikes::default();
        let ben = Named {
            level: IdentityLevelView::SignedIn,
            account_name: Some(String::from("Ben")),
            ..guest(1, "Ben")
        };
        lookalikes.refresh(vec![ben]);
        assert_eq!(lookalikes.looks_like(BEN), None);
    }

    fn guest(number: u32, name: &str) -> Named {
        Named {
            participant: ParticipantId(number),
            level: IdentityLevelView::Guest,
            name: name.to_owned(),
            account_name: None,
        }
    }

    const BEN: ParticipantId = ParticipantId(1);
    const OTHER: ParticipantId = ParticipantId(2);
}
