// SPDX-License-Identifier: MIT OR Apache-2.0
//! What crosses the wire: it grows without breaking, it is bounded, and its names are stable.

use ciborium::cbor;
use incamera_protocol::{
    ClientMessage, DecodeError, ErrorCode, LinkError, MeetingId, MeetingLink, Mode, ParticipantId, Redacted,
    ResumeToken, ServerMessage, decode, encode,
    identity::{IdentityClaim, IdentityLevel, IdentityStatement, SignedStatement},
    limits,
    link::HostPart,
};
use proptest::prelude::*;

const ID: MeetingId = MeetingId::new([7; 16]);

#[test]
fn a_message_comes_back_as_it_went() {
    let hello = ClientMessage::Hello {
        version: 1,
        meeting: ID,
        mode: Mode::E2ee,
        resume: Some(ResumeToken::new(vec![1, 2, 3])),
        epoch: Some(9),
        host_proof: None,
        admission: vec![5; 64],
        name: Some(Redacted(String::from("Ana"))),
        leaf_key: Vec::new(),
        heard: None,
        stay: None,
    };
    assert_eq!(decode::<ClientMessage>(&encode(&hello)), Ok(hello));
}

#[test]
fn a_field_that_a_newer_side_added_is_skipped() {
    let newer =
        cbor!({ "rejected" => { "code" => "not_host", "retry_in_seconds" => 3 } }).expect("plain value");
    assert_eq!(
        decode::<ServerMessage>(&encode(&newer)),
        Ok(ServerMessage::Rejected {
            code: ErrorCode::NotHost
        })
    );
}

#[test]
fn a_field_that_an_older_side_lacks_takes_its_default() {
    let older = cbor!({ "hello" => { "version" => 1, "meeting" => ID.to_string(), "mode" => "standard" } })
        .expect("plain value");
    let Ok(ClientMessage::Hello {
        resume,
        epoch,
        host_proof,
        name,
        ..
    }) = decode(&encode(&older))
    else {
        panic!("an old hello is still a hello");
    };
    assert_eq!((resume, epoch, host_proof, name), (None, None, None, None));
}

#[test]
fn an_unknown_message_is_malformed_and_not_something_else() {
    let unknown = cbor!({ "turn_off_encryption" => {} }).expect("plain value");
    assert_eq!(
        decode::<ServerMessage>(&encode(&unknown)),
        Err(DecodeError::Malformed)
    );
}

#[test]
fn an_oversized_message_is_refused_before_it_is_read() {
    let bytes = vec![0; limits::MESSAGE_BYTES + 1];
    assert_eq!(
        decode::<ClientMessage>(&bytes),
        Err(DecodeError::TooLong { bytes: bytes.len() })
    );
}

#[test]
fn bytes_after_a_message_are_refused() {
    let mut bytes = encode(&ClientMessage::Leave);
    bytes.push(0);
    assert_eq!(decode::<ClientMessage>(&bytes), Err(DecodeError::TrailingBytes));
}

#[test]
fn a_deeply_nested_value_is_refused_without_using_the_stack() {
    let bytes = vec![0x81; 100_000];
    assert_eq!(decode::<ClientMessage>(&bytes), Err(DecodeError::Malformed));
}

#[test]
fn codes_in_text_are_the_codes_on_the_wire() {
    for code in [
        ErrorCode::Malformed,
        ErrorCode::ForeignToken,
        ErrorCode::CommitRefused,
        ErrorCode::Unavailable,
        ErrorCode::NotAllowed,
        ErrorCode::WrongCredentials,
        ErrorCode::FreshSignInNeeded,
        ErrorCode::Conflict,
        ErrorCode::TimeLimit,
        ErrorCode::AccountSuspended,
        ErrorCode::MeetingLocked,
        ErrorCode::TurnedAway,
        ErrorCode::KeptOut,
        ErrorCode::LinkReplaced,
    ] {
        let json = serde_json::to_value(code).expect("a unit variant");
        assert_eq!(json.as_str(), Some(code.as_str()));
        assert_eq!(decode::<ErrorCode>(&encode(&code)), Ok(code));
    }
}

