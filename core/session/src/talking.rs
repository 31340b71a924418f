// SPDX-License-Identifier: MIT OR Apache-2.0
//! Application messages: names and chat, sealed by the group or, in a standard meeting, with the server's key.

use e2ee::ApplicationRefusal;
use protocol::{ClientMessage, Mode, ParticipantId, Timestamp, limits};
use rand_core::RngCore as _;

use crate::{
    app_message::{AppMessage, truncated},
    chat::Said,
    session::{Fence, Session},
    view::NoticeCode,
};

impl Session {
    /// The person wrote a chat message.
    pub(crate) fn handle_chat(&mut self, text: &str, reply_to: Option<u32>) {
        // What answers a whisper is one.
        if let Some(with) = reply_to.and_then(|id| self.chat.whispered_with(id)) {
            self.handle_whisper(with, text, reply_to);
            return;
        }
        let text = truncated(text.trim(), limits::CHAT_BYTES);
        let Some(me) = self.me.filter(|_| !text.is_empty()) else {
            return;
        };
        if !self.own_permissions().may_chat {
            self.notice(NoticeCode::NotAllowed, None);
            return;
        }
        let said = Said {
            number: self.draw_number(),
            text,
            reply_to: reply_to.and_then(|id| self.chat.reference_of(id)),
            whisper: None,
        };
        self.chat.write(me, self.name_of(me), said);
    }

