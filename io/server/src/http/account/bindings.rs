// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/account/bindings`: what ties the account to the world outside. An OpenID provider's is in `sign_in::oidc`.

use account::{
    BindingKind, EmailAddress, LimitScope, PhoneNumber, Subject, VOUCHER_SLOTS, VoucherCode,
    binding_valid_for, network_key,
    rules::{
        SMS_PER_ACCOUNT, SMS_PER_INSTANCE, SMS_PER_NETWORK, SMS_PER_NUMBER, SMS_PER_PREFIX,
        VOUCHERS_PER_ACCOUNT,
    },
    site_key,
};
use axum::{Json, extract::State, http::StatusCode};
use identity::{Letter, SmsError, sms_text};
use policy::Action;
use protocol::{
    Redacted,
    http::{Account, Ceremony, CodeFinish, EmailBegin, PhoneBegin, VoucherCode as GivenCode},
};
use store::{By, NewBinding, Purpose, StoreError};

use super::{reload, tell};
use crate::{
    asker::{self, Asker},
    code,
    http::{body::Body, url::Path},
    problem::ApiError,
    shared::Shared,
    vouching,
};

/// Sends a code to an e-mail address.
pub(crate) async fn begin_email(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<EmailBegin>,
) -> Result<(StatusCode, Json<Ceremony>), ApiError> {
    let account = asker
        .ask_fresh_account(&shared, &adding(BindingKind::Email))?
        .account
        .id;
    let purpose = Purpose::AddEmail;
    let ceremony = code::send_mail(&shared, &asker, purpose, Some(account), &request.email.0).await?;
    Ok((StatusCode::ACCEPTED, Json(ceremony)))
}

/// Takes the code back.
pub(crate) async fn finish_email(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<CodeFinish>,
) -> Result<Json<Account>, ApiError> {
    let account = asker
        .ask_fresh_account(&shared, &adding(BindingKind::Email))?
        .account
        .id;
    let CodeFinish { ceremony, code } = request;
    let proved = code::redeem(
        &shared,
        &asker,
        Purpose::AddEmail,
        Some(account),
        &ceremony.0,
        &code.0,
    )
    .await?;
    let address = String::from_utf8(proved.state)
        .ok()
        .and_then(|text| EmailAddress::parse(&text).ok())
        .ok_or(ApiError::wrong_credentials())?;
    bind(&shared, &asker, NewBinding::email(&shared.macs, &address)).await
}

/// Sends a code to a phone.
pub(crate) async fn begin_phone(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<PhoneBegin>,
) -> Result<(StatusCode, Json<Ceremony>), ApiError> {
    let account = asker
        .ask_fresh_account(&shared, &adding(BindingKind::Phone))?
        .account
        .id;
    let gateway = shared
        .outside
        .phone
        .as_ref()
        .ok_or(ApiError::unavailable("phone numbers cannot be verified here"))?;
    let number =
        PhoneNumber::parse(&request.phone.0).map_err(|_| ApiError::malformed("not a phone number"))?;
    let prefix = gateway.prefix(&number).map_err(not_sent)?;
    let subject = shared.macs.subject(&Subject::phone(&number));
    // Whoever is paid per message by a number's owner must gain nothing here, however many accounts they make.
    let macs = &shared.macs;
    // Each one costs: whoever has many networks is counted as one.
    let network = site_key(asker.address).unwrap_or_else(|| network_key(asker.address));
    let limits = [
        (
            macs.limit(LimitScope::SmsOfAccount, account.as_bytes()),
            SMS_PER_ACCOUNT,
        ),
        (
            macs.limit(LimitScope::SmsToNumber, subject.as_bytes()),
            SMS_PER_NUMBER,
        ),
        (macs.limit(LimitScope::SmsOfNetwork, &network), SMS_PER_NETWORK),
        (
            macs.limit_of_day(LimitScope::SmsToPrefix, prefix.as_bytes(), asker.now),
            SMS_PER_PREFIX,
        ),
        (
            macs.limit_of_day(LimitScope::SmsOfInstance, &[], asker.now),
            SMS_PER_INSTANCE,
        ),
    ];
    if let Some(wait) = shared.store.count_attempt(&limits, asker.now).await? {
        return Err(ApiError::too_often(wait));
    }
    // The number itself is not kept: its end is enough for its holder to know it by.
    let state = number.mask().into_bytes();
    let (ceremony, code) =
        code::begin(&shared, &asker, Purpose::AddPhone, Some(account), subject, state).await?;
    let _errand = shared
        .errands
        .enter()
        .await
        .ok_or(ApiError::unavailable("too many messages at once"))?;
    let text = sms_text(asker.language, shared.outside.sender(), &code);
    gateway.send(&number, &text).await.map_err(not_sent)?;
    Ok((StatusCode::ACCEPTED, Json(ceremony)))
}

