// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/operator/accounts`: found, suspended, given a plan, vouched for.

use account::{EmailAddress, StandingRecord, Subject, UnixTime};
use axum::{Json, extract::State};
use identity::Letter;
use policy::Action;
use protocol::{
    AccountId, ErrorCode, Redacted,
    http::{
        AccountEntry, AccountPage, AccountsQuery, BindingKind, OperatorAccount, PlanChange, Standing,
        StandingChange,
    },
};
use store::{AccountSearch, By, NewBinding, StoredAccount};

use super::operator;
use crate::{
    asker::Asker,
    http::{
        account::{tell, view},
        body::Body,
        url::{Path, Query},
    },
    problem::ApiError,
    shared::Shared,
    vouching,
};

/// Lists accounts, youngest first: all, or those that the search finds by id, address or a part of the name.
pub(crate) async fn list(
    State(shared): State<Shared>,
    asker: Asker,
    Query(wish): Query<AccountsQuery>,
) -> Result<Json<AccountPage>, ApiError> {
    asker.ask_account(&shared, &Action::ManageAccounts)?;
    let after = wish.after.map(|after| after.parse()).transpose();
    let after = after.map_err(|_| ApiError::malformed("after is not from the page before"))?;
    let search = search(&shared, wish.search.0.trim());
    let found = shared.store.search_accounts(&search, after, PAGE).await?;
    let is_full = found.len() == PAGE as usize;
    let last = found.last().filter(|_| is_full);
    Ok(Json(AccountPage {
        next: last.map(|account| account.number.to_string()),
        accounts: found.iter().map(|account| entry(account, &asker)).collect(),
    }))
}

/// Shows one.
pub(crate) async fn show(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Json<OperatorAccount>, ApiError> {
    asker.ask_account(&shared, &Action::ManageAccounts)?;
    shown(&shared, &asker, parse(&id)?).await
}

/// Lets it act, or not. What it was tied to cannot come back under another name as long as it may not act.
pub(crate) async fn set_standing(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    Body(change): Body<StandingChange>,
) -> Result<Json<OperatorAccount>, ApiError> {
    let operator = operator(&shared, &asker)?;
    let id = parse(&id)?;
    if id == operator {
        return Err(ApiError::conflict("nobody would run the installation any more"));
    }
    if change.reason.len() > REASON_BYTES {
        return Err(ApiError::malformed("the reason is too long"));
    }
    let is_good = change.standing == Standing::Good;
    let record = StandingRecord {
        standing: change.standing,
        reason: (!is_good).then(|| change.reason.clone()),
        until: change.until.map(UnixTime).filter(|_| !is_good),
    };
    let denied_for = shared.config.denied_for;
    shared
        .store
        .set_standing(operator, id, &record, denied_for, asker.now)
        .await?;
    let account = find(&shared, id).await?;
    if matches!(
        account.standing(asker.now),
        Standing::Suspended | Standing::Terminated
    ) {
        for meeting in shared.store.meetings_of(id, u32::MAX).await? {
            shared.live.close(meeting.id, ErrorCode::AccountSuspended).await;
        }
        let until = change.until.map(day);
        let letter = Letter::Suspended {
            reason: &change.reason,
            until: until.as_deref(),
        };
        tell(&shared, &asker, &account, &letter).await?;
    }
    shared.live.account_changed(id).await;
    shown(&shared, &asker, id).await
}

/// Gives it a plan, whatever it pays.
pub(crate) async fn set_plan(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
    Body(change): Body<PlanChange>,
) -> Result<Json<OperatorAccount>, ApiError> {
    let operator = operator(&shared, &asker)?;
    let id = parse(&id)?;
    shared
        .store
        .grant_plan(operator, id, change.plan, asker.now)
        .await?;
    shared.live.plan_changed(id).await;
    shown(&shared, &asker, id).await
}

/// Vouches for it.
pub(crate) async fn vouch(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Json<OperatorAccount>, ApiError> {
    let operator = operator(&shared, &asker)?;
    let id = parse(&id)?;
    let store = &shared.store;
    let binding = NewBinding::voucher_of_operator(&shared.macs, id);
    store.vouch_as_operator(operator, id, &binding, asker.now).await?;
    let kind = BindingKind::Voucher;
    let account = find(&shared, id).await?;
    tell(&shared, &asker, &account, &Letter::BindingAdded { kind }).await?;
    shown(&shared, &asker, id).await
}

/// Takes a binding away.
pub(crate) async fn unbind(
    State(shared): State<Shared>,
    asker: Asker,
    Path((id, binding)): Path<(String, String)>,
) -> Result<Json<OperatorAccount>, ApiError> {
    let operator = operator(&shared, &asker)?;
    let id = parse(&id)?;
    let binding = binding.parse().map_err(|_| ApiError::not_found())?;
    shared
        .store
        .unbind(id, binding, By::Operator(operator), asker.now)
        .await?;
    vouching::review(&shared, id, asker.now).await?;
    shared.live.account_changed(id).await;
    shown(&shared, &asker, id).await
}

fn search(shared: &Shared, text: &str) -> AccountSearch {
    if text.is_empty() {
        AccountSearch::All
    } else if let Ok(id) = text.parse() {
        AccountSearch::Id(id)
    } else if let Ok(address) = EmailAddress::parse(text) {
        AccountSearch::Subject(shared.macs.subject(&Subject::email(&address)))
    } else {
        AccountSearch::Text(Redacted(String::from(text)))
    }
}

async fn shown(shared: &Shared, asker: &Asker, id: AccountId) -> Result<Json<OperatorAccount>, ApiError> {
    let account = find(shared, id).await?;
    let sessions = shared.store.sessions(id, asker.now).await?;
    Ok(Json(OperatorAccount {
        account: view(shared, &account, asker),
        sessions: u32::try_from(sessions.len()).unwrap_or(u32::MAX),
        open_meetings: shared.store.open_meetings(id).await?,
    }))
}

async fn find(shared: &Shared, id: AccountId) -> Result<StoredAccount, ApiError> {
    let account = shared.store.account(id).await?;
    account.ok_or(ApiError::not_found())
}

fn parse(id: &str) -> Result<AccountId, ApiError> {
    id.parse().map_err(|_| ApiError::not_found())
}

fn entry(account: &StoredAccount, asker: &Asker) -> AccountEntry {
    AccountEntry {
        id: account.id,
        name: account.name.clone(),
        standing: account.standing(asker.now),
        plan: account.plan(asker.now),
        is_operator: account.is_operator,
        bindings: account.binding_kinds(asker.now).into_iter().collect(),
        created_at: account.created_at.0,
    }
}

/// Returns the day as it is written in every language, as in 2026-11-23.
fn day(at: i64) -> String {
    // Howard Hinnant's civil_from_days: eras of 400 years that begin with March.
    let days = at.div_euclid(24 * 60 * 60) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

// A console shows a page of this at a time.
const PAGE: u32 = 50;

// A paragraph.
const REASON_BYTES: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_the_calendar_has_them() {
        for (at, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_795_392_000, "2026-11-23"),
            (4_102_444_799, "2099-12-31"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(day(at), expected);
        }
    }
}
