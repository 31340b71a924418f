// SPDX-License-Identifier: MIT OR Apache-2.0
//! The acts whose effect lasts, each in the places that it decides; and what follows from them.

use std::collections::BTreeMap;

use super::{ActKind, Breakouts, CheckedAct, KEY_BYTES, NewLink, Permissions, Role, SignedAct};
use crate::{ParticipantId, TrackKind, limits};

/// What acts say about the meeting as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Whether nobody new comes in.
    pub is_locked: bool,
    /// Whether newcomers wait in the lobby.
    pub has_lobby: bool,
    /// Whether everything is stopped.
    pub is_suspended: bool,
    /// What participants may do.
    pub permissions: Permissions,
    /// Whom everybody sees large.
    pub spotlight: Option<ParticipantId>,
}

impl Settings {
    /// Returns what somebody in `role` may do at present.
    pub const fn permissions_of(&self, role: Role) -> Permissions {
        match role {
            Role::Host | Role::CoHost => Permissions::ALL,
            Role::Participant if self.is_suspended => Permissions::NONE,
            Role::Participant => self.permissions,
        }
    }
}

/// An act that is older than what it would change, was seen before, or counts so far ahead that nothing could follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the act is out of its order")]
pub struct Stale;

/// The acts in force. Server and clients keep one each and come to the same.
#[derive(Clone, Default)]
pub struct ActsInForce {
    by_place: BTreeMap<Place, InForce>,
    last_counter_by_key: BTreeMap<[u8; KEY_BYTES], u64>,
}

#[derive(Clone)]
struct InForce {
    signed: SignedAct,
    checked: CheckedAct,
}

/// What one act can decide and the next one can change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Lock,
    Lobby,
    Permissions,
    Suspension,
    Spotlight,
    Breakouts,
    Link,
    Role([u8; KEY_BYTES]),
    Name(ParticipantId),
    Mute(Option<ParticipantId>, TrackKind),
    Admission([u8; KEY_BYTES]),
    KeptOut([u8; KEY_BYTES]),
}

impl ActsInForce {
    /// Takes an act that comes as it happens, in its order.
    ///
    /// # Errors
    /// [`Stale`] if its signer has said something later, something later is in force, its signer's role is over, or its
    /// counter leaps: a co-host who spent the last counter could never be overruled.
    pub fn accept(&mut self, signed: &SignedAct, checked: &CheckedAct) -> Result<(), Stale> {
        let counter = checked.act.counter;
        let last = self.last_counter_by_key.get(&checked.key).copied();
        let is_leap = counter > self.next_counter().saturating_add(LONGEST_LEAP);
        if is_leap || last.is_some_and(|last| counter <= last) || self.is_over(checked, None) {
            return Err(Stale);
        }
        self.put(signed, checked)
    }

    /// Takes an act that others saw happen.
    ///
    /// # Errors
    /// [`Stale`] if something later is in force, or its signer's role was over before.
    pub fn learn(&mut self, signed: &SignedAct, checked: &CheckedAct) -> Result<(), Stale> {
        if self.holds(signed) {
            return Ok(());
        }
        if self.is_over(checked, Some(checked.act.counter)) {
            return Err(Stale);
        }
        self.put(signed, checked)
    }

    fn put(&mut self, signed: &SignedAct, checked: &CheckedAct) -> Result<(), Stale> {
        let counter = checked.act.counter;
        let places = places(&checked.act.kind);
        let is_stale = places
            .iter()
            .filter_map(|place| self.by_place.get(place))
            .any(|before| before.checked.act.counter >= counter);
        if is_stale {
            return Err(Stale);
        }
        for place in places {
            let in_force = InForce {
                signed: signed.clone(),
                checked: checked.clone(),
            };
            self.by_place.insert(place, in_force);
        }
        self.bound();
        let last = self.last_counter_by_key.entry(checked.key).or_insert(counter);
        *last = counter.max(*last);
        Ok(())
    }

