// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/account/vouchers`: what the account gives out so that others need not show a phone number.

use account::{VOUCHER_SLOTS, VoucherCode, VoucherState};
use axum::{Json, extract::State, http::StatusCode};
use policy::Action;
use protocol::{
    Redacted,
    http::{VoucherEntry, VoucherMade, Vouchers},
};
use rand::{SeedableRng as _, rngs::StdRng};
use store::StoredVoucher;

use crate::{asker::Asker, http::url::Path, problem::ApiError, shared::Shared};

/// Lists them.
pub(crate) async fn list(State(shared): State<Shared>, asker: Asker) -> Result<Json<Vouchers>, ApiError> {
    let account = asker.ask_account(&shared, &Action::UseAccount)?.account.id;
    let vouchers = shared.store.vouchers(account, asker.now).await?;
    Ok(Json(Vouchers {
        vouchers: vouchers.iter().map(entry).collect(),
        free_slots: shared.store.free_slots(account, asker.now).await?,
    }))
}

/// Makes one. Its code is shown this once.
pub(crate) async fn issue(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<(StatusCode, Json<VoucherMade>), ApiError> {
    let account = asker.ask_account(&shared, &Action::UseAccount)?.account.id;
    let free_slots = shared.store.free_slots(account, asker.now).await?;
    asker.ask(
        &shared,
        &Action::Vouch {
            used: VOUCHER_SLOTS.saturating_sub(free_slots),
            slots: VOUCHER_SLOTS,
        },
    )?;
    let code = VoucherCode::random(&mut StdRng::from_os_rng());
    let issued = shared
        .store
        .issue_voucher(account, &code.hash(), asker.now)
        .await?;
    let voucher = entry(&issued);
    let code = Redacted(code.to_text());
    Ok((StatusCode::CREATED, Json(VoucherMade { voucher, code })))
}

/// Takes one back, and with it the binding of whoever used it.
pub(crate) async fn withdraw(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let account = asker.ask_account(&shared, &Action::ChangeAccount)?.account.id;
    let id = id.parse().map_err(|_| ApiError::not_found())?;
    let redeemer = shared.store.withdraw_voucher(account, id, asker.now).await?;
    if let Some(redeemer) = redeemer {
        shared.live.account_changed(redeemer).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn entry(voucher: &StoredVoucher) -> VoucherEntry {
    VoucherEntry {
        id: voucher.id.to_string(),
        created_at: voucher.created_at.0,
        expires_at: voucher.expires_at.0,
        is_used: !matches!(voucher.state, VoucherState::Open { .. }),
    }
}
