// SPDX-License-Identifier: MIT OR Apache-2.0
//! The letters in English.

use account::BindingKind;

use super::{Letter, Sender, one_line};

/// Returns subject and text.
pub(super) fn letter(letter: Letter<'_>, sender: Sender<'_>) -> (String, String) {
    let Sender { origin, .. } = sender;
    let instance = one_line(sender.name);
    let alarm = format!(
        "If this was not you, sign in at {origin}, look through your passkeys and sessions, and remove what you do \
         not know."
    );
    match letter {
        Letter::SignInCode { code } => (
            format!("Your code to sign in to {instance}"),
            format!(
                "Your code to sign in to {instance}:\n\n    {}\n\nEnter it only on {origin}, on the page that \
                 asked for it. It is valid for 10 minutes and works once. Nobody will ever call or write to ask you \
                 for it.\n\nIf you did not ask for a code, ignore this message: without the code nothing happens.",
                code.as_str()
            ),
        ),
        Letter::AddressCode { code } => (
            format!("Confirm this e-mail address for {instance}"),
            format!(
                "Your code to confirm this e-mail address for your account:\n\n    {}\n\nEnter it only on \
                 {origin}, on the page that asked for it. It is valid for 10 minutes and works once.\n\nIf you did not \
                 ask for a code, ignore this message: the address is then not added to any account.",
                code.as_str()
            ),
        ),
        Letter::PasskeyAdded { name } => (
            format!("A passkey was added to your account at {instance}"),
            format!(
                "The passkey \"{}\" can be used to sign in to your account from here on.\n\n{alarm}",
                one_line(name)
            ),
        ),
        Letter::PasskeyRemoved { name } => (
            format!("A passkey was removed from your account at {instance}"),
            format!(
                "The passkey \"{}\" no longer signs in to your account.\n\n{alarm}",
                one_line(name)
            ),
        ),
        Letter::BindingAdded { kind } => (
            format!("Your account at {instance} was verified"),
            format!(
                "Your account is tied to {} from here on.\n\n{alarm}",
                kind_name(kind)
            ),
        ),
        Letter::BindingRemoved { kind } => (
            format!("A verification was removed from your account at {instance}"),
            format!(
                "Your account is no longer tied to {}.\n\n{alarm}",
                kind_name(kind)
            ),
        ),
        Letter::Invitation => (
            format!("You are invited to {instance}"),
            format!(
                "You may make an account at {instance}. Sign in with this e-mail address at\n\n    {origin}/sign-in\n\n\
                 If you do not want an account, ignore this message."
            ),
        ),
        Letter::Suspended { reason, until } => (
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
        Letter::Erased => (
            format!("Your account at {instance} was erased"),
            String::from(
                "Your account and everything stored with it were erased, as you asked. This message is the last one \
                 about it.",
            ),
        ),
    }
}

/// Returns the text of an SMS with a code, without its last line.
pub(super) fn sms(code: &str, instance: &str) -> String {
    format!("{code} is your code for {instance}. Do not tell it to anybody.")
}

fn kind_name(kind: BindingKind) -> &'static str {
    match kind {
        BindingKind::Email => "an e-mail address",
        BindingKind::Phone => "a phone number",
        BindingKind::Oidc => "an account at another provider",
        BindingKind::Organisation => "an organisation",
        BindingKind::Payment => "a payment",
        BindingKind::Voucher => "somebody who vouches for you",
    }
}

/// Stands below every letter.
pub(super) const CLOSING: &str = "This message was sent automatically.";
