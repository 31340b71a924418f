// SPDX-License-Identifier: MIT OR Apache-2.0
//! The chat log, and own messages that the server has not been seen to deliver.

use std::collections::VecDeque;

use protocol::ParticipantId;

use crate::{
    app_message::{ChatRef, truncated},
    room::{ChatReply, WhisperView},
    view::ChatMessage,
};

/// The chat of this stay.
#[derive(Default)]
pub(crate) struct Chat {
    log: VecDeque<ChatMessage>,
    /// Which message stands under which id.
    seen: VecDeque<(ChatRef, u32)>,
    unconfirmed: VecDeque<Unconfirmed>,
    next_id: u32,
}

struct Unconfirmed {
    number: u64,
    text: String,
    reply_to: Option<ChatRef>,
    to: Option<ParticipantId>,
    is_sent: bool,
}

/// What is to be sent.
pub(crate) struct Unsent {
    pub(crate) number: u64,
    pub(crate) text: String,
    pub(crate) reply_to: Option<ChatRef>,
    /// The only receiver, if there is one.
    pub(crate) to: Option<ParticipantId>,
}

/// What was said.
pub(crate) struct Said {
    pub(crate) number: u64,
    pub(crate) text: String,
    pub(crate) reply_to: Option<ChatRef>,
    /// Between whom, if not between all.
    pub(crate) whisper: Option<WhisperView>,
}

impl Chat {
    pub(crate) fn log(&self) -> impl Iterator<Item = &ChatMessage> {
        self.log.iter()
    }

    /// Notes a message, unless it was seen before.
    pub(crate) fn accept(&mut self, from: ParticipantId, name: String, said: Said) {
        let is_seen = self
            .seen
            .iter()
            .any(|(seen, _)| *seen == reference(from, said.number));
        if !is_seen {
            self.append(from, name, said, IsMine(false));
        }
    }

    /// Returns which message stands in the log under an id.
    pub(crate) fn reference_of(&self, id: u32) -> Option<ChatRef> {
        let (reference, _) = self.seen.iter().find(|(_, seen)| *seen == id)?;
        Some(*reference)
    }

    /// Notes a message of one's own, to be sent.
    pub(crate) fn write(&mut self, me: ParticipantId, name: String, said: Said) {
        keep_last(&mut self.unconfirmed, UNCONFIRMED - 1);
        self.unconfirmed.push_back(Unconfirmed {
            number: said.number,
            text: said.text.clone(),
            reply_to: said.reply_to,
            to: said.whisper.as_ref().map(|whisper| whisper.with),
            is_sent: false,
        });
        self.append(me, name, said, IsMine(true));
    }

    /// Returns the messages that have not been sent on this connection, oldest first.
    pub(crate) fn unsent(&self) -> Vec<Unsent> {
        self.unconfirmed
            .iter()
            .filter(|message| !message.is_sent)
            .map(|message| Unsent {
                number: message.number,
                text: message.text.clone(),
                reply_to: message.reply_to,
                to: message.to,
            })
            .collect()
    }

    /// Notes that message `number` went out.
    pub(crate) fn handle_sent(&mut self, number: u64) {
        if let Some(message) = self
            .unconfirmed
            .iter_mut()
            .find(|message| message.number == number)
        {
            message.is_sent = true;
        }
    }

    /// Notes that the server passed message `number` on.
    pub(crate) fn handle_delivered(&mut self, number: u64) {
        self.unconfirmed.retain(|message| message.number != number);
    }

    /// Gives message `number` up: its receiver is gone.
    pub(crate) fn handle_undeliverable(&mut self, me: ParticipantId, number: u64) {
        self.handle_delivered(number);
        let seen = self.seen.iter().find(|(seen, _)| *seen == reference(me, number));
        if let Some((_, id)) = seen
            && let Some(message) = self.log.iter_mut().find(|message| message.id == *id)
        {
            message.is_undelivered = true;
        }
    }

    /// Returns with whom a message in the log is shared, if not with all.
    pub(crate) fn whispered_with(&self, id: u32) -> Option<ParticipantId> {
        let message = self.log.iter().find(|message| message.id == id)?;
        Some(message.whisper.as_ref()?.with)
    }

    /// The connection was lost: what was not delivered must be sent again. Receivers know a message by its number.
    pub(crate) fn handle_lost(&mut self) {
        for message in &mut self.unconfirmed {
            message.is_sent = false;
        }
    }

