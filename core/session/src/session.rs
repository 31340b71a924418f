// SPDX-License-Identifier: MIT OR Apache-2.0
//! The session itself: what it holds, how input reaches the parts, how output leaves.

use std::collections::{BTreeSet, VecDeque};

use e2ee::{IdentityIssuer, KeyUpdate, StandardKeys};
use protocol::{
    ClientMessage, ErrorCode, MeetingLink, ParticipantId, ResumeToken, ServerMessage, Timestamp, encode,
    limits,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use crate::{
    acts::{self, HostActs},
    app_message::truncated,
    breakouts::Breakouts,
    chat::Chat,
    command::{Command, Directive, Output, SessionConfig},
    connection::{Connection, Due},
    group::Group,
    identity::Introduction,
    key_changes::KeyChanges,
    lookalikes::Lookalikes,
    media::Media,
    names::Names,
    recording::Recordings,
    removals::Removals,
    room::{Heard, Room},
    roster::Roster,
    view::{LeftReason, LocalReason, Notice, NoticeCode, View},
};

/// One participant's stay in a meeting, from the first connect until it is left. Has no `Debug`: it holds keys.
pub struct Session {
    pub(crate) link: MeetingLink,
    pub(crate) name: String,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) connection: Connection,
    pub(crate) me: Option<ParticipantId>,
    pub(crate) resume: Option<ResumeToken>,
    /// The number of the last application message that came.
    pub(crate) heard: u64,
    pub(crate) roster: Roster,
    pub(crate) group: Group,
    pub(crate) key_changes: KeyChanges,
    pub(crate) introduction: Introduction,
    pub(crate) issuer: Option<IdentityIssuer>,
    /// Whom the person was told about.
    pub(crate) pretenders: BTreeSet<ParticipantId>,
    /// When commits were last found to be kept back.
    pub(crate) last_withheld: Option<Timestamp>,
    pub(crate) standard: Option<StandardKeys>,
    pub(crate) removals: Removals,
    pub(crate) names: Names,
    pub(crate) lookalikes: Lookalikes,
    pub(crate) chat: Chat,
    pub(crate) room: Room,
    pub(crate) recordings: Recordings,
    pub(crate) acts: HostActs,
    pub(crate) breakouts: Breakouts,
    pub(crate) media: Media,
    pub(crate) speakers: Vec<ParticipantId>,
    pub(crate) was_active: bool,
    pub(crate) is_ending: bool,
    pub(crate) left: Option<LeftReason>,
    pub(crate) notices: VecDeque<Notice>,
    fences: VecDeque<Fence>,
    pub(crate) now: Timestamp,
    next_notice: u32,
    outputs: VecDeque<Output>,
    shown: Option<Box<View>>,
    is_view_stale: bool,
}

