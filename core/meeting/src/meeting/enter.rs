// SPDX-License-Identifier: MIT OR Apache-2.0
//! How people enter: who a hello is from, and what whoever is in gets in the same act.

use protocol::{
    ConnectionId, ErrorCode, Mode, ParticipantId, Redacted, ServerMessage, Timestamp,
    identity::{IdentityStatement, SignedStatement},
    message::{GroupState, MissedMessage, RosterEntry},
};
use rand_core::CryptoRng;
use sfu::SfuCommand;

use super::{Connection, Keys, Meeting};
use crate::{
    Hello,
    greeting::LEAF_KEY_BYTES,
    host,
    participant::{Media, Participant, Presence},
    rate::RateLimit,
    reject::Rejection,
    token::Stay,
    visitor::Visitor,
};

impl Meeting {
    /// Takes the hello of a connection that [`crate::Greeting`] opened. `visitor` is who the shell knows it to be.
    pub fn handle_hello(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        connection: ConnectionId,
        hello: Hello,
        visitor: Visitor,
    ) {
        match self.identify(now, rng, &hello, &visitor) {
            Ok(identity) if self.must_wait(&identity, &hello, &visitor) => {
                self.wait(now, connection, identity, hello, visitor);
            }
            Ok(identity) => self.enter(now, rng, connection, identity, hello, visitor),
            Err(code) => self.refuse(connection, code),
        }
    }

