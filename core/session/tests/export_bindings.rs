// SPDX-License-Identifier: MIT OR Apache-2.0
//! Keeps `web/src/generated/*.ts` equal to this crate's types.
//!
//! `UPDATE_BINDINGS=1 cargo test -p incamera-session --test export_bindings` writes them; without the variable the
//! test fails where they differ.

use std::{collections::BTreeMap, fs, path::Path};

use incamera_session::{Command, Directive, View};
use ts_rs::TS as _;

#[test]
fn generated_typescript_is_up_to_date() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/generated");
    let fresh = fresh_bindings();
    if std::env::var_os("UPDATE_BINDINGS").is_some() {
        fs::create_dir_all(&committed).expect("the folder can be made");
        for (name, text) in &fresh {
            fs::write(committed.join(name), text).expect("the file can be written");
        }
    }
    for (name, text) in &fresh {
        let found = fs::read_to_string(committed.join(name)).unwrap_or_default();
        assert_eq!(
            &found, text,
            "{name} is out of date: run this test with UPDATE_BINDINGS=1"
        );
    }
}

fn fresh_bindings() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bindings");
    let _ = fs::remove_dir_all(&folder);
    View::export_all_to(&folder).expect("View can be exported");
    Command::export_all_to(&folder).expect("Command can be exported");
    Directive::export_all_to(&folder).expect("Directive can be exported");
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
    files.insert("index.ts".to_owned(), index);
    files
}

const HEADER: &str = "// SPDX-License-Identifier: MIT OR Apache-2.0\n";
