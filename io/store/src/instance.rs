// SPDX-License-Identifier: MIT OR Apache-2.0
//! Secrets of the installation.

use crate::{Store, StoreError};

/// Which secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceSecret {
    /// The HMAC key of resume tokens.
    Resume,
    /// The Ed25519 seed that signs the server's external MLS proposals.
    ExternalSender,
    /// The key of [`account::MacKey`].
    Mac,
    /// The Ed25519 seed that signs who is behind a participant.
    IdentityKey,
}

impl Store {
    /// Returns the secret; the first call ever makes `candidate` it.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn instance_secret(
        &self,
        which: InstanceSecret,
        candidate: [u8; 32],
    ) -> Result<[u8; 32], StoreError> {
        let name = match which {
            InstanceSecret::Resume => "resume",
            InstanceSecret::ExternalSender => "external_sender",
            InstanceSecret::Mac => "mac",
            InstanceSecret::IdentityKey => "identity_key",
        };
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO instance_secrets (name, secret) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(candidate.as_slice())
        .execute(&mut *transaction)
        .await?;
        let secret: Vec<u8> = sqlx::query_scalar("SELECT secret FROM instance_secrets WHERE name = ?")
            .bind(name)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        secret
            .try_into()
            .map_err(|_| sqlx::Error::Decode("secret is not 32 bytes".into()).into())
    }
}
