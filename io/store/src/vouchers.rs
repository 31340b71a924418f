// SPDX-License-Identifier: MIT OR Apache-2.0
//! Vouchers at rest. What becomes of one is decided in `account`.

use account::{BindingKind, UnixTime, VOUCHER_VALID_FOR, VoucherHash, VoucherState, free_slots};
use protocol::AccountId;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use crate::{
    AuditAction, BindingId, NewBinding, Store, StoreError, VoucherId,
    audit::{self, AuditEntry},
    bindings,
    row::{account_id, named, optional_account_id, time},
};

/// A voucher that an account made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVoucher {
    /// Which.
    pub id: VoucherId,
    /// What became of it.
    pub state: VoucherState,
    /// When it was made.
    pub created_at: UnixTime,
    /// Until when its code may be used.
    pub expires_at: UnixTime,
}

impl Store {
    /// Returns the vouchers that the account made, oldest first, but for those that vouch for nobody any more.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn vouchers(
        &self,
        account: AccountId,
        now: UnixTime,
    ) -> Result<Vec<StoredVoucher>, StoreError> {
        let rows = sqlx::query("SELECT * FROM vouchers WHERE account_id = ? ORDER BY id")
            .bind(account.as_bytes().as_slice())
            .fetch_all(&self.readers)
            .await?;
        let mut vouchers = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        vouchers.retain(|voucher| voucher.state.takes_slot(now));
        Ok(vouchers)
    }

    /// Returns for how many more people the account may vouch.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn free_slots(&self, account: AccountId, now: UnixTime) -> Result<u32, StoreError> {
        let vouchers = self.vouchers(account, now).await?;
        Ok(free_slots(vouchers.into_iter().map(|voucher| voucher.state), now))
    }

    /// Keeps a voucher that the account makes. Whether it may vouch is the caller's to ask the policy.
    ///
    /// # Errors
    /// [`StoreError::NoFreeSlot`], or [`StoreError::Query`] if the database failed.
    pub async fn issue_voucher(
        &self,
        account: AccountId,
        code: &VoucherHash,
        now: UnixTime,
    ) -> Result<StoredVoucher, StoreError> {
        let mut transaction = self.begin().await?;
        let rows = sqlx::query("SELECT * FROM vouchers WHERE account_id = ?")
            .bind(account.as_bytes().as_slice())
            .fetch_all(&mut *transaction)
            .await?;
        let vouchers = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        if free_slots(vouchers.into_iter().map(|voucher| voucher.state), now) == 0 {
            return Err(StoreError::NoFreeSlot);
        }
        let row = sqlx::query(
            "INSERT INTO vouchers (code_hash, account_id, created_at, expires_at) VALUES (?, ?, ?, ?) RETURNING *",
        )
        .bind(code.as_bytes().as_slice())
        .bind(account.as_bytes().as_slice())
        .bind(now.0)
        .bind(now.plus(VOUCHER_VALID_FOR).0)
        .fetch_one(&mut *transaction)
        .await?;
        note(&mut transaction, AuditAction::VoucherIssued, account, now).await?;
        transaction.commit().await?;
        Ok(read(&row)?)
    }

    /// Takes a voucher back. If somebody is vouched for by it, they are no longer; returns who.
    ///
    /// # Errors
    /// [`StoreError::UnknownVoucher`] (also for one that is lost or was taken back), or [`StoreError::Query`] if the database
    /// failed.
    pub async fn withdraw_voucher(
        &self,
        account: AccountId,
        id: VoucherId,
        now: UnixTime,
    ) -> Result<Option<AccountId>, StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query("SELECT * FROM vouchers WHERE id = ? AND account_id = ?")
            .bind(id.0)
            .bind(account.as_bytes().as_slice())
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(StoreError::UnknownVoucher)?;
        let state = read(&row)?.state;
        if state.after_withdrawal() == state {
            return Err(StoreError::UnknownVoucher);
        }
        let redeemer = withdraw(&mut transaction, &row).await?;
        note(&mut transaction, AuditAction::VoucherWithdrawn, account, now).await?;
        transaction.commit().await?;
        Ok(redeemer)
    }

    /// Takes all vouchers of the account back, because it may vouch no more. Returns who is vouched for by them no longer.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn withdraw_vouchers(
        &self,
        account: AccountId,
        now: UnixTime,
    ) -> Result<Vec<AccountId>, StoreError> {
        let mut transaction = self.begin().await?;
        let rows = sqlx::query("SELECT * FROM vouchers WHERE account_id = ? ORDER BY id")
            .bind(account.as_bytes().as_slice())
            .fetch_all(&mut *transaction)
            .await?;
        let mut redeemers = Vec::new();
        let mut is_any = false;
        for row in &rows {
            let state = read(row)?.state;
            if state.after_withdrawal() != state {
                redeemers.extend(withdraw(&mut transaction, row).await?);
                is_any = true;
            }
        }
        if is_any {
            note(&mut transaction, AuditAction::VoucherWithdrawn, account, now).await?;
        }
        transaction.commit().await?;
        Ok(redeemers)
    }

    /// Returns the accounts with an address in the domain that vouch for somebody, or will for whoever has their code.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn voucher_makers_in(&self, domain: &str) -> Result<Vec<AccountId>, StoreError> {
        let rows = sqlx::query(
            "SELECT DISTINCT v.account_id FROM vouchers v JOIN identity_bindings b ON b.account_id = v.account_id \
             WHERE b.domain = ? AND v.state IN ('open', 'redeemed') ORDER BY v.account_id",
        )
        .bind(domain)
        .fetch_all(&self.readers)
        .await?;
        let makers = rows.iter().map(|row| account_id(row, "account_id"));
        Ok(makers.collect::<Result<_, _>>()?)
    }

    /// Returns who vouches with a code that nobody has used yet: whether that account may vouch still, is the caller's to ask
    /// the policy.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn voucher_maker(&self, code: &VoucherHash) -> Result<Option<AccountId>, StoreError> {
        let row = sqlx::query("SELECT account_id FROM vouchers WHERE code_hash = ? AND state = 'open'")
            .bind(code.as_bytes().as_slice())
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.map(|row| account_id(&row, "account_id")).transpose()?)
    }

    /// Uses a voucher's code for the account, once.
    ///
    /// # Errors
    /// [`StoreError::UnknownVoucher`], [`StoreError::OwnVoucher`], [`StoreError::AlreadyVouched`],
    /// [`StoreError::SubjectDenied`], or [`StoreError::Query`] if the database failed.
    pub async fn redeem_voucher(
        &self,
        account: AccountId,
        code: &VoucherHash,
        binding: &NewBinding,
        now: UnixTime,
    ) -> Result<BindingId, StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query("SELECT * FROM vouchers WHERE code_hash = ?")
            .bind(code.as_bytes().as_slice())
            .fetch_optional(&mut *transaction)
            .await?
            .ok_or(StoreError::UnknownVoucher)?;
        let voucher = read(&row)?;
        match voucher.state {
            VoucherState::Open { expires_at } if now < expires_at => {}
            VoucherState::Open { .. }
            | VoucherState::Redeemed
            | VoucherState::Withdrawn
            | VoucherState::Lost => return Err(StoreError::UnknownVoucher),
        }
        if account_id(&row, "account_id")? == account {
            return Err(StoreError::OwnVoucher);
        }
        refuse_vouched(&mut transaction, account).await?;
        let bound = bindings::insert(&mut transaction, account, binding, now).await?;
        sqlx::query("UPDATE vouchers SET state = ?, redeemed_by = ?, binding_id = ? WHERE id = ?")
            .bind(VoucherState::Redeemed.as_str())
            .bind(account.as_bytes().as_slice())
            .bind(bound.0)
            .bind(voucher.id.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(bound)
    }

    /// Vouches for the account in the operator's name, without a code. See [`NewBinding::voucher_of_operator`].
    ///
    /// # Errors
    /// [`StoreError::AlreadyVouched`], [`StoreError::UnknownAccount`], or [`StoreError::Query`] if the database failed.
    pub async fn vouch_as_operator(
        &self,
        by: AccountId,
        account: AccountId,
        binding: &NewBinding,
        now: UnixTime,
    ) -> Result<BindingId, StoreError> {
        let mut transaction = self.begin().await?;
        refuse_vouched(&mut transaction, account).await?;
        let bound = bindings::insert(&mut transaction, account, binding, now).await?;
        let entry = AuditEntry {
            actor: Some(by),
            action: AuditAction::VoucherIssued,
            about: Some(account),
            detail: String::new(),
        };
        audit::insert(&mut transaction, &entry, now).await?;
        transaction.commit().await?;
        Ok(bound)
    }
}

