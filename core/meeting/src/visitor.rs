// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who a connection is, by what the shell knows: the meeting looks no account up.

use policy::{AccountFacts, Actor};
use protocol::{AccountId, Timestamp, identity::IdentityClaim};

/// Who opened a connection.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Whom the policy is asked about.
    pub(crate) actor: Actor,
    /// Whether the visitor's account made the meeting.
    pub(crate) is_owner: bool,
    /// What the others are to be told about its account; `None` for guests.
    pub(crate) identity: Option<IdentityClaim>,
    /// Whose session it is.
    pub(crate) account: Option<AccountId>,
    /// What the browser is known by in this meeting, and in no other.
    pub(crate) device: Option<[u8; 32]>,
    /// The moment of the hello, by both clocks.
    said_hello_at: Timestamp,
    unix_time: u64,
}

impl Visitor {
    /// Somebody without an account. `unix_time` is the time at `now`, in seconds since 1970.
    pub const fn guest(now: Timestamp, unix_time: u64) -> Self {
        Self {
            actor: Actor::Guest,
            is_owner: false,
            identity: None,
            account: None,
            device: None,
            said_hello_at: now,
            unix_time,
        }
    }

    /// Somebody with an account.
    pub fn with_account(mut self, facts: AccountFacts) -> Self {
        self.actor = Actor::Account(facts);
        self
    }

    /// Somebody whose account made the meeting.
    pub const fn with_ownership(mut self) -> Self {
        self.is_owner = true;
        self
    }

    /// Somebody of whom the others are to be told this.
    pub fn with_identity(mut self, identity: IdentityClaim) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Somebody who is known again: by its account, and by a mark of its browser that is good for this meeting alone.
    pub const fn known_by(mut self, account: Option<AccountId>, device: Option<[u8; 32]>) -> Self {
        self.account = account;
        self.device = device;
        self
    }

    /// Returns the time at `now`, in seconds since 1970.
    pub(crate) const fn unix_time(&self, now: Timestamp) -> u64 {
        self.unix_time + now.saturating_since(self.said_hello_at).as_secs()
    }
}
