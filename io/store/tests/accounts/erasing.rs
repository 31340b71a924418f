// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything about an account is handed out, and everything is erased. The tables are not listed here but found: who adds one
//! has to add it to the export, to the erasing and to the life of Ada below, or these stories fail.

use std::{collections::BTreeSet, fs, time::Duration};

use account::{
    BindingKind, CeremonyId, Code, EmailAddress, LimitScope, PaymentEvent, PaymentKind, PhoneNumber,
    SessionToken, Subject, VoucherCode,
};
use incamera_store::{
    Erased, Guess, MeetingDetails, NewBinding, NewCeremony, NewMail, NewPasskey, NewSession, Occupancy,
    Proof, Purpose, Store, StoreError, StoredMeeting,
};
use protocol::{AccountId, MeetingId, Mode, Redacted, http::SignedInBy};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::support::{
    NOW, OPERATOR, email, key, later, new_store, oidc, register, register_operator, register_with, suspended,
};

/// Tables that mention no account, whoever it is.
const OF_NOBODY: [&str; 3] = ["instance_secrets", "limits", "operator_link"];

/// Part of another table's section: what is in it is not the account's but the meeting's.
const NOT_EXPORTED: [&str; 1] = ["live_meetings"];

const MEETING: MeetingId = MeetingId::new([0xA7; 16]);

#[tokio::test]
async fn every_table_that_mentions_an_account_is_erased() {
    let (directory, store) = new_store().await;
    let ada = live(&store).await;
    let mut connection = connect(directory.path()).await;
    let tables = tables(&mut connection).await;
    let mentioning = mentioning(&mut connection, &tables).await;
    let of_nobody: BTreeSet<_> = OF_NOBODY.map(String::from).into();
    assert_eq!(
        &tables - &mentioning,
        of_nobody,
        "a table is neither found to mention accounts nor known not to"
    );
    for table in &mentioning {
        assert!(
            !traces(&mut connection, table).await.is_empty(),
            "the life of Ada leaves nothing in {table}"
        );
    }
    let erased = store.erase(ada, later(100)).await.expect("it exists");
    assert_eq!(
        erased,
        Erased {
            meetings: vec![MEETING]
        }
    );
    store.prune(later(100)).await.expect("a working database");
    for table in &tables {
        assert_eq!(
            traces(&mut connection, table).await,
            Vec::<String>::new(),
            "in {table}"
        );
    }
    let again = store.erase(ada, later(101)).await;
    assert!(matches!(again, Err(StoreError::UnknownAccount)), "{again:?}");
    connection.close().await.expect("an open connection");
    store.close().await;
    for file in fs::read_dir(directory.path()).expect("the data directory") {
        let path = file.expect("a file").path();
        let bytes = fs::read(&path).expect("a readable file");
        for needle in needles() {
            let is_in = bytes
                .windows(needle.len())
                .any(|window| window == needle.as_slice());
            assert!(
                !is_in,
                "{:?} is still in {}",
                String::from_utf8_lossy(&needle),
                path.display()
            );
        }
    }
}

#[tokio::test]
async fn every_table_that_mentions_an_account_is_exported_without_secrets() {
    let (directory, store) = new_store().await;
    let ada = live(&store).await;
    let export = store
        .export(ada)
        .await
        .expect("a working database")
        .expect("it exists");
    let mut connection = connect(directory.path()).await;
    let tables = tables(&mut connection).await;
    for table in mentioning(&mut connection, &tables).await {
        if NOT_EXPORTED.contains(&table.as_str()) {
            continue;
        }
        let is_filled = match export.get(&table) {
            Some(Value::Array(entries)) => !entries.is_empty(),
            Some(Value::Object(members)) => !members.is_empty(),
            Some(_) | None => false,
        };
        assert!(is_filled, "{table} is not in {export:#}");
    }
    let text = export.to_string();
    for known in [
        "ada.lovelace@ada.example",
        "Ada Lovelace",
        "Analytical engine",
        "Ada's laptop",
        "…42",
        "substantial",
    ] {
        assert!(text.contains(known), "{known} is not in {export:#}");
    }
    for secret in secrets() {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!text.to_lowercase().contains(&hex), "{hex} is in {export:#}");
    }
    assert!(!text.contains("Bob"), "nobody else is in it");
    assert!(
        store
            .export(crate::support::id(99))
            .await
            .expect("a working database")
            .is_none()
    );
}

