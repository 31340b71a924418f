// SPDX-License-Identifier: MIT OR Apache-2.0
//! One session against a server that the test plays, message by message.

use std::time::Duration;

use e2ee::{KeyUpdate, NewMeeting, SlotSource};
use incamera_session::{
    Command, Directive, LeftReason, LocalReason, Output, PublishedLine, Session, SessionConfig, State,
    VideoWish, View,
};
use protocol::{
    ClientMessage, ErrorCode, MeetingId, MeetingLink, Mode, ParticipantId, Redacted, ResumeToken,
    ServerMessage, Timestamp, TrackKind, TrackSource, decode, encode,
    message::{RosterEntry, StandardKey},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

const ME: ParticipantId = ParticipantId(7);
const BEN: ParticipantId = ParticipantId(8);

#[test]
fn the_first_output_is_a_connect_and_the_first_view_says_joining() {
    let mut talk = Talk::begin(Mode::Standard);
    assert_eq!(talk.connects, 1);
    assert_eq!(talk.view().state, State::Joining);
    talk.drain();
    assert_eq!(talk.views.len(), 1, "no second view of the same");
}

#[test]
fn a_standard_hello_has_the_name_and_an_end_to_end_hello_has_not() {
    for mode in [Mode::Standard, Mode::E2ee] {
        let mut talk = Talk::begin(mode);
        talk.connect();
        let [
            ClientMessage::Hello {
                mode: said,
                name,
                resume,
                epoch,
                host_proof,
                ..
            },
        ] = talk.sent()
        else {
            panic!("a hello, and nothing else");
        };
        assert_eq!(*said, mode);
        assert_eq!(
            name.as_ref().map(|name| name.0.as_str()),
            (mode == Mode::Standard).then_some("Ana")
        );
        assert!(resume.is_none() && epoch.is_none() && host_proof.is_some());
    }
}

#[test]
fn nothing_but_the_greeting_counts_before_the_welcome() {
    let mut talk = Talk::begin(Mode::Standard);
    talk.connect();
    talk.say(&ServerMessage::StandardKey { key: key(1) });
    talk.say(&ServerMessage::Ended {
        by: BEN,
        signature: vec![],
    });
    assert_eq!(talk.view().state, State::Joining);
}

#[test]
fn a_welcome_in_standard_mode_makes_active_with_keys_and_a_transport() {
    let mut talk = Talk::welcomed();
    assert_eq!(talk.view().state, State::Active);
    let names: Vec<_> = talk
        .view()
        .participants
        .iter()
        .map(|shown| shown.name.clone())
        .collect();
    assert_eq!(names, ["Ana", "Ben"]);
    assert!(matches!(
        talk.keys[0],
        KeyUpdate::Begin {
            mode: Mode::Standard,
            ..
        }
    ));
    assert!(
        talk.keys
            .iter()
            .any(|update| matches!(update, KeyUpdate::SetSendKey { index: 7, .. }))
    );
    assert!(
        talk.keys
            .iter()
            .any(|update| matches!(update, KeyUpdate::AddReceiveKey { index: 8, .. }))
    );
    let transport = talk.transport();
    talk.command(Command::Offer {
        transport,
        sdp: "offer".to_owned(),
        publish: vec![PublishedLine {
            mid: "0".to_owned(),
            kind: TrackKind::Microphone,
        }],
    });
    // In between it asks the others whose hands are up.
    assert!(matches!(
        talk.sent(),
        [
            ClientMessage::SetTracks { .. },
            ClientMessage::Application { .. },
            ClientMessage::Offer { .. }
        ]
    ));
}

#[test]
fn offers_and_answers_of_an_old_transport_are_dropped() {
    let mut talk = Talk::welcomed();
    let old = talk.transport();
    talk.command(Command::TransportFailed { transport: old });
    talk.pass(Duration::from_secs(1));
    assert_ne!(talk.transport(), old);
    talk.sent();
    talk.command(Command::Offer {
        transport: old,
        sdp: "offer".to_owned(),
        publish: vec![],
    });
    assert!(talk.sent().is_empty());
    talk.directives.clear();
    talk.say(&ServerMessage::Answer {
        transport: old,
        sdp: Redacted("answer".to_owned()),
    });
    assert!(talk.directives.is_empty());
}

#[test]
fn a_slot_is_told_to_the_page_and_bound_to_the_sender_on_the_frame_side() {
    let mut talk = Talk::welcomed();
    let transport = talk.transport();
    let source = Some(TrackSource {
        participant: BEN,
        kind: TrackKind::Camera,
    });
    talk.keys.clear();
    talk.say(&ServerMessage::SlotChanged {
        transport,
        mid: "5".to_owned(),
        source,
    });
    let bound = KeyUpdate::AssignSlot {
        transport,
        mid: "5".to_owned(),
        source: Some(SlotSource {
            index: 8,
            kind: TrackKind::Camera,
        }),
    };
    assert!(talk.keys.contains(&bound));
    assert!(talk.directives.contains(&Directive::Slot {
        transport,
        mid: "5".to_owned(),
        source
    }));
    talk.keys.clear();
    talk.say(&ServerMessage::SlotChanged {
        transport,
        mid: "5".to_owned(),
        source: None,
    });
    assert!(matches!(
        talk.keys[..],
        [KeyUpdate::AssignSlot { source: None, .. }]
    ));
}

#[test]
fn after_a_lost_connection_everything_is_said_again() {
    let mut talk = Talk::welcomed();
    talk.command(Command::SetTracks {
        active: vec![TrackKind::Camera],
    });
    let source = TrackSource {
        participant: BEN,
        kind: TrackKind::Camera,
    };
    talk.command(Command::Subscribe {
        videos: vec![VideoWish { source, height: 360 }],
    });
    let transport = talk.transport();
    talk.lose();
    assert_eq!(talk.view().state, State::Reconnecting);
    talk.pass(Duration::from_secs(1));
    assert_eq!(talk.connects, 2);
    talk.sent();
    talk.connect();
    let [
        ClientMessage::Hello {
            resume: Some(resume),
            epoch: Some(1),
            ..
        },
    ] = talk.sent()
    else {
        panic!("a hello with token and epoch");
    };
    assert_eq!(resume.as_bytes(), b"token");
    talk.welcome();
    let expected_tracks = ClientMessage::SetTracks {
        active: vec![TrackKind::Camera],
    };
    let sent = talk.sent().to_vec();
    assert_eq!(sent[0], expected_tracks);
    assert!(matches!(sent[1], ClientMessage::Subscribe { .. }));
    assert_eq!(talk.transport(), transport + 1);
    assert_eq!(talk.view().state, State::Active);
}

#[test]
fn a_foreign_token_is_dropped_and_the_rest_of_the_refusals_are_final_or_tried_again() {
    let mut talk = Talk::welcomed();
    talk.lose();
    talk.pass(Duration::from_secs(1));
    talk.connect();
    talk.say(&ServerMessage::Refused {
        code: ErrorCode::ForeignToken,
    });
    talk.pass(Duration::from_secs(2));
    talk.sent();
    talk.connect();
    assert!(matches!(talk.sent(), [ClientMessage::Hello { resume: None, .. }]));
    talk.say(&ServerMessage::Refused {
        code: ErrorCode::Unavailable,
    });
    assert_eq!(talk.view().state, State::Reconnecting);
    talk.pass(Duration::from_secs(2));
    talk.connect();
    talk.say(&ServerMessage::Refused {
        code: ErrorCode::MeetingFull,
    });
    assert_eq!(
        talk.view().left_because,
        Some(LeftReason::Server(ErrorCode::MeetingFull))
    );
    assert_eq!(talk.session.poll_timeout(), None, "nothing is due any more");
}

#[test]
fn a_key_epoch_that_comes_twice_is_refused() {
    let mut talk = Talk::welcomed();
    talk.keys.clear();
    talk.say(&ServerMessage::StandardKey { key: key(2) });
    assert_eq!(talk.view().epoch, 2);
    assert!(
        talk.keys
            .iter()
            .any(|update| matches!(update, KeyUpdate::RetireEpoch { epoch: 1 }))
    );
    talk.keys.clear();
    talk.say(&ServerMessage::StandardKey { key: key(2) });
    talk.say(&ServerMessage::StandardKey { key: key(1) });
    assert!(talk.keys.is_empty());
    assert_eq!(talk.view().epoch, 2);
}

#[test]
fn a_new_send_key_asks_for_keyframes_of_the_videos_that_are_on() {
    let mut talk = Talk::welcomed();
    talk.command(Command::SetTracks {
        active: vec![TrackKind::Microphone, TrackKind::Camera, TrackKind::Screen],
    });
    talk.directives.clear();
    talk.say(&ServerMessage::StandardKey { key: key(2) });
    let wanted = [TrackKind::Camera, TrackKind::Screen].map(|kind| Directive::Keyframe { kind });
    assert_eq!(talk.directives, wanted);
}

#[test]
fn somebody_who_leaves_is_dropped_on_the_frame_side_at_once() {
    let mut talk = Talk::welcomed();
    talk.keys.clear();
    talk.say(&ServerMessage::RosterLeft { participant: BEN });
    assert!(matches!(talk.keys[..], [KeyUpdate::DropSender { index: 8 }]));
    assert_eq!(talk.view().participants.len(), 1);
}

#[test]
fn what_is_no_message_is_skipped() {
    let mut talk = Talk::welcomed();
    talk.session.handle_message(talk.now, b"\xff\x00garbage");
    talk.session.handle_message(talk.now, &[]);
    talk.drain();
    assert_eq!(talk.view().state, State::Active);
}

#[test]
fn many_messages_before_a_drain_make_one_view() {
    let mut talk = Talk::welcomed();
    let before = talk.views.len();
    for tracks in [vec![], vec![TrackKind::Camera], vec![TrackKind::Microphone]] {
        let entry = RosterEntry {
            tracks,
            ..entry(BEN, "Ben")
        };
        talk.session
            .handle_message(talk.now, &encode(&ServerMessage::RosterChanged { entry }));
    }
    talk.drain();
    assert_eq!(talk.views.len(), before + 1);
}

#[test]
fn leaving_says_so_stops_the_sealing_and_closes_everything() {
    let mut talk = Talk::welcomed();
    talk.sent();
    talk.command(Command::Leave);
    assert_eq!(talk.sent(), [ClientMessage::Leave]);
    assert!(matches!(talk.keys.last(), Some(KeyUpdate::StopSending)));
    assert_eq!(talk.directives.last(), Some(&Directive::CloseTransport));
    assert_eq!(
        talk.view().left_because,
        Some(LeftReason::Local(LocalReason::Left))
    );
    talk.command(Command::Chat {
        text: "anybody?".to_owned(),
        reply_to: None,
    });
    assert!(talk.sent().is_empty());
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let mut talk = Talk::begin(Mode::E2ee);
    for _ in 0..40 {
        talk.pass(Duration::from_secs(1));
    }
    assert_eq!(
        talk.view().left_because,
        Some(LeftReason::Local(LocalReason::ConnectionLost))
    );
}

#[test]
fn a_creator_is_active_only_when_the_server_took_the_group() {
    let mut talk = Talk::begin(Mode::E2ee);
    talk.connect();
    talk.sent();
    talk.say(&ServerMessage::Welcome {
        participant: ME,
        resume: ResumeToken::new(b"token".to_vec()),
        roster: vec![entry(ME, "")],
        group: None,
        standard_key: None,
        external_sender: vec![1; 32],
        identity: None,
        identity_key: Vec::new(),
        unix_time: 0,
        heard: 0,
        has_missed_messages: false,
        acts: Vec::new(),
    });
    assert!(matches!(
        talk.sent()[..2],
        [ClientMessage::CreateGroup { .. }, ClientMessage::Ping]
    ));
    assert_eq!(talk.view().state, State::Joining);
    talk.say(&ServerMessage::Pong);
    assert_eq!(talk.view().state, State::Active);
    assert!(talk.view().safety_code.is_some());
    assert!(talk.view().participants[0].is_host, "the link was the host link");
}

#[test]
fn a_creator_who_was_not_first_asks_for_the_group() {
    let mut talk = Talk::begin(Mode::E2ee);
    talk.connect();
    talk.say(&ServerMessage::Welcome {
        participant: ME,
        resume: ResumeToken::new(b"token".to_vec()),
        roster: vec![entry(ME, "")],
        group: None,
        standard_key: None,
        external_sender: vec![1; 32],
        identity: None,
        identity_key: Vec::new(),
        unix_time: 0,
        heard: 0,
        has_missed_messages: false,
        acts: Vec::new(),
    });
    talk.sent();
    talk.say(&ServerMessage::CommitRejected {
        code: ErrorCode::StaleEpoch,
        epoch: 0,
    });
    talk.say(&ServerMessage::Pong);
    assert_eq!(talk.view().state, State::Joining);
    talk.pass(Duration::from_millis(100));
    assert!(matches!(
        talk.sent(),
        [ClientMessage::RenewLeaf { .. }, ClientMessage::WantGroup]
    ));
}

/// A session and everything that came out of it.
struct Talk {
    session: Session,
    now: Timestamp,
    connects: usize,
    sent: Vec<ClientMessage>,
    taken: Vec<ClientMessage>,
    keys: Vec<KeyUpdate>,
    directives: Vec<Directive>,
    views: Vec<View>,
}

impl Talk {
    fn begin(mode: Mode) -> Self {
        let config = SessionConfig {
            link: link(mode),
            name: "Ana".to_owned(),
            resume: None,
            active: vec![TrackKind::Microphone],
        };
        let mut talk = Self {
            session: Session::new(Timestamp::ZERO, [3; 32], config),
            now: Timestamp::ZERO,
            connects: 0,
            sent: Vec::new(),
            taken: Vec::new(),
            keys: Vec::new(),
            directives: Vec::new(),
            views: Vec::new(),
        };
        talk.drain();
        talk
    }

    fn welcomed() -> Self {
        let mut talk = Self::begin(Mode::Standard);
        talk.connect();
        talk.sent();
        talk.welcome();
        talk
    }

    fn connect(&mut self) {
        self.session.handle_connected(self.now);
        self.say(&ServerMessage::Challenge { nonce: vec![5; 32] });
    }

    fn welcome(&mut self) {
        self.say(&ServerMessage::Welcome {
            participant: ME,
            resume: ResumeToken::new(b"token".to_vec()),
            roster: vec![entry(ME, "Ana"), entry(BEN, "Ben")],
            group: None,
            standard_key: Some(key(1)),
            external_sender: vec![],
            identity: None,
            identity_key: Vec::new(),
            unix_time: 0,
            heard: 0,
            has_missed_messages: false,
            acts: Vec::new(),
        });
    }

    fn lose(&mut self) {
        self.session.handle_disconnected(self.now);
        self.drain();
    }

    fn say(&mut self, message: &ServerMessage) {
        self.session.handle_message(self.now, &encode(message));
        self.drain();
    }

    fn command(&mut self, command: Command) {
        self.session.handle_command(self.now, command);
        self.drain();
    }

    fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
        self.session.handle_timeout(self.now);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Connect => self.connects += 1,
                Output::Disconnect | Output::Resume(_) => {}
                Output::Send(bytes) => self.sent.push(decode(&bytes).expect("a session sends messages")),
                Output::Media(directive) => self.directives.push(directive),
                Output::Keys(bytes) => self
                    .keys
                    .push(KeyUpdate::decode(&bytes).expect("a session sends updates")),
                Output::View(view) => self.views.push(*view),
            }
        }
    }

    /// Takes what was sent since the last time.
    fn sent(&mut self) -> &[ClientMessage] {
        self.taken = std::mem::take(&mut self.sent);
        &self.taken
    }

    fn view(&self) -> &View {
        self.views.last().expect("a view came")
    }

    fn transport(&self) -> u32 {
        let transports = self
            .directives
            .iter()
            .rev()
            .filter_map(|directive| match directive {
                Directive::NewTransport { transport } => Some(*transport),
                Directive::Answer { .. }
                | Directive::Slot { .. }
                | Directive::MoreSlots { .. }
                | Directive::Keyframe { .. }
                | Directive::CloseTransport => None,
            });
        transports.into_iter().next().expect("a transport was asked for")
    }
}

fn link(mode: Mode) -> MeetingLink {
    NewMeeting::generate(&mut ChaCha20Rng::seed_from_u64(1), mode).link(MeetingId::new([4; 16]))
}

fn entry(participant: ParticipantId, name: &str) -> RosterEntry {
    RosterEntry {
        participant,
        name: (!name.is_empty()).then(|| Redacted(name.to_owned())),
        is_host: false,
        is_connected: true,
        tracks: vec![],
        identity: None,
        stay_key: Vec::new(),
        held: Vec::new(),
    }
}

fn key(epoch: u64) -> StandardKey {
    StandardKey {
        epoch,
        secret: vec![u8::try_from(epoch).expect("small"); 32],
    }
}
