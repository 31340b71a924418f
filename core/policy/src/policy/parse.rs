// SPDX-License-Identifier: MIT OR Apache-2.0
//! From text to a policy in force, or to everything that is wrong with the text.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cedar_policy::{
    ActionConstraint, Authorizer, EntityUid, Policy as CedarPolicy, PolicyId, PolicySet, ValidationError,
    ValidationMode, Validator,
};
use miette::Diagnostic;
use sha2::{Digest as _, Sha256};

use super::{Effect, Policy, Rule, bounds};
use crate::{
    decision::RuleId,
    error::{Fault, PolicyError, Problem, REASON_BYTES},
    request::Vocabulary,
};

pub(super) fn parse(text: &str) -> Result<Policy, PolicyError> {
    if text.len() > Policy::TEXT_BYTES {
        return Err(whole(Fault::TooLong));
    }
    if let Some((line, fault)) = bounds::exceeded(text) {
        let line = Some(line);
        let problems = vec![Problem {
            line,
            rule: None,
            fault,
        }];
        return Err(PolicyError { problems });
    }
    let policies: PolicySet = text.parse().map_err(|error| syntax(text, &error))?;
    let mut reading = Reading::new(text);
    for template in policies.templates() {
        let line = offset_of(text, 0, &template.to_cedar()).map(|at| line_of(text, at));
        reading.problem(line, None, Fault::Template);
    }
    for policy in in_order(&policies) {
        reading.read(policy);
    }
    if reading.rules.is_empty() && reading.problems.is_empty() {
        return Err(whole(Fault::Empty));
    }
    let vocabulary = Vocabulary::new();
    reading.validate(&vocabulary);
    let Reading {
        rules,
        policies,
        mut problems,
        ..
    } = reading;
    if !problems.is_empty() {
        problems.sort_by_key(|problem| problem.line);
        return Err(PolicyError { problems });
    }
    let ids = rules.iter().map(|rule| PolicyId::new(rule.id.as_str()));
    Ok(Policy {
        text: String::from(text),
        hash: Sha256::digest(text)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        rules_by_id: ids.zip(0..).collect(),
        policies_by_action: by_action(&vocabulary, &policies),
        rules,
        vocabulary,
        authorizer: Authorizer::new(),
    })
}

/// Rules are numbered as they stand in the text, and kept in another order.
fn in_order(policies: &PolicySet) -> Vec<&CedarPolicy> {
    let numbered = policies.policies().map(|policy| {
        let id: &str = policy.id().as_ref();
        let number = id.trim_start_matches(|c: char| !c.is_ascii_digit());
        (number.parse::<usize>().ok(), policy)
    });
    let by_number: BTreeMap<_, _> = numbered.collect();
    by_number.into_values().collect()
}

fn by_action(vocabulary: &Vocabulary, policies: &[CedarPolicy]) -> BTreeMap<&'static str, PolicySet> {
    let sets = vocabulary.actions().map(|(name, action)| {
        let groups = vocabulary.groups(&action);
        let about = |one: &EntityUid| *one == action || groups.contains(&one);
        let concerned = policies.iter().filter(|policy| match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(one) => about(&one),
            ActionConstraint::In(several) => several.iter().any(about),
        });
        let set = PolicySet::from_policies(concerned.cloned());
        (name, set.expect("the ids of the rules differ"))
    });
    sets.collect()
}

/// What has been read so far.
struct Reading<'a> {
    text: &'a str,
    /// Behind the rule that was read last.
    at: usize,
    rules: Vec<Rule>,
    /// The rules in Cedar's form, under the ids that their author gave.
    policies: Vec<CedarPolicy>,
    ids: BTreeSet<RuleId>,
    problems: Vec<Problem>,
}

impl<'a> Reading<'a> {
    const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            rules: Vec::new(),
            policies: Vec::new(),
            ids: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    fn read(&mut self, policy: &CedarPolicy) {
        let cedar = policy.to_cedar().unwrap_or_default();
        let begin = offset_of(self.text, self.at, &cedar).unwrap_or(self.at);
        self.at = begin + cedar.len();
        let line = line_of(self.text, begin);
        let id = self.id(policy, line);
        for (name, _) in policy.annotations() {
            if !["id", "reason"].contains(&name) {
                let name = String::from(name);
                self.problem(Some(line), id.clone(), Fault::UnknownAnnotation { name });
            }
        }
        let reason = policy.annotation("reason").unwrap_or_default().trim();
        if reason.is_empty() {
            self.problem(Some(line), id.clone(), Fault::NoReason);
        } else if !is_sentence(reason) {
            self.problem(Some(line), id.clone(), Fault::BadReason);
        }
        let Some(id) = id else { return };
        self.policies.push(policy.new_id(PolicyId::new(id.as_str())));
        self.rules.push(Rule {
            id,
            effect: match policy.effect() {
                cedar_policy::Effect::Permit => Effect::Permit,
                cedar_policy::Effect::Forbid => Effect::Forbid,
            },
            reason: Arc::from(reason),
            line,
            cedar: Arc::from(cedar),
        });
    }

