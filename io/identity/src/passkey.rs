// SPDX-License-Identifier: MIT OR Apache-2.0
//! Passkeys (WebAuthn level 3): making one, and signing in with one without saying who one is.
//!
//! The user handle is the account's id. States and credentials are opaque bytes that the caller stores; a state is good
//! for one try and must never reach the browser.

use protocol::AccountId;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::outbound::is_loopback_host;

/// For whom passkeys are made.
#[derive(Debug, Clone)]
pub struct PasskeyConfig {
    /// The relying party's id: the domain of the web origin or a parent of it. Passkeys are tied to it for ever.
    pub rp_id: String,
    /// The web origins where passkeys are used, the main one first. An IP address cannot be one.
    pub origins: Vec<String>,
    /// The installation's name, as authenticators show it.
    pub name: String,
}

/// Why a passkey is not made or does not sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// The relying party's id is not the domain of the origins, or an origin is not encrypted.
    #[error("passkeys are not configured for this web origin")]
    Configuration,
    /// The state or the stored credential is not one of ours.
    #[error("the state of the ceremony cannot be read")]
    BadState,
    /// The browser's answer has the wrong form.
    #[error("the answer of the authenticator cannot be read")]
    BadResponse,
    /// The answer is to another question, of another place, by another key, or without its owner's consent.
    #[error("the answer of the authenticator does not hold")]
    NotVerified,
    /// The authenticator's counter went back: there are two of it.
    #[error("the authenticator was copied")]
    CounterWentBack,
    /// The authenticator has a passkey of this account.
    #[error("the authenticator is registered")]
    AlreadyRegistered,
}

/// A ceremony that has begun. Has no `Debug`: the state is half of its security.
#[derive(Clone)]
pub struct Begun {
    /// For the browser: `{"publicKey": …}` with bytes as base64url.
    pub options: Value,
    /// For the caller to keep until the browser answers, for five minutes at most.
    pub state: Vec<u8>,
}

/// A passkey that was made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewCredential {
    /// By which it is found; unique in the world.
    pub credential_id: Vec<u8>,
    /// What checks it from here on, opaque.
    pub credential: Vec<u8>,
}

/// Whose passkey an answer claims to be of. Nothing of it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedPasskey {
    /// By the user handle.
    pub account: AccountId,
    /// By which the credential is found.
    pub credential_id: Vec<u8>,
}

/// The relying party.
#[derive(Clone)]
pub struct Passkeys {
    webauthn: Webauthn,
}

impl Passkeys {
    /// Makes ready for the installation's web origins.
    ///
    /// # Errors
    /// [`PasskeyError::Configuration`] if browsers would refuse passkeys there.
    pub fn new(config: &PasskeyConfig) -> Result<Self, PasskeyError> {
        let origins: Vec<Url> = config
            .origins
            .iter()
            .map(|origin| {
                origin
                    .parse()
                    .ok()
                    .filter(is_secure)
                    .ok_or(PasskeyError::Configuration)
            })
            .collect::<Result<_, _>>()?;
        let (first, others) = origins.split_first().ok_or(PasskeyError::Configuration)?;
        let is_local = config.rp_id == "localhost";
        let mut builder = WebauthnBuilder::new(&config.rp_id, first)
            .map_err(|_| PasskeyError::Configuration)?
            .rp_name(&config.name)
            .allow_any_port(is_local);
        for origin in others {
            // The builder checks only the first one against the id.
            WebauthnBuilder::new(&config.rp_id, origin).map_err(|_| PasskeyError::Configuration)?;
            builder = builder.append_allowed_origin(origin);
        }
        Ok(Self {
            webauthn: builder.build().map_err(|_| PasskeyError::Configuration)?,
        })
    }

    /// Begins to make a passkey for an account that is signed in. `name` is what the authenticator shows; `existing` are
    /// the ids of the account's passkeys, so that no authenticator gets two.
    ///
    /// # Errors
    /// [`PasskeyError::BadResponse`] if the name is empty.
    pub fn begin_registration(
        &self,
        account: AccountId,
        name: &str,
        existing: impl IntoIterator<Item = Vec<u8>>,
    ) -> Result<Begun, PasskeyError> {
        let existing: Vec<Vec<u8>> = existing.into_iter().collect();
        let exclude = existing.clone();
        let handle = Uuid::from_bytes(*account.as_bytes());
        let (options, ceremony) = self
            .webauthn
            .start_passkey_registration(handle, name, name, Some(exclude))
            .map_err(failure)?;
        let mut options = serde_json::to_value(options).expect("options of a ceremony are JSON");
        // Signing in names no account, so the authenticator must find the passkey by itself.
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = Value::from("required");
        selection["requireResidentKey"] = Value::from(true);
        Ok(Begun {
            options,
            state: bytes_of(&Registration { ceremony, existing }),
        })
    }

