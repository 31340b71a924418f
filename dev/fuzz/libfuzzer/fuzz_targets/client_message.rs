// SPDX-License-Identifier: MIT OR Apache-2.0
//! `client_message` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (incamera_fuzz::target("client_message").expect("the target exists").run)(data));
