// SPDX-License-Identifier: MIT OR Apache-2.0
//! How people are gone, and what they must not have any more.

use protocol::{ErrorCode, ParticipantId, ServerMessage, Timestamp};
use rand_core::CryptoRng;
use sfu::SfuCommand;

use super::{Keys, Meeting};
use crate::{Effect, Record};

/// How somebody comes to be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Departure {
    /// By its own wish, or too long without a connection.
    Left,
    /// Sent away; its token is worth nothing any more.
    Removed(ErrorCode),
    /// Sent away by a host whose commit is to follow; its token is worth nothing any more.
    Announced(ErrorCode),
    /// On its way in by a link that a host replaced; may come back by the other one.
    WithoutLink,
    /// Called out of this breakout room; may come back when it belongs here again.
    BelongsElsewhere,
}

impl Meeting {
    /// Lets somebody go, in every sense.
    pub(crate) fn depart(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        id: ParticipantId,
        departure: Departure,
    ) {
        self.take_out(now, id, departure);
        self.rotate_standard_key(rng);
        self.settle_group(now);
    }

    /// Takes somebody out of the roster, and out of everything that goes with being in it.
    pub(crate) fn take_out(&mut self, now: Timestamp, id: ParticipantId, departure: Departure) {
        let Some(participant) = self.roster.remove(&id) else {
            return;
        };
        self.is_changed = true;
        let peer = self.peer(id);
        self.media(SfuCommand::RemovePeer { peer });
        let code = match departure {
            Departure::Left => None,
            Departure::Removed(code) => Some(code),
            Departure::Announced(code) => Some(code),
            Departure::WithoutLink => Some(ErrorCode::LinkReplaced),
            Departure::BelongsElsewhere => Some(ErrorCode::NotAllowed),
        };
        let is_for_good = matches!(departure, Departure::Removed(_) | Departure::Announced(_));
        if is_for_good {
            self.removed.insert(participant.stay.0);
        }
        if let Some(connection) = participant.connection() {
            self.connections.remove(&connection);
            match code {
                None => self.effects.push_back(Effect::Close { connection, code }),
                Some(code) => self.refuse(connection, code),
            }
        }
        // Announced before the roster shrinks, or clients would see a leaf without a participant and raise an alarm.
        self.depart_from_group(now, id, departure);
        self.broadcast(&ServerMessage::RosterLeft { participant: id });
        if self.roster.is_empty() {
            let meeting = self.config.meeting;
            self.media(SfuCommand::RemoveMeeting { meeting });
        }
    }

    /// Whoever is gone must not read what comes after.
    fn rotate_standard_key(&mut self, rng: &mut impl CryptoRng) {
        let Keys::Standard(keys) = &mut self.keys else {
            return;
        };
        if self.roster.is_empty() {
            keys.forget();
            return;
        }
        self.rotate_standard_key_for(rng, |_| true);
    }

    /// Mints the next key if a client of `id` may have sealed with the present one and the client that now says hello, whose
    /// newest key is of `epoch`, does not go on where that one stopped: a page loaded anew counts its nonces from zero.
    pub(crate) fn renew_standard_key(
        &mut self,
        rng: &mut impl CryptoRng,
        id: ParticipantId,
        epoch: Option<u64>,
    ) {
        let Keys::Standard(keys) = &self.keys else {
            return;
        };
        let present = Some(keys.epoch());
        let was_sent = self
            .roster
            .get(&id)
            .is_some_and(|participant| participant.key_epoch == present);
        if was_sent && epoch != present {
            self.rotate_standard_key_for(rng, |participant| participant != id);
        }
    }

    /// Notes that the connected among those meant have the present key.
    pub(crate) fn note_standard_key(&mut self, is_meant: impl Fn(ParticipantId) -> bool) {
        let Keys::Standard(keys) = &self.keys else {
            return;
        };
        let epoch = keys.epoch();
        for participant in self.roster.values_mut() {
            if participant.connection().is_some() && is_meant(participant.id) {
                participant.key_epoch = Some(epoch);
            }
        }
    }

    fn rotate_standard_key_for(
        &mut self,
        rng: &mut impl CryptoRng,
        is_meant: impl Fn(ParticipantId) -> bool,
    ) {
        let Keys::Standard(keys) = &mut self.keys else {
            return;
        };
        let key = keys.rotate(rng);
        self.mark_changed();
        self.broadcast_if(&ServerMessage::StandardKey { key }, |participant| {
            is_meant(participant.id)
        });
        self.note_standard_key(is_meant);
        self.force_keyframes();
    }

    /// Ends the meeting for everybody, for ever.
    pub(crate) fn end(&mut self, by: ParticipantId, signature: Vec<u8>) {
        self.is_ended = true;
        self.is_changed = false;
        self.effects.push_back(Effect::Persist(Record::Ended));
        self.broadcast(&ServerMessage::Ended { by, signature });
        for connection in std::mem::take(&mut self.connections).into_keys() {
            self.effects.push_back(Effect::Close {
                connection,
                code: None,
            });
        }
        for connection in self.lobby.clear() {
            self.refuse(connection, ErrorCode::MeetingEnded);
        }
        self.roster.clear();
        let meeting = self.config.meeting;
        self.media(SfuCommand::RemoveMeeting { meeting });
    }
}