#[tokio::test]
async fn others_keep_what_is_theirs() {
    let (_directory, store) = new_store().await;
    let ada = live(&store).await;
    let bob = crate::support::id(2);
    let before = store
        .account(bob)
        .await
        .expect("a working database")
        .expect("it exists");
    store.erase(ada, later(100)).await.expect("it exists");
    let after = store
        .account(bob)
        .await
        .expect("a working database")
        .expect("it exists");
    let mut bindings = before.bindings;
    bindings.retain(|binding| binding.kind != BindingKind::Voucher);
    assert_eq!(
        after.bindings, bindings,
        "all but what rested on the word of who has left"
    );
    assert_eq!(store.organisations().await.expect("a working database").len(), 1);
    let address = email("ada.lovelace@ada.example");
    store
        .bind(bob, &address, later(100))
        .await
        .expect("her address is free again");
}

/// Ada's life here: something in every table.
async fn live(store: &Store) -> AccountId {
    register_operator(store).await;
    let bob = register(store, 2).await;
    let number = PhoneNumber::parse("+49 151 23456742").expect("a number");
    let mut provider = oidc("ada at the provider");
    provider.verification = Some(serde_json::json!({"assurance_level": "substantial"}));
    let bindings = vec![
        email("ada.lovelace@ada.example"),
        provider,
        NewBinding::phone(&key(), &number, NOW),
    ];
    let ada = register_with(store, 1, bindings).await.expect("free subjects");
    store.rename(ada, "Ada Lovelace").await.expect("it exists");
    sign_in(store, ada).await;
    vouch(store, ada, bob, 1).await;
    vouch(store, bob, ada, 2).await;
    store
        .claim_organisation(ada, "ada.example", NOW)
        .await
        .expect("a first claim");
    store
        .prove_organisation("ada.example", Proof::Dns(ada), NOW)
        .await
        .expect("a claimed domain");
    let invited = EmailAddress::parse("carol@example.org").expect("an address");
    let subject = key().subject(&Subject::email(&invited));
    store
        .invite(ada, &invited, &subject, NOW)
        .await
        .expect("a working database");
    let paid = PaymentEvent {
        id: String::from("evt_1"),
        at: NOW,
        customer: Redacted(String::from("cus_ada")),
        subscription: Some(Redacted(String::from("sub_ada"))),
        account: Some(ada),
        kind: PaymentKind::CheckoutCompleted,
    };
    store
        .apply_payment(&key(), "stripe", &paid, NOW)
        .await
        .expect("a working database");
    let mail = NewMail {
        to: Redacted(String::from("ada.lovelace@ada.example")),
        recipient: email("ada.lovelace@ada.example").subject,
        subject: Redacted(String::from("Your code")),
        text: Redacted(String::from("Dear Ada Lovelace, your code is 123456.")),
    };
    store.put_mail(&mail, NOW).await.expect("a working database");
    meet(store, ada).await;
    let kept = Duration::from_secs(90);
    let ban = suspended(Some(later(90)));
    store
        .set_standing(OPERATOR, ada, &ban, kept, NOW)
        .await
        .expect("it exists");
    ada
}

async fn sign_in(store: &Store, ada: AccountId) {
    let passkey = NewPasskey {
        credential_id: b"credential of Ada".to_vec(),
        credential: b"public key of Ada".to_vec(),
        name: Redacted(String::from("Ada's laptop")),
    };
    store.add_passkey(ada, &passkey, NOW).await.expect("a new one");
    let session = NewSession {
        token: token().hash(),
        account: ada,
        by: SignedInBy::Passkey,
        device: Redacted(String::from("Analytical engine")),
    };
    store.open_session(&session, NOW).await.expect("it exists");
    for (number, account) in [(1, Some(ada)), (2, None)] {
        let ceremony = NewCeremony {
            id: CeremonyId::new([number; 16]),
            purpose: Purpose::AddEmail,
            account,
            subject: Some(email("ada.lovelace@ada.example").subject),
            code: Some(key().code(CeremonyId::new([number; 16]), &code("123456"))),
            state: b"ada.lovelace@ada.example".to_vec(),
            // Not over when the others are pruned.
            expires_at: later(600),
        };
        store.begin_ceremony(&ceremony).await.expect("a working database");
        let guess = Guess {
            ceremony: ceremony.id,
            purpose: Purpose::AddEmail,
            account,
            code: key().code(ceremony.id, &code("000000")),
            network: key().limit(LimitScope::GuessesOfNetwork, b"ada's"),
            site: None,
        };
        store.redeem_code(&guess, NOW).await.expect("a working database");
    }
}

async fn vouch(store: &Store, by: AccountId, whom: AccountId, number: u8) {
    let code = VoucherCode::random(&mut ChaCha20Rng::from_seed([number; 32]));
    store
        .issue_voucher(by, &code.hash(), NOW)
        .await
        .expect("a free slot");
    let binding = NewBinding::voucher(&key(), &code);
    store
        .redeem_voucher(whom, &code.hash(), &binding, NOW)
        .await
        .expect("an open voucher");
}