impl Session {
    /// Begins a stay; the first output is [`Output::Connect`]. `seed` must be fresh randomness: keys come from it.
    pub fn new(now: Timestamp, seed: [u8; 32], config: SessionConfig) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let first_transport = rng.next_u32() >> 1;
        let introduction = Introduction::new(&mut rng);
        let (resume, stay) = acts::split_token(config.resume, &mut rng);
        let mut session = Self {
            link: config.link,
            name: truncated(config.name.trim(), limits::NAME_BYTES),
            rng,
            connection: Connection::new(now),
            me: None,
            resume,
            heard: 0,
            roster: Roster::default(),
            group: Group::default(),
            key_changes: KeyChanges::default(),
            introduction,
            issuer: None,
            pretenders: BTreeSet::new(),
            last_withheld: None,
            standard: None,
            removals: Removals::default(),
            names: Names::default(),
            lookalikes: Lookalikes::default(),
            chat: Chat::default(),
            room: Room::default(),
            recordings: Recordings::default(),
            acts: HostActs::new(stay),
            breakouts: Breakouts::default(),
            media: Media::new(first_transport, config.active),
            speakers: Vec::new(),
            was_active: false,
            is_ending: false,
            left: None,
            notices: VecDeque::new(),
            fences: VecDeque::new(),
            now,
            next_notice: 0,
            outputs: VecDeque::new(),
            shown: None,
            is_view_stale: true,
        };
        session.handle_timeout(now);
        session
    }

    /// The WebSocket that [`Output::Connect`] asked for is open.
    pub fn handle_connected(&mut self, now: Timestamp) {
        if self.begin(now) {
            self.connection.handle_connected(now);
            self.settle(now);
        }
    }

    /// The WebSocket closed, or could not be opened.
    pub fn handle_disconnected(&mut self, now: Timestamp) {
        if self.begin(now) {
            self.handle_lost(now);
            self.settle(now);
        }
    }

    /// A binary WebSocket message came. What is no message of this protocol is skipped: a newer server may send it.
    pub fn handle_message(&mut self, now: Timestamp, bytes: &[u8]) {
        if !self.begin(now) {
            return;
        }
        let Ok(message) = protocol::decode::<ServerMessage>(bytes) else {
            tracing::debug!(bytes = bytes.len(), "skipped what is no message");
            return;
        };
        if self.connection.is_greeting()
            || (self.acts.lobby.is_waiting && !matches!(message, ServerMessage::Pong))
        {
            self.connection.handle_heard(now);
            self.handle_greeting(now, message);
        } else if self.connection.is_open() {
            self.connection.handle_heard(now);
            self.handle_server_message(now, message);
        }
        self.settle(now);
    }

    /// The person or the media side wants something.
    pub fn handle_command(&mut self, now: Timestamp, command: Command) {
        if !self.begin(now) {
            return;
        }
        if self.handle_breakout_command(now, &command) || self.handle_host_command(&command) {
            self.settle(now);
            return;
        }
        match command {
            Command::Offer {
                transport,
                sdp,
                publish,
            } => self.handle_offer(transport, sdp, publish),
            Command::TransportFailed { transport } => self.handle_transport_failed(now, transport),
            Command::SetTracks { active } => self.handle_set_tracks(active),
            Command::Subscribe { videos } => self.handle_subscribe(&videos),
            Command::RequestKeyframe { source } => self.send(&ClientMessage::RequestKeyframe { source }),
            Command::KeysMissing => self.handle_keys_missing(now),
            Command::Chat { text, reply_to } => self.handle_chat(&text, reply_to),
            Command::Whisper { to, text, reply_to } => self.handle_whisper(to, &text, reply_to),
            Command::OpenPoll { question, answers } => self.handle_open_poll(&question, &answers),
            Command::Vote { poll, answer } => self.handle_vote(poll, answer),
            Command::ClosePoll { poll } => self.handle_close_poll(poll),
            Command::StartTimer { seconds, label } => self.handle_start_timer(now, seconds, &label),
            Command::StopTimer => self.handle_stop_timer(),
            Command::Caption {
                line,
                text,
                is_final,
                lang,
            } => self.handle_caption(
                now,
                Heard {
                    line,
                    text,
                    is_final,
                    lang,
                },
            ),
            Command::React { emoji } => self.handle_react(now, &emoji),
            Command::Hand { raised } => self.handle_hand(raised),
            Command::Record { on } => self.handle_record(on),
            Command::AnswerRecording { recorder, agrees } => self.handle_answer_recording(recorder, agrees),
            Command::Rename { name } => self.handle_rename(&name),
            Command::Remove { participant } => self.handle_remove(now, participant),
            Command::KeepOut { participant } => self.handle_keep_out(now, participant),
            Command::EndMeeting => self.handle_end_meeting(),
            Command::Leave => {
                self.say_goodbye();
                self.send(&ClientMessage::Leave);
                self.leave(LeftReason::Local(LocalReason::Left));
            }
            // Handled above.
            Command::Lock { .. }
            | Command::SetLobby { .. }
            | Command::Suspend { .. }
            | Command::SetPermissions { .. }
            | Command::Mute { .. }
            | Command::AskToUnmute { .. }
            | Command::Spotlight { .. }
            | Command::SetRole { .. }
            | Command::RenameParticipant { .. }
            | Command::Admit { .. }
            | Command::TurnAway { .. }
            | Command::NewLink
            | Command::LetBack { .. }
            | Command::SetBreakouts { .. }
            | Command::AssignToRoom { .. }
            | Command::CallBack { .. }
            | Command::Broadcast { .. }
            | Command::EnterRoom { .. }
            | Command::RenewPass { .. }
            | Command::MessageLobby { .. } => {}
        }
        self.settle(now);
    }

    /// The time that [`Self::poll_timeout`] gave has come.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        if !self.begin(now) {
            return;
        }
        while let Some(due) = self.connection.poll_due(now) {
            match due {
                Due::Connect => self.output(Output::Connect),
                Due::Ping => self.ask(Fence::Alive),
                Due::Lost => {
                    self.output(Output::Disconnect);
                    self.handle_lost(now);
                }
                Due::GiveUp => self.leave(LeftReason::Local(LocalReason::ConnectionLost)),
            }
        }
        self.handle_group_timeout(now);
        if self.connection.is_open() && self.media.poll_restart(now) {
            self.start_transport();
        }
        self.settle(now);
    }

    /// Returns when [`Self::handle_timeout`] must be called next, if ever.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        if self.left.is_some() {
            return None;
        }
        let while_open = [
            self.group.poll_timeout(),
            self.names.poll_timeout().filter(|_| self.can_speak()),
            self.media.poll_timeout(),
            self.roster.poll_timeout(self.now),
            self.room.poll_timeout(self.now),
            self.breakouts.poll_timeout(self.now),
            self.poll_differences_timeout(),
        ];
        while_open
            .into_iter()
            .filter(|_| self.connection.is_open())
            .chain([
                self.connection.poll_timeout(),
                self.removals.poll_timeout(self.now),
            ])
            .flatten()
            .min()
    }

    /// Returns the next thing to do; a [`View`] comes last, and only if it differs from the one before.
    pub fn poll_output(&mut self) -> Option<Output> {
        if let Some(output) = self.outputs.pop_front() {
            return Some(output);
        }
        if !std::mem::take(&mut self.is_view_stale) {
            return None;
        }
        let view = Box::new(self.view());
        if self.shown.as_ref() == Some(&view) {
            return None;
        }
        self.shown = Some(view.clone());
        Some(Output::View(view))
    }

    /// Returns whether the stay goes on, and takes the time.
    fn begin(&mut self, now: Timestamp) -> bool {
        self.now = self.now.max(now);
        self.left.is_none()
    }

    /// Draws the consequences of whatever just happened.
    fn settle(&mut self, now: Timestamp) {
        self.is_view_stale = true;
        if self.left.is_none() {
            self.settle_ahead(now);
            self.settle_group(now);
            self.handle_names_timeout(now);
            self.send_chat();
            self.settle_room(now);
            self.settle_recordings();
            self.settle_lobby(now);
            self.settle_stays();
            self.settle_differences(now);
            self.settle_breakouts(now);
            self.settle_removals(now);
            self.assign_slots();
            self.settle_identities();
        }
    }

    fn handle_server_message(&mut self, now: Timestamp, message: ServerMessage) {
        match message {
            ServerMessage::Act { by, act } => self.handle_act(now, by, &act),
            ServerMessage::Waiting { waiting } => self.handle_waiting(waiting),
            ServerMessage::Challenge { .. }
            | ServerMessage::Welcome { .. }
            | ServerMessage::InLobby { .. } => {
                self.notice(NoticeCode::ServerForged, None);
            }
            ServerMessage::Refused { code } => self.handle_refused(now, code),
            ServerMessage::Rejected { code } => self.handle_rejected(now, code),
            ServerMessage::RosterChanged { entry } => self.handle_roster_changed(entry),
            ServerMessage::RosterLeft { participant } => self.handle_roster_left(participant),
            ServerMessage::Ended { by, signature } => self.handle_ended(now, by, &signature),
            ServerMessage::Answer { transport, sdp } => self.handle_answer(transport, sdp.0),
            ServerMessage::SlotChanged {
                transport,
                mid,
                source,
            } => self.handle_slot_changed(transport, mid, source),
            ServerMessage::MoreSlots { audio, video } => {
                self.output(Output::Media(Directive::MoreSlots { audio, video }));
            }
            ServerMessage::Speakers { participants } => self.speakers = participants,
            ServerMessage::KeyframeWanted { kind } => {
                self.output(Output::Media(Directive::Keyframe { kind }))
            }
            ServerMessage::Group { group } => self.handle_group(now, group),
            ServerMessage::Commit { epoch, by, commit } => self.handle_commit(now, epoch, by, &commit),
            ServerMessage::CommitRejected { code, epoch } => self.handle_commit_rejected(now, code, epoch),
            ServerMessage::Rollback { epoch } => self.handle_rollback(now, epoch),
            ServerMessage::Proposal {
                epoch,
                committer,
                proposal,
            } => self.handle_proposal(now, epoch, committer, &proposal),
            ServerMessage::RemovalAnnounced { participant } => {
                self.handle_removal_announced(now, participant)
            }
            ServerMessage::Application {
                from: _,
                message,
                number,
            } => self.handle_application(now, number, &message),
            ServerMessage::StandardKey { key } => self.handle_standard_key(&key),
            ServerMessage::Identity { identity } => self.introduction.identity = identity,
            ServerMessage::Pong => self.handle_pong(now),
        }
    }

    /// Asks the server for an answer that comes after those to everything sent before.
    pub(crate) fn ask(&mut self, fence: Fence) {
        self.fences.push_back(fence);
        self.send(&ClientMessage::Ping);
    }

    fn handle_pong(&mut self, now: Timestamp) {
        match self.fences.pop_front() {
            Some(Fence::Created) => self.handle_created(now),
            Some(Fence::Said { number }) => self.chat.handle_delivered(number),
            Some(Fence::Alive) | None => {}
        }
    }

    /// The connection is gone, and with it every answer under way.
    pub(crate) fn forget_fences(&mut self) {
        self.fences.clear();
    }

    fn handle_rejected(&mut self, now: Timestamp, code: ErrorCode) {
        tracing::debug!(code = code.as_str(), "the server rejected a message");
        if code == ErrorCode::MediaRefused {
            self.notice(NoticeCode::MediaRefused, None);
            self.media.handle_failed(now);
        } else if code == ErrorCode::NotAllowed {
            self.notice(NoticeCode::NotAllowed, None);
        } else if matches!(code, ErrorCode::NotHost | ErrorCode::Conflict) {
            self.is_ending = false;
            self.notice(NoticeCode::ActRefused, None);
        } else if matches!(code, ErrorCode::InvalidCommit | ErrorCode::StaleEpoch) {
            self.handle_create_rejected(now);
        }
    }

    pub(crate) fn send(&mut self, message: &ClientMessage) {
        let is_open = self.connection.is_open() || self.connection.is_greeting();
        if is_open && self.may_send_waiting(message) {
            self.output(Output::Send(encode(message)));
        }
    }

    pub(crate) fn output(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(crate) fn update_keys(&mut self, update: &KeyUpdate) {
        self.output(Output::Keys(update.encode()));
    }

    pub(crate) fn notice(&mut self, code: NoticeCode, participant: Option<ParticipantId>) {
        if self.notices.len() == NOTICES {
            self.notices.pop_front();
        }
        self.notices.push_back(Notice {
            id: self.next_notice,
            code,
            participant,
        });
        self.next_notice += 1;
    }

    /// Ends the stay, here and for good.
    pub(crate) fn leave(&mut self, reason: LeftReason) {
        self.left = Some(reason);
        self.update_keys(&KeyUpdate::StopSending);
        self.output(Output::Media(Directive::CloseTransport));
        self.output(Output::Disconnect);
        self.connection.close();
        self.group = Group::default();
        self.standard = None;
    }
}

/// What a Pong tells: the server has handled everything up to here.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fence {
    /// That it is there.
    Alive,
    /// That the created group stands, or its rejection would have come before.
    Created,
    /// That a chat message was passed on.
    Said {
        /// The message's number.
        number: u64,
    },
}

// A person reads the last few; a hostile server could send thousands.
const NOTICES: usize = 20;
