// SPDX-License-Identifier: MIT OR Apache-2.0
//! One bot's stay: joins the session, its frame keys, the transport and the player together. No sockets, no clock.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use e2ee::{FrameSide, KeyUpdate};
use protocol::{MeetingLink, ParticipantId, Timestamp, TrackKind, TrackSource};
use session::{Command, Directive, Output, Session, SessionConfig, State, VideoWish, View};

use crate::{
    media::{Clips, Layer, Player},
    misbehave::{Misbehaving, Misbehaviour},
    rtp::{EncryptedFrame, Packets, ReceivedFrame, Reception, Transport, TransportOutput},
    tally::{OpenedCount, OpenedFrame, Report, Tally},
};

/// What one bot is to do.
#[derive(Clone)]
pub(crate) struct StayOptions {
    pub(crate) link: MeetingLink,
    pub(crate) name: String,
    /// Which clip, counted from 0.
    pub(crate) clip: usize,
    /// The tracks that are on.
    pub(crate) publish: Vec<TrackKind>,
    /// Said once, on joining.
    pub(crate) say: Option<String>,
    /// In which ways it obeys no host.
    pub(crate) misbehave: Vec<Misbehaviour>,
    /// Whether it stays out of every recording.
    pub(crate) declines_recording: bool,
    /// Whom to remove, once its frames were opened.
    pub(crate) remove: Option<String>,
    /// The height of every tile, in pixels.
    pub(crate) height: u16,
    /// What becomes of received packets.
    pub(crate) reception: Reception,
}

/// One bot in one meeting.
pub(crate) struct Stay {
    options: StayOptions,
    zero: Instant,
    local: SocketAddr,
    clips: Arc<Clips>,
    session: Session,
    frames: FrameSide,
    transport: Option<Transport>,
    player: Player,
    source_by_slot: BTreeMap<(u32, String), TrackSource>,
    keyframe_asked_at: BTreeMap<String, Instant>,
    view: Option<View>,
    wishes: Vec<VideoWish>,
    tally: Tally,
    misbehaving: Misbehaving,
    outputs: VecDeque<StayOutput>,
}

/// What a stay wants done.
pub(crate) enum StayOutput {
    /// Open a WebSocket.
    Connect,
    /// Close it after what was sent.
    Disconnect,
    /// A message for the WebSocket.
    Send(Vec<u8>),
    /// A datagram for the media server.
    Transmit {
        destination: SocketAddr,
        datagram: Vec<u8>,
    },
    /// Something changed that the person at a screen would see.
    Viewed,
}

impl Stay {
    /// Enters the meeting. `seed` is 32 random bytes; `local` is where datagrams are sent from.
    pub(crate) fn start(
        now: Instant,
        seed: [u8; 32],
        options: StayOptions,
        clips: &Arc<Clips>,
        local: SocketAddr,
    ) -> Self {
        let config = SessionConfig {
            link: options.link.clone(),
            name: options.name.clone(),
            resume: None,
            active: options.publish.clone(),
        };
        let mut stay = Self {
            zero: now,
            local,
            session: Session::new(Timestamp::ZERO, seed, config),
            frames: FrameSide::new(),
            transport: None,
            player: Player::start(now, clips.clip(options.clip)),
            clips: Arc::clone(clips),
            source_by_slot: BTreeMap::new(),
            keyframe_asked_at: BTreeMap::new(),
            view: None,
            wishes: Vec::new(),
            tally: Tally::start(now),
            misbehaving: Misbehaving::new(&options.misbehave, options.say.as_deref()),
            outputs: VecDeque::new(),
            options,
        };
        stay.drain_session(now);
        stay
    }

    /// The WebSocket is open.
    pub(crate) fn handle_connected(&mut self, now: Instant) {
        self.session.handle_connected(self.timestamp(now));
        self.drain_session(now);
    }

    /// The WebSocket is closed or could not be opened.
    pub(crate) fn handle_disconnected(&mut self, now: Instant) {
        self.session.handle_disconnected(self.timestamp(now));
        self.drain_session(now);
    }

    /// A WebSocket message.
    pub(crate) fn handle_message(&mut self, now: Instant, message: &[u8]) {
        let timestamp = self.timestamp(now);
        if let Some(message) = self.misbehaving.filter(now, message) {
            self.session.handle_message(timestamp, &message);
        }
        self.drain_session(now);
    }