    /// Checks what the authenticator made.
    ///
    /// # Errors
    /// [`PasskeyError`] if it does not hold.
    pub fn finish_registration(&self, state: &[u8], response: &Value) -> Result<NewCredential, PasskeyError> {
        let state: Registration = serde_json::from_slice(state).map_err(|_| PasskeyError::BadState)?;
        let response = response_of::<RegisterPublicKeyCredential>(response)?;
        if state.existing.contains(&response.raw_id) {
            return Err(PasskeyError::AlreadyRegistered);
        }
        let passkey = self
            .webauthn
            .finish_passkey_registration(&response, &state.ceremony)
            .map_err(failure)?;
        Ok(NewCredential {
            credential_id: passkey.cred_id().to_vec(),
            credential: bytes_of(&passkey),
        })
    }

    /// Begins to sign somebody in, whoever it is.
    ///
    /// # Errors
    /// None that an outsider could cause.
    pub fn begin_authentication(&self) -> Result<Begun, PasskeyError> {
        let (options, state) = self
            .webauthn
            .start_discoverable_authentication()
            .map_err(failure)?;
        let mut options = serde_json::to_value(options).expect("options of a ceremony are JSON");
        // Whether it is asked for in a dialogue or offered in a field is the page's choice.
        if let Some(fields) = options.as_object_mut() {
            fields.remove("mediation");
        }
        Ok(Begun {
            options,
            state: bytes_of(&state),
        })
    }

    /// Reads whose passkey an answer claims to be of, to look it up by.
    ///
    /// # Errors
    /// [`PasskeyError::BadResponse`] if the answer says nothing of the kind.
    pub fn claimed(&self, response: &Value) -> Result<ClaimedPasskey, PasskeyError> {
        let response = response_of::<PublicKeyCredential>(response)?;
        let (handle, credential_id) = self
            .webauthn
            .identify_discoverable_authentication(&response)
            .map_err(failure)?;
        Ok(ClaimedPasskey {
            account: AccountId::new(handle.into_bytes()),
            credential_id: credential_id.to_vec(),
        })
    }

    /// Checks that the answer is by the stored credential of that account, and returns the credential as it is to be
    /// stored from here on: its counter may have moved.
    ///
    /// # Errors
    /// [`PasskeyError`] if the answer does not hold.
    pub fn finish_authentication(
        &self,
        state: &[u8],
        response: &Value,
        account: AccountId,
        credential: &[u8],
    ) -> Result<Vec<u8>, PasskeyError> {
        let state: DiscoverableAuthentication =
            serde_json::from_slice(state).map_err(|_| PasskeyError::BadState)?;
        let mut passkey: Passkey = serde_json::from_slice(credential).map_err(|_| PasskeyError::BadState)?;
        let claimed = self.claimed(response)?;
        // WebAuthn, section 7.2, step 6: the user handle is of the credential's owner.
        if claimed.account != account {
            return Err(PasskeyError::NotVerified);
        }
        let response = response_of::<PublicKeyCredential>(response)?;
        let outcome = self
            .webauthn
            .finish_discoverable_authentication_v2(&response, state, &passkey)
            .map_err(failure)?;
        if !outcome.user_verified() {
            return Err(PasskeyError::NotVerified);
        }
        passkey.update_credential(&outcome);
        Ok(bytes_of(&passkey))
    }
}

/// What is remembered while an authenticator makes a passkey.
#[derive(Serialize, Deserialize)]
struct Registration {
    ceremony: PasskeyRegistration,
    existing: Vec<Vec<u8>>,
}

/// Browsers make passkeys only where nobody listens.
fn is_secure(origin: &Url) -> bool {
    let is_local = origin.host_str().is_some_and(is_loopback_host);
    origin.scheme() == "https" || (origin.scheme() == "http" && is_local)
}

fn bytes_of(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("states and credentials are JSON")
}

fn response_of<T: DeserializeOwned>(response: &Value) -> Result<T, PasskeyError> {
    T::deserialize(response).map_err(|_| PasskeyError::BadResponse)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "somebody else's, and whatever else it finds wrong does not hold"
)]
fn failure(error: WebauthnError) -> PasskeyError {
    tracing::debug!(%error, "passkey refused");
    match error {
        WebauthnError::Configuration => PasskeyError::Configuration,
        WebauthnError::CredentialPossibleCompromise => PasskeyError::CounterWentBack,
        WebauthnError::InvalidUserUniqueId
        | WebauthnError::InvalidUsername
        | WebauthnError::ParseCBORFailure(_)
        | WebauthnError::ParseJSONFailure(_)
        | WebauthnError::ParseNOMFailure
        | WebauthnError::ParseInsufficientBytesAvailable => PasskeyError::BadResponse,
        _ => PasskeyError::NotVerified,
    }
}