async fn meet(store: &Store, ada: AccountId) {
    let meeting = StoredMeeting {
        id: MEETING,
        mode: Mode::E2ee,
        host_key: None,
        admission_key: None,
        created_at: NOW,
        ended_at: None,
        owner: None,
        details: MeetingDetails {
            title: Some(Redacted(String::from("Ada Lovelace's birthday"))),
            ..MeetingDetails::default()
        },
    };
    store
        .create_owned_meeting(&meeting, ada, 0)
        .await
        .expect("the first");
    let state = b"roster: Ada Lovelace";
    store
        .save_live_state(MEETING, Occupancy::Occupied, state)
        .await
        .expect("a known meeting");
}

/// What would tell of Ada, as bytes.
fn needles() -> Vec<Vec<u8>> {
    let mut needles = secrets();
    needles.extend([
        crate::support::id(1).as_bytes().to_vec(),
        MEETING.as_bytes().to_vec(),
        b"credential of Ada".to_vec(),
    ]);
    for text in [
        "Lovelace",
        "lovelace",
        "Ada's",
        "Analytical engine",
        "substantial",
    ] {
        needles.push(text.as_bytes().to_vec());
    }
    needles
}

/// What even Ada is not told.
fn secrets() -> Vec<Vec<u8>> {
    let number = PhoneNumber::parse("+49 151 23456742").expect("a number");
    let subjects = [
        email("ada.lovelace@ada.example").subject,
        oidc("ada at the provider").subject,
        key().subject(&Subject::phone(&number)),
        key().subject(&Subject::payment("stripe", "cus_ada")),
        key().subject(&Subject::payment("stripe", "sub_ada")),
    ];
    let mut secrets: Vec<_> = subjects
        .iter()
        .map(|subject| subject.as_bytes().to_vec())
        .collect();
    secrets.push(token().hash().as_bytes().to_vec());
    secrets.push(b"public key of Ada".to_vec());
    secrets
}

async fn connect(directory: &std::path::Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(directory.join("incamera.sqlite"));
    SqliteConnection::connect_with(&options)
        .await
        .expect("the database")
}

/// All tables of ours.
async fn tables(connection: &mut SqliteConnection) -> BTreeSet<String> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
    )
    .fetch_all(connection)
    .await
    .expect("a working database");
    names.into_iter().collect()
}

/// Those that refer to accounts, to a table that does, or have a column of a kind that says who somebody is.
async fn mentioning(connection: &mut SqliteConnection, tables: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::from([String::from("accounts")]);
    loop {
        let known = found.len();
        for table in tables {
            let references: Vec<String> =
                sqlx::query_scalar("SELECT \"table\" FROM pragma_foreign_key_list(?)")
                    .bind(table)
                    .fetch_all(&mut *connection)
                    .await
                    .expect("a working database");
            let columns = columns(connection, table).await;
            let is_telling = |column: &String| {
                ["_mac", "address", "account", "owner", "email", "phone"]
                    .iter()
                    .any(|part| column.contains(part))
            };
            if references.iter().any(|table| found.contains(table)) || columns.iter().any(is_telling) {
                found.insert(table.clone());
            }
        }
        if found.len() == known {
            return found;
        }
    }
}

/// The rows of the table that tell of Ada, as SQLite quotes them.
async fn traces(connection: &mut SqliteConnection, table: &str) -> Vec<String> {
    let columns = columns(connection, table).await;
    let quoted: Vec<_> = columns
        .iter()
        .map(|column| format!("quote(\"{column}\")"))
        .collect();
    let statement = format!("SELECT {} AS line FROM \"{table}\"", quoted.join(" || ' ' || "));
    let rows = sqlx::query(AssertSqlSafe(statement))
        .fetch_all(connection)
        .await
        .expect("a working database");
    let lines = rows.iter().map(|row| row.get::<String, _>("line"));
    lines
        .filter(|line| {
            needles().iter().any(|needle| {
                let hex: String = needle.iter().map(|byte| format!("{byte:02X}")).collect();
                line.contains(&hex) || std::str::from_utf8(needle).is_ok_and(|text| line.contains(text))
            })
        })
        .collect()
}

async fn columns(connection: &mut SqliteConnection, table: &str) -> Vec<String> {
    sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
        .bind(table)
        .fetch_all(connection)
        .await
        .expect("a working database")
}

fn token() -> SessionToken {
    SessionToken::random(&mut ChaCha20Rng::from_seed([0xAD; 32]))
}

fn code(text: &str) -> Code {
    Code::parse(text).expect("a code")
}
