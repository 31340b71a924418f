// SPDX-License-Identifier: MIT OR Apache-2.0
//! The letters in German.

use account::BindingKind;

use super::{Letter, Sender, one_line};

/// Returns subject and text.
pub(super) fn letter(letter: Letter<'_>, sender: Sender<'_>) -> (String, String) {
    let Sender { origin, .. } = sender;
    let instance = one_line(sender.name);
    let alarm = format!(
        "Waren Sie das nicht, melden Sie sich unter {origin} an, sehen Sie Ihre Passkeys und Sitzungen durch und \
         entfernen Sie, was Sie nicht kennen."
    );
    match letter {
        Letter::SignInCode { code } => (
            format!("Ihr Code zur Anmeldung bei {instance}"),
            format!(
                "Ihr Code zur Anmeldung bei {instance}:\n\n    {}\n\nGeben Sie ihn nur unter {origin} ein, auf der \
                 Seite, die danach gefragt hat. Er gilt 10 Minuten und nur einmal. Niemand wird Sie je anrufen oder \
                 anschreiben, um ihn zu erfragen.\n\nHaben Sie keinen Code angefordert, lassen Sie diese Nachricht \
                 unbeachtet: Ohne den Code geschieht nichts.",
                code.as_str()
            ),
        ),
        Letter::AddressCode { code } => (
            format!("E-Mail-Adresse für {instance} bestätigen"),
            format!(
                "Ihr Code, um diese E-Mail-Adresse für Ihr Konto zu bestätigen:\n\n    {}\n\nGeben Sie ihn nur \
                 unter {origin} ein, auf der Seite, die danach gefragt hat. Er gilt 10 Minuten und nur einmal.\n\n\
                 Haben Sie keinen Code angefordert, lassen Sie diese Nachricht unbeachtet: Die Adresse wird dann \
                 keinem Konto hinzugefügt.",
                code.as_str()
            ),
        ),
        Letter::PasskeyAdded { name } => (
            format!("Ihrem Konto bei {instance} wurde ein Passkey hinzugefügt"),
            format!(
                "Mit dem Passkey „{}“ kann man sich ab jetzt bei Ihrem Konto anmelden.\n\n{alarm}",
                one_line(name)
            ),
        ),
        Letter::PasskeyRemoved { name } => (
            format!("Von Ihrem Konto bei {instance} wurde ein Passkey entfernt"),
            format!(
                "Der Passkey „{}“ meldet nicht mehr bei Ihrem Konto an.\n\n{alarm}",
                one_line(name)
            ),
        ),
        Letter::BindingAdded { kind } => (
            format!("Ihr Konto bei {instance} wurde bestätigt"),
            format!(
                "Ihr Konto ist ab jetzt verknüpft mit: {}.\n\n{alarm}",
                kind_name(kind)
            ),
        ),
        Letter::BindingRemoved { kind } => (
            format!("Von Ihrem Konto bei {instance} wurde eine Bestätigung entfernt"),
            format!(
                "Ihr Konto ist nicht mehr verknüpft mit: {}.\n\n{alarm}",
                kind_name(kind)
            ),
        ),
        Letter::Invitation => (
            format!("Sie sind zu {instance} eingeladen"),
            format!(
                "Sie können bei {instance} ein Konto anlegen. Melden Sie sich mit dieser E-Mail-Adresse an unter\n\n    \
                 {origin}/sign-in\n\nMöchten Sie kein Konto, lassen Sie diese Nachricht unbeachtet."
            ),
        ),
        Letter::Suspended { reason, until } => (
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
        Letter::Erased => (
            format!("Ihr Konto bei {instance} wurde gelöscht"),
            String::from(
                "Ihr Konto und alles, was dazu gespeichert war, wurde auf Ihren Wunsch gelöscht. Dies ist die letzte \
                 Nachricht dazu.",
            ),
        ),
    }
}

/// Returns the text of an SMS with a code, without its last line.
pub(super) fn sms(code: &str, instance: &str) -> String {
    format!("{code} ist Ihr Code für {instance}. Verraten Sie ihn niemandem.")
}

fn kind_name(kind: BindingKind) -> &'static str {
    match kind {
        BindingKind::Email => "eine E-Mail-Adresse",
        BindingKind::Phone => "eine Telefonnummer",
        BindingKind::Oidc => "ein Konto bei einem anderen Anbieter",
        BindingKind::Organisation => "eine Organisation",
        BindingKind::Payment => "eine Zahlung",
        BindingKind::Voucher => "jemand, der für Sie bürgt",
    }
}

/// Stands below every letter.
pub(super) const CLOSING: &str = "Diese Nachricht wurde automatisch verschickt.";
