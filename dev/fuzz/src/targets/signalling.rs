// SPDX-License-Identifier: MIT OR Apache-2.0
//! What arrives on the WebSocket, over HTTP and in the address bar.

use std::fmt::Debug;

use protocol::{
    ClientMessage, MeetingLink, ServerMessage, decode, encode,
    http::{CreateMeeting, MeetingInfo, Problem},
};

/// A message from a client, as the server reads it.
pub(crate) fn client_message(data: &[u8]) {
    decoded_messages_read_back(decode::<ClientMessage>(data).ok());
}

/// A message from the server, as a client reads it.
pub(crate) fn server_message(data: &[u8]) {
    decoded_messages_read_back(decode::<ServerMessage>(data).ok());
}

/// Bodies of HTTP requests and answers.
pub(crate) fn http_body(data: &[u8]) {
    if let Ok(body) = serde_json::from_slice::<CreateMeeting>(data) {
        let text = serde_json::to_string(&body).expect("what was read can be written");
        serde_json::from_str::<CreateMeeting>(&text).expect("what was written can be read");
    }
    let _ = serde_json::from_slice::<MeetingInfo>(data);
    let _ = serde_json::from_slice::<Problem>(data);
}

/// A link that somebody pasted.
pub(crate) fn meeting_link(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(link) = MeetingLink::parse(&text) {
        let again = MeetingLink::parse(&link.to_string());
        assert!(
            again.is_ok_and(|again| again == link),
            "a link reads back as itself"
        );
    }
}

fn decoded_messages_read_back<T>(message: Option<T>)
where
    T: Debug + PartialEq + serde::Serialize + serde::de::DeserializeOwned,
{
    if let Some(message) = message {
        let bytes = encode(&message);
        // Re-encoding may grow: text keys stand where the sender used shorter ones.
        if bytes.len() <= protocol::limits::MESSAGE_BYTES {
            assert_eq!(decode::<T>(&bytes), Ok(message));
        }
    }
}
