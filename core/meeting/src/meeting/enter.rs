// SPDX-License-Identifier: MIT OR Apache-2.0
//! How people enter: who a hello is from, and what whoever is in gets in the same act.

use protocol::{
    ConnectionId, ErrorCode, Mode, ParticipantId, Redacted, ServerMessage, Timestamp, limits, mls,
};
use rand_core::CryptoRng;
use sfu::SfuCommand;

use super::{Connection, Keys, Meeting};
use crate::{
    Hello, host,
    participant::{Media, Participant, Presence},
    rate::RateLimit,
    token::Stay,
};

impl Meeting {
    /// Takes the hello of a connection that [`crate::Greeting`] opened.
    pub fn handle_hello(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        connection: ConnectionId,
        hello: Hello,
    ) {
        match self.identify(rng, &hello) {
            Ok(identity) => self.enter(now, rng, connection, identity, hello),
            Err(code) => self.refuse(connection, code),
        }
    }

    /// Decides who the hello is from, or why it is from nobody.
    fn identify(&mut self, rng: &mut impl CryptoRng, hello: &Hello) -> Result<Identity, ErrorCode> {
        if self.is_ended {
            return Err(ErrorCode::MeetingEnded);
        }
        let config = &self.config;
        if hello.mode != config.mode {
            return Err(ErrorCode::WrongMode);
        }
        if let Some(admission_key) = &config.admission_key {
            let message = mls::admission_challenge_message(config.meeting, config.mode, &hello.challenge);
            if !host::verify(admission_key, &message, &hello.admission) {
                return Err(ErrorCode::WrongSecret);
            }
        }
        let is_host = match &hello.host_proof {
            None => false,
            Some(proof) => {
                let host_key = config.host_key.as_ref();
                if !host::is_host(config.meeting, config.mode, host_key, &hello.challenge, proof) {
                    return Err(ErrorCode::NotHost);
                }
                true
            }
        };
        if let Some(token) = &hello.resume {
            let verified = config.keys.verify(config.meeting, token);
            let (participant, stay) = verified.ok_or(ErrorCode::ForeignToken)?;
            if self.removed.contains(&stay.0) {
                return Err(ErrorCode::Removed);
            }
            match self.roster.get(&participant) {
                Some(present) if present.stay != stay => return Err(ErrorCode::ForeignToken),
                Some(_) => {}
                None => self.check_room()?,
            }
            return Ok(Identity {
                participant,
                stay,
                is_host,
            });
        }
        self.check_room()?;
        let mut stay = Stay([0; 16]);
        rng.fill_bytes(&mut stay.0);
        Ok(Identity {
            participant: self.free_number(),
            stay,
            is_host,
        })
    }

    fn check_room(&self) -> Result<(), ErrorCode> {
        if self.roster.len() < limits::PARTICIPANTS {
            Ok(())
        } else {
            Err(ErrorCode::MeetingFull)
        }
    }

    fn free_number(&mut self) -> ParticipantId {
        loop {
            let candidate = ParticipantId(self.next_participant);
            self.next_participant = self.next_participant % LAST_PARTICIPANT + 1;
            if !self.roster.contains_key(&candidate) && !self.has_leaf(candidate) {
                return candidate;
            }
        }
    }

    fn has_leaf(&self, id: ParticipantId) -> bool {
        match &self.keys {
            Keys::Standard(_) => false,
            Keys::EndToEnd(group) => group.has_leaf(id),
        }
    }

    /// Enters somebody in the roster and, in the same act, gives what roster members have.
    fn enter(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        connection: ConnectionId,
        identity: Identity,
        hello: Hello,
    ) {
        let id = identity.participant;
        let name = self.shown_name(hello.name);
        // Whoever was gone is on its way out of the group, whatever its client still has of it.
        let epoch = hello.epoch.filter(|_| self.roster.contains_key(&id));
        if let Some(present) = self.roster.get_mut(&id) {
            let before = present.connection();
            present.presence = Presence::Connected(connection);
            present.is_host |= identity.is_host;
            present.name = name.or_else(|| present.name.take());
            present.media.hold();
            if let Some(before) = before {
                self.connections.remove(&before);
                self.refuse(before, ErrorCode::Superseded);
            }
            // A client that comes back makes a new transport, whose number may be the old one's.
            let peer = self.peer(id);
            self.media(SfuCommand::RemovePeer { peer });
        } else {
            let participant = Participant {
                id,
                stay: identity.stay,
                name,
                is_host: identity.is_host,
                presence: Presence::Connected(connection),
                media: Media::default(),
                key_epoch: None,
            };
            self.roster.insert(id, participant);
        }
        self.is_changed = true;
        let limit = RateLimit::new(now);
        self.connections.insert(
            connection,
            Connection {
                participant: id,
                limit,
            },
        );
        self.welcome(rng, id, &identity.stay, epoch);
        self.settle_group(now);
    }

    fn welcome(&mut self, rng: &mut impl CryptoRng, id: ParticipantId, stay: &Stay, epoch: Option<u64>) {
        self.renew_standard_key(rng, id, epoch);
        let (group, standard_key, external_sender) = match &mut self.keys {
            Keys::Standard(keys) => (None, Some(keys.hand_out(rng)), Vec::new()),
            Keys::EndToEnd(group) => (group.greet(id, epoch), None, group.external_sender()),
        };
        let message = ServerMessage::Welcome {
            participant: id,
            resume: self.config.keys.issue(self.config.meeting, id, stay),
            roster: self.roster.values().map(Participant::roster_entry).collect(),
            group,
            standard_key,
            external_sender,
        };
        self.send_to(id, message);
        self.note_standard_key(|participant| participant == id);
        let entry = self.entry(id);
        self.broadcast_except(id, &ServerMessage::RosterChanged { entry });
        if self.require_joined(id).is_ok() {
            self.admit_media(id);
            self.send_proposals(id);
        }
    }

    /// Tells somebody who comes back what it is to expect in the next commit.
    fn send_proposals(&mut self, id: ParticipantId) {
        if let Keys::EndToEnd(group) = &self.keys {
            for message in group.proposals() {
                self.send_to(id, message);
            }
        }
    }

    /// Names are shown by the server in standard meetings only; in end-to-end meetings it must not pass one on.
    fn shown_name(&self, name: Option<Redacted<String>>) -> Option<Redacted<String>> {
        match self.config.mode {
            Mode::Standard => name,
            Mode::E2ee => None,
        }
    }
}

/// Whom a hello is from.
struct Identity {
    participant: ParticipantId,
    stay: Stay,
    is_host: bool,
}

// SFrame key ids have 20 bits for the sender of a standard meeting. Numbers are reused only after all others, so that
// nobody is taken for somebody who left lately.
const LAST_PARTICIPANT: u32 = (1 << 20) - 1;
