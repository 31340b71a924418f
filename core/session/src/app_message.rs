// SPDX-License-Identifier: MIT OR Apache-2.0
//! What clients say to each other inside MLS application messages: CBOR, unknown kinds and fields skipped.

use e2ee::SignedProfile;
use protocol::{MeetingId, ParticipantId, TrackKind, decode, encode, limits};
use serde::{Deserialize, Serialize};

use crate::{
    room::{Board, Heard, is_caption_within_limits},
    whispers::WHISPER_BYTES,
};

/// One application message. A kind that this version does not know is skipped whole. Has no `Debug`: it is plaintext.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AppMessage {
    /// The sender's name.
    Profile {
        /// Signed, so that it can be passed on.
        profile: SignedProfile,
        /// Whether the sender asks for a [`AppMessage::Directory`].
        #[serde(default)]
        wants_directory: bool,
    },
    /// Every profile that the sender knows, for somebody who was not there when they were sent.
    Directory {
        /// At most [`limits::PARTICIPANTS`].
        profiles: Vec<SignedProfile>,
    },
    /// A chat message.
    Chat {
        /// Chosen by the sender; a message sent twice has the same number and shows once.
        number: u64,
        /// At most [`limits::CHAT_BYTES`].
        text: String,
        /// The message that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<ChatRef>,
    },
    /// A chat message to one person.
    Whisper {
        /// To whom. The others skip it.
        to: ParticipantId,
        /// As a chat message's.
        number: u64,
        /// In an end-to-end meeting sealed to the receiver's leaf.
        #[serde(with = "serde_bytes")]
        body: Vec<u8>,
    },
    /// A reaction.
    Reaction {
        /// One of a fixed list.
        emoji: String,
    },
    /// How it is with the sender.
    State {
        /// Its place in the line, if its hand is up.
        #[serde(default)]
        hand: Option<u64>,
        /// The tracks that it sends.
        #[serde(default)]
        tracks: Vec<TrackKind>,
        /// Whether it asks the others how it is with them.
        #[serde(default)]
        wants_others: bool,
        /// What it has put up for everybody.
        #[serde(default)]
        board: Board,
    },
    /// A host or co-host closes another's poll or stops another's timer.
    TakenDown {
        /// Whose.
        of: ParticipantId,
        /// Its number.
        number: u64,
    },
    /// What the sender's device heard it say.
    Caption(Heard),
    /// The sender records on its device, or does not any more.
    Recording {
        /// Drawn by the sender for this recording; `None`: it has ended.
        #[serde(default)]
        number: Option<u64>,
    },
    /// Whether the sender is in somebody's recording.
    RecordingAnswer {
        /// Whose.
        to: ParticipantId,
        /// Which.
        number: u64,
        /// Whether it agrees.
        agrees: bool,
    },
    /// The breakout room that the sender is in, or that it is in none.
    Place {
        #[serde(default)]
        room: Option<MeetingId>,
    },
    /// A host or co-host says something to everybody in every breakout room.
    Broadcast {
        /// At most [`limits::CHAT_BYTES`].
        text: String,
    },
    /// The sender leaves by its own wish.
    Goodbye,
}

impl AppMessage {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// Returns `None` for what is unknown, damaged or over its limit.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let message: Self = decode(bytes).ok()?;
        let is_acceptable = match &message {
            Self::Profile { profile, .. } => is_within_limits(profile),
            Self::Directory { profiles } => {
                profiles.len() <= limits::PARTICIPANTS && profiles.iter().all(is_within_limits)
            }
            Self::Chat { text, .. } => !text.is_empty() && text.len() <= limits::CHAT_BYTES,
            Self::Whisper { body, .. } => body.len() <= WHISPER_BYTES,
            Self::State { tracks, board, .. } => {
                tracks.len() <= TrackKind::ALL.len() && board.is_within_limits()
            }
            Self::Caption(heard) => is_caption_within_limits(heard),
            Self::Broadcast { text } => !text.is_empty() && text.len() <= limits::CHAT_BYTES,
            Self::Place { .. }
            | Self::Reaction { .. }
            | Self::TakenDown { .. }
            | Self::Recording { .. }
            | Self::RecordingAnswer { .. }
            | Self::Goodbye => true,
        };
        is_acceptable.then_some(message)
    }
}

/// Which chat message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChatRef {
    /// Who wrote it.
    pub(crate) from: ParticipantId,
    /// Its number.
    pub(crate) number: u64,
}

fn is_within_limits(profile: &SignedProfile) -> bool {
    profile.name.len() <= limits::NAME_BYTES
}

/// Cuts `text` to at most `bytes` of UTF-8 without splitting a character.
pub(crate) fn truncated(text: &str, bytes: usize) -> String {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_as_it_went() {
        let chat = AppMessage::Chat {
            number: 7,
            text: String::from("hello"),
            reply_to: Some(ChatRef {
                from: ParticipantId(2),
                number: 5,
            }),
        };
        let Some(AppMessage::Chat {
            number: 7,
            text,
            reply_to: Some(ChatRef { number: 5, .. }),
        }) = AppMessage::from_bytes(&chat.to_bytes())
        else {
            panic!("a chat message comes back as one");
        };
        assert_eq!(text, "hello");
    }

    #[test]
    fn an_unknown_kind_is_skipped() {
        #[derive(Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Newer {
            RaiseHand { high: bool },
        }
        assert!(AppMessage::from_bytes(&encode(&Newer::RaiseHand { high: true })).is_none());
    }

    #[test]
    fn oversized_and_empty_texts_are_skipped() {
        for text in [String::new(), "x".repeat(limits::CHAT_BYTES + 1)] {
            let chat = AppMessage::Chat {
                number: 1,
                text,
                reply_to: None,
            };
            assert!(AppMessage::from_bytes(&chat.to_bytes()).is_none());
        }
    }

    #[test]
    fn names_are_cut_between_characters() {
        assert_eq!(truncated("añb", 2), "a");
        assert_eq!(truncated("añb", 3), "añ");
        assert_eq!(truncated("añb", 9), "añb");
    }
}
