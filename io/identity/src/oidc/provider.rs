// SPDX-License-Identifier: MIT OR Apache-2.0
//! One provider: what it says about itself, and the three requests of a sign-in.

use std::{sync::Arc, time::Duration};

use account::{EmailAddress, UnixTime};
use openidconnect::{
    AccessToken, AdditionalProviderMetadata, AuthType, AuthenticationFlow, AuthorizationCode, Client,
    ClientId, ClientSecret, CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata,
    RedirectUrl, RequestTokenError, Scope, StandardErrorResponse, SubjectIdentifier, TokenResponse as _,
    UserInfoClaims, UserInfoError,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
        CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
        CoreRevocableToken, CoreRevocationErrorResponse, CoreSubjectIdentifierType,
        CoreTokenIntrospectionResponse,
    },
    http,
};
use protocol::Redacted;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{
    OidcBegun, OidcCallback, OidcConfigError, OidcError, OidcProof, ProviderConfig, TokenFlaw,
    assurance::{ExtraClaims, Verification},
    ceremony::Ceremony,
    token::{Expected, ProviderTokenResponse},
};
use crate::{
    Secret,
    outbound::{MayBeLocal, Outbound, OutboundError, is_allowed},
};

type Metadata = ProviderMetadata<
    ExtraMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type ProviderClient = Client<
    ExtraClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    ProviderTokenResponse,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What is read of a provider's metadata beside the standard fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct ExtraMetadata {
    /// OpenID Connect for Identity Assurance 1.0, section 7.
    #[serde(default)]
    verified_claims_supported: bool,
    /// RFC 9207, section 3.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for ExtraMetadata {}

pub(super) struct Provider {
    name: String,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<Secret>,
    scopes: Vec<String>,
    callback: RedirectUrl,
    may_be_local: MayBeLocal,
    outbound: Outbound,
    known: Mutex<Known>,
}

/// What was learnt of the provider, and when.
#[derive(Default)]
struct Known {
    metadata: Option<(Arc<Metadata>, UnixTime)>,
    failure: Option<(OidcError, UnixTime)>,
}

