// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/api/operator`: the operator's console. What is said about the installation as a whole stands here, what changes it in a
//! file each.

pub(crate) mod accounts;
pub(crate) mod invitations;
pub(crate) mod organisations;

use axum::{Json, extract::State, http::StatusCode};
use policy::Action;
use protocol::{
    AccountId,
    http::{AuditEntry, ConfigurationEntry, DeniedEntry, LiveMeetings, MailEntry, Mailbox},
};

use crate::{asker::Asker, http::url::Path, problem::ApiError, shared::Shared};

/// Says how much is going on. Counts only.
pub(crate) async fn meetings(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<LiveMeetings>, ApiError> {
    asker.ask_account(&shared, &Action::ManageAccounts)?;
    Ok(Json(LiveMeetings {
        live: shared.metrics.live_meetings.count(),
        participants: shared.metrics.participants.count(),
        connections: shared.metrics.connections.count(),
    }))
}

/// Shows the mail that had no relay to go through.
pub(crate) async fn mail(State(shared): State<Shared>, asker: Asker) -> Result<Json<Mailbox>, ApiError> {
    let operator = asker.ask_account(&shared, &Action::ManageAccounts)?.account.id;
    let mails = shared.store.mails(asker.now).await?;
    // They hold codes: whoever reads one could sign in as whom it is for.
    if !mails.is_empty() {
        let entry = store::AuditEntry {
            actor: Some(operator),
            action: store::AuditAction::MailRead,
            about: None,
            detail: String::new(),
        };
        shared.store.audit(&entry, asker.now).await?;
    }
    let mails = mails.into_iter().map(|mail| MailEntry {
        id: mail.id.to_string(),
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        created_at: mail.created_at.0,
    });
    Ok(Json(Mailbox {
        has_relay: shared.outside.mailer.is_some(),
        mails: mails.collect(),
    }))
}

/// Shows the settings in force, without secrets.
pub(crate) async fn configuration(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<Vec<ConfigurationEntry>>, ApiError> {
    asker.ask_account(&shared, &Action::ManageAccounts)?;
    Ok(Json(shared.config.shown.clone()))
}

/// Shows what was done to accounts, and by whom.
pub(crate) async fn audit(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<Vec<AuditEntry>>, ApiError> {
    asker.ask_account(&shared, &Action::ManageAccounts)?;
    let entries = shared.store.audit_log(None, AUDIT_ENTRIES).await?.into_iter();
    let shown = entries.map(|stored| AuditEntry {
        at: stored.at.0,
        actor: stored.entry.actor,
        action: String::from(stored.entry.action.as_str()),
        subject: stored.entry.about,
        detail: stored.entry.detail,
    });
    Ok(Json(shown.collect()))
}

/// Shows who cannot come back.
pub(crate) async fn denied(
    State(shared): State<Shared>,
    asker: Asker,
) -> Result<Json<Vec<DeniedEntry>>, ApiError> {
    asker.ask_account(&shared, &Action::ManageAccounts)?;
    let denied = shared.store.denied(None, DENIED, asker.now).await?.into_iter();
    let shown = denied.map(|denied| DeniedEntry {
        id: denied.id.to_string(),
        kind: denied.kind,
        created_at: denied.created_at.0,
        until: denied.until.0,
    });
    Ok(Json(shown.collect()))
}

/// Lets somebody come back.
pub(crate) async fn lift_denied(
    State(shared): State<Shared>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let operator = operator(&shared, &asker)?;
    let id = id.parse().map_err(|_| ApiError::not_found())?;
    shared.store.lift_denied(operator, id, asker.now).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the operator who wants to change something.
fn operator(shared: &Shared, asker: &Asker) -> Result<AccountId, ApiError> {
    let signed_in = asker.ask_fresh_account(shared, &Action::ManageAccounts)?;
    Ok(signed_in.account.id)
}

// What a person looks through; older ones are in the database.
const DENIED: u32 = 500;
const AUDIT_ENTRIES: u32 = 500;