    /// Returns whether the role that an act rests on was taken away or changed, before `counter` if one is given.
    fn is_over(&self, checked: &CheckedAct, counter: Option<u64>) -> bool {
        let Some(role) = self.by_place.get(&Place::Role(checked.key)) else {
            return false;
        };
        let is_later = counter.is_none_or(|counter| role.checked.act.counter <= counter);
        checked.is_by_role && is_later && role.role() < checked.role
    }

    /// Returns whether exactly this act is in force.
    pub fn holds(&self, signed: &SignedAct) -> bool {
        self.by_place.values().any(|in_force| in_force.signed == *signed)
    }

    /// Returns the acts in force, each once, in the order of their counters.
    pub fn acts(&self) -> Vec<SignedAct> {
        let mut acts: Vec<&InForce> = Vec::new();
        for in_force in self.by_place.values() {
            if !acts.iter().any(|act| act.signed == in_force.signed) {
                acts.push(in_force);
            }
        }
        acts.sort_by_key(|act| act.checked.act.counter);
        acts.into_iter().map(|act| act.signed.clone()).collect()
    }

    /// Returns a counter that is higher than any that was seen.
    pub fn next_counter(&self) -> u64 {
        let last = self.last_counter_by_key.values().copied().max();
        last.unwrap_or(0).saturating_add(1)
    }

    /// Returns what follows for the meeting as a whole.
    pub fn settings(&self) -> Settings {
        let is_on = |place| self.by_place.get(&place).is_some_and(InForce::is_on);
        let kind = |place| {
            self.by_place
                .get(&place)
                .map(|in_force| &in_force.checked.act.kind)
        };
        Settings {
            is_locked: is_on(Place::Lock),
            has_lobby: is_on(Place::Lobby),
            is_suspended: is_on(Place::Suspension),
            permissions: match kind(Place::Permissions) {
                Some(ActKind::SetPermissions { permissions }) => *permissions,
                Some(_) | None => Permissions::ALL,
            },
            spotlight: match kind(Place::Spotlight) {
                Some(ActKind::Spotlight { participant }) => *participant,
                Some(_) | None => None,
            },
        }
    }

    /// Returns whether any act says whether there is a lobby.
    pub fn has_word_on_lobby(&self) -> bool {
        self.by_place.contains_key(&Place::Lobby)
    }

    /// Returns the role that was given to a stay key.
    pub fn role_of(&self, stay_key: &[u8]) -> Role {
        self.role_act(stay_key).map_or(Role::Participant, InForce::role)
    }

    /// Returns the act that gave a stay key its role, if it has one.
    pub fn authority_of(&self, stay_key: &[u8]) -> Option<&SignedAct> {
        let given = self.role_act(stay_key)?;
        (given.role() > Role::Participant).then_some(&given.signed)
    }

    /// Returns the name that a host gave somebody, as the act carries it.
    pub fn name_of(&self, participant: ParticipantId) -> Option<&[u8]> {
        let kind = &self.by_place.get(&Place::Name(participant))?.checked.act.kind;
        if let ActKind::Rename { name, .. } = kind {
            Some(name)
        } else {
            None
        }
    }

    /// Returns whether a host muted this track, or everybody's of its kind.
    pub fn is_muted(&self, participant: ParticipantId, kind: TrackKind) -> bool {
        [Some(participant), None]
            .into_iter()
            .any(|whom| self.by_place.contains_key(&Place::Mute(whom, kind)))
    }

    /// Returns the act that let a stay in from the lobby.
    pub fn admission_of(&self, stay_key: &[u8]) -> Option<&SignedAct> {
        let key = <[u8; KEY_BYTES]>::try_from(stay_key).ok()?;
        let admission = self.by_place.get(&Place::Admission(key))?;
        Some(&admission.signed)
    }

    /// Returns the link that replaced those before it, if one did.
    pub fn new_link(&self) -> Option<&NewLink> {
        let link = self.by_place.get(&Place::Link)?;
        if let ActKind::NewLink(new) = &link.checked.act.kind {
            Some(new)
        } else {
            None
        }
    }

