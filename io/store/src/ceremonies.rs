// SPDX-License-Identifier: MIT OR Apache-2.0
//! What was begun and has to be finished soon and once: sign-ins, codes, registrations.

use std::time::Duration;

use account::{
    CODE_GUESSES, CeremonyId, CodeMac, LimitKey, SubjectMac, UnixTime, Wait,
    rules::{GUESSES_PER_NETWORK, GUESSES_PER_SITE, GUESSES_PER_SUBJECT, GUESSES_PER_SUBJECT_AND_NETWORK},
};
use protocol::AccountId;
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};

use crate::{
    Store, StoreError, limits,
    row::{optional_account_id, optional_array},
};

/// What a ceremony is for. One that was begun for something else does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Sign in with a passkey.
    SignInPasskey,
    /// Sign in with a code sent by e-mail, or become an account.
    SignInEmail,
    /// Sign in through an OpenID provider, or become an account.
    SignInOidc,
    /// Add a passkey to the account.
    AddPasskey,
    /// Add an e-mail address to the account.
    AddEmail,
    /// Add a phone number to the account.
    AddPhone,
    /// Add an OpenID subject to the account.
    AddOidc,
}

/// A ceremony to begin.
#[derive(Clone)]
pub struct NewCeremony {
    /// Random; the browser's to keep.
    pub id: CeremonyId,
    /// What for.
    pub purpose: Purpose,
    /// Who began it, if that has to be signed in.
    pub account: Option<AccountId>,
    /// Of what is being proved, where that is known.
    pub subject: Option<SubjectMac>,
    /// Of the code that was sent, if one was.
    pub code: Option<CodeMac>,
    /// What the caller needs to finish it.
    pub state: Vec<u8>,
    /// When it is void.
    pub expires_at: UnixTime,
}

/// A ceremony that is finished: it cannot be taken again.
#[derive(Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// Who began it.
    pub account: Option<AccountId>,
    /// Of what is being proved.
    pub subject: Option<SubjectMac>,
    /// What the caller kept.
    pub state: Vec<u8>,
}

/// A code that somebody typed.
pub struct Guess {
    /// Which ceremony it is for.
    pub ceremony: CeremonyId,
    /// What for.
    pub purpose: Purpose,
    /// Who types, if that has to be signed in.
    pub account: Option<AccountId>,
    /// Of what was typed.
    pub code: CodeMac,
    /// Of where it came from: [`account::LimitScope::GuessesOfNetwork`].
    pub network: LimitKey,
    /// Of the site that has the network: [`account::LimitScope::GuessesOfSite`].
    pub site: Option<LimitKey>,
}

/// What became of a guess.
#[derive(Clone, PartialEq, Eq)]
pub enum Guessed {
    /// It is the code; nobody can use it again.
    Right(Ceremony),
    /// It is not, or there is no such ceremony, or it is void. Counted.
    Wrong,
    /// It was not looked at: too many were wrong. Not counted.
    Wait(Duration),
}

