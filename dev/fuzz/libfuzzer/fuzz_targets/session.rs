// SPDX-License-Identifier: MIT OR Apache-2.0
//! `session` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("session").expect("the target exists").run)(data));