    /// Draws a number by which something of one's own is known.
    pub(crate) fn draw_number(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// Sends what was written and not sent.
    pub(crate) fn send_chat(&mut self) {
        if !self.can_speak() {
            return;
        }
        for unsent in self.chat.unsent() {
            let number = unsent.number;
            let message = match (unsent.to, self.me) {
                (Some(to), Some(me)) if self.is_receiver_gone(to) => {
                    self.chat.handle_undeliverable(me, number);
                    None
                }
                (Some(to), _) => self.sealed_whisper(to, &unsent),
                (None, _) => Some(AppMessage::Chat {
                    number,
                    text: unsent.text,
                    reply_to: unsent.reply_to,
                }),
            };
            if message.is_some_and(|message| self.say(&message)) {
                self.chat.handle_sent(number);
                self.ask(Fence::Said { number });
            }
        }
    }

    /// Returns whether a message can be sealed and sent; MLS seals none while an own commit is under way.
    pub(crate) fn can_speak(&self) -> bool {
        let has_keys = match self.link.mode() {
            Mode::E2ee => self.group.member().is_some() && self.group.commit_until.is_none(),
            Mode::Standard => self.standard.is_some(),
        };
        self.connection.is_open() && has_keys
    }

    /// Handles an application message: whoever sealed it is who said it.
    pub(crate) fn handle_application(&mut self, now: Timestamp, number: u64, message: &[u8]) {
        self.heard = self.heard.max(number);
        let opened = match (self.group.member_mut(), &self.standard) {
            (Some(member), _) => member
                .open_application(message)
                .map(|opened| (opened.sender, opened.plaintext)),
            (None, Some(keys)) => keys.open_application(message),
            (None, None) => return,
        };
        let (sender, plaintext) = match opened {
            Ok(opened) => opened,
            Err(ApplicationRefusal::FutureEpoch { epoch }) => return self.handle_future_epoch(now, epoch),
            Err(refusal) => {
                tracing::debug!(%refusal, "skipped an application message");
                return;
            }
        };
        if self.me == Some(sender) || !self.is_present(sender) {
            return;
        }
        match AppMessage::from_bytes(&plaintext) {
            Some(AppMessage::Profile {
                profile,
                wants_directory,
            }) => {
                self.accept_profile(profile, Some(sender));
                if wants_directory {
                    self.names.handle_wanted(now, self.rank_among_answering(sender));
                }
            }
            Some(AppMessage::Directory { profiles }) => {
                self.names.handle_told(profiles.len());
                for profile in profiles {
                    self.accept_profile(profile, None);
                }
            }
            Some(AppMessage::Chat {
                number,
                text,
                reply_to,
            }) if self.hears_chat(now, sender) => {
                let name = self.name_of(sender);
                let said = Said {
                    number,
                    text,
                    reply_to,
                    whisper: None,
                };
                self.chat.accept(sender, name, said);
            }
            // Who may not write is not read.
            Some(AppMessage::Chat { .. }) => {}
            Some(AppMessage::Whisper { to, number, body }) => {
                self.accept_whisper(now, sender, to, number, body)
            }
            Some(AppMessage::Reaction { emoji }) => self.accept_reaction(now, sender, emoji),
            Some(AppMessage::State {
                hand,
                tracks,
                wants_others,
                board,
            }) => self.accept_state(now, sender, hand, tracks, wants_others, board),
            Some(AppMessage::TakenDown { of, number }) => self.accept_taken_down(now, sender, of, number),
            Some(AppMessage::Caption(heard)) => self.accept_caption(now, sender, heard),
            Some(AppMessage::Recording { number }) => self.accept_recording(now, sender, number),
            Some(AppMessage::RecordingAnswer { to, number, agrees }) => {
                self.accept_recording_answer(now, sender, (to, number), agrees);
            }
            Some(AppMessage::Place { room }) => self.accept_place(now, sender, room),
            Some(AppMessage::Broadcast { text }) => self.accept_broadcast(now, sender, text),
            Some(AppMessage::Goodbye) => self.room.accept_goodbye(sender),
            None => {}
        }
    }

    /// Does what the timers around names ask for.
    pub(crate) fn handle_names_timeout(&mut self, now: Timestamp) {
        if !self.can_speak() {
            return;
        }
        if self.names.poll_ask(now) {
            self.introduce();
        }
        if self.names.poll_tell(now) {
            let Some(member) = self.group.member() else {
                return;
            };
            let profiles = self
                .names
                .profiles()
                .filter(|profile| member.verify_profile(profile).is_some())
                .cloned()
                .collect();
            self.say(&AppMessage::Directory { profiles });
        }
    }

    /// Returns the name to show for somebody; empty while unknown.
    pub(crate) fn name_of(&self, participant: ParticipantId) -> String {
        if let Some(name) = self.given_name(participant) {
            return name;
        }
        if self.me == Some(participant) {
            return self.name.clone();
        }
        match self.link.mode() {
            Mode::E2ee => self.names.name_of(participant).unwrap_or_default().to_owned(),
            Mode::Standard => self
                .roster
                .entry(participant)
                .and_then(|entry| entry.name.as_ref())
                .map(|name| name.0.clone())
                .unwrap_or_default(),
        }
    }

    /// Tells the group one's name and asks for the others' names.
    pub(crate) fn introduce(&mut self) {
        let (Some(me), Some(member)) = (self.me, self.group.member()) else {
            return;
        };
        let profile = member.sign_profile(&self.name);
        self.names.accept(me, profile.clone());
        self.say(&AppMessage::Profile {
            profile,
            wants_directory: self.group.members.len() > 1,
        });
    }

    /// Takes a profile whose signature is some member's; if `sender` is given, that member's.
    fn accept_profile(&mut self, profile: e2ee::SignedProfile, sender: Option<ParticipantId>) {
        if self.names.holds(&profile) {
            return;
        }
        let signer = self
            .group
            .member()
            .and_then(|member| member.verify_profile(&profile));
        let is_said_by_owner = sender.is_some();
        if let Some(signer) = signer
            && self.may_be_called(signer, is_said_by_owner)
            && self.me != Some(signer)
            && sender.is_none_or(|sender| sender == signer)
        {
            self.names.accept(signer, profile);
        }
    }

    /// Returns whether a name is news about somebody: the first one always, another one only from its owner, who may
    /// change it.
    fn may_be_called(&self, participant: ParticipantId, is_said_by_owner: bool) -> bool {
        self.names.name_of(participant).is_none()
            || (is_said_by_owner && self.permissions_of(participant).may_rename)
    }

    /// Returns how many connected members answer before this one.
    fn rank_among_answering(&self, asking: ParticipantId) -> u32 {
        let own_leaf = self.me.and_then(|me| self.group.leaf_of(me)).unwrap_or(u32::MAX);
        let before = self.group.members.iter().filter(|member| {
            member.leaf < own_leaf
                && member.participant != asking
                && self
                    .roster
                    .entry(member.participant)
                    .is_some_and(|entry| entry.is_connected)
                && !self.removals.is_announced(member.leaf)
        });
        u32::try_from(before.count()).unwrap_or(u32::MAX)
    }

    fn is_present(&self, participant: ParticipantId) -> bool {
        match self.link.mode() {
            Mode::E2ee => self
                .group
                .leaf_of(participant)
                .is_some_and(|leaf| !self.removals.is_announced(leaf)),
            Mode::Standard => self.roster.entry(participant).is_some(),
        }
    }

    /// Seals and sends `message` to everybody; returns whether it went out.
    pub(crate) fn say(&mut self, message: &AppMessage) -> bool {
        let plaintext = message.to_bytes();
        let sealed = match (self.group.member_mut(), &self.standard) {
            (Some(member), _) => member.seal_application(&plaintext).ok(),
            (None, Some(keys)) => Some(keys.seal_application(&mut self.rng, &plaintext)),
            (None, None) => None,
        };
        let Some(message) = sealed.filter(|_| self.connection.is_open()) else {
            return false;
        };
        self.send(&ClientMessage::Application { message });
        true
    }
}
