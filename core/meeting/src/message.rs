// SPDX-License-Identifier: MIT OR Apache-2.0
//! What people in the meeting say: leaving, host acts, media, and messages that are only passed on.

use policy::{Act, Role};
use protocol::{
    ClientMessage, ErrorCode, Mode, ParticipantId, ServerMessage, Timestamp, TrackKind, TrackSource, limits,
    message::VideoRequest, mls,
};
use rand_core::CryptoRng;
use sfu::{SfuCommand, SfuEvent};

use crate::{
    Meeting, host,
    meeting::{Keys, depart::Departure},
    participant::Offer,
    permission::act_of,
    reject::Rejection,
};

impl Meeting {
    /// Tells the people concerned what the media plane says.
    pub fn handle_media_event(&mut self, event: SfuEvent) {
        match event {
            SfuEvent::Answer { peer, transport, sdp } => {
                self.send_to(peer.participant, ServerMessage::Answer { transport, sdp });
            }
            SfuEvent::OfferRefused { peer, .. } => {
                let code = ErrorCode::MediaRefused;
                self.send_to(peer.participant, ServerMessage::Rejected { code });
            }
            SfuEvent::SlotChanged {
                peer,
                transport,
                mid,
                source,
            } => {
                let message = ServerMessage::SlotChanged {
                    transport,
                    mid,
                    source,
                };
                self.send_to(peer.participant, message);
            }
            SfuEvent::MoreSlots { peer, audio, video } => {
                self.send_to(peer.participant, ServerMessage::MoreSlots { audio, video });
            }
            SfuEvent::Speakers { participants, .. } => {
                let message = ServerMessage::Speakers { participants };
                self.broadcast_if(&message, |participant| participant.media.is_admitted());
            }
            SfuEvent::KeyframeWanted { peer, kind } => {
                self.send_to(peer.participant, ServerMessage::KeyframeWanted { kind });
            }
            // The client sees the state of its own peer connection, and makes a new one.
            SfuEvent::PeerConnected { .. } | SfuEvent::PeerLost { .. } | SfuEvent::MeetingFailed { .. } => {}
        }
    }

    pub(crate) fn handle_client_message(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        from: ParticipantId,
        message: ClientMessage,
    ) -> Result<(), Rejection> {
        self.ask(from, Act::TakePart)?;
        match message {
            ClientMessage::Hello { .. } => Err(Rejection::Message(ErrorCode::OutOfOrder)),
            ClientMessage::RenewLeaf { leaf_key } => self.handle_renew_leaf(now, from, &leaf_key),
            ClientMessage::Leave => {
                self.depart(now, rng, from, Departure::Left);
                Ok(())
            }
            ClientMessage::EndMeeting { signature } => self.handle_end(from, signature),
            ClientMessage::RemoveParticipant { participant } => {
                self.require(Mode::Standard)?;
                self.handle_removal(
                    now,
                    rng,
                    from,
                    participant,
                    Departure::Removed(ErrorCode::Removed),
                )
            }
            ClientMessage::AnnounceRemoval { participant } => {
                self.require(Mode::E2ee)?;
                self.handle_removal(
                    now,
                    rng,
                    from,
                    participant,
                    Departure::Announced(ErrorCode::Removed),
                )
            }
            ClientMessage::Offer {
                transport,
                sdp,
                publish,
            } => self.handle_offer(
                from,
                Offer {
                    transport,
                    sdp,
                    publish,
                },
            ),
            ClientMessage::SetTracks { active } => self.handle_tracks(from, active),
            ClientMessage::Subscribe { videos } => self.handle_subscribe(from, videos),
            ClientMessage::RequestKeyframe { source } => {
                self.handle_keyframe_request(from, source);
                Ok(())
            }
            ClientMessage::CreateGroup { .. }
            | ClientMessage::Commit { .. }
            | ClientMessage::CommitAccepted { .. }
            | ClientMessage::CommitRefused { .. }
            | ClientMessage::WantGroup => self.handle_group_message(now, from, message),
            ClientMessage::Application { message } => self.handle_application(now, from, message),
            ClientMessage::Act { act } => self.handle_act(now, rng, from, act),
            ClientMessage::Rename { name } => self.handle_rename(from, &name.0),
            // Sent before the client learned that it was let in.
            ClientMessage::Knock { .. } => Ok(()),
            ClientMessage::Ping => {
                self.send_to(from, ServerMessage::Pong);
                Ok(())
            }
        }
    }

    /// Refuses what belongs to the other mode.
    pub(crate) fn require(&self, mode: Mode) -> Result<(), Rejection> {
        if self.config.mode == mode {
            Ok(())
        } else {
            Err(Rejection::Message(ErrorCode::OutOfOrder))
        }
    }

