// SPDX-License-Identifier: MIT OR Apache-2.0
//! What people are written, in their language: plain text, no picture, no link that tells who clicked.
//!
//! Knows nothing of how a letter travels. Text that people chose (names, reasons) is made one line and short before it
//! gets in, so that it cannot pass for a part of the letter.

mod english;
mod french;
mod german;
mod spanish;

use account::{BindingKind, Code};

use crate::Language;

/// Who writes: this installation.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The installation's name.
    pub name: &'a str,
    /// Its web origin, such as `https://meet.example.org`.
    pub origin: &'a str,
}

/// A letter to one person. Has no `Debug`: some carry a code.
#[derive(Clone, Copy)]
pub enum Letter<'a> {
    /// Somebody, it is hoped the reader, wants to sign in with this address.
    SignInCode {
        /// Six digits, to be typed in.
        code: &'a Code,
    },
    /// The owner of an account says that this address is theirs.
    AddressCode {
        /// Six digits, to be typed in.
        code: &'a Code,
    },
    /// Another passkey opens the account.
    PasskeyAdded {
        /// As its owner named it.
        name: &'a str,
    },
    /// A passkey no longer opens the account.
    PasskeyRemoved {
        /// As its owner named it.
        name: &'a str,
    },
    /// The account got a binding.
    BindingAdded {
        /// Of what kind.
        kind: BindingKind,
    },
    /// The account lost a binding.
    BindingRemoved {
        /// Of what kind.
        kind: BindingKind,
    },
    /// The operator lets the reader make an account.
    Invitation,
    /// The operator suspended the account.
    Suspended {
        /// In the operator's words.
        reason: &'a str,
        /// The day it ends, as the reader should see it, if it does.
        until: Option<&'a str>,
    },
    /// The account and what was known about it are gone.
    Erased,
}

/// A letter in words. Has no `Debug`: it may carry a code.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub body: String,
}

impl Letter<'_> {
    /// Puts the letter into words.
    pub fn write(&self, language: Language, sender: Sender<'_>) -> Written {
        let ((subject, text), closing) = match language {
            Language::English => (english::letter(*self, sender), english::CLOSING),
            Language::German => (german::letter(*self, sender), german::CLOSING),
            Language::French => (french::letter(*self, sender), french::CLOSING),
            Language::Spanish => (spanish::letter(*self, sender), spanish::CLOSING),
        };
        let Sender { origin, .. } = sender;
        Written {
            subject,
            body: format!("{text}\n\n-- \n{}\n{origin}\n{closing}\n", one_line(sender.name)),
        }
    }
}

/// Returns the text of an SMS with a code. Its last line ties the code to the web origin's host, so that phones fill it
/// in there and nowhere else (W3C, Origin-bound one-time codes delivered via SMS).
pub fn sms_text(language: Language, sender: Sender<'_>, code: &Code) -> String {
    let code = code.as_str();
    let host = sender
        .origin
        .split_once("://")
        .map_or(sender.origin, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    let instance = one_line(sender.name);
    let text = match language {
        Language::English => english::sms(code, &instance),
        Language::German => german::sms(code, &instance),
        Language::French => french::sms(code, &instance),
        Language::Spanish => spanish::sms(code, &instance),
    };
    format!("{text}\n\n@{host} #{code}")
}

/// Makes a text that somebody chose one line without control or direction characters, and short.
fn one_line(text: &str) -> String {
    let shown = |c: &char| !c.is_control() && !DIRECTIONS.contains(c);
    let line: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(shown)
        .take(MAX_CHARS)
        .collect();
    line.trim().to_owned()
}

// A reason for a suspension fits; a forged second letter does not.
const MAX_CHARS: usize = 200;
/// They reorder the text around them (Unicode Bidirectional Algorithm).
const DIRECTIONS: [char; 12] = [
    '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}',
    '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_stands_in_the_body_once_and_never_in_the_subject() {
        for language in Language::ALL {
            for letter in [
                Letter::SignInCode { code: &code() },
                Letter::AddressCode { code: &code() },
            ] {
                let written = letter.write(language, SENDER);
                assert_eq!(written.body.matches("482913").count(), 1);
                assert!(!written.subject.contains("482913"));
                assert!(written.body.contains("https://meet.example.org"));
            }
        }
    }

    #[test]
    fn names_and_reasons_cannot_forge_lines_of_a_letter() {
        let name = "Laptop\r\nBcc: everybody@example.org\n\n\u{202e}evil";
        let written = Letter::PasskeyAdded { name }.write(Language::English, SENDER);
        assert!(
            written
                .body
                .contains("\"Laptop  Bcc: everybody@example.org  evil\"")
        );
        let sender = Sender {
            name: "Team\r\nBcc: everybody@example.org",
            ..SENDER
        };
        let written = Letter::Invitation.write(Language::German, sender);
        assert!(!written.subject.contains(['\r', '\n']));
        let reason = "x".repeat(10_000);
        let written = Letter::Suspended {
            reason: &reason,
            until: Some("1 May"),
        }
        .write(Language::English, SENDER);
        assert!(written.body.len() < 1000);
    }

    #[test]
    fn every_letter_exists_in_each_language_with_one_line_of_subject() {
        let code = code();
        let kinds = BindingKind::ALL.iter();
        let letters = kinds
            .flat_map(|&kind| [Letter::BindingAdded { kind }, Letter::BindingRemoved { kind }])
            .chain([
                Letter::SignInCode { code: &code },
                Letter::AddressCode { code: &code },
                Letter::PasskeyAdded { name: "Phone" },
                Letter::PasskeyRemoved { name: "Phone" },
                Letter::Invitation,
                Letter::Suspended {
                    reason: "spam",
                    until: None,
                },
                Letter::Erased,
            ]);
        for letter in letters {
            let all = Language::ALL.map(|language| letter.write(language, SENDER));
            let subjects: BTreeSet<_> = all.iter().map(|written| &written.subject).collect();
            assert_eq!(subjects.len(), all.len(), "each in its own words");
            for written in all {
                assert!(!written.subject.is_empty() && !written.subject.contains('\n'));
                assert!(
                    written.body.lines().all(|line| line.len() < 998),
                    "RFC 5322, section 2.1.1"
                );
            }
        }
    }

    #[test]
    fn an_sms_ties_its_code_to_the_host() {
        let text = sms_text(Language::English, SENDER, &code());
        assert_eq!(text.lines().last(), Some("@meet.example.org #482913"));
        let local = Sender {
            origin: "http://localhost:8080",
            ..SENDER
        };
        assert_eq!(
            sms_text(Language::German, local, &code()).lines().last(),
            Some("@localhost #482913")
        );
    }

    fn code() -> Code {
        Code::parse("482913").expect("six digits")
    }

    const SENDER: Sender<'_> = Sender {
        name: "Incamera",
        origin: "https://meet.example.org",
    };
}
