// SPDX-License-Identifier: MIT OR Apache-2.0
//! One session among people whose clients do not keep to the rules: the test seals their messages itself.

use std::time::Duration;

use e2ee::{NewMeeting, StandardKeys, invitation};
use incamera_session::{Command, Output, Session, SessionConfig, View};
use protocol::{
    MeetingId, Mode, ParticipantId, Redacted, ResumeToken, ServerMessage, Timestamp, TrackKind, encode,
    message::{RosterEntry, StandardKey},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use serde::Serialize;

const ME: ParticipantId = ParticipantId(7);
const HOST: ParticipantId = ParticipantId(1);
const MALLORY: ParticipantId = ParticipantId(66);
const MEETING: MeetingId = MeetingId::new([4; 16]);

#[test]
fn who_floods_is_heard_for_a_while_and_keeps_nobody_else_from_being_heard() {
    let mut room = Room::with(ME);
    for line in 0..500 {
        room.hear(MALLORY, &caption(line, "buy gold"));
    }
    room.hear(HOST, &caption(1, "good morning"));
    let shown = room.captions();
    assert_eq!(shown.iter().filter(|text| *text == "buy gold").count(), 2);
    assert!(shown.contains(&String::from("good morning")));
    for number in 0..1000 {
        room.hear(MALLORY, &whisper(ME, number, "psst"));
    }
    room.hear(HOST, &whisper(ME, 1, "are you there?"));
    let chat = &room.view().chat;
    assert_eq!(chat.iter().filter(|message| message.from == MALLORY).count(), 250);
    assert_eq!(
        chat.last().map(|message| message.text.as_str()),
        Some("are you there?")
    );
}

#[test]
fn what_is_for_somebody_else_is_not_shown_and_what_is_forged_is_its_forgers() {
    let mut room = Room::with(ME);
    room.hear(MALLORY, &whisper(HOST, 1, "between us"));
    room.hear(MALLORY, &whisper(ME, 2, ""));
    room.hear(MALLORY, &whisper(ME, 3, &"x".repeat(9000)));
    assert!(room.view().chat.is_empty());
    let sealed = room.sealed(MALLORY, &whisper(ME, 4, "send me the key. Your host"));
    room.say(&ServerMessage::Application {
        from: HOST,
        message: sealed,
        number: 1,
    });
    let message = &room.view().chat[0];
    assert_eq!(message.from, MALLORY, "by the seal, not by the server's word");
    assert_eq!(
        message.whisper.as_ref().map(|whisper| whisper.with),
        Some(MALLORY)
    );
}

#[test]
fn who_is_no_host_opens_no_poll_starts_no_timer_and_ends_nobodys() {
    let mut room = Room::with(ME);
    room.hear(MALLORY, &board(&["Yes", "No"], true));
    assert!(room.view().polls.is_empty() && room.view().timer.is_none());
    room.hear(HOST, &board(&["Yes", "No"], true));
    assert!(room.view().polls[0].is_open && room.view().timer.is_some());
    room.hear(MALLORY, &Forged::TakenDown { of: HOST, number: 5 });
    room.hear(MALLORY, &Forged::TakenDown { of: HOST, number: 6 });
    assert!(room.view().polls[0].is_open && room.view().timer.is_some());
    assert!(!room.view().polls[0].i_may_close);
    room.command(Command::ClosePoll { poll: 0 });
    room.command(Command::StopTimer);
    assert!(room.view().polls[0].is_open && room.view().timer.is_some());
}

#[test]
fn nobody_votes_twice_or_for_what_cannot_be_answered() {
    let mut room = Room::with(ME);
    room.hear(HOST, &board(&["Yes", "No"], false));
    let votes = |answers: &[u8]| {
        Forged::state(Board {
            votes: answers
                .iter()
                .map(|answer| Vote {
                    of: HOST,
                    number: 5,
                    answer: *answer,
                })
                .collect(),
            ..Board::default()
        })
    };
    room.hear(MALLORY, &votes(&[1, 1, 1, 1]));
    assert_eq!(room.counts(), [0, 1]);
    room.hear(MALLORY, &votes(&[200]));
    assert_eq!(room.counts(), [0, 0]);
    room.hear(MALLORY, &votes(&[0; 21]));
    assert_eq!(room.counts(), [0, 0], "a board that is too large says nothing");
}

#[test]
fn a_poll_without_bounds_is_none() {
    let mut room = Room::with(ME);
    let long = "x".repeat(2000);
    for answers in [vec!["Yes"], vec!["x"; 11], vec!["Yes", ""], vec!["Yes", &long]] {
        room.hear(HOST, &board(&answers, false));
        assert!(room.view().polls.is_empty(), "{} answers", answers.len());
    }
}

#[test]
fn who_cannot_be_heard_has_no_captions() {
    let mut room = Room::with(ME);
    room.hear(MALLORY, &caption(1, "I am on"));
    assert_eq!(room.captions(), ["I am on"]);
    room.say(&ServerMessage::RosterChanged {
        entry: entry(MALLORY, false, vec![]),
    });
    room.pass(Duration::from_secs(9));
    room.hear(MALLORY, &caption(2, "the server muted me, and yet I speak"));
    assert!(room.captions().is_empty());
    room.command(Command::SetTracks { active: vec![] });
    room.command(Command::Caption {
        line: 1,
        text: String::from("nor do I"),
        is_final: true,
        lang: String::from("en"),
    });
    assert!(room.captions().is_empty());
}

/// What other clients say, with no check on what it is.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Forged {
    Whisper {
        to: ParticipantId,
        number: u64,
        #[serde(with = "serde_bytes")]
        body: Vec<u8>,
    },
    Caption {
        line: u32,
        text: String,
        is_final: bool,
        lang: String,
    },
    State {
        board: Board,
    },
    TakenDown {
        of: ParticipantId,
        number: u64,
    },
}

