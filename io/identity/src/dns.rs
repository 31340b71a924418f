// SPDX-License-Identifier: MIT OR Apache-2.0
//! The proof that a domain is an organisation's own: a TXT record that only its administrator can set.
//!
//! The value to be found is the caller's; whose domain it then is, too.

use std::{net::SocketAddr, time::Duration};

use account::parse_domain;
use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RData},
};

/// Why a domain is not proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DomainError {
    /// Not a domain of the public DNS.
    #[error("not a domain name")]
    BadDomain,
    /// The domain has no such record, or not yet.
    #[error("the record does not exist")]
    NoRecord,
    /// The record says something else.
    #[error("the record has another value")]
    WrongValue,
    /// The name servers did not answer in time.
    #[error("the name servers did not answer in time")]
    Timeout,
    /// The name servers cannot be asked, or failed.
    #[error("the name servers cannot be asked")]
    Unreachable,
}

/// Why names cannot be looked up at all.
#[derive(Debug, thiserror::Error)]
#[error("no resolver for names")]
pub struct DnsConfigError(#[from] NetError);

/// Looks for the records of organisations.
#[derive(Clone)]
pub struct Domains {
    resolver: TokioResolver,
    timeout: Duration,
}

/// Returns the name of the TXT record that an organisation sets for a domain.
pub fn record_name(domain: &str) -> String {
    format!("_incamera.{domain}")
}

impl Domains {
    /// Makes ready to ask the name server at `resolver`, or those of the machine's configuration.
    ///
    /// # Errors
    /// [`DnsConfigError`] if the machine's configuration cannot be read.
    pub fn new(resolver: Option<SocketAddr>) -> Result<Self, DnsConfigError> {
        Self::with_timeout(resolver, TIMEOUT)
    }

    /// The same, with an own limit to how long one check may take.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_timeout(resolver: Option<SocketAddr>, timeout: Duration) -> Result<Self, DnsConfigError> {
        let mut builder = match resolver {
            None => TokioResolver::builder_tokio()?,
            Some(address) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                    connection.port = address.port();
                    connection
                });
                let server = NameServerConfig::new(address.ip(), true, connections.into());
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options = builder.options_mut();
        options.timeout = timeout / 3;
        options.attempts = 2;
        // Somebody who has set the record a moment ago should not wait for a cached "no".
        options.cache_size = 0;
        options.use_hosts_file = ResolveHosts::Never;
        Ok(Self {
            resolver: builder.build()?,
            timeout,
        })
    }

    /// Checks that the domain's record has the expected value.
    ///
    /// # Errors
    /// [`DomainError`] if it has not, or nobody can say.
    pub async fn check(&self, domain: &str, expected: &str) -> Result<(), DomainError> {
        let domain = parse_domain(domain).map_err(|_| DomainError::BadDomain)?;
        // The final dot keeps the search list of the machine out of it.
        let name =
            Name::from_ascii(format!("{}.", record_name(&domain))).map_err(|_| DomainError::BadDomain)?;
        let lookup = tokio::time::timeout(self.timeout, self.resolver.txt_lookup(name));
        let records = lookup
            .await
            .map_err(|_| DomainError::Timeout)?
            .map_err(|error| failure(&error))?;
        let mut has_record = false;
        for record in records.answers().iter().take(MAX_RECORDS) {
            let RData::TXT(text) = &record.data else { continue };
            has_record = true;
            if text.txt_data.concat().trim_ascii() == expected.as_bytes() {
                return Ok(());
            }
        }
        Err(if has_record {
            DomainError::WrongValue
        } else {
            DomainError::NoRecord
        })
    }
}

fn failure(error: &NetError) -> DomainError {
    if error.is_no_records_found() || error.is_nx_domain() {
        DomainError::NoRecord
    } else if matches!(error, NetError::Timeout) {
        DomainError::Timeout
    } else {
        DomainError::Unreachable
    }
}

// Somebody waits for the answer on a page.
const TIMEOUT: Duration = Duration::from_secs(8);
// A name can have proofs of several installations; hundreds are an attack.
const MAX_RECORDS: usize = 32;