    fn append(&mut self, from: ParticipantId, name: String, said: Said, is_mine: IsMine) {
        let reply_to = said.reply_to.map(|answered| self.shown(answered));
        keep_last(&mut self.log, LOG - 1);
        keep_last(&mut self.seen, LOG - 1);
        self.seen.push_back((reference(from, said.number), self.next_id));
        self.log.push_back(ChatMessage {
            id: self.next_id,
            from,
            name,
            text: said.text,
            is_mine: is_mine.0,
            reply_to,
            whisper: said.whisper,
            is_undelivered: false,
        });
        self.next_id += 1;
    }

    /// Looks an answered message up.
    fn shown(&self, answered: ChatRef) -> ChatReply {
        let seen = self.seen.iter().find(|(seen, _)| *seen == answered);
        let message = seen.and_then(|(_, id)| self.log.iter().find(|message| message.id == *id));
        ChatReply {
            id: message.map(|message| message.id),
            name: message.map(|message| message.name.clone()).unwrap_or_default(),
            text: message
                .map(|message| truncated(&message.text, REPLY_BYTES))
                .unwrap_or_default(),
        }
    }
}

const fn reference(from: ParticipantId, number: u64) -> ChatRef {
    ChatRef { from, number }
}

struct IsMine(bool);

fn keep_last<T>(queue: &mut VecDeque<T>, count: usize) {
    while queue.len() > count {
        queue.pop_front();
    }
}

// Every view carries the whole log; beyond this, old messages scroll away for good.
const LOG: usize = 300;

// Enough to know a message again.
const REPLY_BYTES: usize = 120;

// What one person types while a connection is away.
const UNCONFIRMED: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    const ME: ParticipantId = ParticipantId(1);
    const BEN: ParticipantId = ParticipantId(2);

    #[test]
    fn a_message_sent_twice_shows_once() {
        let mut chat = Chat::default();
        chat.accept(BEN, String::from("Ben"), said(5, "hi"));
        chat.accept(BEN, String::from("Ben"), said(5, "hi"));
        chat.accept(ME, String::from("Ana"), said(5, "another's number 5"));
        assert_eq!(chat.log().count(), 2);
    }

    #[test]
    fn what_was_not_delivered_is_sent_again_after_a_loss() {
        let mut chat = Chat::default();
        chat.write(ME, String::from("Ana"), said(1, "delivered"));
        chat.write(ME, String::from("Ana"), said(2, "lost"));
        chat.handle_sent(1);
        chat.handle_sent(2);
        assert!(chat.unsent().is_empty());
        chat.handle_delivered(1);
        chat.handle_lost();
        let unsent: Vec<u64> = chat.unsent().iter().map(|message| message.number).collect();
        assert_eq!(unsent, [2]);
    }

    #[test]
    fn the_log_is_bounded() {
        let mut chat = Chat::default();
        for number in 0..1000 {
            chat.accept(BEN, String::new(), said(number, "flood"));
        }
        assert_eq!(chat.log().count(), LOG);
    }

    #[test]
    fn an_answer_shows_what_it_answers_for_as_long_as_that_is_there() {
        let mut chat = Chat::default();
        chat.accept(BEN, String::from("Ben"), said(5, "how late is it?"));
        let id = chat.log().next().expect("it is there").id;
        let reply_to = chat.reference_of(id);
        let answer = Said {
            reply_to,
            ..said(1, "late")
        };
        chat.write(ME, String::from("Ana"), answer);
        let shown = chat.log().last().and_then(|message| message.reply_to.clone());
        let shown = shown.expect("it is an answer");
        assert_eq!(
            (shown.id, shown.name.as_str(), shown.text.as_str()),
            (Some(id), "Ben", "how late is it?")
        );
        let lost = Said {
            reply_to: Some(reference(BEN, 99)),
            ..said(6, "to what nobody saw")
        };
        chat.accept(BEN, String::from("Ben"), lost);
        let shown = chat.log().last().and_then(|message| message.reply_to.clone());
        assert_eq!(shown.and_then(|shown| shown.id), None);
    }

    fn said(number: u64, text: &str) -> Said {
        Said {
            number,
            text: text.to_owned(),
            reply_to: None,
            whisper: None,
        }
    }
}
