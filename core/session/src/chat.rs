// SPDX-License-Identifier: MIT OR Apache-2.0
//! The chat log, and own messages that the server has not been seen to deliver.

use std::collections::VecDeque;

use protocol::ParticipantId;

use crate::view::ChatMessage;

/// The chat of this stay.
#[derive(Default)]
pub(crate) struct Chat {
    log: VecDeque<ChatMessage>,
    seen: VecDeque<(ParticipantId, u64)>,
    unconfirmed: VecDeque<Unconfirmed>,
    next_id: u32,
}

struct Unconfirmed {
    number: u64,
    text: String,
    is_sent: bool,
}

impl Chat {
    pub(crate) fn log(&self) -> impl Iterator<Item = &ChatMessage> {
        self.log.iter()
    }

    /// Notes a message, unless it was seen before.
    pub(crate) fn accept(&mut self, from: ParticipantId, name: String, number: u64, text: String) {
        if !self.seen.contains(&(from, number)) {
            self.append(from, name, number, text, IsMine(false));
        }
    }

    /// Notes a message of one's own, to be sent.
    pub(crate) fn write(&mut self, me: ParticipantId, name: String, number: u64, text: String) {
        self.append(me, name, number, text.clone(), IsMine(true));
        keep_last(&mut self.unconfirmed, UNCONFIRMED - 1);
        self.unconfirmed.push_back(Unconfirmed {
            number,
            text,
            is_sent: false,
        });
    }

    /// Returns the messages that have not been sent on this connection, oldest first.
    pub(crate) fn unsent(&self) -> Vec<(u64, String)> {
        self.unconfirmed
            .iter()
            .filter(|message| !message.is_sent)
            .map(|message| (message.number, message.text.clone()))
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

    /// The connection was lost: what was not delivered must be sent again. Receivers know a message by its number.
    pub(crate) fn handle_lost(&mut self) {
        for message in &mut self.unconfirmed {
            message.is_sent = false;
        }
    }

    fn append(&mut self, from: ParticipantId, name: String, number: u64, text: String, is_mine: IsMine) {
        keep_last(&mut self.log, LOG - 1);
        keep_last(&mut self.seen, LOG - 1);
        self.seen.push_back((from, number));
        self.log.push_back(ChatMessage {
            id: self.next_id,
            from,
            name,
            text,
            is_mine: is_mine.0,
        });
        self.next_id += 1;
    }
}

struct IsMine(bool);

fn keep_last<T>(queue: &mut VecDeque<T>, count: usize) {
    while queue.len() > count {
        queue.pop_front();
    }
}

// Every view carries the whole log; beyond this, old messages scroll away for good.
const LOG: usize = 300;

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
        chat.accept(BEN, String::from("Ben"), 5, String::from("hi"));
        chat.accept(BEN, String::from("Ben"), 5, String::from("hi"));
        chat.accept(ME, String::from("Ana"), 5, String::from("another's number 5"));
        assert_eq!(chat.log().count(), 2);
    }

    #[test]
    fn what_was_not_delivered_is_sent_again_after_a_loss() {
        let mut chat = Chat::default();
        chat.write(ME, String::from("Ana"), 1, String::from("delivered"));
        chat.write(ME, String::from("Ana"), 2, String::from("lost"));
        chat.handle_sent(1);
        chat.handle_sent(2);
        assert!(chat.unsent().is_empty());
        chat.handle_delivered(1);
        chat.handle_lost();
        assert_eq!(chat.unsent(), [(2, String::from("lost"))]);
    }

    #[test]
    fn the_log_is_bounded() {
        let mut chat = Chat::default();
        for number in 0..1000 {
            chat.accept(BEN, String::new(), number, String::from("flood"));
        }
        assert_eq!(chat.log().count(), LOG);
    }
}
