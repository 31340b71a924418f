// SPDX-License-Identifier: MIT OR Apache-2.0
//! A policy tells what it is: its rules in words, its text, its hash.

use std::collections::BTreeSet;

use incamera_policy::{Effect, Policy, Preset, UnknownPreset, Unlock};

#[test]
fn rules_stand_in_the_order_of_the_text_with_their_lines() {
    for preset in Preset::ALL {
        let policy = Policy::preset(preset);
        let lines: Vec<_> = policy.text().lines().collect();
        let mut before = 0;
        for rule in policy.rules() {
            assert!(rule.line > before, "{preset}: {}", rule.id);
            before = rule.line;
            assert_eq!(lines[rule.line - 1], format!("@id(\"{}\")", rule.id));
            assert!(rule.cedar.contains(rule.effect.as_str()));
            assert!(policy.text().contains(&*rule.cedar));
        }
        let ids = policy.text().matches("@id(").count();
        assert_eq!(policy.rules().len(), ids, "{preset}");
    }
}

#[test]
fn rules_that_presets_share_say_the_same() {
    let mut known = std::collections::BTreeMap::new();
    for preset in Preset::ALL {
        for rule in Policy::preset(preset).rules() {
            let told = (rule.effect, rule.reason.clone(), rule.cedar.clone());
            let earlier = known.entry(rule.id.clone()).or_insert_with(|| told.clone());
            assert_eq!(*earlier, told, "{}: the web translates by id", rule.id);
        }
    }
}

#[test]
fn a_hash_is_that_of_the_text() {
    let policy = Policy::preset(Preset::Open);
    assert_eq!(policy.hash().len(), 64);
    let hashes: BTreeSet<_> = Preset::ALL
        .iter()
        .map(|one| String::from(Policy::preset(*one).hash()))
        .collect();
    assert_eq!(hashes.len(), Preset::ALL.len());
    let commented = Policy::parse(&format!("{}// more\n", policy.text())).expect("a comment changes no rule");
    assert_ne!(commented.hash(), policy.hash());
    assert_eq!(commented.rules(), policy.rules());
    // printf '@id("a") ...' | sha256sum
    let small = r#"@id("a") @reason("A.") permit (principal, action, resource);"#;
    let small = Policy::parse(small).expect("it is one rule");
    assert_eq!(
        small.hash(),
        "ba9504bcbd2113eb884e058e32541e692fb1b6c40e304aae594f8350c48ed18a"
    );
    assert_eq!(small.rules()[0].effect, Effect::Permit);
}

#[test]
fn presets_are_named_and_the_verified_one_is_the_default() {
    for preset in Preset::ALL {
        assert_eq!(preset.as_str().parse(), Ok(preset));
    }
    assert_eq!("verified-e2ee".parse(), Ok(Preset::default()));
    assert_eq!("verified".parse::<Preset>(), Err(UnknownPreset));
    for preset in Preset::ALL {
        assert!(UnknownPreset.to_string().contains(preset.as_str()));
    }
}

#[test]
fn every_unlock_has_a_name_of_its_own() {
    let names: BTreeSet<_> = Unlock::ALL.iter().map(|one| one.as_str()).collect();
    assert_eq!(names.len(), Unlock::ALL.len());
}
