// SPDX-License-Identifier: MIT OR Apache-2.0
//! What anybody may know about the installation before signing in.

use serde::{Deserialize, Serialize};

/// Answer to `GET /api/instance`.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct InstanceInfo {
    /// What the operator calls it.
    pub name: String,
    /// How to sign in.
    pub sign_in: SignInWays,
    /// Whether a phone number can be verified.
    pub phone: bool,
    /// Where a plan is paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub payment_link: Option<String>,
    /// The Ed25519 public key that signs identity statements, 32 bytes in base64url.
    pub identity_key: String,
    /// The policy in force.
    pub policy: PolicyName,
}

/// The ways to sign in that the installation offers.
#[derive(Debug, Clone, Serialize, Deserialize, ts_rs::TS)]
pub struct SignInWays {
    /// By a code sent to an e-mail address.
    pub email: bool,
    /// By a passkey.
    pub passkey: bool,
    /// Through an OpenID provider.
    pub providers: Vec<ProviderName>,
}

/// An OpenID provider of the operator's choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ProviderName {
    /// As it stands in paths.
    pub id: String,
    /// As people read it.
    pub name: String,
}

/// Which policy is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PolicyName {
    /// The preset's name, or the file's.
    pub name: String,
    /// SHA-256 of its text, in hexadecimal.
    pub hash: String,
}
