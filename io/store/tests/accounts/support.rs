// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the stories share.

use account::{EmailAddress, MacKey, Standing, StandingRecord, UnixTime};
use incamera_store::{NewAccount, NewBinding, Store, StoreError};
use protocol::{AccountId, Redacted};
use tempfile::TempDir;

/// When the stories play.
pub(crate) const NOW: UnixTime = UnixTime(1_800_000_000);

/// The operator, where a story needs one.
pub(crate) const OPERATOR: AccountId = AccountId::new([0xEE; 16]);

pub(crate) async fn new_store() -> (TempDir, Store) {
    let directory = TempDir::new().expect("a temporary directory");
    let store = Store::open(directory.path()).await.expect("a writable directory");
    (directory, store)
}

pub(crate) fn key() -> MacKey {
    MacKey::new([0x4B; 32])
}

pub(crate) fn email(address: &str) -> NewBinding {
    NewBinding::email(&key(), &EmailAddress::parse(address).expect("an address"))
}

pub(crate) fn oidc(subject: &str) -> NewBinding {
    NewBinding::oidc(&key(), "https://id.example", subject, "Example", NOW)
}

pub(crate) fn id(number: u8) -> AccountId {
    AccountId::new([number; 16])
}

/// Makes an account with an e-mail address of its own.
pub(crate) async fn register(store: &Store, number: u8) -> AccountId {
    let binding = email(&format!("someone{number}@example.org"));
    register_with(store, number, vec![binding])
        .await
        .expect("a free address");
    id(number)
}

pub(crate) async fn register_with(
    store: &Store,
    number: u8,
    bindings: Vec<NewBinding>,
) -> Result<AccountId, StoreError> {
    let account = NewAccount {
        id: id(number),
        name: Redacted(format!("Someone {number}")),
        bindings,
    };
    store.register(&account, NOW).await.map(|()| account.id)
}

pub(crate) async fn register_operator(store: &Store) {
    let account = NewAccount {
        id: OPERATOR,
        name: Redacted(String::from("The operator")),
        bindings: vec![email("operator@example.org")],
    };
    store.register(&account, NOW).await.expect("a free address");
}

pub(crate) fn later(seconds: i64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

pub(crate) fn suspended(until: Option<UnixTime>) -> StandingRecord {
    StandingRecord {
        standing: Standing::Suspended,
        reason: Some(String::from("spam")),
        until,
    }
}
