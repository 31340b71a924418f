// SPDX-License-Identifier: MIT OR Apache-2.0
//! The facts that a decision rests on: about who acts and about the meeting. No ids: a policy speaks of facts, not of persons.

use std::collections::BTreeSet;

use account::{BindingKind, Plan, PlanLimits, Standing};
use protocol::Mode;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody who is signed in.
    Guest,
    /// A signed-in account.
    Account(AccountFacts),
}

impl Actor {
    /// Returns the plan that the actor's limits come from; guests have the free one.
    pub const fn plan(&self) -> Plan {
        match self {
            Self::Guest => Plan::Free,
            Self::Account(facts) => facts.plan,
        }
    }
}

/// What is known about a signed-in account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFacts {
    /// Whether the operator lets it act.
    pub standing: Standing,
    /// What it pays for.
    pub plan: Plan,
    /// The kinds of its bindings that have not expired.
    pub bindings: BTreeSet<BindingKind>,
    /// The highest identity assurance level (0 to 3) that an OpenID provider stated; 0 if none did.
    pub oidc_assurance: u8,
    /// Domains of the organisations that it was proved to belong to.
    pub organisations: BTreeSet<String>,
    /// Whether it runs this instance.
    pub is_operator: bool,
    /// Whether the operator invited it.
    pub is_invited: bool,
}

impl AccountFacts {
    /// Describes an account in good standing of which nothing more is known.
    pub const fn new() -> Self {
        Self {
            standing: Standing::Good,
            plan: Plan::Free,
            bindings: BTreeSet::new(),
            oidc_assurance: 0,
            organisations: BTreeSet::new(),
            is_operator: false,
            is_invited: false,
        }
    }
}

impl Default for AccountFacts {
    fn default() -> Self {
        Self::new()
    }
}

/// The limits of each plan, from the operator's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plans {
    /// Of guests and of accounts that pay nothing.
    pub free: PlanLimits,
    /// Of accounts that pay.
    pub paid: PlanLimits,
}

impl Plans {
    /// Returns the limits of one plan.
    pub const fn limits(&self, plan: Plan) -> PlanLimits {
        match plan {
            Plan::Free => self.free,
            Plan::Paid => self.paid,
        }
    }
}

/// A meeting, as far as decisions need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeetingFacts {
    /// Where its keys come from.
    pub mode: Mode,
    /// The standing of the account that made it; `None` if a guest did.
    pub owner_standing: Option<Standing>,
    /// How many people it was made for.
    pub people_limit: u32,
    /// Whether newcomers wait until a host admits them.
    pub has_lobby: bool,
    /// Whether nobody new comes in.
    pub is_locked: bool,
    /// Whether a host stopped everything.
    pub is_suspended: bool,
    /// What the hosts let participants do.
    pub participants: Permissions,
}

impl MeetingFacts {
    /// Describes an open meeting in which participants may do everything that is not the hosts'.
    pub const fn new(mode: Mode, owner_standing: Option<Standing>, people_limit: u32) -> Self {
        Self {
            mode,
            owner_standing,
            people_limit,
            has_lobby: false,
            is_locked: false,
            is_suspended: false,
            participants: Permissions::ALL,
        }
    }
}

/// What the hosts of a meeting let its participants do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that hosts see")]
pub struct Permissions {
    /// Switch the microphone on.
    pub may_unmute: bool,
    /// Switch the camera on.
    pub may_start_video: bool,
    /// Share a screen.
    pub may_share_screen: bool,
    /// Write in the chat.
    pub may_chat: bool,
    /// Change the own name.
    pub may_rename: bool,
    /// Record on the own device.
    pub may_record: bool,
}

impl Permissions {
    /// Everything.
    pub const ALL: Self = Self {
        may_unmute: true,
        may_start_video: true,
        may_share_screen: true,
        may_chat: true,
        may_rename: true,
        may_record: true,
    };
}

/// What somebody is in a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Holds the host key, or was made host by one who does.
    Host,
    /// Promoted by a host.
    CoHost,
    /// Everybody else.
    Participant,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Host, Self::CoHost, Self::Participant];

    /// Returns the name as it stands in the policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::CoHost => "co_host",
            Self::Participant => "participant",
        }
    }
}