    /// Returns whether a host keeps a stay out.
    pub fn is_kept_out(&self, stay_key: &[u8]) -> bool {
        let key = <[u8; KEY_BYTES]>::try_from(stay_key).ok();
        let place = key.and_then(|key| self.by_place.get(&Place::KeptOut(key)));
        place.is_some_and(|place| matches!(place.checked.act.kind, ActKind::KeepOut { .. }))
    }

    /// Returns everybody whom hosts keep out: number, stay key, and the name as the act carries it.
    pub fn kept_out(&self) -> impl Iterator<Item = (ParticipantId, &[u8], &[u8])> {
        self.by_place.values().filter_map(|place| {
            if let ActKind::KeepOut {
                participant,
                stay_key,
                name,
            } = &place.checked.act.kind
            {
                Some((*participant, stay_key.as_slice(), name.as_slice()))
            } else {
                None
            }
        })
    }

    /// Returns the breakout rooms that were opened last and not closed, and the stay key of whoever said so.
    pub fn breakouts(&self) -> Option<(&Breakouts, &[u8; KEY_BYTES])> {
        let checked = &self.by_place.get(&Place::Breakouts)?.checked;
        let ActKind::Breakouts(breakouts) = &checked.act.kind else {
            return None;
        };
        (!breakouts.rooms.is_empty()).then_some((breakouts, &checked.key))
    }

    /// Returns the stay keys that were made host or co-host.
    pub fn stays_with_a_role(&self) -> impl Iterator<Item = &[u8; KEY_BYTES]> {
        self.by_place.iter().filter_map(|(place, in_force)| {
            let Place::Role(key) = place else { return None };
            (in_force.role() > Role::Participant).then_some(key)
        })
    }

    /// Forgets what concerns people who are gone, and mutes that nobody is under.
    pub fn forget(&mut self, is_here: impl Fn(ParticipantId) -> bool, is_held: impl Fn(TrackKind) -> bool) {
        self.by_place.retain(|place, _| match place {
            Place::Name(participant) => is_here(*participant),
            Place::Mute(Some(participant), kind) => is_here(*participant) && is_held(*kind),
            Place::Mute(None, kind) => is_held(*kind),
            Place::Lock
            | Place::Lobby
            | Place::Permissions
            | Place::Suspension
            | Place::Spotlight
            | Place::Breakouts
            | Place::Link
            | Place::Role(_)
            | Place::KeptOut(_)
            | Place::Admission(_) => true,
        });
    }

    fn role_act(&self, stay_key: &[u8]) -> Option<&InForce> {
        let key = <[u8; KEY_BYTES]>::try_from(stay_key).ok()?;
        self.by_place.get(&Place::Role(key))
    }

    /// Keeps the places of persons within bounds: the oldest go.
    fn bound(&mut self) {
        for is_of_kind in [is_admission, is_role, is_name, is_kept_out] {
            let mut counters: Vec<u64> = self
                .by_place
                .iter()
                .filter(|(place, _)| is_of_kind(place))
                .map(|(_, in_force)| in_force.checked.act.counter)
                .collect();
            if counters.len() <= MOST_OF_A_KIND {
                continue;
            }
            counters.sort_unstable();
            let oldest_kept = counters[counters.len() - MOST_OF_A_KIND];
            self.by_place
                .retain(|place, in_force| !is_of_kind(place) || in_force.checked.act.counter >= oldest_kept);
        }
    }
}

impl InForce {
    fn is_on(&self) -> bool {
        matches!(
            self.checked.act.kind,
            ActKind::SetLock { on: true } | ActKind::SetLobby { on: true } | ActKind::Suspend { on: true }
        )
    }

    fn role(&self) -> Role {
        if let ActKind::SetRole { role, .. } = &self.checked.act.kind {
            *role
        } else {
            Role::Participant
        }
    }
}

