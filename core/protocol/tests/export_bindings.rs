// SPDX-License-Identifier: MIT OR Apache-2.0
//! Keeps `web/src/generated/http/*.ts` equal to the bodies of the HTTP interface.
//!
//! `UPDATE_BINDINGS=1 cargo test -p incamera-protocol --test export_bindings` writes them; without the variable the
//! test fails where they differ.

use std::{collections::BTreeMap, fs, path::Path};

use incamera_protocol::http;
use ts_rs::{ExportError, TS};

#[test]
fn generated_typescript_is_up_to_date() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/generated/http");
    let fresh = fresh_bindings();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        let _ = fs::remove_dir_all(&committed);
        fs::create_dir_all(&committed).expect("the folder can be made");
        for (name, text) in &fresh {
            fs::write(committed.join(name), text).expect("the file can be written");
        }
    }
    let known = fs::read_dir(&committed).map_or(0, Iterator::count);
    assert_eq!(
        known,
        fresh.len(),
        "files too many or too few: run this test with UPDATE_BINDINGS=1"
    );
    for (name, text) in &fresh {
        let found = fs::read_to_string(committed.join(name)).unwrap_or_default();
        assert_eq!(
            &found, text,
            "{name} is out of date: run this test with UPDATE_BINDINGS=1"
        );
    }
}

fn fresh_bindings() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("http-bindings");
    let _ = fs::remove_dir_all(&folder);
    export_all(&folder).expect("the types can be exported");
    let mut files = BTreeMap::new();
    let mut index = String::from(HEADER);
    for entry in fs::read_dir(&folder).expect("the folder was made") {
        let path = entry.expect("the folder can be listed").path();
        let name = path
            .file_name()
            .expect("it is a file")
            .to_string_lossy()
            .into_owned();
        let text = fs::read_to_string(&path).expect("the file can be read");
        files.insert(name, format!("{HEADER}{text}"));
    }
    for name in files.keys() {
        let kind = name.trim_end_matches(".ts");
        index.push_str(&format!("export type {{ {kind} }} from \"./{kind}\";\n"));
    }
    files.insert(String::from("index.ts"), index);
    files
}

/// Exports every body, and with it what it is made of.
fn export_all(folder: &Path) -> Result<(), ExportError> {
    http::Account::export_all_to(folder)?;
    http::AccountChange::export_all_to(folder)?;
    http::AccountPage::export_all_to(folder)?;
    http::AuditEntry::export_all_to(folder)?;
    http::Ceremony::export_all_to(folder)?;
    http::CodeFinish::export_all_to(folder)?;
    http::ConfigurationEntry::export_all_to(folder)?;
    http::ConnectionTest::export_all_to(folder)?;
    http::ConnectionTestAnswer::export_all_to(folder)?;
    http::CreateMeeting::export_all_to(folder)?;
    http::DeniedEntry::export_all_to(folder)?;
    http::Domain::export_all_to(folder)?;
    http::EmailBegin::export_all_to(folder)?;
    http::EmailFinish::export_all_to(folder)?;
    http::InstanceInfo::export_all_to(folder)?;
    http::InvitationEntry::export_all_to(folder)?;
    http::LiveMeetings::export_all_to(folder)?;
    http::Mailbox::export_all_to(folder)?;
    http::MeetingChange::export_all_to(folder)?;
    http::MeetingInfo::export_all_to(folder)?;
    http::NewInvitation::export_all_to(folder)?;
    http::OperatorAccount::export_all_to(folder)?;
    http::OperatorSignIn::export_all_to(folder)?;
    http::OrganisationClaim::export_all_to(folder)?;
    http::OrganisationEntry::export_all_to(folder)?;
    http::OwnMeeting::export_all_to(folder)?;
    http::PasskeyBegun::export_all_to(folder)?;
    http::PasskeyEntry::export_all_to(folder)?;
    http::PasskeyFinish::export_all_to(folder)?;
    http::PasskeyName::export_all_to(folder)?;
    http::PasskeyRegistration::export_all_to(folder)?;
    http::PhoneBegin::export_all_to(folder)?;
    http::PlanChange::export_all_to(folder)?;
    http::PolicyInfo::export_all_to(folder)?;
    http::Problem::export_all_to(folder)?;
    http::Right::export_all_to(folder)?;
    http::Session::export_all_to(folder)?;
    http::SessionEntry::export_all_to(folder)?;
    http::StandingChange::export_all_to(folder)?;
    http::VoucherCode::export_all_to(folder)?;
    http::VoucherMade::export_all_to(folder)?;
    http::Vouchers::export_all_to(folder)
}

const HEADER: &str = "// SPDX-License-Identifier: MIT OR Apache-2.0\n";