impl Provider {
    pub(super) fn new(
        config: &ProviderConfig,
        callback: String,
        outbound: Outbound,
    ) -> Result<Self, OidcConfigError> {
        let url = config.checked_issuer()?;
        Ok(Self {
            name: config.name.clone(),
            issuer: IssuerUrl::new(config.issuer.clone()).map_err(|_| OidcConfigError::Issuer)?,
            client_id: ClientId::new(config.client_id.clone()),
            client_secret: Secret::of(
                config.client_secret.as_ref(),
                config.client_secret_file.as_deref(),
            )?,
            scopes: config
                .scopes
                .iter()
                .filter(|scope| *scope != "openid")
                .cloned()
                .collect(),
            callback: RedirectUrl::new(callback).map_err(|_| OidcConfigError::Callback)?,
            may_be_local: MayBeLocal::like(&url),
            outbound,
            known: Mutex::default(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) async fn begin(&self, id: &str, state: &str, now: UnixTime) -> Result<OidcBegun, OidcError> {
        let metadata = self.metadata(now).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client(&metadata);
        let given_state = CsrfToken::new(state.to_owned());
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || given_state,
                Nonce::new_random,
            )
            .add_scopes(self.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        if metadata.additional_metadata().verified_claims_supported {
            request = request.add_extra_param("claims", VERIFICATION_WANTED);
        }
        let (url, _, nonce) = request.url();
        if !is_allowed(&url, self.may_be_local) {
            return Err(OidcError::BadProvider);
        }
        let ceremony = Ceremony {
            provider: id.to_owned(),
            state: state.to_owned(),
            nonce: nonce.secret().clone(),
            pkce_verifier: verifier.into_secret(),
            begun_at: now,
        };
        Ok(OidcBegun {
            url: url.into(),
            ceremony: ceremony.to_bytes(),
        })
    }

    pub(super) async fn finish(
        &self,
        ceremony: Ceremony,
        callback: &OidcCallback,
        now: UnixTime,
    ) -> Result<OidcProof, OidcError> {
        let mut metadata = self.metadata(now).await?;
        // RFC 9207, section 2.4: the answer of one provider must not be taken for that of another.
        match &callback.iss {
            Some(issuer) if issuer != self.issuer.as_str() => return Err(OidcError::WrongState),
            None if metadata
                .additional_metadata()
                .authorization_response_iss_parameter_supported =>
            {
                return Err(OidcError::WrongState);
            }
            Some(_) | None => {}
        }
        if callback.error.is_some() {
            return Err(OidcError::Refused);
        }
        let code = callback
            .code
            .as_ref()
            .filter(|code| code.len() <= MAX_CODE)
            .ok_or(OidcError::Refused)?;
        let tokens = self.redeem(&metadata, code, ceremony.pkce_verifier).await?;
        let token = tokens.id_token().ok_or(TokenFlaw::Missing)?;
        let nonce = Nonce::new(ceremony.nonce);
        let mut claims = self
            .expected(&metadata, &nonce, tokens.access_token(), now)
            .check(token);
        if claims.as_ref().err().is_some_and(|flaw| flaw.may_be_new_key()) {
            metadata = self.refreshed(&metadata, now).await?;
            claims = self
                .expected(&metadata, &nonce, tokens.access_token(), now)
                .check(token);
        }
        let claims = claims?;
        let subject = claims.subject().clone();
        if !(1..=MAX_SUBJECT).contains(&subject.len()) {
            return Err(TokenFlaw::Form.into());
        }
        let mut found = Found {
            email: verified(
                claims.email().map(|email| email.as_str()),
                claims.email_verified(),
            ),
            verification: claims.additional_claims().verification().cloned(),
        };
        if self.lacks(&found, &metadata) {
            found = found.or(self.user_info(&metadata, tokens.access_token(), &subject).await?);
        }
        let assurance = found.verification.as_ref().map_or(0, Verification::assurance);
        Ok(OidcProof {
            issuer: self.issuer.to_string(),
            subject: Redacted(subject.to_string()),
            email: found.email,
            verification: found.verification,
            assurance,
        })
    }

    async fn redeem(
        &self,
        metadata: &Metadata,
        code: &str,
        verifier: String,
    ) -> Result<ProviderTokenResponse, OidcError> {
        let http = |request| self.outbound.fetch(request, self.may_be_local);
        let client = self.client(metadata);
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| OidcError::BadProvider)?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier));
        request.request_async(&http).await.map_err(|error| {
            tracing::debug!(%error, "no token");
            if let RequestTokenError::Request(error) = error {
                return unreachable(error);
            }
            // Every other refusal is between the operator and the provider.
            let is_bad_code = matches!(&error, RequestTokenError::ServerResponse(refusal)
                if *refusal.error() == CoreErrorResponseType::InvalidGrant);
            if is_bad_code {
                OidcError::Refused
            } else {
                OidcError::BadProvider
            }
        })
    }

    /// Returns whether the provider should be asked for what its token leaves out.
    fn lacks(&self, found: &Found, metadata: &Metadata) -> bool {
        let wants_email = self.scopes.iter().any(|scope| scope == "email");
        let wants_verification = metadata.additional_metadata().verified_claims_supported;
        metadata.userinfo_endpoint().is_some()
            && ((wants_email && found.email.is_none())
                || (wants_verification && found.verification.is_none()))
    }

