// SPDX-License-Identifier: MIT OR Apache-2.0
//! Why a policy is refused, in words that help its author.

use std::fmt;

use crate::decision::RuleId;

/// A policy that is not taken: everything that is wrong with it, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PolicyError {
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which line, from 1, if it has one.
    pub line: Option<usize>,
    /// Which rule, if it has an id.
    pub rule: Option<RuleId>,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(rule) = &self.rule {
            write!(f, "rule {rule}: ")?;
        }
        write!(f, "{}", self.fault)
    }
}

/// What can be wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is longer than [`crate::Policy::TEXT_BYTES`].
    TooLong,
    /// A rule is longer than [`crate::Policy::RULE_BYTES`].
    RuleTooLong,
    /// Brackets stand in more than [`crate::Policy::NESTING`] others.
    TooDeep,
    /// There is no rule in it.
    Empty,
    /// It is not Cedar.
    Syntax {
        /// What Cedar's parser says.
        detail: String,
        /// What Cedar's parser advises, if it does.
        advice: Option<String>,
    },
    /// A rule with slots to be filled in.
    Template,
    /// A rule without `@id`.
    NoId,
    /// An `@id` that is not in kebab-case.
    BadId,
    /// The `@id` of a rule above.
    DuplicateId,
    /// A rule without `@reason`.
    NoReason,
    /// A `@reason` that is not a sentence to be shown.
    BadReason,
    /// An annotation besides `@id` and `@reason`.
    UnknownAnnotation {
        /// Its name.
        name: String,
    },
    /// A rule that uses words outside of the schema, compares what never compares, or can never apply.
    Schema {
        /// What Cedar's validator says.
        detail: String,
        /// What Cedar's validator advises, if it does.
        advice: Option<String>,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(
                f,
                "the policy is too long: shorten it to {} bytes",
                crate::Policy::TEXT_BYTES
            ),
            Self::RuleTooLong => write!(
                f,
                "the rule is too long: make it several of at most {} bytes",
                crate::Policy::RULE_BYTES
            ),
            Self::TooDeep => write!(
                f,
                "brackets stand in more than {} others: make it several rules",
                crate::Policy::NESTING
            ),
            Self::Empty => {
                f.write_str("the policy has no rule, so that nobody could do anything: begin with a preset")
            }
            Self::Syntax { detail, advice } => {
                write!(f, "not Cedar: {detail}")?;
                let advice = advice.as_deref();
                write!(
                    f,
                    "; {}",
                    advice.unwrap_or("look at the presets for how a rule is written")
                )
            }
            Self::Template => {
                f.write_str("a rule with slots (?principal, ?resource) never applies: name what it is about")
            }
            Self::NoId => f.write_str("the rule has no id: write @id(\"words-with-hyphens\") above it"),
            Self::BadId => f.write_str(
                "the id has to be lower-case words with hyphens between them, such as \"phone-hosts\"",
            ),
            Self::DuplicateId => f.write_str("another rule above has the same id: give each its own"),
            Self::NoReason => f.write_str(
                "the rule has no reason: write @reason(\"A sentence for the people it stops.\") above it",
            ),
            Self::BadReason => write!(
                f,
                "the reason has to be a sentence that ends with a full stop, in one line of at most {REASON_BYTES} bytes"
            ),
            Self::UnknownAnnotation { name } => {
                write!(
                    f,
                    "the annotation @{name} means nothing here: there are @id and @reason"
                )
            }
            Self::Schema { detail, advice } => {
                write!(f, "{detail}")?;
                let advice = advice.as_deref();
                write!(
                    f,
                    "; {}",
                    advice.unwrap_or(
                        "the schema lists the words that a rule may use: `incamera policy schema` shows it"
                    )
                )
            }
        }
    }
}

/// A reason stands on a button's side and in a dialogue: longer ones are not read.
pub(crate) const REASON_BYTES: usize = 240;
