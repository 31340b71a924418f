// SPDX-License-Identifier: MIT OR Apache-2.0
//! Chat to one person. In an end-to-end meeting it is sealed to the receiver's leaf, so that the other members cannot
//! read it either; in a standard meeting it is under the server's key as everything else, and addressed.

use protocol::{Mode, ParticipantId, Timestamp, acts::Role, decode, encode, limits};
use serde::{Deserialize, Serialize};

use crate::{
    app_message::{AppMessage, ChatRef, truncated},
    chat::{Said, Unsent},
    room::{Allowance, WhisperView},
    session::Session,
    view::NoticeCode,
};

/// What is said to one person. Has no `Debug`: it is plaintext.
#[derive(Serialize, Deserialize)]
struct WhisperText {
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<ChatRef>,
}

impl Session {
    /// The person writes to one other.
    pub(crate) fn handle_whisper(&mut self, to: ParticipantId, text: &str, reply_to: Option<u32>) {
        let text = truncated(text.trim(), limits::CHAT_BYTES);
        let Some(me) = self.me.filter(|me| *me != to && !text.is_empty()) else {
            return;
        };
        if !self.may_whisper(me, to) {
            self.notice(NoticeCode::NotAllowed, None);
            return;
        }
        let said = Said {
            number: self.draw_number(),
            text,
            reply_to: reply_to.and_then(|id| self.chat.reference_of(id)),
            whisper: Some(WhisperView {
                with: to,
                name: self.name_of(to),
            }),
        };
        self.chat.write(me, self.name_of(me), said);
    }

    /// Makes the message for a whisper that was not sent yet; `None` while its receiver has no keys. A receiver who is
    /// gone is found by [`Self::is_receiver_gone`].
    pub(crate) fn sealed_whisper(&self, to: ParticipantId, unsent: &Unsent) -> Option<AppMessage> {
        let text = encode(&WhisperText {
            text: unsent.text.clone(),
            reply_to: unsent.reply_to,
        });
        let body = match self.link.mode() {
            Mode::E2ee => self.group.member()?.seal_whisper(to, unsent.number, &text)?,
            Mode::Standard => text,
        };
        let number = unsent.number;
        Some(AppMessage::Whisper { to, number, body })
    }

    /// Returns whether somebody to whom something is to be said is gone for good.
    pub(crate) fn is_receiver_gone(&self, to: ParticipantId) -> bool {
        !self.everybody().contains(&to)
    }

    /// Somebody whispers to somebody.
    pub(crate) fn accept_whisper(
        &mut self,
        now: Timestamp,
        from: ParticipantId,
        to: ParticipantId,
        number: u64,
        body: Vec<u8>,
    ) {
        let is_for_me = self.me == Some(to) && self.may_whisper(from, to);
        if !is_for_me || !self.room.allows(now, from, Allowance::Chat) {
            return;
        }
        let opened = match self.group.member() {
            Some(member) => member.open_whisper(from, number, &body),
            None => Some(body),
        };
        let text = opened.and_then(|text| decode::<WhisperText>(&text).ok());
        let Some(WhisperText { text, reply_to }) =
            text.filter(|whisper| !whisper.text.is_empty() && whisper.text.len() <= limits::CHAT_BYTES)
        else {
            tracing::debug!(%from, "skipped a whisper that does not open");
            return;
        };
        let name = self.name_of(from);
        let whisper = Some(WhisperView {
            with: from,
            name: name.clone(),
        });
        let said = Said {
            number,
            text,
            reply_to,
            whisper,
        };
        self.chat.accept(from, name, said);
    }

    /// Returns whether `from` may write to `to` alone: when the chat is closed, still to hosts and co-hosts, unless
    /// everything is suspended.
    fn may_whisper(&self, from: ParticipantId, to: ParticipantId) -> bool {
        self.permissions_of(from).may_chat
            || (self.role_of(to) != Role::Participant && !self.acts.settings().is_suspended)
    }
}

// CBOR around the text, the message that it answers, HPKE's encapsulated key and tag.
pub(crate) const WHISPER_BYTES: usize = limits::CHAT_BYTES + 256;