impl Store {
    /// Begins a ceremony. Under a flood of them, the oldest are forgotten.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn begin_ceremony(&self, ceremony: &NewCeremony) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let number: i64 = sqlx::query_scalar(
            "INSERT INTO ceremonies (id, purpose, account_id, subject_mac, code_mac, state, expires_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number",
        )
        .bind(ceremony.id.as_bytes().as_slice())
        .bind(purpose_text(ceremony.purpose))
        .bind(ceremony.account.as_ref().map(|id| id.as_bytes().as_slice()))
        .bind(ceremony.subject.as_ref().map(|mac| mac.as_bytes().as_slice()))
        .bind(ceremony.code.as_ref().map(|mac| mac.as_bytes().as_slice()))
        .bind(&ceremony.state)
        .bind(ceremony.expires_at.0)
        .fetch_one(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM ceremonies WHERE number <= ?")
            .bind(number - CEREMONIES)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes the ceremony, so that nobody else can finish it.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn take_ceremony(
        &self,
        id: CeremonyId,
        purpose: Purpose,
        account: Option<AccountId>,
        now: UnixTime,
    ) -> Result<Option<Ceremony>, StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "DELETE FROM ceremonies WHERE id = ? AND purpose = ? AND account_id IS ? AND expires_at > ? AND code_mac IS NULL \
             RETURNING account_id, subject_mac, state",
        )
        .bind(id.as_bytes().as_slice())
        .bind(purpose_text(purpose))
        .bind(account.as_ref().map(|id| id.as_bytes().as_slice()))
        .bind(now.0)
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// Compares a code that was typed with the one that was sent. Limits and comparison are one act: of guesses made at once,
    /// no more are looked at than one after the other would be.
    ///
    /// # Errors
    /// [`StoreError::Query`] if the database failed.
    pub async fn redeem_code(&self, guess: &Guess, now: UnixTime) -> Result<Guessed, StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "SELECT number, account_id, subject_mac, code_mac, state, guesses FROM ceremonies \
             WHERE id = ? AND purpose = ? AND account_id IS ? AND expires_at > ? AND code_mac IS NOT NULL",
        )
        .bind(guess.ceremony.as_bytes().as_slice())
        .bind(purpose_text(guess.purpose))
        .bind(guess.account.as_ref().map(|id| id.as_bytes().as_slice()))
        .bind(now.0)
        .fetch_optional(&mut *transaction)
        .await?;
        let subject = match &row {
            Some(row) => optional_array(row, "subject_mac")?.map(SubjectMac::from_bytes),
            None => None,
        };
        let mut keys = vec![(guess.network, GUESSES_PER_NETWORK)];
        keys.extend(guess.site.map(|site| (site, GUESSES_PER_SITE)));
        if let Some(subject) = subject {
            // Narrow for one network, wide for all: nobody keeps an owner out from one place.
            let from_there = LimitKey::of_subject_from(&subject, &guess.network);
            keys.push((from_there, GUESSES_PER_SUBJECT_AND_NETWORK));
            keys.push((LimitKey::of_subject(&subject), GUESSES_PER_SUBJECT));
        }
        if let Some(Wait(wait)) = limits::wait(&mut transaction, &keys, now).await? {
            return Ok(Guessed::Wait(wait));
        }
        let guessed = match &row {
            Some(row) => compare(&mut transaction, row, &guess.code).await?,
            None => Guessed::Wrong,
        };
        if guessed == Guessed::Wrong {
            for (key, rule) in keys {
                limits::count(&mut transaction, key, rule, now).await?;
            }
        }
        transaction.commit().await?;
        Ok(guessed)
    }
}

async fn compare(
    connection: &mut SqliteConnection,
    row: &SqliteRow,
    code: &CodeMac,
) -> Result<Guessed, sqlx::Error> {
    let sent = optional_array(row, "code_mac")?.map(CodeMac::from_bytes);
    let is_right = sent.is_some_and(|sent| sent.matches(code));
    let guesses: u32 = row.try_get("guesses")?;
    let is_over = is_right || guesses + 1 >= CODE_GUESSES;
    let statement = if is_over {
        "DELETE FROM ceremonies WHERE number = ?"
    } else {
        "UPDATE ceremonies SET guesses = guesses + 1 WHERE number = ?"
    };
    sqlx::query(statement)
        .bind(row.try_get::<i64, _>("number")?)
        .execute(connection)
        .await?;
    if is_right {
        Ok(Guessed::Right(read(row)?))
    } else {
        Ok(Guessed::Wrong)
    }
}

fn read(row: &SqliteRow) -> Result<Ceremony, sqlx::Error> {
    Ok(Ceremony {
        account: optional_account_id(row, "account_id")?,
        subject: optional_array(row, "subject_mac")?.map(SubjectMac::from_bytes),
        state: row.try_get("state")?,
    })
}

const fn purpose_text(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::SignInPasskey => "sign_in_passkey",
        Purpose::SignInEmail => "sign_in_email",
        Purpose::SignInOidc => "sign_in_oidc",
        Purpose::AddPasskey => "add_passkey",
        Purpose::AddEmail => "add_email",
        Purpose::AddPhone => "add_phone",
        Purpose::AddOidc => "add_oidc",
    }
}

// Ten minutes of 150 a second. Beyond that somebody floods, and a few honest ones have to begin again.
const CEREMONIES: i64 = 100_000;