    async fn user_info(
        &self,
        metadata: &Metadata,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<Found, OidcError> {
        let http = |request| self.outbound.fetch(request, self.may_be_local);
        let client = self.client(metadata);
        let request = client
            .user_info(token.clone(), Some(subject.clone()))
            .map_err(|_| OidcError::BadProvider)?;
        let claims: UserInfoClaims<ExtraClaims, CoreGenderClaim> =
            request.request_async(&http).await.map_err(|error| {
                tracing::debug!(%error, "no user information");
                if let UserInfoError::Request(error) = error {
                    unreachable(error)
                } else {
                    OidcError::BadProvider
                }
            })?;
        Ok(Found {
            email: verified(
                claims.email().map(|email| email.as_str()),
                claims.email_verified(),
            ),
            verification: claims.additional_claims().verification().cloned(),
        })
    }

    fn expected<'a>(
        &'a self,
        metadata: &'a Metadata,
        nonce: &'a Nonce,
        access_token: &'a AccessToken,
        now: UnixTime,
    ) -> Expected<'a> {
        Expected {
            issuer: &self.issuer,
            client_id: &self.client_id,
            keys: metadata.jwks(),
            nonce,
            access_token,
            now,
        }
    }

    fn client(&self, metadata: &Metadata) -> ProviderClient {
        let secret = self
            .client_secret
            .as_ref()
            .map(|secret| ClientSecret::new(secret.expose().to_owned()));
        let methods = metadata.token_endpoint_auth_methods_supported();
        let basic_is_listed =
            methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let auth_type = if basic_is_listed {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        };
        Client::from_provider_metadata(metadata.clone(), self.client_id.clone(), secret)
            .set_auth_type(auth_type)
            .set_redirect_uri(self.callback.clone())
    }

    /// Returns what the provider says about itself, asking again when it is no longer fresh. One asks, the others wait;
    /// after a failure nobody asks for a while, so that a provider that is down holds nobody up.
    async fn metadata(&self, now: UnixTime) -> Result<Arc<Metadata>, OidcError> {
        let mut known = self.known.lock().await;
        if let Some((metadata, at)) = &known.metadata
            && now.saturating_since(*at) < FRESH_FOR
        {
            return Ok(metadata.clone());
        }
        if let Some((error, at)) = known.failure
            && now.saturating_since(at) < FAILURE_FOR
        {
            return known
                .metadata
                .as_ref()
                .map_or(Err(error), |(metadata, _)| Ok(metadata.clone()));
        }
        match self.discover(&mut known, now).await {
            Ok(metadata) => Ok(metadata),
            // What it said an hour ago is most likely right; the token's signature decides.
            Err(error) => known
                .metadata
                .as_ref()
                .map_or(Err(error), |(metadata, _)| Ok(metadata.clone())),
        }
    }

    /// Returns what the provider says about itself now, unless somebody asked since `seen`.
    async fn refreshed(&self, seen: &Arc<Metadata>, now: UnixTime) -> Result<Arc<Metadata>, OidcError> {
        let mut known = self.known.lock().await;
        if let Some((metadata, _)) = &known.metadata
            && !Arc::ptr_eq(metadata, seen)
        {
            return Ok(metadata.clone());
        }
        self.discover(&mut known, now).await
    }

    async fn discover(&self, known: &mut Known, now: UnixTime) -> Result<Arc<Metadata>, OidcError> {
        let http = |request: http::Request<Vec<u8>>| self.outbound.fetch(request, self.may_be_local);
        match Metadata::discover_async(self.issuer.clone(), &http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Known {
                    metadata: Some((metadata.clone(), now)),
                    failure: None,
                };
                Ok(metadata)
            }
            Err(error) => {
                let error = match error {
                    DiscoveryError::Request(error) => unreachable(error),
                    DiscoveryError::Response(status, _, _) if status.is_server_error() => {
                        OidcError::Unreachable
                    }
                    DiscoveryError::Response(..)
                    | DiscoveryError::Parse(_)
                    | DiscoveryError::UrlParse(_)
                    | DiscoveryError::Validation(_)
                    | DiscoveryError::Other(_)
                    | _ => OidcError::BadProvider,
                };
                tracing::warn!(
                    provider = self.name,
                    ?error,
                    "the provider's configuration cannot be read"
                );
                known.failure = Some((error, now));
                Err(error)
            }
        }
    }
}

/// What one document of the provider says.
struct Found {
    email: Option<EmailAddress>,
    verification: Option<Verification>,
}

impl Found {
    fn or(self, other: Self) -> Self {
        Self {
            email: self.email.or(other.email),
            verification: self.verification.or(other.verification),
        }
    }
}

fn verified(email: Option<&str>, is_verified: Option<bool>) -> Option<EmailAddress> {
    email
        .filter(|_| is_verified == Some(true))
        .and_then(|email| EmailAddress::parse(email).ok())
}

const fn unreachable(error: OutboundError) -> OidcError {
    match error {
        OutboundError::Timeout | OutboundError::Unreachable => OidcError::Unreachable,
        OutboundError::NotEncrypted | OutboundError::TooLarge => OidcError::BadProvider,
    }
}

/// Asks how the identity was checked (OpenID Connect for Identity Assurance 1.0, section 6). A claim has to be named; what
/// comes back of it is not read.
const VERIFICATION_WANTED: &str = r#"{"id_token":{"verified_claims":{"verification":{"trust_framework":null,"assurance_level":null,"time":null},"claims":{"given_name":null}}},"userinfo":{"verified_claims":{"verification":{"trust_framework":null,"assurance_level":null,"time":null},"claims":{"given_name":null}}}}"#;
// Keys that are withdrawn should not be believed for long; a request an hour is nothing to a provider.
const FRESH_FOR: Duration = Duration::from_secs(60 * 60);
// Short enough for people who try again.
const FAILURE_FOR: Duration = Duration::from_secs(5);
// OpenID Connect Core, section 2: a subject has at most 255 characters.
const MAX_SUBJECT: usize = 255;
// Codes that carry encrypted state reach some kB.
const MAX_CODE: usize = 4096;