    /// Returns the rule's id, if it has one of its own.
    fn id(&mut self, policy: &CedarPolicy, line: usize) -> Option<RuleId> {
        let id = policy.annotation("id").filter(|id| !id.is_empty());
        let Some(id) = id.map(RuleId::new) else {
            self.problem(Some(line), None, Fault::NoId);
            return None;
        };
        if !is_kebab_case(id.as_str()) {
            self.problem(Some(line), Some(id), Fault::BadId);
            return None;
        }
        if !self.ids.insert(id.clone()) {
            self.problem(Some(line), Some(id), Fault::DuplicateId);
            return None;
        }
        Some(id)
    }

    fn validate(&mut self, vocabulary: &Vocabulary) {
        let policies = PolicySet::from_policies(self.policies.iter().cloned());
        let policies = policies.expect("the ids of the rules differ");
        let found = Validator::new(vocabulary.schema().clone()).validate(&policies, ValidationMode::Strict);
        for error in found.validation_errors() {
            self.misfit(error.policy_id(), error);
        }
        // What Cedar only warns of (a rule that never applies, letters that look like others) is a mistake all the same,
        // unless it follows from an error.
        let wrong: BTreeSet<_> = found
            .validation_errors()
            .map(ValidationError::policy_id)
            .collect();
        for warning in found.validation_warnings() {
            if !wrong.contains(warning.policy_id()) {
                self.misfit(warning.policy_id(), warning);
            }
        }
    }

    fn misfit(&mut self, id: &PolicyId, what: &dyn Diagnostic) {
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.id.as_str() == id.as_ref() as &str);
        let line = line_in(self.text, what).or_else(|| rule.map(|rule| rule.line));
        let rule = rule.map(|rule| rule.id.clone());
        let said = what.to_string();
        let detail = said.strip_prefix(&format!("for policy `{id}`")).unwrap_or(&said);
        let detail = String::from(detail.trim_start_matches([',', ':', ' ']));
        let advice = what.help().map(|help| help.to_string());
        self.problem(line, rule, Fault::Schema { detail, advice });
    }

    fn problem(&mut self, line: Option<usize>, rule: Option<RuleId>, fault: Fault) {
        self.problems.push(Problem { line, rule, fault });
    }
}

fn whole(fault: Fault) -> PolicyError {
    let (line, rule) = (None, None);
    PolicyError {
        problems: vec![Problem { line, rule, fault }],
    }
}

fn syntax(text: &str, errors: &cedar_policy::ParseErrors) -> PolicyError {
    let problems = errors.iter().map(|error| Problem {
        line: line_in(text, error),
        rule: None,
        fault: Fault::Syntax {
            detail: error.to_string(),
            advice: error
                .help()
                .map(|help| help.to_string())
                .or_else(|| expected(error)),
        },
    });
    PolicyError {
        problems: problems.collect(),
    }
}

/// Returns what Cedar's parser would have taken in that place.
fn expected(error: &dyn Diagnostic) -> Option<String> {
    error.labels()?.find_map(|label| label.label().map(String::from))
}

fn line_in(text: &str, what: &dyn Diagnostic) -> Option<usize> {
    let label = what.labels()?.next()?;
    Some(line_of(text, label.offset()))
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

fn offset_of(text: &str, from: usize, part: &str) -> Option<usize> {
    Some(text.get(from..)?.find(part)? + from)
}

fn is_kebab_case(id: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    id.len() <= ID_BYTES && id.split('-').all(is_word)
}

fn is_sentence(reason: &str) -> bool {
    reason.len() <= REASON_BYTES && reason.ends_with(['.', '?', '!']) && !reason.chars().any(char::is_control)
}

/// Ids stand in logs and addresses; the longest preset's has 48.
const ID_BYTES: usize = 64;
