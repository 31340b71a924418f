// SPDX-License-Identifier: MIT OR Apache-2.0
//! The made part of the corpus: well-formed inputs to mutate from. `cargo xtask fuzz-corpus` writes it to
//! `dev/fuzz/corpus/<target>/made-*`; files of other names there are findings, and stay.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use protocol::{
    ClientMessage, ErrorCode, MeetingId, MeetingLink, Mode, PROTOCOL_VERSION, ParticipantId, Redacted,
    ResumeToken, ServerMessage, TrackKind, TrackSource, encode,
    http::{CreateMeeting, MeetingInfo},
    identity::{IdentityClaim, IdentityLevel, IdentityStatement, SignedStatement},
    link::HostPart,
    message::{GroupState, HostProof, PublishedMid, RosterEntry, VideoRequest},
    mls::{GroupBinding, HostGrant, LeafBinding},
};

use crate::{
    TARGETS,
    script::step,
    targets::{meeting, rtp, session, sframe},
};

/// Reads all inputs of a target, in the order of their names.
///
/// # Errors
/// If a file cannot be read.
pub fn read(target: &str) -> Result<Vec<(String, Vec<u8>)>> {
    let folder = folder(target);
    let mut inputs = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .expect("an entry has a name")
            .to_string_lossy()
            .into_owned();
        inputs.push((name, fs::read(&path)?));
    }
    inputs.sort();
    Ok(inputs)
}

