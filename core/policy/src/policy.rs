// SPDX-License-Identifier: MIT OR Apache-2.0
//! A policy in force: read from text, checked against the schema, asked for decisions.

mod bounds;
mod parse;

use std::{collections::BTreeMap, fmt, sync::Arc};

use cedar_policy::{Authorizer, Decision as Verdict, PolicyId, PolicySet};

use crate::{
    action::Action,
    concern::{self, Concern},
    decision::{Decision, RuleId},
    error::PolicyError,
    explain,
    facts::Actor,
    preset::Preset,
    request::Vocabulary,
};

/// A set of rules that decides who may do what.
pub struct Policy {
    text: String,
    hash: String,
    rules: Vec<Rule>,
    rules_by_id: BTreeMap<PolicyId, usize>,
    /// For each action the rules that speak of it: the others could not change a decision, but would cost time.
    policies_by_action: BTreeMap<&'static str, PolicySet>,
    vocabulary: Vocabulary,
    authorizer: Authorizer,
}

impl Policy {
    /// How long a policy may be, in bytes. Sixteen times the longest preset; reading one takes a fraction of a second.
    pub const TEXT_BYTES: usize = 256 * 1024;

    /// How long a rule may be, in bytes: four times the longest of the presets. What reads rules calls itself for every
    /// condition in a row, so that their number has to be far from where the stack ends.
    pub const RULE_BYTES: usize = 4 * 1024;

    /// How deep brackets may stand in each other, for the same reason; presets need five.
    pub const NESTING: usize = 32;

    /// Returns a policy that comes with the server.
    pub fn preset(preset: Preset) -> Self {
        Self::parse(preset.text()).expect("every preset is read by a test")
    }

    /// Reads a policy.
    ///
    /// # Errors
    /// If it is not Cedar, a rule has no id or reason, or a rule does not fit the schema.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        parse::parse(text)
    }

    /// Returns the text that it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the SHA-256 of the text, in hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Returns the rules in the order of the text.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Decides whether an actor may do something, and if not, finds out what would change that.
    pub fn decide(&self, actor: &Actor, action: &Action) -> Decision {
        match self.answer(actor, action) {
            Answer::Permitted(rule) => Decision::Allowed {
                rule: self.rules[rule].id.clone(),
            },
            Answer::Forbidden(rule) => Decision::Denied(explain::forbidden(self, actor, action, rule)),
            Answer::NotPermitted => Decision::Denied(explain::not_permitted(self, actor, action)),
            Answer::Unanswered => Decision::Denied(explain::unanswered()),
        }
    }

    /// Decides as [`Self::decide`] does, without looking for an explanation.
    pub fn allows(&self, actor: &Actor, action: &Action) -> bool {
        matches!(self.answer(actor, action), Answer::Permitted(_))
    }

    /// Returns what an operator should know about the policy before it governs anybody. Takes a thousand decisions' time.
    pub fn concerns(&self) -> Vec<Concern> {
        concern::concerns(self)
    }

    pub(crate) fn answer(&self, actor: &Actor, action: &Action) -> Answer {
        let (request, entities) = self.vocabulary.request(actor, action);
        let policies = &self.policies_by_action[action.name()];
        let response = self.authorizer.is_authorized(&request, policies, &entities);
        let diagnostics = response.diagnostics();
        // A rule that fails (an overflow is all that validation leaves) is skipped by Cedar, even one that forbids.
        if diagnostics.errors().next().is_some() {
            return Answer::Unanswered;
        }
        let rules = diagnostics.reason().map(|id| self.rules_by_id[id]);
        match (response.decision(), rules.min()) {
            (Verdict::Allow, Some(first)) => Answer::Permitted(first),
            (Verdict::Deny, Some(first)) => Answer::Forbidden(first),
            (Verdict::Deny, None) => Answer::NotPermitted,
            (Verdict::Allow, None) => Answer::Unanswered,
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

/// What the rules say, with the first rule that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Permitted(usize),
    Forbidden(usize),
    /// No rule permits it, and none forbids it.
    NotPermitted,
    /// A rule could not be computed.
    Unanswered,
}

/// One rule of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its `@id`.
    pub id: RuleId,
    /// Whether it permits or forbids.
    pub effect: Effect,
    /// Its `@reason`: what the act needs, or what stands in its way.
    pub reason: Arc<str>,
    /// The line that it begins in, from 1.
    pub line: usize,
    /// Its text, without comments around it.
    pub cedar: Arc<str>,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It lets somebody do something.
    Permit,
    /// It keeps somebody from something, whatever else permits it.
    Forbid,
}

impl Effect {
    /// Returns Cedar's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permit => "permit",
            Self::Forbid => "forbid",
        }
    }
}
