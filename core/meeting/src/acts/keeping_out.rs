// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whom hosts keep out: by its stay, and by what the shell knows of whoever had it. The list is the hosts' acts; beside them
//! stands here what no act says.

use protocol::{AccountId, ErrorCode, ParticipantId, acts::KEY_BYTES};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::{Hello, Meeting, Visitor, reject::Rejection, token::Stay};

/// By what the server knows somebody again.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeptOut {
    stay_key: ByteArray<KEY_BYTES>,
    /// Its token was worth something.
    stay: ByteArray<16>,
    #[serde(default)]
    account: Option<AccountId>,
    #[serde(default)]
    device: Option<ByteArray<32>>,
}

impl Meeting {
    /// Returns whether one more can be kept out.
    pub(crate) fn require_room_outside(&self) -> Result<(), Rejection> {
        let count = self.acts.kept_out().count();
        (count < MOST_KEPT_OUT)
            .then_some(())
            .ok_or(Rejection::Message(ErrorCode::Conflict))
    }

    /// Notes by what somebody is known again who is about to be put out for good.
    pub(crate) fn keep_out(&mut self, id: ParticipantId) {
        let Some(participant) = self.roster.get(&id) else {
            return;
        };
        let Ok(stay_key) = <[u8; KEY_BYTES]>::try_from(participant.stay_key.as_slice()) else {
            return;
        };
        let kept_out = KeptOut {
            stay_key: stay_key.into(),
            stay: participant.stay.0.into(),
            account: participant.visitor.account,
            device: participant.visitor.device.map(Into::into),
        };
        self.kept_out.push(kept_out);
    }

    /// Forgets what kept somebody out.
    pub(crate) fn let_back(&mut self, stay_key: &[u8]) {
        let back: Vec<Stay> = self
            .kept_out
            .extract_if(.., |kept_out| *kept_out.stay_key == stay_key)
            .map(|kept_out| Stay(*kept_out.stay))
            .collect();
        for stay in back {
            self.restore_stay(&stay);
        }
    }

    /// Returns whether hosts keep out whoever says hello. Whoever holds the host key is nobody to be kept out: it shares a
    /// device with those who are, perhaps.
    pub(crate) fn is_kept_out(&self, hello: &Hello, visitor: &Visitor, is_host: bool) -> bool {
        let stay_key = self.proved_stay_key(&hello.challenge, hello.stay.as_ref());
        let is_known = |kept_out: &KeptOut| {
            (kept_out.account.is_some() && kept_out.account == visitor.account)
                || (kept_out.device.is_some() && kept_out.device.map(|device| *device) == visitor.device)
        };
        !is_host && (self.acts.is_kept_out(&stay_key) || self.kept_out.iter().any(is_known))
    }
}

// Hosts read the list; each entry is an act that every newcomer gets.
const MOST_KEPT_OUT: usize = 100;
