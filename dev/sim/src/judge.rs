// SPDX-License-Identifier: MIT OR Apache-2.0
//! What must be so in a meeting in which nothing is under way.

use std::collections::BTreeSet;

use protocol::{TrackKind, TrackSource};
use session::State;

use crate::{client::ClientId, world::World};

impl World {
    /// Returns what is wrong with the meeting as those see it who are wanted in it.
    pub fn faults(&mut self) -> Vec<String> {
        let wanted = self.wanted();
        let mut faults = Vec::new();
        let everybody: BTreeSet<_> = wanted.iter().filter_map(|id| self.me(*id)).collect();
        let first = wanted.first().map(|id| self.view(*id).clone());
        for id in &wanted {
            let name = &self.clients[id.0].name;
            let view = self.view(*id);
            if view.state != State::Active {
                faults.push(format!("{name} is {:?} {:?}", view.state, view.left_because));
                continue;
            }
            let shown: BTreeSet<_> = view.participants.iter().map(|shown| shown.participant).collect();
            if shown != everybody {
                faults.push(format!("{name} sees {shown:?}, there are {everybody:?}"));
            }
            if let Some(first) = &first
                && (first.epoch, &first.safety_code) != (view.epoch, &view.safety_code)
            {
                faults.push(format!(
                    "{name} is in epoch {}, others in {}",
                    view.epoch, first.epoch
                ));
            }
            if view.is_sending_paused {
                faults.push(format!("{name} does not send"));
            }
            for shown in &view.participants {
                if shown.alarm.is_some() || shown.name.is_empty() || !shown.is_connected {
                    faults.push(format!("{name} sees {shown:?}"));
                }
            }
        }
        if faults.is_empty() {
            self.note_deafness(&wanted, &mut faults);
            self.note_eavesdroppers(&wanted, &mut faults);
        }
        faults
    }

    /// Whoever is out must not be able to open what those inside send, whoever brings it to them.
    fn note_eavesdroppers(&mut self, wanted: &[ClientId], faults: &mut Vec<String>) {
        let gone: Vec<ClientId> = self.client_ids().filter(|id| !wanted.contains(id)).collect();
        for from in wanted {
            let (Some(participant), false) = (self.me(*from), gone.is_empty()) else {
                continue;
            };
            let kind = TrackKind::Microphone;
            let Ok(sealed) = self.seal(*from, kind, b"a secret") else {
                continue;
            };
            for id in &gone {
                if self
                    .deliver(*id, TrackSource { participant, kind }, &sealed)
                    .is_ok()
                {
                    let (name, from_name) = (&self.clients[id.0].name, &self.clients[from.0].name);
                    faults.push(format!("{name} is out and hears {from_name}"));
                }
            }
        }
    }

    fn note_deafness(&mut self, wanted: &[ClientId], faults: &mut Vec<String>) {
        for from in wanted {
            match self.send_frame(*from, TrackKind::Microphone) {
                Err(drop) => faults.push(format!("{} cannot send: {drop:?}", self.clients[from.0].name)),
                Ok(seen) => {
                    for to in wanted.iter().filter(|to| *to != from) {
                        if seen.get(to) != Some(&Ok(())) {
                            let (to_name, from_name) = (&self.clients[to.0].name, &self.clients[from.0].name);
                            faults.push(format!("{to_name} does not hear {from_name}: {:?}", seen.get(to)));
                        }
                    }
                }
            }
        }
    }
}
