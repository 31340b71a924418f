// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who lost what they vouched with, vouches for nobody any more: otherwise one phone number, brought along from one account to
//! the next, would vouch for a crowd.

use account::{Standing, UnixTime, VOUCHER_SLOTS};
use policy::{Action, Actor};
use protocol::AccountId;
use store::StoreError;

use crate::{asker, shared::Shared};

/// Asks whether the account may vouch still, after something that spoke for it is gone, and takes its vouchers back if not. Whom
/// it vouched for comes back to their meetings as who they are without.
pub(crate) async fn review(shared: &Shared, maker: AccountId, now: UnixTime) -> Result<(), StoreError> {
    let Some(account) = shared.store.account(maker).await? else {
        return Ok(());
    };
    let Actor::Account(mut facts) = asker::actor(&account, now) else {
        return Ok(());
    };
    // What the operator decided about the maker for a time does not take from others what they have for good.
    facts.standing = Standing::Good;
    let vouch = Action::Vouch {
        used: 0,
        slots: VOUCHER_SLOTS,
    };
    if shared.policy().allows(&Actor::Account(facts), &vouch) {
        return Ok(());
    }
    for redeemer in shared.store.withdraw_vouchers(maker, now).await? {
        shared.live.account_changed(redeemer).await;
    }
    Ok(())
}