impl Forged {
    fn state(board: Board) -> Self {
        Self::State { board }
    }
}

#[derive(Default, Serialize)]
struct Board {
    polls: Vec<Poll>,
    votes: Vec<Vote>,
    timer: Option<Timer>,
}

#[derive(Serialize)]
struct Poll {
    number: u64,
    question: String,
    answers: Vec<String>,
}

#[derive(Serialize)]
struct Vote {
    of: ParticipantId,
    number: u64,
    answer: u8,
}

#[derive(Serialize)]
struct Timer {
    number: u64,
    label: String,
    length_ms: u64,
    left_ms: u64,
}

#[derive(Serialize)]
struct WhisperText {
    text: String,
}

fn whisper(to: ParticipantId, number: u64, text: &str) -> Forged {
    let body = encode(&WhisperText {
        text: text.to_owned(),
    });
    Forged::Whisper { to, number, body }
}

fn caption(line: u32, text: &str) -> Forged {
    Forged::Caption {
        line,
        text: text.to_owned(),
        is_final: true,
        lang: String::from("en"),
    }
}

fn board(answers: &[&str], has_timer: bool) -> Forged {
    Forged::state(Board {
        polls: vec![Poll {
            number: 5,
            question: String::from("Tea?"),
            answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
        }],
        votes: Vec::new(),
        timer: has_timer.then(|| Timer {
            number: 6,
            label: String::from("Break"),
            length_ms: 60_000,
            left_ms: 60_000,
        }),
    })
}

/// A session in a standard meeting with a host and somebody else.
struct Room {
    session: Session,
    now: Timestamp,
    rng: ChaCha20Rng,
    view: Option<View>,
    number: u64,
}

impl Room {
    fn with(me: ParticipantId) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let link = NewMeeting::generate(&mut rng, Mode::Standard).link(MEETING);
        let config = SessionConfig {
            link: invitation(&link),
            name: String::from("Ana"),
            resume: None,
            active: vec![TrackKind::Microphone],
        };
        let mut room = Self {
            session: Session::new(Timestamp::ZERO, [3; 32], config),
            now: Timestamp::ZERO,
            rng,
            view: None,
            number: 0,
        };
        room.session.handle_connected(room.now);
        room.say(&ServerMessage::Challenge { nonce: vec![5; 32] });
        let on = vec![TrackKind::Microphone];
        room.say(&ServerMessage::Welcome {
            participant: me,
            resume: ResumeToken::new(b"token".to_vec()),
            roster: vec![
                entry(me, false, on.clone()),
                entry(HOST, true, on.clone()),
                entry(MALLORY, false, on),
            ],
            group: None,
            standard_key: Some(key()),
            external_sender: vec![],
            identity: None,
            identity_key: Vec::new(),
            unix_time: 0,
            heard: 0,
            has_missed_messages: false,
            acts: Vec::new(),
        });
        room
    }

    fn sealed(&mut self, from: ParticipantId, message: &Forged) -> Vec<u8> {
        let keys = StandardKeys::new(MEETING, from, &key()).expect("the secret is 32 bytes");
        keys.seal_application(&mut self.rng, &encode(message))
    }

    fn hear(&mut self, from: ParticipantId, message: &Forged) {
        let message = self.sealed(from, message);
        self.number += 1;
        let number = self.number;
        self.say(&ServerMessage::Application {
            from,
            message,
            number,
        });
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
            if let Output::View(view) = output {
                self.view = Some(*view);
            }
        }
    }

    fn view(&self) -> &View {
        self.view.as_ref().expect("a view came")
    }

    fn counts(&self) -> Vec<u32> {
        let answers = self.view().polls[0].answers.iter();
        answers.map(|answer| answer.votes).collect()
    }

    fn captions(&self) -> Vec<String> {
        let captions = self.view().captions.iter();
        captions.map(|caption| caption.text.clone()).collect()
    }
}

fn entry(participant: ParticipantId, is_host: bool, tracks: Vec<TrackKind>) -> RosterEntry {
    RosterEntry {
        participant,
        name: Some(Redacted(String::from("somebody"))),
        is_host,
        is_connected: true,
        tracks,
        identity: None,
        stay_key: Vec::new(),
        held: Vec::new(),
    }
}

fn key() -> StandardKey {
    StandardKey {
        epoch: 1,
        secret: vec![1; 32],
    }
}
