// SPDX-License-Identifier: MIT OR Apache-2.0
//! The settings in force as the operator's console shows them: every key, and no secret.

use figment::{
    Figment,
    value::{Dict, Value},
};
use protocol::http::ConfigurationEntry;

/// Returns every key with its value, in order.
pub(super) fn entries(figment: &Figment) -> Vec<ConfigurationEntry> {
    let mut entries = Vec::new();
    // Whoever asks has extracted the whole already.
    if let Ok(all) = figment.extract::<Dict>() {
        collect("", &Value::from(all), &mut entries);
    }
    entries
}

fn collect(key: &str, value: &Value, entries: &mut Vec<ConfigurationEntry>) {
    match value {
        Value::Dict(_, dict) => {
            for (name, value) in dict {
                let key = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
                collect(&key, value, entries);
            }
        }
        Value::Array(_, values) if values.iter().any(|value| value.as_dict().is_some()) => {
            for (number, value) in values.iter().enumerate() {
                collect(&format!("{key}.{number}"), value, entries);
            }
        }
        Value::String(..)
        | Value::Char(..)
        | Value::Bool(..)
        | Value::Num(..)
        | Value::Empty(..)
        | Value::Array(..) => {
            let name = key.rsplit('.').next().unwrap_or(key);
            let value = if is_secret(name) {
                String::from(HIDDEN)
            } else {
                text(value)
            };
            entries.push(ConfigurationEntry {
                key: String::from(key),
                value,
            });
        }
    }
}

/// Whether the value of such a key is a secret itself; the file that holds one is none.
fn is_secret(name: &str) -> bool {
    !name.ends_with("_file")
        && ["secret", "password", "bearer", "token"]
            .iter()
            .any(|word| name.contains(word))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(_, text) => without_credentials(text),
        Value::Char(_, letter) => letter.to_string(),
        Value::Bool(_, truth) => truth.to_string(),
        Value::Num(_, number) => {
            let natural = number.to_u128().map(|number| number.to_string());
            let whole = || number.to_i128().map(|number| number.to_string());
            let broken = || number.to_f64().map(|number| number.to_string());
            natural.or_else(whole).or_else(broken).unwrap_or_default()
        }
        Value::Empty(..) => String::new(),
        Value::Array(_, values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Dict(..) => String::from(HIDDEN),
    }
}

/// Gateways take their keys in the address as well: nothing of a URL is shown but where it leads.
fn without_credentials(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return String::from(text);
    };
    let shown = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = shown
        .split_once('/')
        .map_or((shown, ""), |(authority, path)| (authority, path));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let slash = if shown.contains('/') { "/" } else { "" };
    format!("{scheme}://{host}{slash}{path}")
}

const HIDDEN: &str = "(hidden)";

#[cfg(test)]
mod tests {
    use figment::providers::{Format as _, Toml};

    use super::*;

    #[test]
    fn every_key_is_shown_and_no_secret() {
        let figment = Figment::from(Toml::string(
            "name = \"Ours\"\n[payment]\nwebhook_secret = \"hush\"\nwebhook_secret_file = \"/run/secret\"\n[mail]\nport = 25\n\
             password = \"hush\"\n[phone]\nurl = \"https://hush:hush@sms.example/send?key=hush\"\nbearer = \"hush\"\n\
             prefixes = [\"+49\", \"+43\"]\n[[oidc]]\nid = \"one\"\nclient_secret = \"hush\"\n",
        ));
        let shown = entries(&figment);
        let lines = shown
            .iter()
            .map(|entry| format!("{} = {}", entry.key, entry.value));
        assert_eq!(
            lines.collect::<Vec<_>>(),
            [
                "mail.password = (hidden)",
                "mail.port = 25",
                "name = Ours",
                "oidc.0.client_secret = (hidden)",
                "oidc.0.id = one",
                "payment.webhook_secret = (hidden)",
                "payment.webhook_secret_file = /run/secret",
                "phone.bearer = (hidden)",
                "phone.prefixes = +49, +43",
                "phone.url = https://sms.example/send",
            ]
        );
    }
}