    /// Decides who the hello is from, or why it is from nobody.
    fn identify(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        hello: &Hello,
        visitor: &Visitor,
    ) -> Result<Identity, ErrorCode> {
        if self.is_ended {
            return Err(ErrorCode::MeetingEnded);
        }
        if let Some(code) = self.closed {
            return Err(code);
        }
        if self.is_overtime(now) {
            return Err(ErrorCode::TimeLimit);
        }
        let config = &self.config;
        if hello.mode != config.mode {
            return Err(ErrorCode::WrongMode);
        }
        if !self.belongs(hello) {
            return Err(ErrorCode::NotAllowed);
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
        self.check_link(hello, is_host)?;
        let is_kept_out = self.is_kept_out(hello, visitor, is_host);
        let ask = |was_removed| {
            let answer = self.ask_to_join(visitor, is_host, was_removed || is_kept_out);
            answer.map_err(|code| {
                if code == ErrorCode::Removed && is_kept_out {
                    ErrorCode::KeptOut
                } else {
                    code
                }
            })
        };
        if let Some(token) = &hello.resume {
            let verified = config.keys.verify(config.meeting, token);
            let (participant, stay) = verified.ok_or(ErrorCode::ForeignToken)?;
            let was_removed = self.was_removed(&stay);
            match self.roster.get(&participant) {
                Some(present) if present.stay == stay => {}
                Some(_) => {
                    ask(was_removed)?;
                    return Err(ErrorCode::ForeignToken);
                }
                None => ask(was_removed)?,
            }
            return Ok(Identity {
                participant,
                stay,
                is_host,
            });
        }
        ask(false)?;
        let mut stay = Stay([0; 16]);
        rng.fill_bytes(&mut stay.0);
        Ok(Identity {
            participant: self.free_number(),
            stay,
            is_host,
        })
    }

    /// Returns whether a host removed whoever had this stay.
    pub(crate) fn was_removed(&self, stay: &Stay) -> bool {
        self.removed.contains(&stay.0)
    }

    /// Takes a stay for one that nobody removed.
    pub(crate) fn restore_stay(&mut self, stay: &Stay) {
        self.removed.remove(&stay.0);
    }

    fn free_number(&mut self) -> ParticipantId {
        loop {
            let candidate = ParticipantId(self.next_participant);
            self.next_participant = self.next_participant % LAST_PARTICIPANT + 1;
            if !self.roster.contains_key(&candidate)
                && !self.has_leaf(candidate)
                && !self.lobby.holds(candidate)
            {
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
    pub(crate) fn enter(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        connection: ConnectionId,
        identity: Identity,
        hello: Hello,
        visitor: Visitor,
    ) {
        let id = identity.participant;
        let stay_key = self.proved_stay_key(&hello.challenge, hello.stay.as_ref());
        let name = self.shown_name(hello.name);
        // Whoever was gone is on its way out of the group, whatever its client still has of it.
        let epoch = hello.epoch.filter(|_| self.roster.contains_key(&id));
        if let Some(present) = self.roster.get_mut(&id) {
            let before = present.connection();
            present.presence = Presence::Connected(connection);
            present.is_host |= identity.is_host;
            present.name = name.or_else(|| present.name.take());
            present.visitor = visitor;
            present.stay_key = stay_key;
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
                hears_from: self.said.count(),
                visitor,
                stay_key,
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
        let heard = hello.heard.filter(|_| epoch.is_some());
        self.welcome(
            now,
            rng,
            id,
            &identity.stay,
            Coming {
                epoch,
                heard,
                leaf_key: hello.leaf_key,
            },
        );
        self.settle_group(now);
    }

    fn welcome(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        id: ParticipantId,
        stay: &Stay,
        coming: Coming,
    ) {
        let Coming {
            epoch,
            heard,
            leaf_key,
        } = coming;
        self.renew_standard_key(rng, id, epoch);
        let (mut group, standard_key, external_sender) = match &mut self.keys {
            Keys::Standard(keys) => (None, Some(keys.hand_out(rng)), Vec::new()),
            Keys::EndToEnd(group) => (group.greet(now, id, epoch), None, group.external_sender()),
        };
        let heard = heard.filter(|_| self.require_joined(id).is_ok());
        let catching_up = self.what_was_missed(id, heard, epoch, &mut group);
        let message = ServerMessage::Welcome {
            participant: id,
            resume: self.config.keys.issue(self.config.meeting, id, stay),
            roster: self.roster_entries(),
            group,
            standard_key,
            external_sender,
            identity: self.vouch(now, id, &leaf_key),
            identity_key: self.config.keys.identity_key().map_or_else(Vec::new, Vec::from),
            unix_time: self.roster[&id].visitor.unix_time(now),
            heard: catching_up.heard,
            has_missed_messages: catching_up.has_missed_messages,
            acts: self.acts_in_force(),
        };
        self.send_to(id, message);
        for message in catching_up.messages {
            self.send_to(id, message);
        }
        self.note_standard_key(|participant| participant == id);
        let entry = self.entry(id);
        self.broadcast_except(id, &ServerMessage::RosterChanged { entry });
        self.tell_who_waits(id);
        if self.require_joined(id).is_ok() {
            self.admit_media(id);
            self.send_proposals(id);
        }
    }

    /// Finds what a client did not hear while it was away. What was said before a missed commit goes in front of that
    /// commit, the rest comes after the Welcome.
    fn what_was_missed(
        &mut self,
        id: ParticipantId,
        heard: Option<u64>,
        epoch: Option<u64>,
        group: &mut Option<GroupState>,
    ) -> CatchingUp {
        let count = self.said.count();
        let Some(participant) = self.roster.get_mut(&id) else {
            return CatchingUp::from(count);
        };
        // A number from before a restart counts what is forgotten.
        let Some(heard) = heard.filter(|heard| *heard <= count) else {
            participant.hears_from = count;
            return CatchingUp::from(count);
        };
        let heard = heard.max(participant.hears_from);
        let mut catching_up = CatchingUp::from(heard);
        catching_up.has_missed_messages = self.said.has_forgotten(heard);
        let present = match &self.keys {
            Keys::Standard(keys) => Some(keys.epoch()),
            Keys::EndToEnd(_) => None,
        };
        for said in self.said.after(heard, id) {
            // A key that came and went in the meantime is not handed out any more.
            if present.is_some_and(|present| said.epoch != present && Some(said.epoch) != epoch) {
                catching_up.has_missed_messages = true;
                continue;
            }
            let missed = group.as_mut().and_then(|group| {
                let mut commits = group.missed.iter_mut();
                commits.find(|commit| commit.epoch == said.epoch)
            });
            let (number, message) = (said.number, said.message.clone());
            match missed {
                Some(commit) => commit.messages.push(MissedMessage { number, message }),
                None => catching_up.messages.push(ServerMessage::Application {
                    from: said.from,
                    message,
                    number,
                }),
            }
        }
        catching_up
    }

    /// Says who a participant is, for the leaf that its client is about to make.
    fn vouch(&self, now: Timestamp, id: ParticipantId, leaf_key: &[u8]) -> Option<SignedStatement> {
        let Keys::EndToEnd(_) = &self.keys else {
            return None;
        };
        let visitor = &self.roster.get(&id)?.visitor;
        let claim = visitor.identity.clone().filter(|_| !leaf_key.is_empty())?;
        self.config.keys.sign_identity(&IdentityStatement {
            meeting: self.config.meeting,
            mode: self.config.mode,
            leaf_key: leaf_key.to_vec(),
            claim,
            issued_at: visitor.unix_time(now),
        })
    }

    /// Says who a participant is, for another leaf than it said at first.
    pub(crate) fn handle_renew_leaf(
        &mut self,
        now: Timestamp,
        from: ParticipantId,
        leaf_key: &[u8],
    ) -> Result<(), Rejection> {
        self.require(Mode::E2ee)?;
        if leaf_key.len() != LEAF_KEY_BYTES {
            return Err(Rejection::Message(ErrorCode::Malformed));
        }
        let identity = self.vouch(now, from, leaf_key);
        self.send_to(from, ServerMessage::Identity { identity });
        Ok(())
    }

    fn roster_entries(&self) -> Vec<RosterEntry> {
        let mode = self.config.mode;
        self.roster
            .values()
            .map(|participant| participant.roster_entry(mode))
            .collect()
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

/// What a hello says about where its client stands.
struct Coming {
    epoch: Option<u64>,
    heard: Option<u64>,
    leaf_key: Vec<u8>,
}

/// What a client is told of the application messages that it missed.
struct CatchingUp {
    heard: u64,
    has_missed_messages: bool,
    messages: Vec<ServerMessage>,
}

impl CatchingUp {
    const fn from(heard: u64) -> Self {
        Self {
            heard,
            has_missed_messages: false,
            messages: Vec::new(),
        }
    }
}

/// Whom a hello is from.
pub(crate) struct Identity {
    pub(crate) participant: ParticipantId,
    stay: Stay,
    pub(crate) is_host: bool,
}

// SFrame key ids have 20 bits for the sender of a standard meeting. Numbers are reused only after all others, so that
// nobody is taken for somebody who left lately.
const LAST_PARTICIPANT: u32 = (1 << 20) - 1;
