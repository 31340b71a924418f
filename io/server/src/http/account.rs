// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/account`: one's own account, one file per kind of thing that belongs to it. Here: itself, its rights, its data.

pub(crate) mod bindings;
pub(crate) mod organisations;
pub(crate) mod passkeys;
pub(crate) mod vouchers;

use account::{EmailAddress, VOUCHER_SLOTS};
use axum::{
    Json,
    extract::State,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use identity::Letter;
use policy::{Act, Action, Decision, Hosting, InMeeting, Joining, MeetingFacts, Role};
use protocol::{
    ErrorCode, Mode,
    http::{Account, AccountChange, Binding, BindingKind, Right, Standing},
};
use store::{AuditAction, AuditEntry, SignedIn, StoredAccount};

use super::{body::Body, session::without_cookie, sign_in::display_name};
use crate::{
    asker::{self, Asker},
    problem::ApiError,
    shared::Shared,
};

/// Shows the account.
pub(crate) async fn show(State(shared): State<Shared>, asker: Asker) -> Result<Json<Account>, ApiError> {
    let signed_in = asker.ask_account(&shared, &Action::UseAccount)?;
    Ok(Json(view(&shared, &signed_in.account, &asker)))
}

/// Changes its name.
pub(crate) async fn change(
    State(shared): State<Shared>,
    asker: Asker,
    Body(change): Body<AccountChange>,
) -> Result<Json<Account>, ApiError> {
    let account = asker.ask_account(&shared, &Action::ChangeAccount)?.account.id;
    let name = display_name(&change.name.0)?;
    shared.store.rename(account, &name).await?;
    reload(&shared, &asker).await
}

/// Erases it with all that belongs to it.
pub(crate) async fn erase(State(shared): State<Shared>, asker: Asker) -> Result<Response, ApiError> {
    let account = &asker.ask_fresh_account(&shared, &Action::UseAccount)?.account;
    let erased = shared.store.erase(account.id, asker.now).await?;
    for meeting in erased.meetings {
        shared.live.close(meeting, ErrorCode::MeetingEnded).await;
    }
    shared.live.account_changed(account.id).await;
    // Without a relay, the letter would keep the address that it says is gone.
    if shared.outside.mailer.is_some() {
        tell(&shared, &asker, account, &Letter::Erased).await?;
    }
    Ok((StatusCode::NO_CONTENT, without_cookie(&asker)).into_response())
}

/// Gives out everything that is stored about it.
pub(crate) async fn export(State(shared): State<Shared>, asker: Asker) -> Result<Response, ApiError> {
    let account = asker.ask_account(&shared, &Action::UseAccount)?.account.id;
    let data = shared.store.export(account).await?.ok_or(ApiError::not_found())?;
    let entry = AuditEntry {
        actor: Some(account),
        action: AuditAction::DataExported,
        about: Some(account),
        detail: String::new(),
    };
    shared.store.audit(&entry, asker.now).await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (
            CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"incamera-account.json\""),
        ),
    ];
    let text = serde_json::to_vec_pretty(&data).expect("it is JSON already");
    Ok((headers, text).into_response())
}

/// Says what the account may do, and what would unlock the rest.
pub(crate) async fn rights(State(shared): State<Shared>, asker: Asker) -> Result<Json<Vec<Right>>, ApiError> {
    let account = &asker.ask_account(&shared, &Action::UseAccount)?.account;
    let limits = shared.config.plans.limits(account.plan(asker.now));
    let open_meetings = shared.store.open_meetings(account.id).await?;
    let free_slots = shared.store.free_slots(account.id, asker.now).await?;
    let hosting = |mode| {
        Action::HostMeeting(Hosting {
            mode,
            people: limits.people,
            minutes: limits.minutes,
            open_meetings,
            plans: shared.config.plans,
        })
    };
    // Any meeting in which nothing stands in the way but the policy itself.
    let meeting = MeetingFacts::new(Mode::Standard, Some(Standing::Good), limits.people);
    let actions = [
        (
            "join",
            Action::JoinMeeting(Joining {
                meeting,
                people_now: 0,
                is_own: false,
                has_host_key: false,
                is_kept_out: false,
            }),
        ),
        ("host_standard", hosting(Mode::Standard)),
        ("host_e2ee", hosting(Mode::E2ee)),
        (
            "record_locally",
            Action::InMeeting(InMeeting {
                act: Act::RecordLocally,
                role: Role::Participant,
                meeting,
            }),
        ),
        (
            "vouch",
            Action::Vouch {
                used: VOUCHER_SLOTS.saturating_sub(free_slots),
                slots: VOUCHER_SLOTS,
            },
        ),
        ("manage_accounts", Action::ManageAccounts),
    ];
    let actor = asker.actor();
    let policy = shared.policy();
    let rights = actions.into_iter().map(|(name, action)| Right {
        action: String::from(name),
        allowed: policy.allows(&actor, &action),
        denial: match policy.decide(&actor, &action) {
            Decision::Allowed { .. } => None,
            Decision::Denied(denial) => Some(asker::shown(&denial)),
        },
    });
    Ok(Json(rights.collect()))
}

/// Shows the account that asks as it is after a change.
async fn reload(shared: &Shared, asker: &Asker) -> Result<Json<Account>, ApiError> {
    let SignedIn { account, .. } = asker.signed_in().ok_or(ApiError::not_found())?;
    let account = shared
        .store
        .account(account.id)
        .await?
        .ok_or(ApiError::not_found())?;
    Ok(Json(view(shared, &account, asker)))
}

/// Shows an account to its holder.
pub(crate) fn view(shared: &Shared, account: &StoredAccount, asker: &Asker) -> Account {
    let now = asker.now;
    let standing = account.standing(now);
    // A standing that is over has no reason any more.
    let record = (standing != Standing::Good).then_some(&account.standing);
    let plan = account.plan(now);
    let bindings = account.bindings.iter().map(|binding| Binding {
        id: binding.id.to_string(),
        kind: binding.kind,
        label: binding.label.clone(),
        issuer: binding.organisation.clone().or_else(|| binding.issuer.clone()),
        verified_at: binding.verified_at.0,
        expires_at: binding.expires_at.map(|at| at.0),
    });
    Account {
        id: account.id,
        name: account.name.clone(),
        standing,
        suspended_until: record.and_then(|record| record.until).map(|until| until.0),
        reason: record.and_then(|record| record.reason.clone()),
        plan,
        limits: shared.config.plans.limits(plan),
        bindings: bindings.collect(),
        is_operator: account.is_operator,
        created_at: account.created_at.0,
    }
}

/// Writes to every address of the account: whoever did something in its name, its holder learns of it.
pub(crate) async fn tell(
    shared: &Shared,
    asker: &Asker,
    account: &StoredAccount,
    letter: &Letter<'_>,
) -> Result<(), ApiError> {
    let emails = account
        .bindings
        .iter()
        .filter(|binding| binding.kind == BindingKind::Email);
    for binding in emails {
        if let Ok(address) = EmailAddress::parse(&binding.label.0) {
            let outside = &shared.outside;
            outside
                .post(
                    &shared.store,
                    &shared.macs,
                    &address,
                    letter,
                    asker.language,
                    asker.now,
                )
                .await?;
        }
    }
    Ok(())
}