/// Which vouchers are meant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of {
    /// Those that somebody is vouched for by.
    Redeemer(AccountId),
    /// The one that made this binding.
    Binding(BindingId),
}

/// Moves vouchers to the state that `next` says.
pub(crate) async fn change(
    connection: &mut SqliteConnection,
    of: Of,
    next: impl Fn(VoucherState) -> VoucherState,
) -> Result<(), sqlx::Error> {
    let query = match of {
        Of::Redeemer(account) => {
            sqlx::query("SELECT * FROM vouchers WHERE redeemed_by = ?").bind(account.as_bytes().to_vec())
        }
        Of::Binding(id) => sqlx::query("SELECT * FROM vouchers WHERE binding_id = ?").bind(id.0),
    };
    for row in query.fetch_all(&mut *connection).await? {
        let voucher = read(&row)?;
        set_state(connection, voucher.id, next(voucher.state)).await?;
    }
    Ok(())
}

/// Takes one back that can be, and the binding that somebody has by it. Returns whose that was.
async fn withdraw(
    connection: &mut SqliteConnection,
    row: &SqliteRow,
) -> Result<Option<AccountId>, sqlx::Error> {
    let voucher = read(row)?;
    set_state(connection, voucher.id, voucher.state.after_withdrawal()).await?;
    sqlx::query("DELETE FROM identity_bindings WHERE id = ?")
        .bind(row.try_get::<Option<i64>, _>("binding_id")?)
        .execute(connection)
        .await?;
    optional_account_id(row, "redeemed_by")
}