#[test]
fn names_and_tokens_do_not_show_in_debug_output() {
    let text = format!("{:?} {:?}", Redacted("Ana"), ResumeToken::new(b"Ana".to_vec()));
    assert!(!text.contains("Ana"), "{text}");
}

#[test]
fn a_statement_with_longer_texts_than_names_may_be_is_none() {
    let statement = |by: usize, name: usize| {
        let statement = IdentityStatement {
            meeting: ID,
            mode: Mode::E2ee,
            leaf_key: vec![1; 32],
            claim: IdentityClaim {
                level: IdentityLevel::Verified { by: "b".repeat(by) },
                name: Redacted("n".repeat(name)),
            },
            issued_at: 1_800_000_000,
        };
        let signed = SignedStatement {
            statement: statement.to_bytes(),
            signature: vec![2; 64],
        };
        signed.read().map(|read| read == statement)
    };
    let longest = limits::NAME_BYTES;
    assert_eq!(statement(longest, longest), Ok(true));
    let too_long = Err(DecodeError::TooLong { bytes: longest + 1 });
    assert_eq!(statement(longest + 1, 1), too_long);
    assert_eq!(statement(1, longest + 1), too_long);
}

#[test]
fn a_link_without_its_secret_says_so() {
    let cases = [
        (format!("https://example.org/m/{ID}"), LinkError::MissingSecret),
        (format!("https://example.org/m/{ID}#"), LinkError::MissingSecret),
        (format!("https://example.org/m/{ID}#e.AAAA"), LinkError::BadSecret),
        (format!("https://example.org/m/{ID}#x.AAAA"), LinkError::BadSecret),
        (
            String::from("https://example.org/m/short#e.AAAA"),
            LinkError::NotALink,
        ),
        (String::from("hello"), LinkError::NotALink),
        (
            format!("https://example.org/room/{ID}#e.AAAA"),
            LinkError::NotALink,
        ),
    ];
    for (link, refusal) in cases {
        assert_eq!(MeetingLink::parse(&link).err(), Some(refusal), "{link}");
    }
}

#[test]
fn changing_the_letter_of_a_link_does_not_lower_its_mode() {
    let link = MeetingLink {
        meeting: ID,
        secret: Some([1; 32]),
        pass: None,
        host: HostPart::Fingerprint([2; 32]),
    };
    let lowered = format!("/m/{ID}#{}", link.fragment().replacen("e.", "s.", 1));
    assert_eq!(MeetingLink::parse(&lowered).err(), Some(LinkError::BadSecret));
}

proptest! {
    #[test]
    fn every_link_parses_to_itself(
        id: [u8; 16],
        secret: Option<[u8; 32]>,
        pass: Option<[u8; 16]>,
        host: [u8; 32],
        is_host: bool,
    ) {
        let host = if is_host { HostPart::KeySeed(host) } else { HostPart::Fingerprint(host) };
        let pass = pass.filter(|_| secret.is_none());
        let link = MeetingLink { meeting: MeetingId::new(id), secret, pass, host };
        let parsed = MeetingLink::parse(&format!("https://example.org{link}"));
        prop_assert!(parsed == Ok(link), "the link changed on the way");
    }

    #[test]
    fn no_bytes_make_decoding_panic(bytes: Vec<u8>) {
        let _ = decode::<ClientMessage>(&bytes);
        let _ = decode::<ServerMessage>(&bytes);
    }

    #[test]
    fn a_roster_message_comes_back_as_it_went(participant: u32) {
        let left = ServerMessage::RosterLeft { participant: ParticipantId(participant) };
        prop_assert_eq!(decode::<ServerMessage>(&encode(&left)), Ok(left));
    }
}
