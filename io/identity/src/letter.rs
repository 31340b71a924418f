// SPDX-License-Identifier: MIT OR Apache-2.0
//! What people are written, in their language: plain text, no picture, no link that tells who clicked.
//!
//! Knows nothing of how a letter travels. Text that people chose (names, reasons) is made one line and short before it
//! gets in, so that it cannot pass for a part of the letter.

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
        let (subject, text) = match language {
            Language::English => self.in_english(sender),
            Language::German => self.in_german(sender),
        };
        let closing = match language {
            Language::English => "This message was sent automatically.",
            Language::German => "Diese Nachricht wurde automatisch verschickt.",
        };
        let Sender { origin, .. } = sender;
        Written {
            subject,
            body: format!("{text}\n\n-- \n{}\n{origin}\n{closing}\n", one_line(sender.name)),
        }
    }

    fn in_english(&self, sender: Sender<'_>) -> (String, String) {
        let Sender { origin, .. } = sender;
        let instance = one_line(sender.name);
        let alarm = format!(
            "If this was not you, sign in at {origin}, look through your passkeys and sessions, and remove what you do \
             not know."
        );
        match *self {
            Self::SignInCode { code } => (
                format!("Your code to sign in to {instance}"),
                format!(
                    "Your code to sign in to {instance}:\n\n    {}\n\nEnter it only on {origin}, on the page that \
                     asked for it. It is valid for 10 minutes and works once. Nobody will ever call or write to ask you \
                     for it.\n\nIf you did not ask for a code, ignore this message: without the code nothing happens.",
                    code.as_str()
                ),
            ),
            Self::AddressCode { code } => (
                format!("Confirm this e-mail address for {instance}"),
                format!(
                    "Your code to confirm this e-mail address for your account:\n\n    {}\n\nEnter it only on \
                     {origin}, on the page that asked for it. It is valid for 10 minutes and works once.\n\nIf you did not \
                     ask for a code, ignore this message: the address is then not added to any account.",
                    code.as_str()
                ),
            ),
            Self::PasskeyAdded { name } => (
                format!("A passkey was added to your account at {instance}"),
                format!(
                    "The passkey \"{}\" can be used to sign in to your account from here on.\n\n{alarm}",
                    one_line(name)
                ),
            ),
            Self::PasskeyRemoved { name } => (
                format!("A passkey was removed from your account at {instance}"),
                format!(
                    "The passkey \"{}\" no longer signs in to your account.\n\n{alarm}",
                    one_line(name)
                ),
            ),
            Self::BindingAdded { kind } => (
                format!("Your account at {instance} was verified"),
                format!(
                    "Your account is tied to {} from here on.\n\n{alarm}",
                    kind_in_english(kind)
                ),
            ),
            Self::BindingRemoved { kind } => (
                format!("A verification was removed from your account at {instance}"),
                format!(
                    "Your account is no longer tied to {}.\n\n{alarm}",
                    kind_in_english(kind)
                ),
            ),
            Self::Invitation => (
                format!("You are invited to {instance}"),
                format!(
                    "You may make an account at {instance}. Sign in with this e-mail address at\n\n    {origin}/sign-in\n\n\
                     If you do not want an account, ignore this message."
                ),
            ),
            Self::Suspended { reason, until } => (
                format!("Your account at {instance} is suspended"),
                format!(
                    "The operator of {instance} suspended your account{}.\n\nReason: {}\n\nYou can still join meetings that \
                     others host.",
                    until
                        .map(|day| format!(" until {}", one_line(day)))
                        .unwrap_or_default(),
                    one_line(reason)
                ),
            ),
            Self::Erased => (
                format!("Your account at {instance} was erased"),
                String::from(
                    "Your account and everything stored with it were erased, as you asked. This message is the last one \
                     about it.",
                ),
            ),
        }
    }

    fn in_german(&self, sender: Sender<'_>) -> (String, String) {
        let Sender { origin, .. } = sender;
        let instance = one_line(sender.name);
        let alarm = format!(
            "Waren Sie das nicht, melden Sie sich unter {origin} an, sehen Sie Ihre Passkeys und Sitzungen durch und \
             entfernen Sie, was Sie nicht kennen."
        );
        match *self {
            Self::SignInCode { code } => (
                format!("Ihr Code zur Anmeldung bei {instance}"),
                format!(
                    "Ihr Code zur Anmeldung bei {instance}:\n\n    {}\n\nGeben Sie ihn nur unter {origin} ein, auf der \
                     Seite, die danach gefragt hat. Er gilt 10 Minuten und nur einmal. Niemand wird Sie je anrufen oder \
                     anschreiben, um ihn zu erfragen.\n\nHaben Sie keinen Code angefordert, lassen Sie diese Nachricht \
                     unbeachtet: Ohne den Code geschieht nichts.",
                    code.as_str()
                ),
            ),
            Self::AddressCode { code } => (
                format!("E-Mail-Adresse für {instance} bestätigen"),
                format!(
                    "Ihr Code, um diese E-Mail-Adresse für Ihr Konto zu bestätigen:\n\n    {}\n\nGeben Sie ihn nur \
                     unter {origin} ein, auf der Seite, die danach gefragt hat. Er gilt 10 Minuten und nur einmal.\n\n\
                     Haben Sie keinen Code angefordert, lassen Sie diese Nachricht unbeachtet: Die Adresse wird dann \
                     keinem Konto hinzugefügt.",
                    code.as_str()
                ),
            ),
            Self::PasskeyAdded { name } => (
                format!("Ihrem Konto bei {instance} wurde ein Passkey hinzugefügt"),
                format!(
                    "Mit dem Passkey „{}“ kann man sich ab jetzt bei Ihrem Konto anmelden.\n\n{alarm}",
                    one_line(name)
                ),
            ),
            Self::PasskeyRemoved { name } => (
                format!("Von Ihrem Konto bei {instance} wurde ein Passkey entfernt"),
                format!(
                    "Der Passkey „{}“ meldet nicht mehr bei Ihrem Konto an.\n\n{alarm}",
                    one_line(name)
                ),
            ),
            Self::BindingAdded { kind } => (
                format!("Ihr Konto bei {instance} wurde bestätigt"),
                format!(
                    "Ihr Konto ist ab jetzt verknüpft mit: {}.\n\n{alarm}",
                    kind_in_german(kind)
                ),
            ),
            Self::BindingRemoved { kind } => (
                format!("Von Ihrem Konto bei {instance} wurde eine Bestätigung entfernt"),
                format!(
                    "Ihr Konto ist nicht mehr verknüpft mit: {}.\n\n{alarm}",
                    kind_in_german(kind)
                ),
            ),
            Self::Invitation => (
                format!("Sie sind zu {instance} eingeladen"),
                format!(
                    "Sie können bei {instance} ein Konto anlegen. Melden Sie sich mit dieser E-Mail-Adresse an unter\n\n    \
                     {origin}/sign-in\n\nMöchten Sie kein Konto, lassen Sie diese Nachricht unbeachtet."
                ),
            ),
            Self::Suspended { reason, until } => (
                format!("Ihr Konto bei {instance} ist gesperrt"),
                format!(
                    "{instance} hat Ihr Konto gesperrt{}.\n\nGrund: {}\n\nAn Besprechungen, zu denen andere einladen, \
                     können Sie weiterhin teilnehmen.",
                    until
                        .map(|day| format!(" bis {}", one_line(day)))
                        .unwrap_or_default(),
                    one_line(reason)
                ),
            ),
            Self::Erased => (
                format!("Ihr Konto bei {instance} wurde gelöscht"),
                String::from(
                    "Ihr Konto und alles, was dazu gespeichert war, wurde auf Ihren Wunsch gelöscht. Dies ist die letzte \
                     Nachricht dazu.",
                ),
            ),
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
        Language::English => format!("{code} is your code for {instance}. Do not tell it to anybody."),
        Language::German => format!("{code} ist Ihr Code für {instance}. Verraten Sie ihn niemandem."),
    };
    format!("{text}\n\n@{host} #{code}")
}

fn kind_in_english(kind: BindingKind) -> &'static str {
    match kind {
        BindingKind::Email => "an e-mail address",
        BindingKind::Phone => "a phone number",
        BindingKind::Oidc => "an account at another provider",
        BindingKind::Organisation => "an organisation",
        BindingKind::Payment => "a payment",
        BindingKind::Voucher => "somebody who vouches for you",
    }
}

fn kind_in_german(kind: BindingKind) -> &'static str {
    match kind {
        BindingKind::Email => "eine E-Mail-Adresse",
        BindingKind::Phone => "eine Telefonnummer",
        BindingKind::Oidc => "ein Konto bei einem anderen Anbieter",
        BindingKind::Organisation => "eine Organisation",
        BindingKind::Payment => "eine Zahlung",
        BindingKind::Voucher => "jemand, der für Sie bürgt",
    }
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
    use super::*;

    #[test]
    fn a_code_stands_in_the_body_once_and_never_in_the_subject() {
        for language in [Language::English, Language::German] {
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
    fn every_letter_exists_in_both_languages_with_one_line_of_subject() {
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
            let english = letter.write(Language::English, SENDER);
            let german = letter.write(Language::German, SENDER);
            assert_ne!(english.subject, german.subject);
            for written in [english, german] {
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
