// SPDX-License-Identifier: MIT OR Apache-2.0
//! The meeting's link when a host replaces it: what the server then asks of whoever says hello.

use protocol::{ErrorCode, ParticipantId, Timestamp, acts::NewLink, mls};

use crate::{Hello, Meeting, host, meeting::depart::Departure};

impl Meeting {
    /// Checks that a hello comes from somebody who has the link: by the secret in it, or by being vouched for in the act that
    /// replaced it, with the token of its stay. Holders of the host key have a link that is good for ever.
    ///
    /// # Errors
    /// The code to refuse it with.
    pub(crate) fn check_link(&self, hello: &Hello, is_host: bool) -> Result<(), ErrorCode> {
        let config = &self.config;
        let Some(admission_key) = &config.admission_key else {
            return Ok(());
        };
        let message = mls::admission_challenge_message(config.meeting, config.mode, &hello.challenge);
        if host::verify(admission_key, &message, &hello.admission) {
            return Ok(());
        }
        match self.acts.new_link() {
            None => Err(ErrorCode::WrongSecret),
            Some(new) if is_host || self.is_vouched_for(new, hello) => Ok(()),
            Some(_) => Err(ErrorCode::LinkReplaced),
        }
    }

    fn is_vouched_for(&self, new: &NewLink, hello: &Hello) -> bool {
        let token = hello.resume.as_ref();
        let stay = token.and_then(|token| self.config.keys.verify(self.config.meeting, token));
        let stay_key = self.proved_stay_key(&hello.challenge, hello.stay.as_ref());
        stay.is_some_and(|(_, stay)| !self.was_removed(&stay)) && new.vouches_for(&stay_key)
    }

    /// Goes by another link from here on. Whoever waits or is on its way in came by the one before.
    pub(crate) fn replace_link(&mut self, now: Timestamp, new: &NewLink) {
        self.config.admission_key = new.admission_key.as_slice().try_into().ok();
        for connection in self.lobby.clear() {
            self.refuse(connection, ErrorCode::LinkReplaced);
        }
        self.tell_hosts_who_waits();
        let strangers: Vec<ParticipantId> = self
            .roster
            .values()
            .filter(|participant| !participant.is_host() && !new.vouches_for(&participant.stay_key))
            .map(|participant| participant.id)
            .filter(|id| self.require_joined(*id).is_err())
            .collect();
        for stranger in strangers {
            self.take_out(now, stranger, Departure::WithoutLink);
        }
    }
}
