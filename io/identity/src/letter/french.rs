// SPDX-License-Identifier: MIT OR Apache-2.0
//! The letters in French.

use account::BindingKind;

use super::{Letter, Sender, one_line};

/// Returns subject and text.
pub(super) fn letter(letter: Letter<'_>, sender: Sender<'_>) -> (String, String) {
    let Sender { origin, .. } = sender;
    let instance = one_line(sender.name);
    let alarm = format!(
        "Si ce n’était pas vous, connectez-vous sur {origin}, passez en revue vos clés d’accès et vos sessions, et retirez \
         ce que vous ne connaissez pas."
    );
    match letter {
        Letter::SignInCode { code } => (
            format!("Votre code pour vous connecter à {instance}"),
            format!(
                "Votre code pour vous connecter à {instance} :\n\n    {}\n\nNe le saisissez que sur {origin}, sur la page \
                 qui l’a demandé. Il est valable 10 minutes et une seule fois. Personne ne vous appellera ni ne vous \
                 écrira jamais pour vous le demander.\n\nSi vous n’avez pas demandé de code, ne tenez pas compte de ce \
                 message : sans le code, il ne se passe rien.",
                code.as_str()
            ),
        ),
        Letter::AddressCode { code } => (
            format!("Confirmez cette adresse e-mail pour {instance}"),
            format!(
                "Votre code pour confirmer cette adresse e-mail pour votre compte :\n\n    {}\n\nNe le saisissez que sur \
                 {origin}, sur la page qui l’a demandé. Il est valable 10 minutes et une seule fois.\n\nSi vous n’avez pas \
                 demandé de code, ne tenez pas compte de ce message : l’adresse n’est alors ajoutée à aucun compte.",
                code.as_str()
            ),
        ),
        Letter::PasskeyAdded { name } => (
            format!("Une clé d’accès a été ajoutée à votre compte sur {instance}"),
            format!(
                "La clé d’accès « {} » permet désormais de se connecter à votre compte.\n\n{alarm}",
                one_line(name)
            ),
        ),
        Letter::PasskeyRemoved { name } => (
            format!("Une clé d’accès a été retirée de votre compte sur {instance}"),
            format!(
                "La clé d’accès « {} » ne permet plus de se connecter à votre compte.\n\n{alarm}",
                one_line(name)
            ),
        ),
        Letter::BindingAdded { kind } => (
            format!("Votre compte sur {instance} a été vérifié"),
            format!(
                "Votre compte est désormais lié à : {}.\n\n{alarm}",
                kind_name(kind)
            ),
        ),
        Letter::BindingRemoved { kind } => (
            format!("Une vérification a été retirée de votre compte sur {instance}"),
            format!("Votre compte n’est plus lié à : {}.\n\n{alarm}", kind_name(kind)),
        ),
        Letter::Invitation => (
            format!("Une invitation à {instance}"),
            format!(
                "Vous pouvez créer un compte sur {instance}. Connectez-vous avec cette adresse e-mail sur\n\n    \
                 {origin}/sign-in\n\nSi vous ne voulez pas de compte, ne tenez pas compte de ce message."
            ),
        ),
        Letter::Suspended { reason, until } => (
            format!("Votre compte sur {instance} est suspendu"),
            format!(
                "L’exploitant de {instance} a suspendu votre compte{}.\n\nMotif : {}\n\nVous pouvez toujours rejoindre les \
                 réunions que d’autres organisent.",
                until
                    .map(|day| format!(" jusqu’au {}", one_line(day)))
                    .unwrap_or_default(),
                one_line(reason)
            ),
        ),
        Letter::Erased => (
            format!("Votre compte sur {instance} a été effacé"),
            String::from(
                "Votre compte et tout ce qui était enregistré avec lui ont été effacés, comme vous l’avez demandé. Ce \
                 message est le dernier à son sujet.",
            ),
        ),
    }
}

/// Returns the text of an SMS with a code, without its last line.
pub(super) fn sms(code: &str, instance: &str) -> String {
    format!("{code} est votre code pour {instance}. Ne le donnez à personne.")
}

fn kind_name(kind: BindingKind) -> &'static str {
    match kind {
        BindingKind::Email => "une adresse e-mail",
        BindingKind::Phone => "un numéro de téléphone",
        BindingKind::Oidc => "un compte chez un autre fournisseur",
        BindingKind::Organisation => "une organisation",
        BindingKind::Payment => "un paiement",
        BindingKind::Voucher => "une personne qui vous parraine",
    }
}

/// Stands below every letter.
pub(super) const CLOSING: &str = "Ce message a été envoyé automatiquement.";
