// SPDX-License-Identifier: MIT OR Apache-2.0
//! The letters in Spanish.

use account::BindingKind;

use super::{Letter, Sender, one_line};

/// Returns subject and text.
pub(super) fn letter(letter: Letter<'_>, sender: Sender<'_>) -> (String, String) {
    let Sender { origin, .. } = sender;
    let instance = one_line(sender.name);
    let alarm = format!(
        "Si no ha sido usted, inicie sesión en {origin}, revise sus claves de acceso y sus sesiones, y quite lo que no \
         conozca."
    );
    match letter {
        Letter::SignInCode { code } => (
            format!("Su código para entrar en {instance}"),
            format!(
                "Su código para entrar en {instance}:\n\n    {}\n\nIntrodúzcalo solo en {origin}, en la página que lo ha \
                 pedido. Vale durante 10 minutos y una sola vez. Nadie le llamará ni le escribirá nunca para \
                 pedírselo.\n\nSi no ha pedido un código, no haga caso de este mensaje: sin el código no pasa nada.",
                code.as_str()
            ),
        ),
        Letter::AddressCode { code } => (
            format!("Confirme esta dirección de correo para {instance}"),
            format!(
                "Su código para confirmar esta dirección de correo para su cuenta:\n\n    {}\n\nIntrodúzcalo solo en \
                 {origin}, en la página que lo ha pedido. Vale durante 10 minutos y una sola vez.\n\nSi no ha pedido un \
                 código, no haga caso de este mensaje: la dirección no se añadirá a ninguna cuenta.",
                code.as_str()
            ),
        ),
        Letter::PasskeyAdded { name } => (
            format!("Se ha añadido una clave de acceso a su cuenta en {instance}"),
            format!(
                "Desde ahora se puede entrar en su cuenta con la clave de acceso “{}”.\n\n{alarm}",
                one_line(name)
            ),
        ),
        Letter::PasskeyRemoved { name } => (
            format!("Se ha quitado una clave de acceso de su cuenta en {instance}"),
            format!(
                "Con la clave de acceso “{}” ya no se puede entrar en su cuenta.\n\n{alarm}",
                one_line(name)
            ),
        ),
        Letter::BindingAdded { kind } => (
            format!("Su cuenta en {instance} se ha verificado"),
            format!(
                "Su cuenta está desde ahora unida a: {}.\n\n{alarm}",
                kind_name(kind)
            ),
        ),
        Letter::BindingRemoved { kind } => (
            format!("Se ha quitado una verificación de su cuenta en {instance}"),
            format!("Su cuenta ya no está unida a: {}.\n\n{alarm}", kind_name(kind)),
        ),
        Letter::Invitation => (
            format!("Una invitación a {instance}"),
            format!(
                "Puede crear una cuenta en {instance}. Inicie sesión con esta dirección de correo en\n\n    \
                 {origin}/sign-in\n\nSi no quiere una cuenta, no haga caso de este mensaje."
            ),
        ),
        Letter::Suspended { reason, until } => (
            format!("Su cuenta en {instance} está suspendida"),
            format!(
                "El operador de {instance} ha suspendido su cuenta{}.\n\nMotivo: {}\n\nPuede seguir uniéndose a las \
                 reuniones que organicen otras personas.",
                until
                    .map(|day| format!(" hasta el {}", one_line(day)))
                    .unwrap_or_default(),
                one_line(reason)
            ),
        ),
        Letter::Erased => (
            format!("Su cuenta en {instance} se ha borrado"),
            String::from(
                "Su cuenta y todo lo guardado con ella se han borrado, como usted pidió. Este mensaje es el último sobre \
                 ella.",
            ),
        ),
    }
}

/// Returns the text of an SMS with a code, without its last line.
pub(super) fn sms(code: &str, instance: &str) -> String {
    format!("{code} es su código para {instance}. No se lo diga a nadie.")
}

fn kind_name(kind: BindingKind) -> &'static str {
    match kind {
        BindingKind::Email => "una dirección de correo",
        BindingKind::Phone => "un número de teléfono",
        BindingKind::Oidc => "una cuenta en otro proveedor",
        BindingKind::Organisation => "una organización",
        BindingKind::Payment => "un pago",
        BindingKind::Voucher => "una persona que le avala",
    }
}

/// Stands below every letter.
pub(super) const CLOSING: &str = "Este mensaje se ha enviado automáticamente.";
