// SPDX-License-Identifier: MIT OR Apache-2.0
//! `mls_message` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("mls_message").expect("the target exists").run)(data));
