// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything about an account, for its owner to take along. Secrets, and MACs that nobody can read, are left out.

use protocol::AccountId;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::{Store, StoreError, meetings, row::unreadable};

impl Store {
    /// Returns what is kept about the account, as one JSON object with a member for each table; none if there is no such account.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn export(&self, account: AccountId) -> Result<Option<Value>, StoreError> {
        // One reading transaction: what is exported was all true at one time.
        let mut transaction = self.readers.begin().await?;
        let mut export = Map::new();
        for (table, statement) in SECTIONS {
            let text: Option<String> = sqlx::query_scalar(*statement)
                .bind(account.as_bytes().as_slice())
                .fetch_optional(&mut *transaction)
                .await?;
            let Some(text) = text else { return Ok(None) };
            let section = serde_json::from_str(&text).map_err(|_| unreadable("export"))?;
            export.insert(String::from(*table), section);
        }
        let meetings = own_meetings(&mut transaction, account).await?;
        export.insert(String::from("meetings"), meetings);
        export.insert(String::from("account_id"), json!(account));
        Ok(Some(Value::Object(export)))
    }
}

async fn own_meetings(connection: &mut SqliteConnection, account: AccountId) -> Result<Value, StoreError> {
    let rows = sqlx::query("SELECT * FROM meetings WHERE owner = ? ORDER BY created_at, id")
        .bind(account.as_bytes().as_slice())
        .fetch_all(connection)
        .await?;
    let meetings = rows.iter().map(|row| {
        let meeting = meetings::read(row)?;
        let details = meeting.details;
        Ok(json!({
            "id": meeting.id,
            "mode": meetings::mode_text(meeting.mode),
            "created_at": meeting.created_at,
            "ended_at": meeting.ended_at,
            "title": details.title,
            "starts_at": details.starts_at,
            "minutes": details.minutes,
            "has_lobby": details.has_lobby,
            "people": details.people,
        }))
    });
    Ok(Value::Array(meetings.collect::<Result<_, sqlx::Error>>()?))
}

/// A statement for each table that mentions accounts, but for meetings, whose ids need another alphabet. The first one finds no
/// row if there is no such account; all others always find one.
const SECTIONS: &[(&str, &str)] = &[
    (
        "accounts",
        "SELECT json_object('name', name, 'standing', standing, 'standing_reason', standing_reason, 'standing_until', \
         standing_until, 'granted_plan', granted_plan, 'paid_until', paid_until, 'is_operator', is_operator, 'is_invited', \
         is_invited, 'created_at', created_at) FROM accounts WHERE id = ?",
    ),
    (
        "identity_bindings",
        "SELECT json_group_array(json_object('kind', kind, 'issuer', issuer, 'label', label, 'assurance', assurance, \
         'verified_at', verified_at, 'expires_at', expires_at, 'verification', json(verification)) ORDER BY id) \
         FROM identity_bindings WHERE account_id = ?",
    ),
    (
        "passkeys",
        "SELECT json_group_array(json_object('name', name, 'credential_id', lower(hex(credential_id)), 'created_at', \
         created_at, 'last_used_at', last_used_at) ORDER BY id) FROM passkeys WHERE account_id = ?",
    ),
    (
        "sessions",
        "SELECT json_group_array(json_object('signed_in_by', signed_in_by, 'device', device, 'created_at', created_at, \
         'last_used_at', last_used_at, 'auth_time', auth_time) ORDER BY id) FROM sessions WHERE account_id = ?",
    ),
    (
        "ceremonies",
        "SELECT json_group_array(json_object('purpose', purpose, 'expires_at', expires_at) ORDER BY number) \
         FROM ceremonies WHERE account_id = ?",
    ),
    (
        "denied_subjects",
        "SELECT json_group_array(json_object('kind', kind, 'created_at', created_at, 'denied_until', denied_until) \
         ORDER BY id) FROM denied_subjects WHERE account_id = ?",
    ),
    (
        "vouchers",
        "SELECT json_group_array(json_object('role', iif(account_id = ?1, 'made', 'used'), 'state', state, 'created_at', \
         created_at, 'expires_at', expires_at) ORDER BY id) FROM vouchers WHERE account_id = ?1 OR redeemed_by = ?1",
    ),
    (
        "organisations",
        "SELECT json_group_array(json_object('domain', domain, 'proof', proof, 'proved_at', proved_at) ORDER BY domain) \
         FROM organisations WHERE proved_by = ?",
    ),
    (
        "organisation_claims",
        "SELECT json_group_array(json_object('domain', domain, 'claimed_at', claimed_at) ORDER BY domain) \
         FROM organisation_claims WHERE account_id = ?",
    ),
    (
        "invitations",
        "SELECT json_group_array(json_object('address', address, 'created_at', created_at, 'expires_at', expires_at) \
         ORDER BY id) FROM invitations WHERE invited_by = ?",
    ),
    (
        "payment_customers",
        "SELECT json_object('customers', count(*)) FROM payment_customers WHERE account_id = ?",
    ),
    (
        "payment_events",
        "SELECT json_group_array(json_object('kind', e.kind, 'paid_until', e.paid_until, 'happened_at', e.happened_at) \
         ORDER BY e.happened_at) FROM payment_events e JOIN payment_customers c ON c.customer_mac = e.customer_mac \
         WHERE c.account_id = ?",
    ),
    (
        "mails",
        "SELECT json_group_array(json_object('address', m.address, 'title', m.title, 'created_at', m.created_at) \
         ORDER BY m.id) FROM mails m JOIN identity_bindings b ON b.subject_mac = m.subject_mac WHERE b.account_id = ?",
    ),
    // Who did it is the operator's own business; what was done is not.
    (
        "audit",
        "SELECT json_group_array(json_object('at', at, 'action', action, 'is_own', iif(actor = ?1, json('true'), \
         json('false')), 'detail', iif(about = ?1, detail, '')) ORDER BY id) FROM audit WHERE actor = ?1 OR about = ?1",
    ),
];