    fn handle_end(&mut self, from: ParticipantId, signature: Vec<u8>) -> Result<(), Rejection> {
        let config = &self.config;
        let message = mls::end_meeting_message(config.meeting, config.mode);
        let is_signed = match (&self.keys, &config.host_key) {
            (_, None) => false,
            (Keys::Standard(_), Some(host_key)) => host::verify(host_key, &message, &signature),
            (Keys::EndToEnd(group), Some(_)) => group.is_end_signed(from, &signature),
        };
        // The signature is the proof of being host. Without it, no client would believe the end.
        let role = if is_signed { Role::Host } else { Role::Participant };
        self.ask_as(from, role, Act::EndMeeting)?;
        if !is_signed {
            return Err(Rejection::Message(ErrorCode::NotHost));
        }
        self.end(from, signature);
        Ok(())
    }

    pub(crate) fn handle_removal(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        from: ParticipantId,
        whom: ParticipantId,
        departure: Departure,
    ) -> Result<(), Rejection> {
        let target = self.role(whom);
        self.ask(from, Act::RemoveParticipant { target })?;
        if whom == from {
            return Err(Rejection::Message(ErrorCode::OutOfOrder));
        }
        if !self.roster.contains_key(&whom) {
            return Err(Rejection::Message(ErrorCode::NotFound));
        }
        // Before anything else that a departure does: not one packet more is to be forwarded.
        let peer = self.peer(whom);
        self.media(SfuCommand::Block { peer });
        self.depart(now, rng, whom, departure);
        Ok(())
    }

    fn handle_offer(&mut self, from: ParticipantId, offer: Offer) -> Result<(), Rejection> {
        if offer.sdp.0.len() > limits::SDP_BYTES {
            return Err(Rejection::Message(ErrorCode::TooLarge));
        }
        if offer.publish.len() > TrackKind::ALL.len() {
            return Err(Rejection::Message(ErrorCode::MediaRefused));
        }
        let peer = self.peer(from);
        let command = self.participant(from).media.offer(peer, offer);
        self.media_if_any(command);
        Ok(())
    }

    /// Switches on what the participant may; what it may not stays off, and it is told so.
    fn handle_tracks(&mut self, from: ParticipantId, mut active: Vec<TrackKind>) -> Result<(), Rejection> {
        active.sort_unstable();
        active.dedup();
        let before = self.participant(from).media.tracks().to_vec();
        let mut outcome = Ok(());
        self.participant(from).media.acknowledge(&mut active);
        active.retain(|kind| {
            let answer = if before.contains(kind) {
                Ok(())
            } else {
                self.ask(from, act_of(*kind))
            };
            let is_allowed = answer.is_ok();
            outcome = outcome.and(answer);
            is_allowed
        });
        if before == active {
            return outcome;
        }
        let peer = self.peer(from);
        let command = self.participant(from).media.set_tracks(peer, active);
        self.media_if_any(command);
        let entry = self.entry(from);
        self.broadcast(&ServerMessage::RosterChanged { entry });
        outcome
    }

    fn handle_subscribe(&mut self, from: ParticipantId, videos: Vec<VideoRequest>) -> Result<(), Rejection> {
        if videos.len() > limits::VIDEO_SLOTS {
            return Err(Rejection::Message(ErrorCode::TooLarge));
        }
        let peer = self.peer(from);
        let command = self.participant(from).media.subscribe(peer, videos);
        self.media_if_any(command);
        Ok(())
    }

    fn handle_keyframe_request(&mut self, from: ParticipantId, source: TrackSource) {
        // A request about somebody who just left is late, not wrong.
        if self.roster.contains_key(&source.participant) && self.participant(from).media.is_admitted() {
            let peer = self.peer(from);
            self.media(SfuCommand::RequestKeyframe { peer, source });
        }
    }

    fn handle_application(
        &mut self,
        now: Timestamp,
        from: ParticipantId,
        message: Vec<u8>,
    ) -> Result<(), Rejection> {
        if message.len() > APPLICATION_BYTES {
            return Err(Rejection::Message(ErrorCode::TooLarge));
        }
        self.require_joined(from)?;
        let epoch = match &self.keys {
            Keys::Standard(keys) => keys.epoch(),
            Keys::EndToEnd(group) => group.epoch_for(&message)?,
        };
        let number = self.said.note(now, epoch, from, &message);
        let message = ServerMessage::Application {
            from,
            message,
            number,
        };
        self.broadcast_to_members_if(&message, |participant| participant.id != from);
        Ok(())
    }

    fn participant(&mut self, id: ParticipantId) -> &mut crate::participant::Participant {
        self.roster
            .get_mut(&id)
            .expect("a connection's participant is in the roster")
    }

    fn media_if_any(&mut self, command: Option<SfuCommand>) {
        if let Some(command) = command {
            self.media(command);
        }
    }
}

/// An application message, in bytes. A directory of 250 signed profiles stays below 100 kB; whatever is allowed here is
/// multiplied by the people who get it.
const APPLICATION_BYTES: usize = 128 * 1024;
