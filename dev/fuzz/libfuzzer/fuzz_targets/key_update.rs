// SPDX-License-Identifier: MIT OR Apache-2.0
//! `key_update` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("key_update").expect("the target exists").run)(data));
