// SPDX-License-Identifier: MIT OR Apache-2.0
//! Keeps from Cedar's reader what its recursion could not bear. Knows only brackets, strings, comments and semicolons.

use super::Policy;
use crate::error::Fault;

/// Returns the line in which a rule exceeds the bounds, and how.
pub(super) fn exceeded(text: &str) -> Option<(usize, Fault)> {
    let mut state = State::Code;
    let mut line = 1;
    let mut nesting = 0_usize;
    let mut rule_bytes = 0;
    let mut before = '\n';
    for character in text.chars() {
        if character == '\n' {
            line += 1;
        }
        let was_comment = matches!(state, State::Comment);
        state = state.after(before, character);
        if matches!(state, State::Code) {
            match character {
                '(' | '[' | '{' => nesting += 1,
                ')' | ']' | '}' => nesting = nesting.saturating_sub(1),
                ';' => rule_bytes = 0,
                _ => {}
            }
        }
        let is_between_rules = rule_bytes == 0 && character.is_whitespace();
        if !was_comment && !is_between_rules {
            rule_bytes += character.len_utf8();
        }
        if nesting > Policy::NESTING {
            return Some((line, Fault::TooDeep));
        }
        if rule_bytes > Policy::RULE_BYTES {
            return Some((line, Fault::RuleTooLong));
        }
        before = character;
    }
    None
}

/// Where in the text one is.
#[derive(Clone, Copy)]
enum State {
    Code,
    Comment,
    Text,
    /// Behind a backslash in a text.
    Escape,
}

impl State {
    /// Returns where one is behind `character`.
    const fn after(self, before: char, character: char) -> Self {
        match (self, character) {
            (Self::Code, '/') if before == '/' => Self::Comment,
            (Self::Comment, '\n') | (Self::Text, '"') => Self::Code,
            (Self::Code, '"') | (Self::Escape, _) => Self::Text,
            (Self::Text, '\\') => Self::Escape,
            (state, _) => state,
        }
    }
}