async fn set_state(
    connection: &mut SqliteConnection,
    id: VoucherId,
    state: VoucherState,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE vouchers SET state = ? WHERE id = ?")
        .bind(state.as_str())
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

async fn refuse_vouched(connection: &mut SqliteConnection, account: AccountId) -> Result<(), StoreError> {
    let is_vouched: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM identity_bindings WHERE account_id = ? AND kind = ?)",
    )
    .bind(account.as_bytes().as_slice())
    .bind(BindingKind::Voucher.as_str())
    .fetch_one(connection)
    .await?;
    if is_vouched {
        return Err(StoreError::AlreadyVouched);
    }
    Ok(())
}

async fn note(
    connection: &mut SqliteConnection,
    action: AuditAction,
    account: AccountId,
    now: UnixTime,
) -> Result<(), sqlx::Error> {
    let entry = AuditEntry {
        actor: Some(account),
        action,
        about: Some(account),
        detail: String::new(),
    };
    audit::insert(connection, &entry, now).await
}

fn read(row: &SqliteRow) -> Result<StoredVoucher, sqlx::Error> {
    let expires_at = time(row, "expires_at")?;
    Ok(StoredVoucher {
        id: VoucherId(row.try_get("id")?),
        state: named(row, "state", VoucherState::all(expires_at), VoucherState::as_str)?,
        created_at: time(row, "created_at")?,
        expires_at,
    })
}
