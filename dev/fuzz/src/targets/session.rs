// SPDX-License-Identifier: MIT OR Apache-2.0
//! A participant's session, and a dishonest server.

use std::time::Duration;

use ::session::{Command, Output, Session, SessionConfig};
use e2ee::{NewMeeting, StandardKeys};
use protocol::{
    MeetingId, Mode, ParticipantId, ServerMessage, Timestamp, TrackKind, encode, message::StandardKey,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

use crate::script::steps;

/// The server's messages, the person's commands and the passing of time, in any order. The first byte chooses the mode.
/// One kind of step seals its bytes with the meeting's key first, so that they arrive as another participant's words.
pub(crate) fn session(data: &[u8]) {
    let Some((first, script)) = data.split_first() else {
        return;
    };
    let mode = if first & 1 == 0 {
        Mode::E2ee
    } else {
        Mode::Standard
    };
    let mut rng = ChaCha20Rng::from_seed([4; 32]);
    let link = NewMeeting::generate(&mut rng, mode).link(MEETING);
    let config = SessionConfig {
        link,
        name: "Ana".to_owned(),
        resume: None,
        active: vec![TrackKind::Camera],
    };
    let mut now = Timestamp::ZERO;
    let mut session = Session::new(now, [6; 32], config);
    drain(&mut session);
    for step in steps(script) {
        match step.kind % KINDS {
            KIND_CONNECTED => session.handle_connected(now),
            KIND_DISCONNECTED => session.handle_disconnected(now),
            KIND_TIME => {
                now = Timestamp::new(now.since_zero() + Duration::from_millis(100) * u32::from(step.kind));
                session.handle_timeout(now);
            }
            KIND_COMMAND => {
                if let Ok(command) = serde_json::from_slice::<Command>(step.bytes) {
                    session.handle_command(now, command);
                }
            }
            KIND_SEALED => session.handle_message(now, &sealed(&mut rng, step.bytes)),
            _ => session.handle_message(now, step.bytes),
        }
        drain(&mut session);
    }
}

/// Returns a message of the server's that carries another participant's sealed words.
fn sealed(rng: &mut ChaCha20Rng, plaintext: &[u8]) -> Vec<u8> {
    let keys = StandardKeys::new(MEETING, OTHER, &standard_key()).expect("the secret has 32 bytes");
    encode(&ServerMessage::Application {
        from: OTHER,
        message: keys.seal_application(rng, plaintext),
        number: 1,
    })
}

/// The key of the made corpus's standard meeting.
pub(crate) fn standard_key() -> StandardKey {
    StandardKey {
        epoch: 1,
        secret: vec![8; 32],
    }
}

fn drain(session: &mut Session) {
    for _ in 0..MOST_OUTPUTS {
        match session.poll_output() {
            Some(Output::View(view)) => {
                serde_json::to_string(&view).expect("a view can be shown");
            }
            Some(_) => {}
            None => return,
        }
    }
    panic!("a session does not stop having outputs");
}

/// The session's meeting.
pub(crate) const MEETING: MeetingId = MeetingId::new([5; 16]);
/// Another participant.
pub(crate) const OTHER: ParticipantId = ParticipantId(2);
pub(crate) const KIND_CONNECTED: u8 = 0;
pub(crate) const KIND_DISCONNECTED: u8 = 1;
pub(crate) const KIND_TIME: u8 = 2;
/// A step whose bytes are a command in JSON.
pub(crate) const KIND_COMMAND: u8 = 3;
/// A step whose bytes another participant seals.
pub(crate) const KIND_SEALED: u8 = 4;
/// A step whose bytes the server sends.
pub(crate) const KIND_MESSAGE: u8 = 5;
const KINDS: u8 = 6;
const MOST_OUTPUTS: usize = 100_000;