    /// A datagram from the media server.
    pub(crate) fn handle_datagram(&mut self, now: Instant, source: SocketAddr, datagram: &[u8]) {
        if let Some(transport) = &mut self.transport
            && transport.handle_datagram(now, source, datagram).is_err()
        {
            self.lose_transport(now);
        }
        self.drain_transport(now);
    }

    /// Something that was waited for is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let timestamp = self.timestamp(now);
        if self.session.poll_timeout().is_some_and(|at| at <= timestamp) {
            self.session.handle_timeout(timestamp);
            self.drain_session(now);
        }
        if self.frames.poll_timeout().is_some_and(|at| at <= timestamp) {
            self.frames.handle_timeout(timestamp);
        }
        if let Some(transport) = &mut self.transport
            && transport.poll_timeout() <= now
            && transport.handle_timeout(now).is_err()
        {
            self.lose_transport(now);
        }
        for command in self.misbehaving.poll_commands(now, &mut self.options.publish) {
            self.session.handle_command(timestamp, command);
            self.drain_session(now);
        }
        self.publish(now);
        self.drain_transport(now);
    }

    /// Leaves the meeting.
    pub(crate) fn leave(&mut self, now: Instant) {
        self.command(now, Command::Leave);
    }

    /// Returns when [`Self::handle_timeout`] is due.
    pub(crate) fn poll_timeout(&self) -> Instant {
        let timers = [self.session.poll_timeout(), self.frames.poll_timeout()];
        let mut at = self.player.poll_timeout();
        if let Some(again_at) = self.misbehaving.poll_timeout() {
            at = at.min(again_at);
        }
        for timer in timers.into_iter().flatten() {
            at = at.min(self.zero + timer.since_zero());
        }
        self.transport
            .as_ref()
            .map_or(at, |transport| at.min(transport.poll_timeout()))
    }

    /// Returns what is to be done next.
    pub(crate) fn poll_output(&mut self) -> Option<StayOutput> {
        self.outputs.pop_front()
    }

    /// Returns what a person would see, once there is something.
    pub(crate) const fn view(&self) -> Option<&View> {
        self.view.as_ref()
    }

    /// Returns whether a peer connection ever stood.
    pub(crate) const fn had_media(&self) -> bool {
        self.tally.had_media()
    }

    /// Returns whether media flows.
    pub(crate) fn is_flowing(&self) -> bool {
        self.transport.as_ref().is_some_and(Transport::is_connected)
    }

    /// Returns how many packets came and were lost so far.
    pub(crate) fn packets(&self) -> Packets {
        self.transport
            .as_ref()
            .map(Transport::packets)
            .unwrap_or_default()
    }

    /// Returns what was counted so far.
    pub(crate) const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Removes somebody, as a host.
    pub(crate) fn remove(&mut self, now: Instant, participant: ParticipantId) {
        self.command(now, Command::Remove { participant });
    }

    /// Returns the bot's name.
    pub(crate) fn name(&self) -> &str {
        &self.options.name
    }

    /// Returns whether `people` are there and every track of the others is decodable.
    pub(crate) fn sees(&self, people: usize) -> bool {
        let Some(view) = &self.view else { return false };
        view.state == State::Active
            && view.participants.len() >= people
            && view
                .participants
                .iter()
                .filter(|other| !other.is_me)
                .all(|other| {
                    !other.tracks.is_empty()
                        && other.tracks.iter().all(|&kind| {
                            let source = TrackSource {
                                participant: other.participant,
                                kind,
                            };
                            self.tally.decodable(source) >= ENOUGH_FRAMES
                        })
                })
    }

    /// Returns how many frames of each track were opened so far.
    pub(crate) fn opened(&self) -> Vec<OpenedCount> {
        self.tally.opened()
    }

    /// Writes the report.
    pub(crate) fn report(&self, problem: Option<String>) -> Report {
        self.tally.report(self.name(), self.view.as_ref(), problem)
    }

    fn command(&mut self, now: Instant, command: Command) {
        self.session.handle_command(self.timestamp(now), command);
        self.drain_session(now);
    }

    fn drain_session(&mut self, now: Instant) {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Connect => self.outputs.push_back(StayOutput::Connect),
                Output::Disconnect => self.outputs.push_back(StayOutput::Disconnect),
                Output::Send(message) => self.outputs.push_back(StayOutput::Send(message)),
                Output::Keys(update) => {
                    let timestamp = self.timestamp(now);
                    let update =
                        KeyUpdate::decode(&update).expect("the session writes what the frame side reads");
                    if matches!(update, KeyUpdate::SetSendKey { .. }) {
                        self.tally.note_send_key(now);
                    }
                    self.frames.handle_update(timestamp, update);
                }
                Output::Media(directive) => self.handle_directive(now, directive),
                Output::View(view) => self.handle_view(now, *view),
                // A bot that ends does not come back.
                Output::Resume(_) => {}
            }
        }
        self.drain_transport(now);
    }

    fn handle_directive(&mut self, now: Instant, directive: Directive) {
        match directive {
            Directive::NewTransport { transport } => {
                self.source_by_slot.clear();
                match Transport::offer(now, transport, self.local) {
                    Ok((mut made, offer)) => {
                        made.set_reception(self.options.reception);
                        self.transport = Some(made);
                        self.session.handle_command(self.timestamp(now), offer);
                    }
                    Err(error) => tracing::warn!(%error, "no transport"),
                }
            }
            Directive::Answer { transport, sdp } => {
                if let Some(current) = self
                    .transport
                    .as_mut()
                    .filter(|current| current.number == transport)
                    && let Err(error) = current.handle_answer(now, &sdp)
                {
                    tracing::warn!(%error, "answer not accepted");
                    self.lose_transport(now);
                }
            }
            Directive::Slot {
                transport,
                mid,
                source,
            } => match source {
                Some(source) => drop(self.source_by_slot.insert((transport, mid), source)),
                None => drop(self.source_by_slot.remove(&(transport, mid))),
            },
            Directive::MoreSlots { audio, video } => {
                let offer = self
                    .transport
                    .as_mut()
                    .and_then(|transport| transport.offer_more(audio, video));
                if let Some(offer) = offer {
                    self.session.handle_command(self.timestamp(now), offer);
                }
            }
            Directive::Keyframe { .. } => {
                self.tally.note_keyframe_request();
                self.player.handle_keyframe_request();
            }
            Directive::CloseTransport => self.transport = None,
        }
    }

    fn handle_view(&mut self, now: Instant, view: View) {
        self.tally.note_names(&view);
        let is_new_epoch = self.view.as_ref().is_none_or(|before| before.epoch != view.epoch);
        if is_new_epoch {
            self.tally.note_epoch();
        }
        let wishes = self.wishes_for(&view);
        let is_first_active = view.state == State::Active && !self.tally.has_joined();
        if view.state == State::Active {
            self.tally.note_joined(now);
        }
        let mut commands: Vec<_> = view
            .recordings
            .iter()
            .filter(|recording| recording.answer.is_none())
            .map(|recording| Command::AnswerRecording {
                recorder: recording.participant,
                agrees: !self.options.declines_recording,
            })
            .collect();
        self.view = Some(view);
        self.outputs.push_back(StayOutput::Viewed);
        if self.wishes != wishes {
            self.wishes.clone_from(&wishes);
            commands.push(Command::Subscribe { videos: wishes });
        }
        if is_first_active && let Some(text) = self.options.say.take() {
            commands.push(Command::Chat { text, reply_to: None });
        }
        for command in commands {
            self.session.handle_command(self.timestamp(now), command);
        }
    }

    fn wishes_for(&self, view: &View) -> Vec<VideoWish> {
        let others = view.participants.iter().filter(|other| !other.is_me);
        others
            .flat_map(|other| {
                let videos = other.tracks.iter().filter(|kind| kind.is_video());
                videos.map(|&kind| VideoWish {
                    source: TrackSource {
                        participant: other.participant,
                        kind,
                    },
                    height: self.options.height,
                })
            })
            .collect()
    }

    fn lose_transport(&mut self, now: Instant) {
        if let Some(lost) = self.transport.take() {
            let failed = Command::TransportFailed {
                transport: lost.number,
            };
            self.session.handle_command(self.timestamp(now), failed);
            self.drain_session(now);
        }
    }

    fn drain_transport(&mut self, now: Instant) {
        while let Some(output) = self.transport.as_mut().and_then(Transport::poll_output) {
            match output {
                TransportOutput::Transmit {
                    destination,
                    datagram,
                } => {
                    self.outputs.push_back(StayOutput::Transmit {
                        destination,
                        datagram,
                    });
                }
                TransportOutput::Frame(frame) => self.handle_frame(now, &frame),
                TransportOutput::KeyframeRequest => {
                    self.tally.note_keyframe_request();
                    self.player.handle_keyframe_request();
                }
                TransportOutput::Connected => self.tally.note_media(now),
                TransportOutput::Lost => self.lose_transport(now),
            }
        }
    }

    fn handle_frame(&mut self, now: Instant, frame: &ReceivedFrame) {
        let Some(transport) = &mut self.transport else {
            return;
        };
        let source = self
            .source_by_slot
            .get(&(transport.number, frame.mid.clone()))
            .copied();
        let timestamp = Timestamp::new(now - self.zero);
        let opened = match self
            .frames
            .open(timestamp, transport.number, &frame.mid, &frame.data)
        {
            Ok(opened) => opened,
            Err(reason) => return self.tally.note_dropped(source, reason.as_str()),
        };
        let Some(source) = source else {
            return self.tally.note_dropped(None, "no_slot");
        };
        let known = OpenedFrame {
            is_keyframe: frame.is_keyframe,
            is_after_loss: frame.is_after_loss,
            picture: self.clips.number_of(&opened),
        };
        if !self.tally.note_opened(now, source, known) {
            let asked_at = self.keyframe_asked_at.get(&frame.mid);
            if asked_at.is_none_or(|&at| now - at >= KEYFRAME_INTERVAL) {
                self.keyframe_asked_at.insert(frame.mid.clone(), now);
                transport.request_keyframe(&frame.mid);
            }
        }
        self.remove_when_seen(now, source);
    }

    /// Removes whom the bot is to remove, once frames show that the removal will make a difference.
    fn remove_when_seen(&mut self, now: Instant, source: TrackSource) {
        let (Some(name), Some(view)) = (&self.options.remove, &self.view) else {
            return;
        };
        let is_wanted = view
            .participants
            .iter()
            .any(|other| other.participant == source.participant && other.name == *name);
        if is_wanted && self.tally.decodable(source) >= ENOUGH_FRAMES {
            self.options.remove = None;
            self.command(
                now,
                Command::Remove {
                    participant: source.participant,
                },
            );
        }
    }

    fn publish(&mut self, now: Instant) {
        let is_flowing = self.transport.as_ref().is_some_and(Transport::is_connected);
        while let Some(picture) = self.player.poll_picture(now) {
            if !is_flowing {
                continue;
            }
            for kind in [TrackKind::Camera, TrackKind::Screen] {
                let layers = if kind == TrackKind::Camera {
                    &Layer::ALL[..]
                } else {
                    &[Layer::Full]
                };
                for &layer in layers {
                    let frame = picture.frame(layer);
                    let is_keyframe = crate::media::is_vp9_keyframe(frame);
                    self.publish_frame(now, kind, frame, |transport, data| {
                        let encrypted = EncryptedFrame {
                            data,
                            time: picture.time,
                            is_keyframe,
                            is_speech: false,
                        };
                        transport.send_picture(now, kind, layer, &encrypted)
                    });
                }
            }
        }
        while let Some(voice) = self.player.poll_voice(now) {
            if !is_flowing {
                continue;
            }
            self.publish_frame(now, TrackKind::Microphone, voice.packet(), |transport, data| {
                let encrypted = EncryptedFrame {
                    data,
                    time: voice.time,
                    is_keyframe: true,
                    is_speech: voice.is_speech(),
                };
                transport.send_voice(now, &encrypted)
            });
        }
    }

    fn publish_frame(
        &mut self,
        now: Instant,
        kind: TrackKind,
        frame: &[u8],
        send: impl FnOnce(&mut Transport, &[u8]) -> anyhow::Result<()>,
    ) {
        let Some(transport) = self
            .transport
            .as_mut()
            .filter(|_| self.options.publish.contains(&kind))
        else {
            return;
        };
        match self.frames.seal(kind, frame) {
            Ok(sealed) => {
                self.tally.note_sent(kind);
                if send(transport, &sealed).is_err() {
                    self.lose_transport(now);
                }
            }
            Err(reason) => self.tally.note_unsent(reason.as_str()),
        }
    }

    fn timestamp(&self, now: Instant) -> Timestamp {
        Timestamp::new(now - self.zero)
    }
}

// Two thirds of a second of pictures: more than one keyframe's luck, less than anybody waits.
const ENOUGH_FRAMES: u64 = 10;

// As often as the server passes requests on.
const KEYFRAME_INTERVAL: Duration = Duration::from_millis(500);
