// SPDX-License-Identifier: MIT OR Apache-2.0
//! Each preset decides as its table in `golden/` says. `UPDATE_GOLDEN=1` writes the tables anew, to be read in the diff.

use std::{env, fs, path::Path};

use incamera_policy::{Policy, Preset, decision_table};

#[test]
fn every_preset_decides_as_its_table_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for preset in Preset::ALL {
        let policy = Policy::parse(preset.text()).unwrap_or_else(|error| panic!("{preset}: {error}"));
        let table = decision_table(&policy).to_string();
        let path = folder.join(format!("{preset}.txt"));
        if env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &table).expect("the folder can be written to");
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        for (number, (found, expected)) in table.lines().zip(golden.lines()).enumerate() {
            assert_eq!(found, expected, "{preset}.txt, line {}", number + 1);
        }
        assert_eq!(table.lines().count(), golden.lines().count(), "{preset}.txt");
    }
}

#[test]
fn presets_differ_in_registering_and_hosting_only() {
    let base = decision_table(&Policy::preset(Preset::VerifiedE2ee));
    for preset in Preset::ALL {
        for change in base.diff(&decision_table(&Policy::preset(preset))) {
            let is_about = |name: &str| change.action.starts_with(name);
            assert!(
                is_about("HostMeeting") || is_about("Register"),
                "{preset}: {change}"
            );
        }
    }
}