/// Writes the made inputs of all targets anew.
///
/// # Errors
/// If a file cannot be written.
pub fn write() -> Result<()> {
    for target in TARGETS {
        let folder = folder(target.name);
        fs::create_dir_all(&folder)?;
        for (name, input) in made(target.name) {
            let path = folder.join(format!("made-{name}"));
            fs::write(&path, input).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

/// Returns the made inputs of a target with their names.
fn made(target: &str) -> Vec<(&'static str, Vec<u8>)> {
    match target {
        "client_message" => client_messages()
            .into_iter()
            .map(|(name, message)| (name, encode(&message)))
            .collect(),
        "server_message" => server_messages()
            .into_iter()
            .map(|(name, message)| (name, encode(&message)))
            .collect(),
        "http_body" => http_bodies(),
        "meeting_link" => links(),
        "sframe_header" => vec![
            ("short", vec![0x53, 0xff]),
            ("long", [&[0xff][..], &[0x81; 16]].concat()),
            ("frame", sframe::honest_frame(b"a frame")),
        ],
        "sframe_frame" => vec![
            ("frame", sframe::honest_frame(b"a frame")),
            ("empty", sframe::honest_frame(b"")),
            ("other_sender", vec![0x90, 0x06, 0x03, b'x']),
        ],
        "key_update" => key_updates(),
        "vp9_descriptor" => vec![
            ("delta", vec![0xec, 0x80, 0x01, 0x10, 0x05, 0xaa]),
            (
                "keyframe",
                vec![
                    0xae, 0x80, 0x01, 0x00, 0x05, 0x18, 0x01, 0x40, 0x00, 0xb4, 0x01, 0x04, 0xaa,
                ],
            ),
            ("flexible", vec![0xd8, 0x05, 0x03, 0x05, 0x02, 0xaa]),
        ],
        "sdp_offer" => vec![
            ("offer", rtp::honest_offer().into_bytes()),
            ("nothing", b"v=0\r\n".to_vec()),
        ],
        "datagram" => vec![
            ("stun", stun()),
            (
                "rtp",
                [
                    &[
                        0x90, 98, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 0xbe, 0xde, 0, 1, 0x32, 1, 2, 3,
                    ][..],
                    &[0xa5; 40],
                ]
                .concat(),
            ),
            (
                "rtp_two_byte_extensions",
                vec![
                    0x90, 98, 0, 2, 0, 0, 0, 1, 0, 0, 0, 7, 0x10, 0, 0, 2, 4, 3, 1, 2, 3, 0, 0, 0, 1,
                ],
            ),
            (
                "rtcp",
                vec![
                    0x81, 201, 0, 7, 0, 0, 0, 7, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    0, 0, 0, 0,
                ],
            ),
            (
                "dtls",
                vec![22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 1, 0, 4, 1, 0, 0, 0],
            ),
            (
                "vp9",
                vec![
                    0xae, 0x80, 0x01, 0x00, 0x05, 0x18, 0x01, 0x40, 0x00, 0xb4, 0x01, 0x04, 0xaa,
                ],
            ),
        ],
        "mls_binding" => mls_bindings(),
        "mls_message" => mls_messages(),
        "meeting" => meetings(),
        "session" => sessions(),
        other => panic!("target {other} has no made corpus"),
    }
}

fn client_messages() -> Vec<(&'static str, ClientMessage)> {
    let source = TrackSource {
        participant: ParticipantId(2),
        kind: TrackKind::Camera,
    };
    vec![
        ("hello", hello(Mode::E2ee)),
        ("hello_standard", hello(Mode::Standard)),
        (
            "hello_again",
            ClientMessage::Hello {
                version: PROTOCOL_VERSION,
                meeting: MEETING,
                mode: Mode::E2ee,
                resume: Some(ResumeToken::new(vec![1; 40])),
                epoch: Some(3),
                host_proof: Some(HostProof {
                    host_key: vec![2; 32],
                    signature: vec![3; 64],
                }),
                admission: vec![4; 64],
                name: None,
                leaf_key: vec![5; 32],
                heard: Some(7),
                stay: None,
            },
        ),
        (
            "renew_leaf",
            ClientMessage::RenewLeaf {
                leaf_key: vec![6; 32],
            },
        ),
        (
            "offer",
            ClientMessage::Offer {
                transport: 1,
                sdp: Redacted("v=0\r\n".to_owned()),
                publish: vec![PublishedMid {
                    mid: "0".to_owned(),
                    kind: TrackKind::Microphone,
                }],
            },
        ),
        (
            "set_tracks",
            ClientMessage::SetTracks {
                active: TrackKind::ALL.to_vec(),
            },
        ),
        (
            "subscribe",
            ClientMessage::Subscribe {
                videos: vec![VideoRequest { source, height: 360 }],
            },
        ),
        ("request_keyframe", ClientMessage::RequestKeyframe { source }),
        (
            "create_group",
            ClientMessage::CreateGroup {
                group_info: vec![0, 1, 0, 4, 7],
            },
        ),
        (
            "commit",
            ClientMessage::Commit {
                epoch: 1,
                commit: vec![0, 1, 0, 1],
                group_info: vec![0, 1, 0, 4],
            },
        ),
        ("commit_accepted", ClientMessage::CommitAccepted { epoch: 2 }),
        (
            "commit_refused",
            ClientMessage::CommitRefused {
                epoch: 1,
                commit_hash: vec![4; 32],
                signature: vec![5; 64],
            },
        ),
        ("application", ClientMessage::Application { message: vec![6; 60] }),
        (
            "announce_removal",
            ClientMessage::AnnounceRemoval {
                participant: ParticipantId(2),
            },
        ),
        (
            "remove",
            ClientMessage::RemoveParticipant {
                participant: ParticipantId(2),
            },
        ),
        (
            "end",
            ClientMessage::EndMeeting {
                signature: vec![7; 64],
            },
        ),
        ("want_group", ClientMessage::WantGroup),
        ("ping", ClientMessage::Ping),
        ("leave", ClientMessage::Leave),
    ]
}

fn server_messages() -> Vec<(&'static str, ServerMessage)> {
    let source = TrackSource {
        participant: session::OTHER,
        kind: TrackKind::Camera,
    };
    let group = GroupState {
        epoch: 1,
        group_info: vec![0, 1, 0, 4],
        ratchet_tree: vec![1; 20],
        missed: vec![],
    };
    vec![
        ("challenge", ServerMessage::Challenge { nonce: vec![1; 32] }),
        ("welcome_standard", welcome(Mode::Standard)),
        ("welcome", welcome(Mode::E2ee)),
        ("group", ServerMessage::Group { group: Some(group) }),
        ("no_group", ServerMessage::Group { group: None }),
        ("roster_changed", ServerMessage::RosterChanged { entry: entry(3) }),
        (
            "roster_left",
            ServerMessage::RosterLeft {
                participant: session::OTHER,
            },
        ),
        (
            "answer",
            ServerMessage::Answer {
                transport: 1,
                sdp: Redacted("v=0\r\n".to_owned()),
            },
        ),
        (
            "slot",
            ServerMessage::SlotChanged {
                transport: 1,
                mid: "4".to_owned(),
                source: Some(source),
            },
        ),
        ("more_slots", ServerMessage::MoreSlots { audio: 9, video: 13 }),
        (
            "speakers",
            ServerMessage::Speakers {
                participants: vec![session::OTHER],
            },
        ),
        (
            "keyframe",
            ServerMessage::KeyframeWanted {
                kind: TrackKind::Camera,
            },
        ),
        (
            "commit",
            ServerMessage::Commit {
                epoch: 0,
                by: session::OTHER,
                commit: vec![0, 1, 0, 1],
            },
        ),
        (
            "commit_rejected",
            ServerMessage::CommitRejected {
                code: ErrorCode::StaleEpoch,
                epoch: 1,
            },
        ),
        ("rollback", ServerMessage::Rollback { epoch: 0 }),
        (
            "proposal",
            ServerMessage::Proposal {
                epoch: 0,
                committer: ParticipantId(1),
                proposal: vec![0, 1, 0, 1],
            },
        ),
        (
            "removal",
            ServerMessage::RemovalAnnounced {
                participant: session::OTHER,
            },
        ),
        (
            "application",
            ServerMessage::Application {
                from: session::OTHER,
                message: vec![6; 60],
                number: 1,
            },
        ),
        (
            "standard_key",
            ServerMessage::StandardKey {
                key: session::standard_key(),
            },
        ),
        (
            "ended",
            ServerMessage::Ended {
                by: session::OTHER,
                signature: vec![7; 64],
            },
        ),
        (
            "rejected",
            ServerMessage::Rejected {
                code: ErrorCode::NotHost,
            },
        ),
        (
            "refused",
            ServerMessage::Refused {
                code: ErrorCode::Removed,
            },
        ),
        ("pong", ServerMessage::Pong),
    ]
}

fn http_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let create = CreateMeeting {
        mode: Mode::E2ee,
        host_key: Some("A".repeat(43)),
        admission_key: Some("A".repeat(43)),
        title: Some(Redacted("Weekly".to_owned())),
        starts_at: Some(1_800_000_000),
        minutes: Some(60),
        has_lobby: true,
        people: Some(12),
    };
    let info = MeetingInfo {
        id: MEETING,
        mode: Mode::Standard,
        is_ended: false,
        has_lobby: false,
    };
    vec![
        ("create", serde_json::to_vec(&create).expect("it is data")),
        ("create_plainly", br#"{"mode":"standard"}"#.to_vec()),
        ("info", serde_json::to_vec(&info).expect("it is data")),
        (
            "problem",
            br#"{"code":"not_found","message":"no such meeting"}"#.to_vec(),
        ),
    ]
}

fn links() -> Vec<(&'static str, Vec<u8>)> {
    let link = |secret, host| {
        MeetingLink {
            meeting: MEETING,
            secret,
            pass: None,
            host,
        }
        .to_string()
        .into_bytes()
    };
    let (secret, bytes) = (Some([1; 32]), [2; 32]);
    vec![
        (
            "invitation",
            [
                &b"https://localhost:8080"[..],
                &link(secret, HostPart::Fingerprint(bytes)),
            ]
            .concat(),
        ),
        ("host", link(secret, HostPart::KeySeed(bytes))),
        ("standard", link(None, HostPart::Fingerprint(bytes))),
        ("standard_host", link(None, HostPart::KeySeed(bytes))),
    ]
}

fn key_updates() -> Vec<(&'static str, Vec<u8>)> {
    use e2ee::{BaseKey, KeyUpdate, SlotSource};
    let key = || BaseKey::new([1; 32]);
    let source = Some(SlotSource {
        index: 5,
        kind: TrackKind::Screen,
    });
    [
        (
            "begin",
            KeyUpdate::Begin {
                meeting: MEETING,
                mode: Mode::Standard,
            },
        ),
        (
            "send",
            KeyUpdate::SetSendKey {
                epoch: 3,
                index: 5,
                base_key: key(),
            },
        ),
        (
            "receive",
            KeyUpdate::AddReceiveKey {
                epoch: 4,
                index: 5,
                base_key: key(),
            },
        ),
        ("retire", KeyUpdate::RetireEpoch { epoch: 3 }),
        ("drop", KeyUpdate::DropSender { index: 5 }),
        (
            "slot",
            KeyUpdate::AssignSlot {
                transport: 1,
                mid: "4".to_owned(),
                source,
            },
        ),
        ("stop", KeyUpdate::StopSending),
        ("resume", KeyUpdate::ResumeSending),
    ]
    .into_iter()
    .map(|(name, update)| (name, update.encode()))
    .collect()
}

fn mls_bindings() -> Vec<(&'static str, Vec<u8>)> {
    let grant = HostGrant {
        host_key: vec![1; 32],
        signature: vec![2; 64],
    };
    let leaf = |host_grant, identity| {
        encode(&LeafBinding {
            participant: ParticipantId(1),
            admission_proof: vec![3; 32],
            host_grant,
            identity,
            stay: None,
            whisper_key: vec![5; 32],
        })
    };
    let group = GroupBinding {
        meeting: MEETING,
        mode: Mode::E2ee,
        host_fingerprint: vec![4; 32],
    };
    vec![
        ("guest", leaf(None, None)),
        ("host", leaf(Some(grant), None)),
        ("verified", leaf(None, Some(signed_statement()))),
        ("group", encode(&group)),
    ]
}

/// Each message with one change near its beginning, one further on, and cut short.
fn mls_messages() -> Vec<(&'static str, Vec<u8>)> {
    let script = |changes: &[u8]| (0..6).flat_map(|kind| step(kind, changes)).collect();
    vec![
        ("head", script(&[3, 0, 1])),
        ("body", script(&[100, 0, 0x80])),
        ("lengths", script(&[40, 0, 0x40, 41, 0, 0xff])),
        ("cut", script(&[60, 0, 0])),
        ("longer", script(&[0xff, 0xff, 7])),
    ]
}

/// Two participants, every message of a client from both, one reconnect.
fn meetings() -> Vec<(&'static str, Vec<u8>)> {
    let story = |mode| {
        let mut script = vec![u8::from(mode == Mode::Standard)];
        for connection in [0, 0x10] {
            script.extend(step(connection | meeting::KIND_CONNECT, &encode(&hello(mode))));
            for (_, message) in client_messages()
                .iter()
                .filter(|(name, _)| !["end", "leave", "remove"].contains(name))
            {
                script.extend(step(connection | meeting::KIND_MESSAGE, &encode(message)));
            }
        }
        script.extend(step(meeting::KIND_DISCONNECT, b""));
        script.extend(step(meeting::KIND_TIME, &[0; 80]));
        script.extend(step(0x10 | meeting::KIND_MESSAGE, &encode(&ClientMessage::Leave)));
        script
    };
    vec![
        ("standard", story(Mode::Standard)),
        ("end_to_end", story(Mode::E2ee)),
    ]
}

/// Joins, hears every message of a server's and of another participant's, gives some commands, reconnects.
fn sessions() -> Vec<(&'static str, Vec<u8>)> {
    let story = |mode| {
        let mut script = vec![u8::from(mode == Mode::Standard)];
        script.extend(step(session::KIND_CONNECTED, b""));
        script.extend(step(
            session::KIND_MESSAGE,
            &encode(&ServerMessage::Challenge { nonce: vec![1; 32] }),
        ));
        script.extend(step(session::KIND_MESSAGE, &encode(&welcome(mode))));
        script.extend(step(session::KIND_SEALED, &spoken()));
        script.extend(step(session::KIND_COMMAND, br#"{"type":"chat","text":"hello"}"#));
        script.extend(step(
            session::KIND_COMMAND,
            br#"{"type":"setTracks","active":["microphone"]}"#,
        ));
        let skipped = ["challenge", "welcome", "welcome_standard", "refused", "ended"];
        for (_, message) in server_messages()
            .iter()
            .filter(|(name, _)| !skipped.contains(name))
        {
            script.extend(step(session::KIND_MESSAGE, &encode(message)));
        }
        script.extend(step(session::KIND_TIME, b""));
        script.extend(step(session::KIND_DISCONNECTED, b""));
        script.extend(step(session::KIND_TIME + 6 * 20, b""));
        script.extend(step(session::KIND_CONNECTED, b""));
        script.extend(step(session::KIND_COMMAND, br#"{"type":"leave"}"#));
        script
    };
    vec![
        ("standard", story(Mode::Standard)),
        ("end_to_end", story(Mode::E2ee)),
    ]
}

/// A chat message as another participant would seal it, in CBOR.
fn spoken() -> Vec<u8> {
    let mut bytes = vec![0xa1, 0x64];
    bytes.extend_from_slice(b"chat");
    bytes.extend_from_slice(&[0xa2, 0x66]);
    bytes.extend_from_slice(b"number");
    bytes.extend_from_slice(&[0x01, 0x64]);
    bytes.extend_from_slice(b"text");
    bytes.extend_from_slice(&[0x62]);
    bytes.extend_from_slice(b"hi");
    bytes
}

fn hello(mode: Mode) -> ClientMessage {
    ClientMessage::Hello {
        version: PROTOCOL_VERSION,
        meeting: MEETING,
        mode,
        resume: None,
        epoch: None,
        host_proof: None,
        admission: Vec::new(),
        name: (mode == Mode::Standard).then(|| Redacted("Ana".to_owned())),
        leaf_key: Vec::new(),
        heard: None,
        stay: None,
    }
}

fn welcome(mode: Mode) -> ServerMessage {
    ServerMessage::Welcome {
        participant: ParticipantId(1),
        resume: ResumeToken::new(vec![1; 40]),
        roster: vec![entry(1), entry(2)],
        group: None,
        standard_key: (mode == Mode::Standard).then(session::standard_key),
        external_sender: if mode == Mode::E2ee { vec![3; 32] } else { vec![] },
        identity: (mode == Mode::E2ee).then(signed_statement),
        identity_key: vec![4; 32],
        unix_time: 0,
        heard: 0,
        has_missed_messages: false,
        acts: Vec::new(),
    }
}

fn signed_statement() -> SignedStatement {
    let statement = IdentityStatement {
        meeting: MEETING,
        mode: Mode::E2ee,
        leaf_key: vec![5; 32],
        claim: claim(),
        issued_at: 1_800_000_000,
    };
    SignedStatement {
        statement: statement.to_bytes(),
        signature: vec![6; 64],
    }
}

fn claim() -> IdentityClaim {
    IdentityClaim {
        level: IdentityLevel::Verified {
            by: "example.org".to_owned(),
        },
        name: Redacted("Ben Example".to_owned()),
    }
}

fn entry(participant: u32) -> RosterEntry {
    RosterEntry {
        participant: ParticipantId(participant),
        name: Some(Redacted("Ben".to_owned())),
        is_host: false,
        is_connected: true,
        tracks: vec![TrackKind::Camera],
        identity: Some(claim()),
        stay_key: Vec::new(),
        held: Vec::new(),
    }
}

/// A STUN binding request with a user name, without integrity.
fn stun() -> Vec<u8> {
    let mut bytes = vec![0, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42];
    bytes.extend([7; 12]);
    bytes.extend([0, 6, 0, 7]);
    bytes.extend_from_slice(b"abc:def\0");
    bytes
}

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

const MEETING: MeetingId = meeting::MEETING;