fn is_admission(place: &Place) -> bool {
    matches!(place, Place::Admission(_))
}

fn is_role(place: &Place) -> bool {
    matches!(place, Place::Role(_))
}

fn is_name(place: &Place) -> bool {
    matches!(place, Place::Name(_))
}

fn is_kept_out(place: &Place) -> bool {
    matches!(place, Place::KeptOut(_))
}

fn places(kind: &ActKind) -> Vec<Place> {
    let key = |bytes: &[u8]| <[u8; KEY_BYTES]>::try_from(bytes).ok();
    match kind {
        ActKind::SetLock { .. } => vec![Place::Lock],
        ActKind::SetLobby { .. } => vec![Place::Lobby],
        ActKind::SetPermissions { .. } => vec![Place::Permissions],
        ActKind::Spotlight { .. } => vec![Place::Spotlight],
        // Nobody is left to itself in a room while everything stands still.
        ActKind::Suspend { on: true } => {
            vec![Place::Suspension, Place::Lock, Place::Lobby, Place::Breakouts]
        }
        ActKind::Suspend { on: false } => vec![Place::Suspension],
        ActKind::SetRole { stay_key, .. } => key(stay_key).map(Place::Role).into_iter().collect(),
        ActKind::Rename { participant, .. } => vec![Place::Name(*participant)],
        ActKind::Mute { participant, kinds } => kinds
            .iter()
            .map(|kind| Place::Mute(*participant, *kind))
            .collect(),
        ActKind::Admit { admitted } => admitted
            .iter()
            .filter_map(|admitted| key(&admitted.stay_key).map(Place::Admission))
            .collect(),
        ActKind::KeepOut { stay_key, .. } | ActKind::LetBack { stay_key } => {
            key(stay_key).map(Place::KeptOut).into_iter().collect()
        }
        // The rooms' secrets come from the link's.
        ActKind::NewLink { .. } => vec![Place::Link, Place::Breakouts],
        ActKind::Breakouts(_) => vec![Place::Breakouts],
        ActKind::AskToUnmute { .. }
        | ActKind::TurnAway { .. }
        | ActKind::LobbyMessage { .. }
        | ActKind::Remove { .. }
        | ActKind::End => Vec::new(),
    }
}

// Whoever acts may have seen acts that were forgotten here. Leaps of this length reach the last counter in 2^44 acts.
const LONGEST_LEAP: u64 = 1 << 20;

// As many as can be here at once, and as many again who left.
const MOST_OF_A_KIND: usize = 2 * limits::PARTICIPANTS;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::{Authority, HostAct};
    use crate::mls::HostGrant;

    #[test]
    fn nobody_can_spend_the_last_counter_and_so_have_the_last_word() {
        let mut in_force = ActsInForce::default();
        let mut say = |counter, on| {
            let (signed, checked) = lobby(counter, on);
            in_force.accept(&signed, &checked)
        };
        assert_eq!(say(u64::MAX, true), Err(Stale));
        assert_eq!(say(LONGEST_LEAP + 2, true), Err(Stale), "from an empty meeting");
        assert_eq!(say(LONGEST_LEAP, true), Ok(()));
        assert_eq!(say(LONGEST_LEAP + 1, false), Ok(()));
        assert!(!in_force.settings().has_lobby);
    }

    fn lobby(counter: u64, on: bool) -> (SignedAct, CheckedAct) {
        let act = HostAct {
            counter,
            kind: ActKind::SetLobby { on },
        };
        let signed = SignedAct {
            act: act.to_bytes(),
            key: vec![1; KEY_BYTES],
            signature: Vec::new(),
            authority: Authority::HostKey(HostGrant {
                host_key: Vec::new(),
                signature: Vec::new(),
            }),
        };
        let checked = CheckedAct {
            act,
            key: [1; KEY_BYTES],
            role: Role::Host,
            is_by_role: false,
        };
        (signed, checked)
    }
}
