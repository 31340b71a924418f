// SPDX-License-Identifier: MIT OR Apache-2.0
//! Signing in, and who is signed in.

use serde::{Deserialize, Serialize};

use super::{Plan, Standing};
use crate::{AccountId, Redacted};

/// Who is signed in. Answer to `GET /api/session` and to every sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct Session {
    /// None for a guest.
    pub account: Option<AccountSummary>,
    /// Whether the sign-in is young enough for dangerous acts.
    pub is_fresh: bool,
}

/// The account as the header of every page shows it.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct AccountSummary {
    /// Which.
    #[ts(type = "string")]
    pub id: AccountId,
    /// Display name.
    #[ts(as = "String")]
    pub name: Redacted<String>,
    /// Whether the operator lets it act.
    pub standing: Standing,
    /// What it pays for.
    pub plan: Plan,
    /// Whether it runs the installation.
    pub is_operator: bool,
}

/// A proof that was begun. Answer to every `begin` that sends a code.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct Ceremony {
    /// To be sent with what finishes it.
    #[ts(as = "String")]
    pub ceremony: Redacted<String>,
}

/// Answer to `POST /api/sign-in/passkey/begin` and `POST /api/account/passkeys/begin`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct PasskeyBegun {
    /// To be sent with the credential.
    #[ts(as = "String")]
    pub ceremony: Redacted<String>,
    /// For `navigator.credentials`, in the JSON form of Web Authentication Level 3: `{publicKey: {...}}`.
    #[ts(type = "{ publicKey: unknown }")]
    pub options: serde_json::Value,
}

/// Body of `POST /api/sign-in/passkey/finish`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct PasskeyFinish {
    /// From the answer to `begin`.
    #[ts(as = "String")]
    pub ceremony: Redacted<String>,
    /// `PublicKeyCredential.toJSON()`.
    #[ts(type = "unknown")]
    pub credential: Redacted<serde_json::Value>,
}

/// Body of `POST /api/account/passkeys/finish`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct PasskeyRegistration {
    /// From the answer to `begin`.
    #[ts(as = "String")]
    pub ceremony: Redacted<String>,
    /// `PublicKeyCredential.toJSON()`.
    #[ts(type = "unknown")]
    pub credential: Redacted<serde_json::Value>,
    /// What its holder calls it.
    pub name: String,
}

/// Body of `POST /api/sign-in/email/begin` and `POST /api/account/bindings/email/begin`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct EmailBegin {
    /// Where the code goes.
    #[ts(as = "String")]
    pub email: Redacted<String>,
}

/// Body of `POST /api/sign-in/email/finish`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct EmailFinish {
    /// From the answer to `begin`.
    #[ts(as = "String")]
    pub ceremony: Redacted<String>,
    /// Six digits.
    #[ts(as = "String")]
    pub code: Redacted<String>,
    /// Display name, for the account that is made if the address has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, as = "Option<String>")]
    pub name: Option<Redacted<String>>,
}

/// Body of `POST /api/account/bindings/email/finish` and `POST /api/account/bindings/phone/finish`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct CodeFinish {
    /// From the answer to `begin`.
    #[ts(as = "String")]
    pub ceremony: Redacted<String>,
    /// Six digits.
    #[ts(as = "String")]
    pub code: Redacted<String>,
}

/// Query of `GET /api/sign-in/oidc/{provider}`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ReturnQuery {
    /// The path to go to afterwards.
    #[serde(rename = "return", default)]
    pub return_to: String,
}

/// Body of `POST /api/sign-in/operator`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct OperatorSignIn {
    /// From the link that the first start printed.
    #[ts(as = "String")]
    pub token: Redacted<String>,
}
