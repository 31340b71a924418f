// SPDX-License-Identifier: MIT OR Apache-2.0
//! Every target over its committed corpus, and over a bounded number of mutations of it from a written-down seed.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use incamera_fuzz::{TARGETS, corpus, mutate::Mutator, target};

#[test]
fn every_folder_of_the_corpus_belongs_to_a_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for folder in fs::read_dir(corpus).expect("there is a corpus") {
        let name = folder.expect("it can be listed").file_name();
        let name = name.to_string_lossy();
        assert!(target(&name).is_some(), "{name} is no target");
    }
}

#[test]
fn client_messages_hold() {
    check("client_message");
}

#[test]
fn server_messages_hold() {
    check("server_message");
}

#[test]
fn http_bodies_hold() {
    check("http_body");
}

#[test]
fn meeting_links_hold() {
    check("meeting_link");
}

#[test]
fn sframe_headers_hold() {
    check("sframe_header");
}

#[test]
fn sframe_frames_hold() {
    check("sframe_frame");
}

#[test]
fn key_updates_hold() {
    check("key_update");
}

#[test]
fn vp9_descriptors_hold() {
    check("vp9_descriptor");
}

#[test]
fn sdp_offers_hold() {
    check("sdp_offer");
}

#[test]
fn datagrams_hold() {
    check("datagram");
}

#[test]
fn meetings_hold() {
    check("meeting");
}

#[test]
fn sessions_hold() {
    check("session");
}

#[test]
fn mls_bindings_hold() {
    check("mls_binding");
}

#[test]
fn mls_messages_hold() {
    check("mls_message");
}

#[test]
fn every_target_is_replayed() {
    let own = include_str!("replay.rs");
    for target in TARGETS {
        assert!(
            own.contains(&format!("check(\"{}\");", target.name)),
            "{} is not replayed",
            target.name
        );
    }
}

#[track_caller]
fn check(name: &str) {
    let target = target(name).expect("the target exists");
    let corpus = corpus::read(name).expect("the target has a corpus");
    assert!(!corpus.is_empty(), "{name} has no corpus");
    for (file, input) in &corpus {
        assert!(holds(target.run, input), "{name} breaks on corpus/{name}/{file}");
    }
    let inputs: Vec<_> = corpus.into_iter().map(|(_, input)| input).collect();
    let mut mutator = Mutator::new(SEED);
    for number in 0..target.mutations {
        let input = mutator.mutation(&inputs);
        assert!(
            holds(target.run, &input),
            "{name} breaks on mutation {number} of seed {SEED}: {}",
            hex(&input)
        );
    }
}

fn holds(run: fn(&[u8]), input: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| run(input))).is_ok()
}

fn hex(input: &[u8]) -> String {
    input.iter().map(|byte| format!("{byte:02x}")).collect()
}

const SEED: u64 = 1;
