// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whether an ID token holds (OpenID Connect Core, section 3.1.3.7), stricter than the specification where it leaves room.

use std::time::Duration;

use account::UnixTime;
use chrono::{DateTime, Utc};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, EmptyExtraTokenFields, IdToken,
    IdTokenClaims, IdTokenFields, IdTokenVerifier, IssuerUrl, JsonWebKeySet, Nonce,
    SignatureVerificationError, StandardTokenResponse,
    core::{
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
        CoreTokenType,
    },
};

use super::assurance::ExtraClaims;

pub(super) type ProviderIdToken =
    IdToken<ExtraClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
pub(super) type ProviderTokenResponse = StandardTokenResponse<
    IdTokenFields<
        ExtraClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFlaw {
    /// There is none.
    #[error("there is no token")]
    Missing,
    /// By somebody else.
    #[error("the token is by another issuer")]
    Issuer,
    /// For somebody else, or for others as well.
    #[error("the token is for another client")]
    Audience,
    /// Too old, or of the future.
    #[error("the token is of another time")]
    Time,
    /// Of another sign-in.
    #[error("the token is of another sign-in")]
    Nonce,
    /// Unsigned, or signed with a key that others have.
    #[error("the token's signature is of a kind that proves nothing")]
    Algorithm,
    /// Signed by a key that the provider does not have.
    #[error("the token's key is unknown")]
    Key,
    /// The signature is wrong.
    #[error("the token's signature is wrong")]
    Signature,
    /// Of another access token.
    #[error("the token belongs to another access token")]
    AccessToken,
    /// Anything else: encrypted, nested, of another type.
    #[error("the token has another form")]
    Form,
}

impl TokenFlaw {
    /// Returns whether the provider may have changed its keys in between.
    pub(super) const fn may_be_new_key(self) -> bool {
        match self {
            Self::Key | Self::Signature => true,
            Self::Missing
            | Self::Issuer
            | Self::Audience
            | Self::Time
            | Self::Nonce
            | Self::Algorithm
            | Self::AccessToken
            | Self::Form => false,
        }
    }
}

/// What a token must be.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a IssuerUrl,
    pub(super) client_id: &'a ClientId,
    pub(super) keys: &'a JsonWebKeySet<CoreJsonWebKey>,
    pub(super) nonce: &'a Nonce,
    pub(super) access_token: &'a AccessToken,
    pub(super) now: UnixTime,
}

impl Expected<'_> {
    /// Returns the token's claims if it holds.
    pub(super) fn check<'t>(
        &self,
        token: &'t ProviderIdToken,
    ) -> Result<&'t IdTokenClaims<ExtraClaims, CoreGenderClaim>, TokenFlaw> {
        let now = self.now.0;
        let skew = SKEW.as_secs().cast_signed();
        let time = move || {
            DateTime::<Utc>::from_timestamp(now.saturating_sub(skew), 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
        };
        let oldest = now.saturating_sub(AGE.as_secs().cast_signed());
        let youngest = now.saturating_add(skew);
        let is_issued_lately = move |at: DateTime<Utc>| {
            if (oldest..=youngest).contains(&at.timestamp()) {
                Ok(())
            } else {
                Err(String::from("issued at another time"))
            }
        };
        // A verifier for a public client has no secret, so a MAC can never pass for a signature.
        let verifier = IdTokenVerifier::new_public_client(
            self.client_id.clone(),
            self.issuer.clone(),
            self.keys.clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(time)
        .set_issue_time_verifier_fn(is_issued_lately)
        .set_other_audience_verifier_fn(|_| false);
        let claims = token
            .claims(&verifier, self.nonce)
            .map_err(|error| flaw(&error))?;
        if claims
            .authorized_party()
            .is_some_and(|party| party != self.client_id)
        {
            return Err(TokenFlaw::Audience);
        }
        if let Some(hash) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|_| TokenFlaw::Algorithm)?;
            let key = token.signing_key(&verifier).map_err(|_| TokenFlaw::Key)?;
            let actual = AccessTokenHash::from_token(self.access_token, algorithm, key);
            if actual.map_err(|_| TokenFlaw::Algorithm)? != *hash {
                return Err(TokenFlaw::AccessToken);
            }
        }
        Ok(claims)
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "somebody else's, and whatever else it finds wrong is a flaw"
)]
fn flaw(error: &ClaimsVerificationError) -> TokenFlaw {
    tracing::debug!(%error, "token refused");
    match error {
        ClaimsVerificationError::Expired(_) => TokenFlaw::Time,
        ClaimsVerificationError::InvalidAudience(_) => TokenFlaw::Audience,
        ClaimsVerificationError::InvalidIssuer(_) => TokenFlaw::Issuer,
        ClaimsVerificationError::InvalidNonce(_) => TokenFlaw::Nonce,
        ClaimsVerificationError::SignatureVerification(error) => match error {
            SignatureVerificationError::NoMatchingKey | SignatureVerificationError::AmbiguousKeyId(_) => {
                TokenFlaw::Key
            }
            SignatureVerificationError::CryptoError(_) | SignatureVerificationError::InvalidKey(_) => {
                TokenFlaw::Signature
            }
            _ => TokenFlaw::Algorithm,
        },
        _ => TokenFlaw::Form,
    }
}

/// Signatures only: a MAC would be by a key that this installation has as well.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];
// Clocks of servers that keep time at all are closer than this.
const SKEW: Duration = Duration::from_secs(60);
// The token was asked for a moment ago.
const AGE: Duration = Duration::from_secs(10 * 60);