/// Takes the code back.
pub(crate) async fn finish_phone(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<CodeFinish>,
) -> Result<Json<Account>, ApiError> {
    let account = asker
        .ask_fresh_account(&shared, &adding(BindingKind::Phone))?
        .account
        .id;
    let CodeFinish { ceremony, code } = request;
    let proved = code::redeem(
        &shared,
        &asker,
        Purpose::AddPhone,
        Some(account),
        &ceremony.0,
        &code.0,
    )
    .await?;
    let mask = String::from_utf8(proved.state).map_err(|_| ApiError::wrong_credentials())?;
    let kind = BindingKind::Phone;
    let binding = NewBinding {
        kind,
        issuer: None,
        subject: proved.subject,
        label: Redacted(mask),
        domain: None,
        assurance: 0,
        expires_at: binding_valid_for(kind).map(|valid_for| asker.now.plus(valid_for)),
        verification: None,
    };
    bind(&shared, &asker, binding).await
}

/// Uses a voucher.
pub(crate) async fn redeem_voucher(
    State(shared): State<Shared>,
    asker: Asker,
    Body(request): Body<GivenCode>,
) -> Result<Json<Account>, ApiError> {
    let account = &asker
        .ask_fresh_account(&shared, &adding(BindingKind::Voucher))?
        .account;
    let limits = [(
        shared
            .macs
            .limit(LimitScope::VouchersOfAccount, account.id.as_bytes()),
        VOUCHERS_PER_ACCOUNT,
    )];
    if let Some(wait) = shared.store.count_attempt(&limits, asker.now).await? {
        return Err(ApiError::too_often(wait));
    }
    let code = VoucherCode::parse(&request.code.0).map_err(|_| ApiError::wrong_credentials())?;
    check_maker(&shared, &asker, &code).await?;
    let binding = NewBinding::voucher(&shared.macs, &code);
    let redeemed = shared
        .store
        .redeem_voucher(account.id, &code.hash(), &binding, asker.now)
        .await;
    match redeemed {
        Ok(_) => {}
        Err(StoreError::UnknownVoucher) => return Err(ApiError::wrong_credentials()),
        Err(error) => return Err(error.into()),
    }
    let kind = BindingKind::Voucher;
    tell(&shared, &asker, account, &Letter::BindingAdded { kind }).await?;
    reload(&shared, &asker).await
}

/// Asks whether whoever made the voucher may vouch still: much may have changed since.
async fn check_maker(shared: &Shared, asker: &Asker, code: &VoucherCode) -> Result<(), ApiError> {
    let store = &shared.store;
    let Some(maker) = store.voucher_maker(&code.hash()).await? else {
        return Err(ApiError::wrong_credentials());
    };
    let free_slots = store.free_slots(maker, asker.now).await?;
    let maker = store
        .account(maker)
        .await?
        .ok_or_else(ApiError::wrong_credentials)?;
    let action = Action::Vouch {
        // Without this one, which takes its slot already.
        used: VOUCHER_SLOTS.saturating_sub(free_slots).saturating_sub(1),
        slots: VOUCHER_SLOTS,
    };
    // Whoever uses it need not learn what became of its maker.
    asker::ask(shared, &asker::actor(&maker, asker.now), &action).map_err(|_| ApiError::wrong_credentials())
}

/// Removes a binding, whatever it says.
pub(crate) async fn remove(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Json<Account>, ApiError> {
    let account = &asker.ask_fresh_account(&shared, &Action::ChangeAccount)?.account;
    let id = id.parse().map_err(|_| ApiError::not_found())?;
    let mut bindings = account.bindings.iter();
    let kind = bindings
        .find(|binding| binding.id == id)
        .ok_or(ApiError::not_found())?
        .kind;
    shared.store.unbind(account.id, id, By::Owner, asker.now).await?;
    vouching::review(&shared, account.id, asker.now).await?;
    shared.live.account_changed(account.id).await;
    tell(&shared, &asker, account, &Letter::BindingRemoved { kind }).await?;
    reload(&shared, &asker).await
}

async fn bind(shared: &Shared, asker: &Asker, binding: NewBinding) -> Result<Json<Account>, ApiError> {
    let kind = binding.kind;
    let action = Action::AddBinding {
        kind,
        is_denied: shared.store.is_denied(&binding.subject, asker.now).await?,
    };
    let account = &asker.ask_fresh_account(shared, &action)?.account;
    shared.store.bind(account.id, &binding, asker.now).await?;
    tell(shared, asker, account, &Letter::BindingAdded { kind }).await?;
    reload(shared, asker).await
}

/// Before the subject is proved, nobody learns whether it is denied.
const fn adding(kind: BindingKind) -> Action {
    Action::AddBinding {
        kind,
        is_denied: false,
    }
}

fn not_sent(error: SmsError) -> ApiError {
    match error {
        SmsError::CountryNotAllowed => ApiError::malformed("no codes are sent to this country"),
        SmsError::Refused(_) | SmsError::Timeout | SmsError::Unreachable => {
            tracing::warn!(%error, "the SMS gateway does not take a message");
            ApiError::unavailable("the code could not be sent")
        }
    }
}
