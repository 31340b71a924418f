// SPDX-License-Identifier: MIT OR Apache-2.0
//! The DNS records that proved domains, looked at again from time to time: who lets a domain go speaks for it no longer.

use std::time::Duration;

use account::{RECORD_CHECKED_EVERY, UnixTime};
use identity::DomainError;
use store::{Found, StoreError};

use crate::{shared::Shared, vouching};

/// Looks for the records that are due at `now`.
pub(crate) async fn check(shared: &Shared, now: UnixTime) -> Result<(), StoreError> {
    let before = UnixTime(now.0.saturating_sub_unsigned(RECORD_CHECKED_EVERY.as_secs()));
    for domain in shared.store.records_to_check(before, AT_ONCE).await? {
        let record = shared.macs.organisation_record(&domain);
        let looked = shared.outside.domains.check(&domain, &record);
        let found = match tokio::time::timeout(WITHIN, looked).await {
            Ok(Ok(())) => Found::Record,
            Ok(Err(DomainError::BadDomain | DomainError::NoRecord | DomainError::WrongValue)) => {
                Found::NoRecord
            }
            Ok(Err(DomainError::Unreachable | DomainError::Timeout)) | Err(_) => Found::NoAnswer,
        };
        if shared.store.note_record(&domain, found, now).await? {
            tracing::info!(
                domain,
                "a domain lost its record: it is an organisation's no longer"
            );
            for maker in shared.store.voucher_makers_in(&domain).await? {
                vouching::review(shared, maker, now).await?;
            }
        }
    }
    Ok(())
}

// As many as an installation has, and few enough that a name server that stalls holds up nothing for long.
const AT_ONCE: u32 = 50;
const WITHIN: Duration = Duration::from_secs(10);
